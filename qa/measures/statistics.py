"""What rows amount to, as functions of how much each row weighs.

A statistic takes weights of shape (n, b), a column for each of b ways to weigh n rows, and gives b values:
nan where undefined. Ones give the measure itself, counts of a resample its bootstrap replicate, and zeros and
ones choose between two systems; so one definition serves value, interval and test, and all are vectorised.

Confidences that are equal are one step: no order among them is invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qa.measures.rows import Bools, Floats

Statistic: TypeAlias = Callable[[Floats], Floats]


def _divide(part: Floats, whole: Floats) -> Floats:
    undefined: Floats = np.full(part.shape, np.nan)
    return np.divide(part, whole, out=undefined, where=whole > 0)


def ratio(part: Floats | Bools, whole: Floats | Bools) -> Statistic:
    """Weighted sum of ``part`` over that of ``whole``: a mean, a precision, a recall or an F1."""
    upper, lower = part.astype(float), whole.astype(float)
    return lambda weights: _divide(upper @ weights, lower @ weights)


@dataclass(frozen=True, slots=True)
class _Steps:
    """The counted rows in groups of equal score, highest first."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]

    def sums(self, weights: Floats, share: Bools | None = None) -> Floats:
        """Weight in each group, shape (groups, b); of the rows in ``share`` only, where given."""
        if not self.order.size:
            return np.zeros((0, weights.shape[1]))
        picked = weights[self.order]
        if share is not None:
            picked *= share[self.order, None]
        if self.starts.size == self.order.size:
            return picked
        running = np.cumsum(picked, axis=0)[np.append(self.starts[1:], self.order.size) - 1]
        return np.diff(running, axis=0, prepend=0.0)


def _steps(score: Floats, counted: Bools) -> _Steps:
    rows = np.flatnonzero(counted)
    order = rows[np.argsort(-score[rows], kind="stable")]
    ordered = score[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: order.size])
    return _Steps(order, starts)


def auroc(score: Floats, positive: Bools, counted: Bools) -> Statistic:
    """Probability (0 to 1) that a positive row outscores a negative one, ties half (Hanley and McNeil 1982).

    0.5 is chance; undefined without both kinds.
    """
    steps = _steps(score, counted)

    def of(weights: Floats) -> Floats:
        up, down = steps.sums(weights, positive), steps.sums(weights, ~positive)
        above = np.cumsum(up, axis=0) - up / 2
        return _divide((above * down).sum(axis=0), up.sum(axis=0) * down.sum(axis=0))

    return of


def coverage_at(accuracy: float, score: Floats, right: Bools, shown: Bools, asked: Bools) -> Statistic:
    """Largest share (0 to 1) of questions that a threshold answers with at least ``accuracy`` of them right.

    The denominator is every question asked, refused and unanswerable ones too (selective question
    answering: Kamath et al. 2020), so unanswerable questions keep it below 1. 0 when no threshold is
    accurate enough.
    """
    steps = _steps(score, shown)

    def of(weights: Floats) -> Floats:
        answered = np.cumsum(steps.sums(weights), axis=0)
        correct = np.cumsum(steps.sums(weights, right), axis=0)
        enough = np.where(correct >= accuracy * answered - 1e-9, answered, 0.0)
        return _divide(enough.max(axis=0, initial=0.0), asked.astype(float) @ weights)

    return of


def risk_coverage_area(score: Floats, right: Bools, shown: Bools) -> Statistic:
    """Mean share of wrong answers (0 to 1, lower is better) over all thresholds, on the shown answers.

    AURC of Geifman and El-Yaniv 2017; 0 when every shown answer is right, undefined when none is shown.
    """
    steps = _steps(score, shown)

    def of(weights: Floats) -> Floats:
        step = steps.sums(weights)
        wrong, answered = np.cumsum(steps.sums(weights, ~right), axis=0), np.cumsum(step, axis=0)
        risk = np.nan_to_num(_divide(wrong, answered))
        return _divide((risk * step).sum(axis=0), step.sum(axis=0))

    return of


def calibration_error(score: Floats, right: Bools, shown: Bools, bins: int = 10) -> Statistic:
    """Expected calibration error (0 to 1, lower is better) over ``bins`` of equal width (Naeini et al. 2015).

    The gap between mean confidence and share right in each bin, weighted by the shown answers in it. A bin
    holds its upper edge; 0 belongs to the first. Undefined when no answer is shown.
    """
    bin_of = np.digitize(score, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    member = (bin_of[:, None] == np.arange(bins)) & shown[:, None]
    excess = (member * (score - right)[:, None]).T

    def of(weights: Floats) -> Floats:
        return _divide(np.abs(excess @ weights).sum(axis=0), shown.astype(float) @ weights)

    return of


def quantile(values: Floats, counted: Bools, share: float) -> Statistic:
    """The smallest value that at least ``share`` of the counted rows do not exceed (nearest rank)."""
    order = np.flatnonzero(counted)[np.argsort(values[counted], kind="stable")]
    ordered = values[order]

    def of(weights: Floats) -> Floats:
        if not order.size:
            return np.full(weights.shape[1], np.nan)
        reached = np.cumsum(weights[order], axis=0)
        enough = reached >= share * reached[-1] - 1e-9
        return np.where(reached[-1] > 0, ordered[enough.argmax(axis=0)], np.nan)

    return of
