"""A small product with meaning: passages are lines, ranked by shared words; too few of them, a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import IndexMissing, QuestionError
from qa.eval.engine import Engine, Subject
from qa.settings import Settings
from qa.types import Answer, Block, Citation, Document, Failure, FoundAnswer, Hit, Passage, Source, Span

STATION = "The station opened in 1904.\nThe bridge opened in 1931 after a fire.\nTickets cost two crowns.\n"
HARBOUR = "The harbour holds forty boats.\nThe lighthouse is painted red and white.\n"


def make_document(id: str, text: str) -> Document:
    source = Source(id, id, None, None, None, f"/{id}", "0" * 64, "txt", len(text))
    return Document(source, text, (Block(0, len(text), "text"),))


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - {"the", "in", "is", "a", "did", "does", "what", "when"}


def lines(document: Document) -> list[Passage]:
    passages, start = [], 0
    for line in document.text.splitlines(keepends=True):
        end = start + len(line.rstrip("\n"))
        passages.append(Passage(document.id, start, end, document.text[start:end], "", (Span(start, end),)))
        start += len(line)
    return passages


@dataclass
class FakeSubject:
    """Answers with the line that shares most words, its last word as the span."""

    documents: dict[str, Document]
    encoder_name: str = "words"
    index_hash: str = "0123456789abcdef"
    least: int = 2
    closed: bool = False
    modes: list[str] = field(default_factory=list)

    def ask(self, question: str, history: Sequence[str] = (), *, top_k: int = 10) -> Answer:
        hits = self._ranked(" ".join([*history, question]), top_k)
        if not hits or hits[0].score < self.least:
            return Answer(question, tuple(history), (), (), hits, 0.1, "Nothing is close.", {})
        passage = hits[0].passage
        last = re.search(r"\w+(?=\W*$)", passage.text)
        assert last is not None
        at = passage.start + last.start()
        source = self.documents[passage.document_id].source
        start, end = passage.start, passage.end
        citation = Citation(1, source, passage.text, start, end, at, at + len(last.group()), None, 1, "")
        confidence = hits[0].score / (hits[0].score + 1)
        found = FoundAnswer(passage.text, last.group(), confidence, 1)
        return Answer(question, tuple(history), (found,), (citation,), hits, confidence, None, {})

    def ask_many(self, asked: Sequence[tuple[str, Sequence[str]]], *, top_k: int = 10) -> list[Answer | QuestionError]:
        answers: list[Answer | QuestionError] = []
        for question, history in asked:
            try:
                answers.append(self.ask(question, history, top_k=top_k))
            except QuestionError as error:
                answers.append(error)
        return answers

    def document_ids(self) -> tuple[str, ...]:
        return tuple(self.documents)

    def search(self, question: str, *, top_k: int = 10, mode: Any = "hybrid") -> tuple[Hit, ...]:
        self.modes.append(mode)
        return self._ranked(question, top_k)

    def document(self, id: str) -> Document:
        return self.documents[id]

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        return tuple(lines(self.documents[document_id]))

    def under(self, settings: Settings) -> Subject:
        return FakeSubject(self.documents, modes=self.modes)

    def close(self) -> None:
        self.closed = True

    def _ranked(self, question: str, top_k: int) -> tuple[Hit, ...]:
        if not words(question):
            raise QuestionError("the question has no word in it: type one")
        every = [passage for document in self.documents.values() for passage in lines(document)]
        scored = sorted(every, key=lambda each: -len(words(question) & words(each.text)))
        close = [each for each in scored if words(question) & words(each.text)][:top_k]
        return tuple(
            Hit(rank, each, len(words(question) & words(each.text)), {}) for rank, each in enumerate(close, start=1)
        )


@dataclass
class FakeEngine:
    """Opens the town's documents, or what was built in a folder before; counts what it builds."""

    town: dict[str, Document]
    built: dict[Path, dict[str, Document]] = field(default_factory=dict)
    opened: list[FakeSubject] = field(default_factory=list)

    def open(self, index_dir: Path, settings: Settings) -> Subject:
        if index_dir.name != "town" and index_dir not in self.built:
            raise IndexMissing(f"there is no index in {index_dir}")
        subject = FakeSubject(self.built.get(index_dir, self.town))
        self.opened.append(subject)
        return subject

    def build(
        self,
        documents: Iterable[Document | Failure],
        index_dir: Path,
        settings: Settings,
        *,
        encoder: str | None = None,
        progress: Callable[[str, int, int], None] = lambda *_: None,
    ) -> object:
        self.built[index_dir] = {each.id: each for each in documents if isinstance(each, Document)}
        return None

    @property
    def engine(self) -> Engine:
        return Engine(self.open, self.build)
