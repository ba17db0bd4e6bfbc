"""What the plots of a run show, as numbers: risk over coverage, and confidence against what came true."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from qa.measures.rows import Columns, Row

_Z = 1.959964
"""Of a 95 % interval."""


class Point(NamedTuple):
    """At one threshold on confidence: the share of all questions answered, and the share of those that is wrong."""

    coverage: float
    risk: float
    threshold: float


class Bin(NamedTuple):
    """Shown answers of about the same confidence, and the Wilson interval of the share that is right."""

    n: int
    confidence: float
    """Their mean."""
    right: float
    low: float
    high: float


def risk_coverage(rows: Sequence[Row]) -> list[Point]:
    """A point for each confidence at which an answer is shown, highest first (El-Yaniv and Wiener 2010).

    Every question asked is in the denominator of coverage, as in ``coverage_at``. Empty where none is shown.
    """
    asked = sum(row.shown is not None for row in rows)
    shown = sorted((row for row in rows if row.shown), key=lambda row: -(row.confidence or 0.0))
    points: list[Point] = []
    wrong = 0
    for number, row in enumerate(shown, start=1):
        wrong += not row.right
        threshold = row.confidence or 0.0
        if points and points[-1].threshold == threshold:
            points.pop()  # equal confidences are one step
        points.append(Point(number / asked, wrong / number, threshold))
    return points


def reliability(rows: Sequence[Row], bins: int = 10) -> list[Bin]:
    """The bins of equal width that hold an answer, lowest confidence first; cut as ``calibration_error`` cuts them."""
    columns = Columns([row for row in rows if row.shown])
    confidence, right = columns.confidence, columns.flags("right")
    bin_of = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    found = []
    for number in range(bins):
        mine = bin_of == number
        if n := int(mine.sum()):
            hits = int(right[mine].sum())
            found.append(Bin(n, float(confidence[mine].mean()), hits / n, *wilson(hits, n)))
    return found


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); it has width even where all or none are right."""
    share, z = hits / n, _Z * _Z / n
    middle, half = (share + z / 2) / (1 + z), _Z * sqrt(share * (1 - share) / n + z / (4 * n)) / (1 + z)
    return max(0.0, middle - half), min(1.0, middle + half)
