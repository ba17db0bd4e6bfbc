"""From candidates to extracts: one linear model ranks them, another says how likely the best one answers.

Every reader ends here; they differ in how they find candidates and in what speaks for one. The models are data, a
JSON file beside each reader, fitted by ``training/calibrate.py``.
"""

from __future__ import annotations

import hashlib
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from qa.errors import PinciteError
from qa.reader.evidence import TermWeight, missing, of_passage, tells
from qa.reader.lists import with_list
from qa.reader.question import AnalysedQuestion, analyse
from qa.reader.respective import own_figure
from qa.reader.similarity import Similarity
from qa.settings import OUR_READERS
from qa.types import Extract, Hit, Passage, Span

_FAR_BELOW = 30.0
"""Log odds."""


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
    """``rank`` orders the candidates of one question; ``confidence`` gives log odds that one answers.

    ``shown``: (confidence, share of right answers among those shown from it on), as measured in calibration.
    """

    rank: Linear
    confidence: Linear
    shown: tuple[tuple[float, float], ...] = ()
    reach: float | None = None
    """How far the score of a passage's best place lies above what is known of the passage before it is read, at most,
    but for very few; None: not known."""
    passed_over: bool = False
    """Whether the user has a calibration that was fitted to another version of this, and so is not used."""

    def least_confidence(self, accuracy: float) -> float:
        """From where to show answers so that ``accuracy`` of them are right.

        Where the table first reaches it, by a straight line between two steps. Never reached: the table's last step, or
        ``accuracy`` itself if that is more; nothing measured: ``accuracy``, which is on the safe side.
        """
        if not self.reaches(accuracy):
            return max(accuracy, max((confidence for confidence, _ in self.shown), default=0.0))
        number = next(number for number, (_, share) in enumerate(self.shown) if share >= accuracy)
        above, reached = self.shown[number]
        if number == 0:
            return above
        below, before = self.shown[number - 1]
        return above - (above - below) * (reached - accuracy) / (reached - before)

    def reaches(self, accuracy: float) -> bool:
        """Whether so many were right from some confidence on."""
        return any(share >= accuracy for _, share in self.shown)

    def extracts(self, question: AnalysedQuestion, candidates: Sequence[Candidate]) -> list[Extract]:
        """One extract per candidate, best first; ties in the order given."""
        scores = [self.rank(candidate.inputs) for candidate in candidates]
        order = sorted(range(len(candidates)), key=lambda number: -scores[number])
        return [
            Extract(
                passage=candidates[number].hit.passage,
                quote=candidates[number].quote,
                span=candidates[number].span,
                score=scores[number],
                confidence=sigmoid(self.confidence(candidates[number].inputs)),
                why_not=why_not(question, candidates[number].hit.passage),
                inputs=candidates[number].inputs,
            )
            for number in order
        ]


