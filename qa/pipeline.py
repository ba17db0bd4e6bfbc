"""The front door: a question in, an answer with citations out. Command line, screen and API call only this."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from qa.choice import chosen, least_figure, ranked
from qa.citations import cite
from qa.encoder import Encoder, load_encoder
from qa.errors import EncoderError, IndexOutdated, PinciteError, QuestionError
from qa.followup import resolve
from qa.index import OpenIndex, open_index
from qa.index.store import SourceEntry
from qa.reader import Reader
from qa.reader.lists import LONGEST, joined, with_list
from qa.reader.load import load_reader, reader_name
from qa.reader.mentions import of_another_time
from qa.reader.question import analyse, asks_figure, says_something
from qa.reader.scoring import why_not
from qa.retriever import MODES, Mode, Retriever
from qa.runtime.cores import cores
from qa.settings import MAX_QUESTION, Settings
from qa.spelling import respelled, with_capitals
from qa.types import Answer, Citation, Document, Extract, Failure, FoundAnswer, Hit, Trace

__all__ = ["MODES", "Mode", "Pincite", "SourceEntry", "reader_name"]

BESIDE = 0.5
"""Log odds: a passage is read if a place may be in it that ranks so little below the best one found. It may be another
answer, and those are to be shown too."""
_AT_ONCE = max(2, cores())
"""Questions of many that are on their way at the same time."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
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
        return self._retriever().search(self._clean(question), top_k, mode, only)

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
        clean = self._clean(question)
        self.reader.prepare()
        earlier = [_CONTROL.sub(" ", text).strip() for text in history]
        return [self._read(form, top_k, only) for form in self.forms(clean, earlier)]

    def forms(self, question: str, history: Sequence[str]) -> list[str]:
        """The whole questions that may be meant: made whole with the earlier ones, misspelt words mended."""
        whole = resolve(question, history, self._fits)
        mended = [respelled(form, self.index, self.encoder) for form in whole]
        forms = dict.fromkeys([*(form for form in mended if form), *whole])
        return [form for form in forms if self._fits(form)] or [question]

    def _clean(self, question: str) -> str:
        """The question as retrieval reads it: control characters and outer white space left out."""
        if len(question) > MAX_QUESTION:
            raise QuestionError(
                f"the question has {len(question):,} characters; at most {MAX_QUESTION:,} can be asked: shorten it"
            )
        clean = _CONTROL.sub(" ", question).strip()
        if not clean:
            raise QuestionError("the question is empty: type one")
        if not any(character.isalnum() for character in clean):
            raise QuestionError("the question has no word in it: type one")
        if not self._fits(clean):
            raise QuestionError(
                f"the question has more than the {self.encoder.max_tokens} word pieces "
                f"that {self.encoder.name} reads: shorten it"
            )
        return clean

    def _fits(self, question: str) -> bool:
        """Whether the encoder reads all of it."""
        return self.encoder.count_tokens([question])[0] <= self.encoder.max_tokens

    def _retriever(self) -> Retriever:
        return Retriever(self.index, self.encoder, self.settings.pool, self.settings.dense_share)

    def _read(self, question: str, k: int, only: Collection[str] | None) -> _Reading:
        started = time.perf_counter()
        hits = self._retriever().search(question, k, only=only)
        question = with_capitals(question, (hit.passage.text for hit in hits))
        retrieved = time.perf_counter()
        read, extracts = self._extracts(question, hits)
        return _Reading(
            question,
            hits,
            len(read),
            tuple(ranked(hits, extracts)),
            tuple(extracts),
            {"retrieve": retrieved - started, "read": time.perf_counter() - retrieved},
        )

    def _extracts(self, question: str, hits: Sequence[Hit]) -> tuple[Sequence[Hit], Sequence[Extract]]:
        """What was read, and what was found in it: the first passages, then of those in which a place may be that comes
        near the best, each time up to as many as were read so far, until there are none; then those that may give
        another figure. Nothing for a question about nothing."""
        if not says_something(question):
            return (), ()
        hits = hits[: self.settings.read_passages]
        rest, read, found, count = list(hits), [], [], self.settings.read_first
        while rest:
            read += rest[:count]
            found = self.reader.read(question, read)  # it remembers what it has read
            near = found[0].score - BESIDE if found else -math.inf
            rest = [hit for hit in rest[count:] if self.reader.may_reach(question, hit, near)]
            count = len(read)
        if (
            found
            and found[0].confidence >= self.threshold
            and (more := self._other_figures(question, hits, read, found[0]))
        ):
            read += more
            found = self.reader.read(question, read)
        return read, found

    def _other_figures(self, question: str, hits: Sequence[Hit], read: Sequence[Hit], best: Extract) -> list[Hit]:
        """The first passage of each document of which nothing was read, where it may give another figure than the
        ``best`` place: sources that disagree are all to be shown."""
        asked = analyse(question)
        if not asks_figure(asked):
            return []
        seen = {hit.passage.document_id for hit in read}
        first = {hit.passage.document_id: hit for hit in reversed(hits) if hit.passage.document_id not in seen}
        told = [hit for hit in reversed(first.values()) if why_not(asked, hit.passage) is None]
        least = least_figure(best)
        return [hit for hit in told if self.reader.may_reach(question, hit, least)][: self.settings.max_answers]

    def _answers(self, reading: _Reading) -> tuple[tuple[FoundAnswer, ...], tuple[Citation, ...]]:
        read = cache(self.document)
        question = analyse(reading.question)

        def only_as_best(extract: Extract) -> bool:
            """A heading promises more than it says, and what is said of another year or month is no second answer."""
            start, blocks = extract.quote.start, read(extract.passage.document_id).blocks
            return any(
                block.kind == "heading" and block.start <= start < block.end for block in blocks
            ) or of_another_time(reading.question, extract.passage.slice(extract.quote))

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
