"""An engine without models: a sentence answers when it shares enough words with the question."""

from __future__ import annotations

import hashlib
import re
import threading
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from qa.citations import link
from qa.errors import IndexBusy, QuestionError
from qa.library import Progress
from qa.types import Answer, Citation, Document, Extract, Failure, FoundAnswer, Hit, Passage, Source, Span, Trace

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^\n.!?]*(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]?")
_NUMBER = re.compile(r"\d[\d.,]*\s?%?")
_COMMON = set(_WORD.findall("a an and are be by do for in is it of on or the to what when which who will with"))


class FakeEngine:
    """Answers with real slices of ``documents``. The question "crash" raises what nobody expects."""

    def __init__(self, documents: Iterable[Document], failures: Sequence[Failure] = (), enough: int = 3) -> None:
        self.replace(documents, failures)
        self.outdated = False
        self._enough = enough
        self.asked: list[dict[str, Any]] = []

    def replace(self, documents: Iterable[Document] | None = None, failures: Sequence[Failure] | None = None) -> None:
        """Other documents and failures; the index is outdated until it is opened again."""
        if documents is not None:
            self._documents = {document.id: document for document in documents}
            self._sentences = [
                (document, Span(start, end), _words(document.text[start:end]))
                for document in self._documents.values()
                for start, end in _sentences(document.text)
            ]
        if failures is not None:
            self._failures = tuple(failures)
        self.outdated = True

    def reopened(self) -> FakeEngine:
        self.outdated = False
        return self

    def documents(self) -> list[Document]:
        return list(self._documents.values())

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        top_k: int = 10,
        only: Collection[str] | None = None,
    ) -> Answer:
        self.asked.append({"question": question, "history": list(history), "only": only})
        if question == "crash":
            raise RuntimeError("<b>secret</b> path /etc/passwd")
        hits = self.search(question, top_k=top_k, only=only)
        found = [hit for hit in hits if hit.score >= self._enough][:3]
        citations = tuple(self._citation(number, hit, question) for number, hit in enumerate(found, 1))
        answers = tuple(
            FoundAnswer(c.quote, c.quote[c.span_start - c.start : c.span_end - c.start], 0.95 - 0.15 * n, n + 1)
            for n, c in enumerate(citations)
        )
        reason = None if answers else "No source says anything close enough to this question."
        confidence = answers[0].confidence if answers else 0.12
        seconds = {"retrieve": 0.004, "read": 0.05, "total": 0.054}
        trace = _trace(question, hits, confidence)
        return Answer(question, tuple(history), answers, citations, hits, confidence, reason, seconds, trace)

    def search(
        self, question: str, *, top_k: int = 10, mode: str = "hybrid", only: Collection[str] | None = None
    ) -> tuple[Hit, ...]:
        words = _words(question)
        if not words:
            raise QuestionError("there is no word in the question: ask with words")
        scored = [
            (len(words & theirs), document, span)
            for document, span, theirs in self._sentences
            if only is None or document.id in only
        ]
        scored.sort(key=lambda each: (-each[0], each[1].id, each[2]))
        return tuple(
            Hit(rank, _passage(document, span), float(score), {"lexical": float(score)})
            for rank, (score, document, span) in enumerate(scored[:top_k], 1)
        )

    def sources(self) -> tuple[Any, ...]:
        return tuple(
            SimpleNamespace(
                source=d.source, passages=1 + len(d.text) // 500, characters=len(d.text), warnings=d.warnings
            )
            for _, d in sorted(self._documents.items())
        )

    def failures(self) -> tuple[Failure, ...]:
        return self._failures

    def document(self, id: str) -> Document:
        return self._documents[id]

    @property
    def index(self) -> SimpleNamespace:
        """As much of an index as an examination looks at."""
        texts = {id: (document.text, document.pages) for id, document in self._documents.items()}
        store = SimpleNamespace(
            sources=self.sources, failures=self.failures, text=texts.__getitem__, long_passages=lambda pieces: []
        )
        return SimpleNamespace(store=store, manifest=SimpleNamespace(max_tokens=256), check=lambda: None)

    def close(self) -> None:
        pass

    def _citation(self, number: int, hit: Hit, question: str) -> Citation:
        passage, document = hit.passage, self._documents[hit.passage.document_id]
        start, end = _span(passage, question)
        page, line = document.page(passage.start), document.line(passage.start)
        there = link(document.source, passage.text, page)
        return Citation(
            number, document.source, passage.text, passage.start, passage.end, start, end, page, line, there
        )


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower())} - _COMMON


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for match in _SENTENCE.finditer(text):
        raw = match.group()
        if raw.strip():
            start = match.start() + len(raw) - len(raw.lstrip())
            yield start, start + len(raw.strip())


def _span(passage: Passage, question: str) -> tuple[int, int]:
    """The first number, else the second half of the sentence."""
    if match := _NUMBER.search(passage.text):
        return passage.start + match.start(), passage.start + len(match.group().rstrip()) + match.start()
    return passage.start + len(passage.text) // 2, passage.end


