"""Fit the confidence to known questions: from named numbers about the best candidate to the chance that it is right.

``pincite calibrate`` fits to a user's own set, starting from what ships; ``training/calibrate.py`` makes what ships.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.errors import QuestionError, QuestionSetError
from qa.eval.sets import QuestionSet
from qa.measures.answers import answer_in_text
from qa.pipeline import Pincite
from qa.reader.load import uncalibrated
from qa.reader.scoring import Linear, ScoredReader, sigmoid

Floats = npt.NDArray[np.float64]

LEAST_QUESTIONS = 30
"""Fewer say too little to move the confidence."""
PULL = 8.0
"""How strongly the fit is held to the model that ships: as much as that many questions would."""
_STEPS = 21
_BELIEVED = 10.0
"""How many answers the confidences count for beside those that were judged: enough that one answer more or less moves
the threshold little, few enough that thirty judged ones outweigh them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The best candidate for one question: what is known of it, and whether it answers."""

    inputs: Mapping[str, float]
    right: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted confidence. Losses are mean log losses (natural logarithm), each question left out of its own fit."""

    confidence: Linear
    shown: tuple[tuple[float, float], ...]
    """(confidence, expected share of right answers among those at or above it), as ``shown_table`` has it."""
    loss_before: float
    loss_after: float


def shipped(pincite: Pincite) -> ScoredReader:
    """Its reader with the confidence that it came with."""
    return uncalibrated(pincite.settings.reader, pincite.index, pincite.encoder)


def judge(pincite: Pincite, questions: QuestionSet) -> list[Judged]:
    """Ask every question and judge the best candidate, shown or not; those without any are left out."""
    judged = []
    for question in questions.questions:
        try:
            best = pincite.best(question.question, question.history)
        except QuestionError:
            continue
        if best is not None:
            quote = best.passage.slice(best.quote)
            right = question.answerable and bool(answer_in_text(quote, question.answers))
            judged.append(Judged(best.inputs, right, question.answerable))
    return judged


def calibrate(judged: Sequence[Judged], start: Linear, folds: int = 5) -> Calibration:
    """Fit and measure; raises ``QuestionSetError`` where there is too little to learn from."""
    right = [each.right for each in judged]
    if len(judged) < LEAST_QUESTIONS:
        raise QuestionSetError(
            f"{len(judged)} questions are too few to calibrate with: {LEAST_QUESTIONS} or more are needed"
        )
    if all(right) or not any(right):
        raise QuestionSetError("all answers are right, or all wrong: add questions of the other kind to the set")
    chances = [0.0] * len(judged)
    for fold in range(folds):
        model = refit([each for number, each in enumerate(judged) if number % folds != fold], start)
        for number in range(fold, len(judged), folds):
            chances[number] = sigmoid(model(judged[number].inputs))
    before = [sigmoid(start(each.inputs)) for each in judged]
    return Calibration(
        refit(judged, start), shown_table(chances, right), _log_loss(before, right), _log_loss(chances, right)
    )


def _log_loss(chances: Sequence[float], right: Sequence[bool]) -> float:
    losses = [math.log(max(1e-12, c if r else 1 - c)) for c, r in zip(chances, right, strict=True)]
    return -sum(losses) / len(losses)


def refit(judged: Sequence[Judged], start: Linear, pull: float = PULL) -> Linear:
    """Logistic regression held to ``start``: few questions move it little, many decide.

    Least penalised log loss, the penalty being ``pull`` times the squared change of a weight in units of its input's
    spread; the bias is free.
    """
    labels = np.array([each.right for each in judged], dtype=np.float64)
    names = list(start.weights)
    matrix = np.array([[each.inputs.get(name, 0.0) for name in names] for each in judged])
    mean, spread = matrix.mean(0), matrix.std(0)
    scaled = np.column_stack([(matrix - mean) / np.where(spread > 0, spread, 1.0), np.ones(len(judged))])
    weights = np.array([start.weights[name] for name in names])
    prior = np.append(weights * spread, start.bias + float(weights @ mean))
    moved = _newton(scaled, labels, prior, pull)
    fitted = np.where(spread > 0, moved[:-1] / np.where(spread > 0, spread, 1.0), weights)
    bias = float(moved[-1] - fitted @ mean)
    return Linear({name: round(float(w), 4) for name, w in zip(names, fitted, strict=True)}, round(bias, 4))


def _newton(matrix: Floats, labels: Floats, prior: Floats, pull: float) -> Floats:
    """The minimum of log loss + pull/2 · |w − prior|², the bias free; convex: Newton's steps, halved till they gain."""
    held = np.append(np.full(len(prior) - 1, pull), 1e-3)  # how often it is right differs most between sets: free

    def cost(w: Floats) -> float:
        odds = matrix @ w
        return float(np.logaddexp(0, odds).sum() - labels @ odds + (held / 2 * (w - prior) ** 2).sum())

    w = prior.copy()
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(matrix @ w, -60, 60)))
        slope = matrix.T @ (chance - labels) + held * (w - prior)
        curve = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + np.diag(held)
        step = np.linalg.solve(curve, slope)
        share = 1.0
        here = cost(w)
        while cost(w - share * step) > here and share > 1e-9:
            share /= 2
        w = w - share * step
        if float(np.abs(share * step).max()) < 1e-10:
            break
    return w


def shown_table(
    confidences: Sequence[float], right: Sequence[bool], weights: Sequence[float] | None = None
) -> tuple[tuple[float, float], ...]:
    """(confidence, expected share of right ones at or above it) for steps of 0.05; ends where none is shown.

    What is expected is what was judged, and ``_BELIEVED`` answers more that come out as the confidences say.
    """
    level = np.asarray(confidences, dtype=np.float64)
    good = np.asarray(right, dtype=np.float64)
    count = np.ones_like(level) if weights is None else np.asarray(weights, dtype=np.float64)
    table = []
    for least in np.linspace(0, 1, _STEPS):
        shown = level >= least - 1e-9
        seen = count[shown].sum()
        if seen > 0:
            expected = float(level[shown] @ count[shown] / seen)
            share = ((good * count)[shown].sum() + _BELIEVED * expected) / (seen + _BELIEVED)
            table.append((round(float(least), 2), round(float(share), 4)))
    return tuple(table)


def write_calibration(
    file: Path,
    reader: ScoredReader,
    confidence: Linear,
    shown: Sequence[tuple[float, float]],
    note: Mapping[str, object],
) -> None:
    """Write what ``ScoredReader.with_calibration`` reads, beside and renamed. ``reader``: as it came."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    value = {
        "reader": reader.name,
        "version": reader.version,
        "confidence": {"weights": dict(confidence.weights), "bias": confidence.bias},
        "shown": [list(pair) for pair in shown],
        "fitted": dict(note),
    }
    fresh.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(file)
