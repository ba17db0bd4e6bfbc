"""The front door: a question in, an answer with citations out. Command line, screen and API call only this."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from qa.asked import cleaned, forms
from qa.choice import chosen, ranked
from qa.citations import cite
from qa.encoder import Encoder, load_encoder
from qa.errors import EncoderError, IndexOutdated, PinciteError, QuestionError
from qa.index import OpenIndex, open_index
from qa.index.store import SourceEntry
from qa.reader import Reader
from qa.reader.lists import LONGEST, joined, with_list
from qa.reader.load import load_reader, reader_name
from qa.reader.mentions import of_another_time
from qa.reader.question import analyse, asks_figure, says_something
from qa.reading import read_likely
from qa.retriever import MODES, Mode, Retriever
from qa.runtime.cores import cores
from qa.settings import Settings
from qa.spelling import with_capitals
from qa.types import Answer, Citation, Document, Extract, Failure, FoundAnswer, Hit, Trace

__all__ = ["MODES", "Mode", "Pincite", "SourceEntry", "reader_name"]

_AT_ONCE = max(2, cores())
"""Questions of many that are on their way at the same time."""
_ABOUT_NOTHING = "The question does not say what it is about: ask it in full."
_NOTHING_CLOSE = "No passage in the sources is close enough to the question to answer it."
_UNSURE = "No sentence in the sources is surely an answer."


@dataclass(frozen=True)
class Pincite:
    """An opened index, ready to be asked. Safe to use from several threads."""

    index: OpenIndex
    encoder: Encoder
    reader: Reader
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def open(cls, index_dir: Path, settings: Settings = Settings(), *, encoder: Encoder | None = None) -> Pincite:
        """Open the index in ``index_dir``; raises ``IndexFolderError``, ``EncoderError`` or ``ReaderError``.

        ``encoder``: one that is loaded already; it is used if the index was made with it.
        """
        index = open_index(index_dir)
        if encoder is None or encoder.fingerprint != index.manifest.fingerprint:
            try:
                encoder = load_encoder(index.manifest.encoder)
            except EncoderError:
                index.close()
                raise
        if encoder.fingerprint != index.manifest.fingerprint:
            index.close()
            raise IndexOutdated(
                f"the index in {index_dir} was made with another {encoder.name}: "
                f"run `pincite index --index {index_dir}`"
            )
        try:
            return cls(index, encoder, load_reader(settings.reader, index, encoder), settings)
        except PinciteError:
            index.close()
            raise

    def ask(
        self, question: str, history: Sequence[str] = (), *, top_k: int = 10, only: Collection[str] | None = None
    ) -> Answer:
        """Answer ``question`` with the sources, or say why they do not.

        ``history`` holds the earlier questions of the conversation, oldest first. ``only``: ids of the documents to
        use; None = all, empty = none. Raises ``QuestionError`` (empty, too long, no word in it).
        """
        started = time.perf_counter()
        readings = self._readings(question, history, max(top_k, self.settings.read_passages), only)
        spent = {name: sum(reading.seconds[name] for reading in readings) for name in ("retrieve", "read")}
        best = _likeliest(readings)
        answers, citations = self._answers(best)
        return Answer(
            question=question,
            history=tuple(history),
            answers=answers,
            citations=citations,
            hits=best.hits[:top_k],
            confidence=best.confidence,
            reason=None if answers else self._reason(best),
            seconds={**spent, "total": time.perf_counter() - started},
            trace=self._trace(readings, best),
        )

    def ask_many(
        self,
        asked: Sequence[tuple[str, Sequence[str]]],
        *,
        top_k: int = 10,
        only: Collection[str] | None = None,
    ) -> Iterator[Answer | QuestionError]:
        """What ``ask`` gives for each (question, history), in order; the error where one cannot be asked.

        Several are on their way at once: all of ``asked`` takes less time, each of them more.
        """

        def answer(each: tuple[str, Sequence[str]]) -> Answer | QuestionError:
            try:
                return self.ask(*each, top_k=top_k, only=only)
            except QuestionError as error:
                return error

        # Threads: while one question is read, by compiled code, the next one is searched for.
        with ThreadPoolExecutor(min(_AT_ONCE, max(1, len(asked)))) as pool:
            yield from pool.map(answer, asked)

    def best(self, question: str, history: Sequence[str] = ()) -> Extract | None:
        """The likeliest place in all passages that may be read, shown or not; None where no sentence was found."""
        all_read = replace(self, settings=replace(self.settings, read_first=self.settings.read_passages))
        readings = all_read._readings(question, history, self.settings.read_passages, None)
        return next(iter(_likeliest(readings).extracts), None)

    @property
    def note(self) -> str | None:
        """What a user should know of the confidences; None where they were measured, and suffice."""
        run = f"run `pincite calibrate SET --reader {self.settings.reader}`"
        if self.reader.passed_over:
            return (
                f"your calibration was fitted to another version of {self.reader.name} and is not used: "
                f"{run} again, or with --reset to be rid of it"
            )
        if not self.reader.calibrated:
            return f"how sure {self.reader.name} says it is has not been measured: {run} with questions of your own"
        if self.settings.min_confidence is None and not self.reader.reaches(self.settings.accuracy):
            return (
                f"nowhere were {self.settings.accuracy:.0%} of the answers right when that was measured: "
                f"only those with a confidence of {self.threshold:.0%} or more are shown"
            )
        return None

    @property
    def threshold(self) -> float:
        """The confidence from which an answer is shown."""
        wanted = self.settings.min_confidence
        return self.reader.least_confidence(self.settings.accuracy) if wanted is None else wanted

    def search(
        self, question: str, *, top_k: int = 10, mode: Mode = "hybrid", only: Collection[str] | None = None
    ) -> tuple[Hit, ...]:
        """The ranked passages only, best first."""
        return self._retriever().search(cleaned(question, self.encoder), top_k, mode, only)

    @property
    def outdated(self) -> bool:
        """Whether the index has been updated since it was opened; one small file is read."""
        return self.index.outdated

    def reopened(self) -> Pincite:
        """The index as it is now, asked with the encoder that is loaded; this one stays open until it is closed."""
        return Pincite.open(self.index.index_dir, self.settings, encoder=self.encoder)

    def sources(self) -> tuple[SourceEntry, ...]:
        """Every document, ordered by id."""
        return self.index.store.sources()

    def failures(self) -> tuple[Failure, ...]:
        """The files that could not be read when the index was built."""
        return self.index.store.failures()

    def document(self, id: str) -> Document:
        """One document with its text; raises ``KeyError`` for an unknown id."""
        return self.index.store.document(id)

    def warm(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        self.ask("What is this about?")

    def close(self) -> None:
        self.index.close()

    def _readings(
        self, question: str, history: Sequence[str], top_k: int, only: Collection[str] | None
    ) -> list[_Reading]:
        """What each form of the question came to, the likeliest form first."""
        clean = cleaned(question, self.encoder)
        self.reader.prepare()
        return [self._read(form, top_k, only) for form in forms(clean, history, self.index, self.encoder)]

    def _retriever(self) -> Retriever:
        return Retriever(self.index, self.encoder, self.settings.pool, self.settings.dense_share)

    def _read(self, question: str, k: int, only: Collection[str] | None) -> _Reading:
        started = time.perf_counter()
        hits = self._retriever().search(question, k, only=only)
        question = with_capitals(question, (hit.passage.text for hit in hits))
        retrieved = time.perf_counter()
        read, extracts = read_likely(self.reader, question, hits, self.settings, self.threshold)
        return _Reading(
            question,
            hits,
            len(read),
            tuple(ranked(hits, extracts)),
            tuple(extracts),
            {"retrieve": retrieved - started, "read": time.perf_counter() - retrieved},
        )

    def _answers(self, reading: _Reading) -> tuple[tuple[FoundAnswer, ...], tuple[Citation, ...]]:
        read = cache(self.document)
        question = analyse(reading.question)

        def only_as_best(extract: Extract) -> bool:
            """A heading promises more than it says, who asks is not sure, and what is said of another year or month is
            no second answer."""
            start, blocks = extract.quote.start, read(extract.passage.document_id).blocks
            return (
                any(block.kind == "heading" and block.start <= start < block.end for block in blocks)
                or extract.inputs.get("is_question") == 1
                or of_another_time(reading.question, extract.passage.slice(extract.quote))
            )

        def whole(extract: Extract) -> Extract:
            around = joined(self.index.store.beside(extract.passage, LONGEST), read(extract.passage.document_id).text)
            return with_list(extract, around, question)

        shown = chosen(
            reading.extracts,
            self.threshold,
            self.settings.max_answers,
            figure=asks_figure(question),
            only_as_best=only_as_best,
            whole=whole,
        )
        citations = tuple(
            cite(number, read(extract.passage.document_id), extract) for number, extract in enumerate(shown, start=1)
        )
        answers = tuple(
            FoundAnswer(
                citation.quote,
                read(citation.source.id).text[citation.span_start : citation.span_end],
                extract.confidence,
                citation.number,
            )
            for citation, extract in zip(citations, shown, strict=True)
        )
        return answers, citations

    def _trace(self, readings: Sequence[_Reading], best: _Reading) -> Trace:
        return Trace(
            forms=tuple((reading.question, reading.confidence) for reading in readings),
            question=best.question,
            retrieved=best.retrieved,
            read=best.read,
            extracts=best.extracts,
            threshold=self.threshold,
        )

    def _reason(self, reading: _Reading) -> str:
        if not reading.hits:
            return "There is no source to look in."
        if not reading.extracts:
            return _NOTHING_CLOSE if says_something(reading.question) else _ABOUT_NOTHING
        return reading.extracts[0].why_not or _UNSURE


def _likeliest(readings: Sequence[_Reading]) -> _Reading:
    """The first of equals: forms come likeliest first."""
    return max(readings, key=lambda reading: reading.confidence)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one form of the question came to."""

    question: str
    retrieved: tuple[Hit, ...]
    read: int
    hits: tuple[Hit, ...]
    extracts: tuple[Extract, ...]
    seconds: dict[str, float]

    @property
    def confidence(self) -> float:
        return self.extracts[0].confidence if self.extracts else 0.0
