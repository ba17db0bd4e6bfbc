"""A reader without a trained network: sentences by similarity and lexical evidence, spans by the kind asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from qa.encoder import Encoder, FloatArray
from qa.reader.answer_types import best_span
from qa.reader.evidence import TermWeight, measure
from qa.reader.question import Question, analyse
from qa.reader.scoring import Candidate, Scorer, load_scorer
from qa.types import Extract, Hit, Passage, Span

WEIGHTS = Path(__file__).with_name("sentence.json")
_CACHED_PASSAGES = 4096


@dataclass(frozen=True)
class SentenceReader:
    """``weight``: how much a term tells in this index."""

    encoder: Encoder
    weight: TermWeight
    scorer: Scorer = field(default_factory=lambda: load_scorer(WEIGHTS))
    name: str = "sentence"
    _vectors_of: Callable[[Passage], FloatArray] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_vectors_of", lru_cache(_CACHED_PASSAGES)(self._sentence_vectors))

    def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
        """One extract per sentence of the hits, best first; ties in the order of hits and sentences."""
        asked = analyse(question)
        return self.scorer.extracts(asked, self.candidates(asked, hits))

    def candidates(self, question: Question, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of the hits, in the order they stand."""
        if not hits:
            return []
        vector = self.encoder.encode([question.text])[0]
        return [
            self._candidate(question, hit, sentence, float(cosine))
            for hit in hits
            for sentence, cosine in zip(hit.passage.sentences, self._vectors_of(hit.passage) @ vector, strict=True)
        ]

    def _candidate(self, question: Question, hit: Hit, sentence: Span, cosine: float) -> Candidate:
        inside = best_span(question, _slice(hit.passage, sentence))
        span = Span(sentence.start + inside.start, sentence.start + inside.end)
        inputs = {**measure(question, hit, sentence, self.weight)._asdict(), "sentence_cosine": cosine}
        return Candidate(hit, sentence, span if inside.start < inside.end else sentence, inputs)

    def _sentence_vectors(self, passage: Passage) -> FloatArray:
        # A passage at a time, whatever else is asked: the same batch gives the same vectors to the last bit.
        return self.encoder.encode([_slice(passage, sentence) for sentence in passage.sentences])


def _slice(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]
