"""The nouns of Pincite: plain frozen values that every stage passes to the next.

All offsets are half-open ranges of Unicode code points into ``Document.text``. A score is higher when better,
everywhere. This module imports nothing of ours.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A half-open range ``[start, end)`` of code points."""

    start: int
    end: int


BlockKind = Literal["heading", "text", "boilerplate"]


class Block(NamedTuple):
    """A heading, a paragraph or a piece of navigation; blocks of a document do not overlap and are in order.

    ``level`` is 1 to 6 for headings, 0 otherwise.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """What is known about a document besides its text: the fields a citation shows."""

    id: str
    """Path relative to the folder it was found in, ``/`` between parts; unique in an index."""
    title: str
    publisher: str | None
    published: str | None
    """ISO 8601 date, as stated by the source."""
    url: str | None
    """``http`` or ``https`` only."""
    path: str
    """Absolute path of the file; of one in an archive, the archive's with its own behind it."""
    sha256: str
    """Of the file's bytes; of its own bytes for a file in an archive."""
    kind: str
    """The format: ``txt``, ``md``, ``html``, ``pdf``, …"""
    size: int
    """Bytes of the file."""


@dataclass(frozen=True, slots=True)
class Document:
    """A source and its canonical text, into which every offset of the product points."""

    source: Source
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[int, ...] = ()
    """Offset at which each page starts, page 1 first; empty where the format has no pages. Slides are pages."""
    warnings: tuple[str, ...] = ()
    """What could not be read of it, or had to be found out, one line each: pages without text, an encoding."""

    @property
    def id(self) -> str:
        return self.source.id

    def line(self, offset: int) -> int:
        """The line (from 1) of ``text`` that holds ``offset``; ``\\n``, ``\\r\\n`` and ``\\r`` end a line."""
        # A "\r\n" that the offset splits is not yet ended.
        return 1 + sum(1 for match in _NEWLINE.finditer(self.text) if match.end() <= offset)

    def page(self, offset: int) -> int | None:
        """The page (from 1) that holds ``offset``, or None where the format has no pages."""
        return bisect_right(self.pages, offset) if self.pages else None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why, in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed, retrieved and cited: a verbatim slice of one document."""

    document_id: str
    start: int
    end: int
    text: str
    """``document.text[start:end]``."""
    context: str
    """The headings above the passage, joined; read by encoder and lexical index, never quoted."""
    sentences: tuple[Span, ...]
    """Document offsets of the sentences inside the passage, in order."""
    searchable: bool = True
    """False for navigation and other boilerplate: kept and shown, never retrieved."""

    def slice(self, span: Span) -> str:
        """The text at document offsets inside the passage."""
        return self.text[span.start - self.start : span.end - self.start]

    @property
    def embedded_text(self) -> str:
        """What the encoder and the lexical index read."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage."""

    rank: int
    """From 1, best first."""
    passage: Passage
    score: float
    scores: Mapping[str, float]
    """What stands behind ``score``: ``dense`` (cosine), ``lexical`` (BM25), ``reader`` where it read the passage."""
    ranks: Mapping[str, int] = field(default_factory=dict, compare=False)
    """Its rank, from 1, in each search that proposed it: ``dense``, ``lexical``."""


@dataclass(frozen=True, slots=True)
class Extract:
    """A place in a passage that may answer the question, found by a reader."""

    passage: Passage
    quote: Span
    """Document offsets of the whole sentence or sentences."""
    span: Span
    """Document offsets of the words inside ``quote`` that answer."""
    score: float
    """The reader's own score; comparable between passages of one question."""
    confidence: float
    """Probability, 0 to 1, that this extract answers the question."""
    why_not: str | None = None
    """What speaks against it, in one sentence, where the reader knows."""
    inputs: Mapping[str, float] = field(default_factory=dict)
    """The named numbers that the confidence was made of."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and the exact place it stands at."""

    number: int
    source: Source
    quote: str
    start: int
    end: int
    span_start: int
    span_end: int
    page: int | None
    line: int
    link: str
    """The source at that very place: a text fragment where a browser understands one."""
    headings: tuple[str, ...] = ()
    """The headings above the quote, outermost first, in formats that mark them; not part of the contract's JSON."""

    def to_json(self) -> dict[str, Any]:
        """The citation as the contract spells it."""
        document = {
            "id": self.source.id,
            "title": self.source.title,
            "publisher": self.source.publisher,
            "published": self.source.published,
            "url": self.source.url,
            "path": self.source.path,
            "sha256": self.source.sha256,
        }
        return {
            "number": self.number,
            "document": document,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "span_start": self.span_start,
            "span_end": self.span_end,
            "page": self.page,
            "line": self.line,
            "link": self.link,
        }


@dataclass(frozen=True, slots=True)
class FoundAnswer:
    """One place that answers: its words, and the number of its citation."""

    text: str
    span: str
    confidence: float
    citation: int

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "span": self.span,
            "confidence": round(self.confidence, 4),
            "citation": self.citation,
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about; not a part of its JSON."""

    forms: tuple[tuple[str, float], ...]
    """The whole questions that were made of question and history, each with its best candidate's confidence."""
    question: str
    """The form that was answered, the one with the highest confidence."""
    retrieved: tuple[Hit, ...]
    """As the searches together rank them, best first; ``score`` is the fusion's, 0 to 1."""
    read: int
    """How many of them the reader read."""
    extracts: tuple[Extract, ...]
    """What the reader made of those, best first."""
    threshold: float
    """The least confidence at which an extract is shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``ask`` returns: found answers best first, or none and the reason.

    ``confidence`` is that of the best answer, or of the best candidate where the sources do not answer.
    """

    question: str
    history: tuple[str, ...]
    answers: tuple[FoundAnswer, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float
    reason: str | None
    seconds: Mapping[str, float] = field(compare=False)
    trace: Trace | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str | None:
        """The sentence or sentences that answer, word for word; None when the sources do not answer."""
        return self.answers[0].text if self.answers else None

    @property
    def span(self) -> str | None:
        """The words inside ``text`` that answer; None when the sources do not answer."""
        return self.answers[0].span if self.answers else None

    def to_json(self, id: str | int | None = None) -> dict[str, Any]:
        """The answer as the contract spells it, fit for ``json.dumps``."""
        return {
            "id": id,
            "question": self.question,
            "history": list(self.history),
            "text": self.text,
            "span": self.span,
            "confidence": round(self.confidence, 4),
            "citations": [citation.to_json() for citation in self.citations],
            "answers": [answer.to_json() for answer in self.answers],
            "hits": hits_to_json(self.hits),
            "reason": self.reason,
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }


def hits_to_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """The hits as the contract spells them."""
    return [
        {
            "rank": hit.rank,
            "document_id": hit.passage.document_id,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "text": hit.passage.text,
            "score": round(hit.score, 4),
            "scores": {name: round(value, 4) for name, value in hit.scores.items()},
        }
        for hit in hits
    ]
