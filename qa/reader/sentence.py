"""A reader without a trained network: sentences by similarity and lexical evidence, spans by the kind asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.reader.answer_types import best_span
from qa.reader.evidence import TermWeight, measure
from qa.reader.question import Question, analyse
from qa.reader.scoring import Candidate, Scorer, load_scorer
from qa.reader.similarity import Similarity
from qa.types import Extract, Hit, Span

WEIGHTS = Path(__file__).with_name("sentence.json")


@dataclass(frozen=True)
class SentenceReader:
    """``weight``: how much a term tells in this index."""

    similarity: Similarity
    weight: TermWeight
    scorer: Scorer = field(default_factory=lambda: load_scorer(WEIGHTS))
    name: str = "sentence"

    def least_confidence(self, accuracy: float) -> float:
        return self.scorer.least_confidence(accuracy)

    def prepare(self) -> None:
        """There is nothing to load."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
        """One extract per sentence of the hits, best first; ties in the order of hits and sentences."""
        asked = analyse(question)
        return self.scorer.extracts(asked, self.candidates(asked, hits))

    def candidates(self, question: Question, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of the hits, in the order they stand."""
        found = [(hit, sentence) for hit in hits for sentence in hit.passage.sentences]
        cosines = self.similarity(question.text, [hit.passage.slice(sentence) for hit, sentence in found])
        return [
            self._candidate(question, hit, sentence, cosine)
            for (hit, sentence), cosine in zip(found, cosines, strict=True)
        ]

    def _candidate(self, question: Question, hit: Hit, sentence: Span, cosine: float) -> Candidate:
        inside = best_span(question, hit.passage.slice(sentence))
        span = Span(sentence.start + inside.start, sentence.start + inside.end)
        inputs = {**measure(question, hit, sentence, self.weight)._asdict(), "sentence_cosine": cosine}
        return Candidate(hit, sentence, span if inside.start < inside.end else sentence, inputs)
