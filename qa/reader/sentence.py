"""A reader that ranks sentences by similarity and lexical evidence, and says how likely the best one answers.

Two linear models over ``Evidence``, fitted by ``training/sentence`` on public question sets and kept as data in
``sentence.json``: one ranks the sentences of all hits, one turns the best one's evidence into a probability.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from qa.encoder import Encoder, FloatArray
from qa.reader.answer_types import best_span
from qa.reader.evidence import Evidence, TermWeight, measure, missing
from qa.reader.question import Question, analyse
from qa.types import Extract, Hit, Passage, Span

WEIGHTS = Path(__file__).with_name("sentence.json")
_CACHED_PASSAGES = 4096


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model over named inputs; one that is not named counts nothing."""

    weights: Mapping[str, float]
    bias: float = 0.0

    def __call__(self, inputs: Mapping[str, float]) -> float:
        return self.bias + sum(self.weights.get(name, 0.0) * value for name, value in inputs.items())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit and what speaks for it."""

    hit: Hit
    sentence: Span
    evidence: Evidence


@dataclass(frozen=True)
class SentenceReader:
    """``weight``: how much a term tells in this index."""

    encoder: Encoder
    weight: TermWeight
    rank: Linear
    confidence: Linear
    name: str = "sentence"
    _vectors_of: object = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_vectors_of", lru_cache(_CACHED_PASSAGES)(self._sentence_vectors))

    def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
        """One extract per sentence of the hits, best first; ties in the order of hits and sentences."""
        asked = analyse(question)
        candidates = self.candidates(asked, hits)
        scores = [self.rank(candidate.evidence._asdict()) for candidate in candidates]
        order = sorted(range(len(candidates)), key=lambda number: -scores[number])
        return [self._extract(asked, candidates[number], scores[number], scores) for number in order]

    def candidates(self, question: Question, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of the hits with its evidence, in the order they stand."""
        if not hits:
            return []
        vector = self.encoder.encode([question.text])[0]
        return [
            Candidate(hit, sentence, measure(question, hit, sentence, float(cosine), self.weight))
            for hit in hits
            for sentence, cosine in zip(hit.passage.sentences, self._cosines(hit.passage, vector), strict=True)
        ]

    def _cosines(self, passage: Passage, vector: FloatArray) -> FloatArray:
        vectors: FloatArray = self._vectors_of(passage)  # type: ignore[operator]
        return vectors @ vector

    def _sentence_vectors(self, passage: Passage) -> FloatArray:
        # A passage at a time, whatever else is asked: the same batch gives the same vectors to the last bit.
        return self.encoder.encode([_slice(passage, sentence) for sentence in passage.sentences])

    def _extract(self, question: Question, candidate: Candidate, score: float, scores: Sequence[float]) -> Extract:
        passage, quote = candidate.hit.passage, candidate.sentence
        text = _slice(passage, quote)
        inside = best_span(question, text)
        span = Span(quote.start + inside.start, quote.start + inside.end) if inside.start < inside.end else quote
        return Extract(
            passage,
            quote,
            span,
            score,
            confidence=sigmoid(self.confidence(confidence_inputs(candidate.evidence, score, scores))),
            why_not=why_not(question, passage),
        )


def confidence_inputs(evidence: Evidence, score: float, scores: Sequence[float]) -> dict[str, float]:
    """What the confidence model reads: the evidence, the score, and its lead over the other candidates."""
    others = np.sort(np.asarray(scores))[::-1]
    rival = float(others[1]) if len(others) > 1 and score >= others[0] else float(others[0])
    return {**evidence._asdict(), "score": score, "lead": score - rival}


def why_not(question: Question, passage: Passage) -> str | None:
    """A name or number of the question that the passage does not have, said in a sentence."""
    absent = missing(question, f"{passage.context}\n{passage.text}")
    return f"The closest passage does not mention {_quoted(absent)}." if absent else None


def load_sentence_reader(encoder: Encoder, weight: TermWeight, path: Path = WEIGHTS) -> SentenceReader:
    """The reader with the weights in ``path``."""
    fitted = json.loads(path.read_text(encoding="utf-8"))
    rank, confidence = (Linear(fitted[name]["weights"], fitted[name]["bias"]) for name in ("rank", "confidence"))
    return SentenceReader(encoder, weight, rank, confidence)


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _slice(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]


def _quoted(words: Sequence[str]) -> str:
    return " or ".join(f"“{word}”" for word in words[:3])
