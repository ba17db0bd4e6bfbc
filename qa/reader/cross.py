"""A cross-encoder as reader: it says how well passage and sentence answer; the words in it go by the kind asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from qa.reader.loaded import ModelReader
from qa.reader.neural import Asked
from qa.reader.question import AnalysedQuestion
from qa.reader.scoring import Candidate, bounded
from qa.reader.sentence import SentenceReader
from qa.types import Hit

Relevance = Callable[[Asked], float]
"""Log odds that a text answers a question."""


@dataclass(frozen=True)
class CrossReader(ModelReader[Relevance]):
    """Every sentence is a candidate, with the model's log odds of its passage (``answers``) and its own."""

    def candidates(self, question: AnalysedQuestion, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of the hits, in the order they stand."""
        found = SentenceReader(self.similarity, self.weight, self.scorer).candidates(question, hits)
        relevance = self.model
        return [replace(one, inputs={**one.inputs, **_log_odds(relevance, question.text, one)}) for one in found]


def _log_odds(relevance: Relevance, question: str, one: Candidate) -> dict[str, float]:
    passage = one.hit.passage
    texts = {"answers": passage.text, "sentence": passage.slice(one.quote)}
    return {name: bounded(relevance((question, passage.context, text))) for name, text in texts.items()}
