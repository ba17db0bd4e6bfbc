"""Ask the questions of a set, many at once, and score what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.errors import QuestionError
from qa.eval.engine import Subject
from qa.eval.scoring import Heard, Record, Scorer, heard_answer, heard_hits
from qa.eval.sets import Question, QuestionSet
from qa.index import Progress
from qa.pipeline import Mode
from qa.settings import Settings

BATCH = 32
"""Questions asked together, where nobody watches."""
TIMED = 100
"""At least so many, spread over the set, are asked one at a time: the seconds of a batch tell nothing of one."""
_REMEMBERED = 512
"""Documents whose passages and texts are kept at hand."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """How to examine an index. ``mode`` None asks for answers; a mode is retrieval alone, without history."""

    subject: Subject
    settings: Settings
    mode: Mode | None = None
    clock: Callable[[], float] = time.perf_counter
    progress: Progress = lambda *_: None
    batch: int = BATCH
    """Questions asked together; progress is told before each batch."""

    def evaluate(self, questions: QuestionSet, done: Collection[str] = ()) -> Iterator[list[Record]]:
        """A record for every question but those whose id is in ``done``, in order, batch by batch.

        The same questions are timed whatever is done already.
        """
        whole = questions.questions
        timed = {question.id for question in whole[:: max(1, len(whole) // TIMED)]}
        left = [question for question in whole if question.id not in done]
        scorer = self._scorer(questions.unit)
        for start in range(0, len(left), self.batch):
            self.progress("asking", len(whole) - len(left) + start, len(whole))
            batch = left[start : start + self.batch]
            yield list(scorer.records(batch, self._hear(batch, scorer, timed)))
        self.progress("asking", len(whole), len(whole))

    def _scorer(self, unit: str) -> Scorer:
        remember = lru_cache(_REMEMBERED)
        return Scorer(
            unit=unit,
            asked=self.mode is None,
            read_passages=self.settings.read_passages,
            passages=remember(self.subject.passages),
            text_of=remember(lambda id: self.subject.document(id).text),
        )

    def _hear(self, batch: Sequence[Question], scorer: Scorer, timed: Collection[str]) -> list[Heard]:
        alone = [question for question in batch if self.mode is not None or question.id in timed]
        heard = {question.id: self._hear_alone(question, scorer) for question in alone}
        together = [question for question in batch if question.id not in heard]
        asked = [(question.question, question.history) for question in together]
        answers = self.subject.ask_many(asked, top_k=self._depth) if asked else []
        for question, answer in zip(together, answers, strict=True):
            heard[question.id] = heard_answer(answer, scorer.unit, None, scorer.text_of)
        return [heard[question.id] for question in batch]

    @property
    def _depth(self) -> int:
        return max(self.settings.pool, 10)  # a deeper one would change what is fused, and so the ranking

    def _hear_alone(self, question: Question, scorer: Scorer) -> Heard:
        started = self.clock()
        try:
            if self.mode is not None:
                hits = self.subject.search(question.question, top_k=self._depth, mode=self.mode)
                return heard_hits(hits, scorer.unit, self.clock() - started)
            answer = self.subject.ask(question.question, question.history, top_k=self._depth)
        except QuestionError as error:
            return heard_answer(error, scorer.unit, self.clock() - started, scorer.text_of)
        return heard_answer(answer, scorer.unit, self.clock() - started, scorer.text_of)
