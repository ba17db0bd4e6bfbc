"""From candidates to extracts: one linear model ranks them, another says how likely the best one answers.

Both readers end here; they differ in how they find candidates and in what speaks for one. The models are data, a
JSON file beside each reader, fitted by ``training/calibrate.py``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.reader.evidence import missing
from qa.reader.question import Question
from qa.types import Extract, Hit, Passage, Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may answer, and what speaks for it: named numbers."""

    hit: Hit
    quote: Span
    """Document offsets of whole sentences."""
    span: Span
    """Document offsets of the words inside the quote."""
    inputs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model over named inputs; an input that it does not name counts nothing."""

    weights: Mapping[str, float]
    bias: float = 0.0

    def __call__(self, inputs: Mapping[str, float]) -> float:
        return self.bias + sum(self.weights.get(name, 0.0) * value for name, value in inputs.items())


@dataclass(frozen=True, slots=True)
class Scorer:
    """``rank`` orders the candidates of one question; ``confidence`` gives log odds that one answers."""

    rank: Linear
    confidence: Linear

    def extracts(self, question: Question, candidates: Sequence[Candidate]) -> list[Extract]:
        """One extract per candidate, best first; ties in the order given."""
        scores = [self.rank(candidate.inputs) for candidate in candidates]
        order = sorted(range(len(candidates)), key=lambda number: -scores[number])
        return [
            Extract(
                passage=candidates[number].hit.passage,
                quote=candidates[number].quote,
                span=candidates[number].span,
                score=scores[number],
                confidence=sigmoid(self.confidence(confidence_inputs(number, candidates, scores))),
                why_not=why_not(question, candidates[number].hit.passage),
            )
            for number in order
        ]


def load_scorer(path: Path) -> Scorer:
    """The two models in a JSON file: ``{"rank": {"weights", "bias"}, "confidence": {...}}``."""
    fitted = json.loads(path.read_text(encoding="utf-8"))
    return Scorer(*(Linear(fitted[name]["weights"], fitted[name]["bias"]) for name in ("rank", "confidence")))


def confidence_inputs(number: int, candidates: Sequence[Candidate], scores: Sequence[float]) -> dict[str, float]:
    """What the confidence model reads of one candidate: its inputs, its score, and its lead over the best other
    place of another passage (negative where that one is better)."""
    own = candidates[number]
    others = [
        score
        for candidate, score in zip(candidates, scores, strict=True)
        if candidate.hit.passage is not own.hit.passage
    ]
    lead = scores[number] - max(others) if others else 0.0
    return {**own.inputs, "score": scores[number], "lead": lead}


def why_not(question: Question, passage: Passage) -> str | None:
    """A name or number of the question that the passage does not have, said in a sentence."""
    absent = missing(question, f"{passage.context}\n{passage.text}")
    return f"The closest passage does not mention {_quoted(absent)}." if absent else None


def sigmoid(value: float) -> float:
    """Log odds to a probability."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _quoted(words: Sequence[str]) -> str:
    return " or ".join(f"“{word}”" for word in words[:3])
