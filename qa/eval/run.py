"""Ask every question of a set and score what comes back, question by question."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from qa.errors import QuestionError
from qa.eval.engine import Subject
from qa.eval.relevance import ranking, relevant_ids
from qa.eval.sets import Question, QuestionSet
from qa.index import Progress
from qa.measures.answers import answer_in_text, exact_match, f1
from qa.measures.citations import citation_validity
from qa.measures.retrieval import score_rankings
from qa.measures.rows import Row
from qa.measures.spans import DEPTH as SPAN_DEPTH
from qa.measures.spans import Place, score_spans
from qa.pipeline import Mode
from qa.settings import Settings
from qa.types import Hit

Stage: TypeAlias = Literal["not retrieved", "not read", "wrong answer", "refused", "not refused"]
"""Where a question was lost. The first four are answerable questions, the last an unanswerable one.

"not read": a relevant passage was retrieved, but below those the reader reads. "wrong answer": it was read,
and another text was shown. "refused": it was read, and nothing was shown.
"""

STAGES: tuple[Stage, ...] = ("not retrieved", "not read", "wrong answer", "refused", "not refused")


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


@dataclass(frozen=True, slots=True)
class Examiner:
    """How to examine an index. ``mode`` None asks for answers; a mode is retrieval alone, without history."""

    subject: Subject
    settings: Settings
    mode: Mode | None = None
    clock: Callable[[], float] = time.perf_counter
    progress: Progress = lambda *_: None

    def evaluate(self, questions: QuestionSet) -> list[Record]:
        """A record for every question, in order."""
        heard = []
        for done, question in enumerate(questions.questions):
            self.progress("asking", done, len(questions.questions))
            heard.append(self._hear(question, questions.unit))
        self.progress("asking", len(heard), len(heard))
        return self._score(questions, heard)

    def _hear(self, question: Question, unit: str) -> _Heard:
        depth = max(self.settings.pool, 10)  # a deeper one would change what is fused, and so the ranking
        started = self.clock()
        try:
            if self.mode is not None:
                hits = self.subject.search(question.question, top_k=depth, mode=self.mode)
                return _heard(hits, unit, self.clock() - started)
            answer = self.subject.ask(question.question, question.history, top_k=depth)
        except QuestionError as error:  # counts as refused: every question counts
            return _Heard((), (), self.clock() - started, reason=str(error))
        seconds = self.clock() - started
        valid = citation_validity(answer, lambda id: self.subject.document(id).text)
        heard = _heard(answer.hits, unit, seconds)
        return heard._replace(
            text=answer.text,
            span=answer.span,
            reason=answer.reason,
            confidence=answer.confidence,
            citation_validity=valid,
        )

    def _score(self, questions: QuestionSet, heard: Sequence[_Heard]) -> list[Record]:
        passages = cache(self.subject.passages)
        pairs = list(zip(questions.questions, heard, strict=True))
        relevant = {each.id: relevant_ids(each, passages, questions.unit) for each in questions.questions}
        rankings = {question.id: each.ranking for question, each in pairs}
        values = score_rankings({id: grades for id, grades in relevant.items() if grades}, rankings)
        if questions.unit == "passage":
            for question, each in pairs:
                if question.gold:
                    values[question.id] |= score_spans((gold[:3] for gold in question.gold), each.places)
        return [
            self._record(question, each, relevant[question.id], values.get(question.id, {})) for question, each in pairs
        ]

    def _record(
        self, question: Question, heard: _Heard, relevant: Mapping[str, int], values: Mapping[str, float]
    ) -> Record:
        asked = self.mode is None
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
        stage = stage_of_loss(row, min(ranks, default=None), self.settings.read_passages)
        return Record(question, row, heard.ranking, relevant, stage, heard.text, heard.span, heard.reason)


class _Heard(NamedTuple):
    ranking: tuple[str, ...]
    places: tuple[Place, ...]
    seconds: float
    text: str | None = None
    span: str | None = None
    reason: str | None = None
    confidence: float = 0.0
    citation_validity: float | None = None


def _heard(hits: Sequence[Hit], unit: str, seconds: float) -> _Heard:
    best = [hit.passage for hit in hits[:SPAN_DEPTH]]
    return _Heard(ranking(hits, unit), tuple((each.document_id, each.start, each.end) for each in best), seconds)


def _answer_values(question: Question, heard: _Heard) -> dict[str, float]:
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


def stage_of_loss(row: Row, first_relevant: int | None, read_passages: int) -> Stage | None:
    """Where the question was lost, or None; ``first_relevant`` is the rank of the first relevant passage."""
    if not row.answerable:
        return "not refused" if row.shown else None
    if row.right:
        return None
    if first_relevant is None:
        return "not retrieved"
    if row.shown is None:
        return None
    if first_relevant > read_passages:
        return "not read"
    return "wrong answer" if row.shown else "refused"
