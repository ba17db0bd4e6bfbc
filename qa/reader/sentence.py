"""A reader without a trained network: sentences by similarity and lexical evidence, spans by the kind asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.reader.answer_types import best_span
from qa.reader.evidence import measure
from qa.reader.question import AnalysedQuestion
from qa.reader.scoring import Candidate, ScoredReader, Scorer, load_scorer
from qa.types import Hit, Span

WEIGHTS = Path(__file__).with_name("sentence.json")


@dataclass(frozen=True)
class SentenceReader(ScoredReader):
    """Every sentence is a candidate."""

    scorer: Scorer = field(default_factory=lambda: load_scorer(WEIGHTS))
    name: str = "sentence"

    def candidates(self, question: AnalysedQuestion, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of the hits, in the order they stand."""
        found = [(hit, sentence) for hit in hits for sentence in hit.passage.sentences]
        cosines = self.similarity(question.text, [hit.passage.slice(sentence) for hit, sentence in found])
        return [
            self._candidate(question, hit, sentence, cosine)
            for (hit, sentence), cosine in zip(found, cosines, strict=True)
        ]

    def _candidate(self, question: AnalysedQuestion, hit: Hit, sentence: Span, cosine: float) -> Candidate:
        inside = best_span(question, hit.passage.slice(sentence))
        span = Span(sentence.start + inside.start, sentence.start + inside.end)
        inputs = {**measure(question, hit, sentence, self.weight)._asdict(), "sentence_cosine": cosine}
        return Candidate(hit, sentence, span if inside.start < inside.end else sentence, inputs)
