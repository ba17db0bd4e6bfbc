"""What came back for a question -> its record: its numbers, and where it was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from qa.errors import QuestionError
from qa.eval.relevance import ranking, relevant_ids
from qa.eval.sets import Gold, Question, TextOf
from qa.measures.answers import answer_in_text, exact_match, f1
from qa.measures.citations import citation_validity
from qa.measures.retrieval import score_rankings
from qa.measures.rows import Row
from qa.measures.spans import DEPTH as SPAN_DEPTH
from qa.measures.spans import Place, score_spans
from qa.types import Answer, Hit, Passage

Stage: TypeAlias = Literal["not retrieved", "not read", "wrong answer", "refused", "not refused"]
"""Where a question was lost. The first four are answerable questions, the last an unanswerable one.

"not read": a relevant passage was retrieved, but below those the reader reads. "wrong answer": it was read,
and another text was shown. "refused": it was read, and nothing was shown.
"""

STAGES: tuple[Stage, ...] = ("not retrieved", "not read", "wrong answer", "refused", "not refused")

_GOLD_SHOWN = 3
_QUOTE = 300
_AROUND = 120
"""Characters of a gold quote, and of the text on each side of it, that a lost question is shown with."""


class Quote(NamedTuple):
    """A gold quote of a lost question in its surroundings, cut to what can be read at a glance."""

    document_id: str
    before: str
    quote: str
    after: str


class Heard(NamedTuple):
    """What came back for one question."""

    ranking: tuple[str, ...]
    places: tuple[Place, ...]
    seconds: float | None
    text: str | None = None
    span: str | None = None
    reason: str | None = None
    confidence: float = 0.0
    citation_validity: float | None = None
    cited: Place | None = None
    read: int | None = None
    """How many passages were read; None = not told."""


@dataclass(frozen=True, slots=True)
class Record:
    """A question, what came back and its numbers. Ids of a ranking have no white space in them."""

    question: Question
    row: Row
    ranking: tuple[str, ...]
    """Ids of passages (``document:start-end``) or documents, best first."""
    relevant: Mapping[str, int]
    """Id -> grade of all that is relevant in the index."""
    stage: Stage | None
    """None for a success."""
    text: str | None = None
    span: str | None = None
    reason: str | None = None
    """Why nothing was shown."""
    cited: Place | None = None
    """Where the text shown stands."""
    expected: tuple[Quote, ...] = ()
    """Of a lost question: what should have been found."""


def heard_hits(hits: Sequence[Hit], unit: str, seconds: float | None) -> Heard:
    """What retrieval alone gave."""
    best = [hit.passage for hit in hits[:SPAN_DEPTH]]
    return Heard(ranking(hits, unit), tuple((each.document_id, each.start, each.end) for each in best), seconds)


def heard_answer(answer: Answer | QuestionError, unit: str, seconds: float | None, text_of: TextOf) -> Heard:
    """What the product gave; a question that cannot be asked counts as refused: every question counts."""
    if isinstance(answer, QuestionError):
        return Heard((), (), seconds, reason=str(answer))
    cited = answer.citations[0] if answer.citations else None
    return heard_hits(answer.hits, unit, seconds)._replace(
        text=answer.text,
        span=answer.span,
        reason=answer.reason,
        confidence=answer.confidence,
        citation_validity=citation_validity(answer, text_of),
        cited=(cited.source.id, cited.start, cited.end) if cited else None,
        read=answer.trace.read if answer.trace else None,
    )


@dataclass(frozen=True, slots=True)
class Scorer:
    """``asked``: answers were asked for, not retrieval alone. ``passages`` and ``text_of``: of a document, by id."""

    unit: str
    asked: bool
    read_passages: int
    passages: Callable[[str], Sequence[Passage]]
    text_of: TextOf

    def records(self, questions: Sequence[Question], heard: Sequence[Heard]) -> Iterator[Record]:
        """A record for each question, in order."""
        relevant = {each.id: relevant_ids(each, self.passages, self.unit) for each in questions}
        rankings = {question.id: each.ranking for question, each in zip(questions, heard, strict=True)}
        values = score_rankings({id: grades for id, grades in relevant.items() if grades}, rankings)
        for question, each in zip(questions, heard, strict=True):
            mine = values.get(question.id, {})
            if self.unit == "passage":
                mine |= score_spans((gold[:3] for gold in question.gold), each.places)
            yield self._record(question, each, relevant[question.id], mine)

    def _record(
        self, question: Question, heard: Heard, relevant: Mapping[str, int], values: Mapping[str, float]
    ) -> Record:
        asked = self.asked and bool(question.answers or not question.gold)  # of places alone, the ranking is scored
        row = Row(
            id=question.id,
            type=question.type,
            answerable=question.answerable,
            values={**values, **_answer_values(question, heard)} if asked else values,
            seconds=heard.seconds,
            shown=heard.text is not None if asked else None,
            confidence=heard.confidence if asked else None,
        )
        ranks = [rank for rank, id in enumerate(heard.ranking, start=1) if id in relevant]
        read = self.read_passages if heard.read is None else heard.read
        stage = stage_of_loss(row, min(ranks, default=None), read)
        expected = tuple(map(self._quote, question.gold[:_GOLD_SHOWN])) if stage else ()
        shown = heard.text, heard.span, heard.reason, heard.cited
        return Record(question, row, heard.ranking, relevant, stage, *shown, expected)

    def _quote(self, gold: Gold) -> Quote:
        text = self.text_of(gold.document_id)
        end = min(gold.end, gold.start + _QUOTE)
        before, after = text[max(0, gold.start - _AROUND) : gold.start], text[end : end + _AROUND]
        return Quote(gold.document_id, before, text[gold.start : end], after)


def _answer_values(question: Question, heard: Heard) -> dict[str, float]:
    values = {
        "EM-all": exact_match(heard.span, question.answers),
        "F1-all": f1(heard.span, question.answers),
    }
    if question.answerable:
        values["answer-in-text@1"] = answer_in_text(heard.text, question.answers)
        values["EM"], values["F1"] = values["EM-all"], values["F1-all"]
    if heard.citation_validity is not None:
        values["citation-validity"] = heard.citation_validity
    return values


def stage_of_loss(row: Row, first_relevant: int | None, read: int) -> Stage | None:
    """Where the question was lost, or None; ``first_relevant`` is the rank of the first relevant passage, ``read`` how
    many were read."""
    if not row.answerable:
        return "not refused" if row.shown else None
    if row.right:
        return None
    if first_relevant is None:
        return "not retrieved"
    if row.shown is None:
        return None
    if first_relevant > read:
        return "not read"
    return "wrong answer" if row.shown else "refused"
