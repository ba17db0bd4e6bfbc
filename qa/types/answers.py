"""What is found in passages, and the answers made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.types.documents import Passage, Source, Span


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