@dataclass(frozen=True)
class ScoredReader(ABC):
    """A reader that finds candidates, and leaves it to ``scorer`` to order them and to say how likely each is."""

    similarity: Similarity
    weight: TermWeight
    """How much a term tells in this index."""
    scorer: Scorer
    name: str

    @abstractmethod
    def candidates(self, question: AnalysedQuestion, hits: Sequence[Hit]) -> list[Candidate]:
        """The places that may answer, in the order of hits; no two with the same quote."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
        """As ``qa.reader.Reader`` has it; ties in the order of ``candidates``."""
        asked = analyse(question)
        extracts = self.scorer.extracts(asked, self.candidates(asked, hits))
        whole = [with_list(_with_own_figure(asked, one), one.passage, asked) for one in extracts]
        once = {(one.passage.document_id, one.quote): one for one in reversed(whole)}
        return sorted((_if_it_tells(asked, one) for one in reversed(once.values())), key=lambda one: -one.score)

    def may_reach(self, question: str, hit: Hit, score: float) -> bool:
        """As ``qa.reader.Reader`` has it."""
        if self.scorer.reach is None:
            return True
        known = self.scorer.rank(of_passage(analyse(question), hit, self.weight))
        return known + self.scorer.reach >= score

    @property
    def network(self) -> str:
        """What tells the weights of its network from others, where its name does not."""
        return ""

    @property
    def version(self) -> str:
        """Another one whenever a confidence fitted to this reader would mean something else: changes with what its
        inputs are computed by, and with what it was fitted from."""
        models = [(sorted(model.weights.items()), model.bias) for model in (self.scorer.rank, self.scorer.confidence)]
        parts = [self.name, self.network, self.similarity.encoder.fingerprint, models]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def with_calibration(self, file: Path) -> Self:
        """With the confidence in ``file``; as it is where there is none, or one fitted to another reader or version.

        Raises ``PinciteError`` where the file cannot be read.
        """
        return replace(self, scorer=_calibrated(self.scorer, self.name, self.version, file))

    @property
    def calibrated(self) -> bool:
        """As ``qa.reader.Reader`` has it."""
        return bool(self.scorer.shown)

    @property
    def passed_over(self) -> bool:
        """As ``qa.reader.Reader`` has it."""
        return self.scorer.passed_over

    def least_confidence(self, accuracy: float) -> float:
        """As ``qa.reader.Reader`` has it."""
        return self.scorer.least_confidence(accuracy)

    def reaches(self, accuracy: float) -> bool:
        """As ``qa.reader.Reader`` has it."""
        return self.scorer.reaches(accuracy)

    def prepare(self) -> None:
        """As ``qa.reader.Reader`` has it: there is nothing to load, unless a reader says otherwise."""
        return None


def _with_own_figure(question: AnalysedQuestion, extract: Extract) -> Extract:
    """The extract with the figure marked that belongs to what the question names, of several in a row."""
    start = extract.quote.start
    span = Span(extract.span.start - start, extract.span.end - start)
    own = own_figure(question.text, extract.passage.slice(extract.quote), span)
    return replace(extract, span=Span(start + own.start, start + own.end)) if own else extract


def _if_it_tells(question: AnalysedQuestion, extract: Extract) -> Extract:
    """The extract; far below all others if it only repeats the question, or is figures alone."""
    if tells(question, extract.passage.slice(extract.quote)):
        return extract
    return replace(extract, score=extract.score - _FAR_BELOW, confidence=0.0)


def load_scorer(path: Path) -> Scorer:
    """The models in a JSON file: ``{"rank": {"weights", "bias"}, "confidence": {...}, "shown": [[0.5, 0.8], ...],
    "reach": 4.0}``."""
    fitted = json.loads(path.read_text(encoding="utf-8"))
    rank, confidence = (Linear(fitted[name]["weights"], fitted[name]["bias"]) for name in ("rank", "confidence"))
    return Scorer(rank, confidence, tuple((least, share) for least, share in fitted["shown"]), fitted["reach"])


def _calibrated(scorer: Scorer, reader: str, version: str, file: Path) -> Scorer:
    try:
        fitted = json.loads(file.read_text(encoding="utf-8"))
        if fitted["reader"] != reader:
            return scorer
        if fitted.get("version") != version:
            return replace(scorer, passed_over=True)
        weights = {name: float(value) for name, value in fitted["confidence"]["weights"].items()}
        confidence = Linear(weights, float(fitted["confidence"]["bias"]))
        return replace(scorer, confidence=confidence, shown=tuple((float(a), float(b)) for a, b in fitted["shown"]))
    except FileNotFoundError:
        return scorer
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PinciteError(
            f"the calibration in {file} cannot be read ({error}): run `pincite calibrate --reset`"
            + ("" if reader == OUR_READERS[0] else " with the same --reader")
        ) from error


def why_not(question: AnalysedQuestion, passage: Passage) -> str | None:
    """A name or number of the question that the passage does not have, said in a sentence."""
    absent = missing(question, f"{passage.context}\n{passage.text}")
    return f"The closest passage does not mention {_quoted(absent)}." if absent else None


def sigmoid(value: float) -> float:
    """Log odds to a probability."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def bounded(score: float) -> float:
    """Scores far out tell no more than those at the edge, and would drown the rest."""
    return max(-15.0, min(15.0, score))


def _quoted(words: Sequence[str]) -> str:
    return " or ".join(f"“{word}”" for word in words[:3])