def _passage(document: Document, span: Span) -> Passage:
    return Passage(document.id, *span, document.text[slice(*span)], "", (span,))


def _trace(question: str, hits: Sequence[Hit], confidence: float) -> Trace:
    """Words alone proposed the passages, and the reader, who read all but the last, kept their order."""
    ranked = [replace(hit, score=1 / hit.rank, ranks={"lexical": hit.rank}) for hit in hits]
    read = ranked[:-1]
    extracts = tuple(
        Extract(hit.passage, hit.passage.sentences[0], Span(hit.passage.start, hit.passage.start + 3), -n, sure)
        for n, hit in enumerate(read)
        for sure in [confidence / (n + 1)]
    )
    return Trace(((question, confidence),), question, tuple(ranked), len(read), extracts, 0.4)


def make_document(path: Path, id: str, pages: tuple[int, ...] = (), **known: Any) -> Document:
    """The document in a UTF-8 file; ``known`` are fields of its source."""
    data = path.read_bytes()
    described: dict[str, Any] = {"title": id, "publisher": None, "published": None, "url": None} | known
    kind = path.suffix.removeprefix(".").lower()
    digest = hashlib.sha256(data).hexdigest()
    source = Source(id=id, path=str(path), sha256=digest, **{"kind": kind} | described, size=len(data))
    return Document(source, data.decode("utf-8", "replace"), (), pages)


def read_corpus(folder: Path = CORPUS) -> list[Document]:
    """The documents that ``sources.toml`` lists."""
    known = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))["source"]
    documents = []
    for entry in known:
        fields = {name: entry.get(name) for name in ("title", "publisher", "url")}
        published = str(entry["published"]) if "published" in entry else None
        documents.append(make_document(folder / entry["file"], entry["file"], published=published, **fields))
    return documents


class FakeLibrary:
    """Changes the documents of a ``FakeEngine``; a file with "?" in it cannot be read, and "broken…" fails it all."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine
        self.may_go = threading.Event()
        self.may_go.set()
        self.gone: dict[str, Document] = {}

    def add(self, paths: Sequence[Path], folder: Path, progress: Progress) -> Sequence[Failure]:
        assert all(path.parent == folder for path in paths)
        progress("reading", 0, len(paths))
        self.may_go.wait(20)
        if any(path.name.startswith("broken") for path in paths):
            raise IndexBusy("process 7 is writing the index: try again when it is done")
        return self._update(paths)

    def remove(self, ids: Sequence[str], progress: Progress) -> Sequence[Failure]:
        progress("writing", 0, 1)
        self.gone |= {id: self.engine.document(id) for id in ids}
        self.engine.replace([each for each in self.engine.documents() if each.id not in ids])
        return self.engine.failures()

    def restore(self, paths: Sequence[Path], progress: Progress) -> Sequence[Failure]:
        back = {path: each for each in self.gone.values() if (path := Path(each.source.path)) in paths}
        there = [each for path, each in back.items() if path.is_file()]
        self.engine.replace([*self.engine.documents(), *there])
        return self._update([path for path in paths if path not in back])

    def _update(self, paths: Sequence[Path]) -> Sequence[Failure]:
        """The index as these files are now."""
        documents = [each for each in self.engine.documents() if Path(each.source.path) not in paths]
        failures = [each for each in self.engine.failures() if Path(each.path) not in paths]
        for path in filter(Path.is_file, paths):
            if "?" in path.read_text(encoding="utf-8"):
                failures.append(Failure(str(path), "it is <i>not</i> text"))
            else:
                documents.append(make_document(path, path.name))
        self.engine.replace(documents, failures)
        return tuple(failures)


class FakeSubject:
    """A ``FakeEngine`` as an evaluation examines it; asked only while ``may_go`` is set."""

    encoder_name = "fake"
    index_hash = "fake"

    def __init__(self, engine: FakeEngine, may_go: threading.Event, asked: list[str] | None = None) -> None:
        self.engine = engine
        self.may_go = may_go
        self.asked = [] if asked is None else asked

    def ask(self, question: str, history: Sequence[str] = (), *, top_k: int = 10) -> Answer:
        self.asked.append(question)
        assert self.may_go.wait(20)
        return self.engine.ask(question, history, top_k=top_k)

    def ask_many(self, asked: Sequence[tuple[str, Sequence[str]]], *, top_k: int = 10) -> list[Answer | QuestionError]:
        return [self.ask(question, history, top_k=top_k) for question, history in asked]

    def search(self, question: str, *, top_k: int = 10, mode: str = "hybrid") -> tuple[Hit, ...]:
        return self.engine.search(question, top_k=top_k)

    def document(self, id: str) -> Document:
        return self.engine.document(id)

    def document_ids(self) -> tuple[str, ...]:
        return tuple(document.id for document in self.engine.documents())

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        document = self.engine.document(document_id)
        return tuple(_passage(document, Span(*span)) for span in _sentences(document.text))

    def close(self) -> None:
        pass
