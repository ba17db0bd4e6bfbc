"""The measures by name, and a table of them with n and a 95 % interval each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from qa.measures import retrieval, spans
from qa.measures.rows import Bools, Columns, Floats, Row
from qa.measures.statistics import (
    Statistic,
    auroc,
    calibration_error,
    coverage_at,
    quantile,
    ratio,
    risk_coverage_area,
)

Group: TypeAlias = Literal["retrieval", "answers", "refusals", "confidence", "citations", "time"]

_CELLS = 2_000_000
"""Weights held at once; bounds memory to some ten megabytes an array."""
_MANY = 5_000
"""Of more rows fewer resamples are drawn: intervals are narrow there, and time would grow with both."""


class Counted(NamedTuple):
    """A statistic over the rows, and the number of rows it is about."""

    n: int
    statistic: Statistic


@dataclass(frozen=True, slots=True)
class Measure:
    """A named way to turn rows into one number."""

    name: str
    group: Group
    over: str
    """The questions it counts, in words."""
    counted: Callable[[Columns], Counted]
    higher_is_better: bool = True


class Estimate(NamedTuple):
    """A measure's value on n rows and its interval; all None where it is undefined, never 0."""

    measure: str
    n: int
    value: float | None
    low: float | None
    high: float | None


def _mean(name: str, group: Group, over: str) -> Measure:
    def counted(columns: Columns) -> Counted:
        values, defined = columns.values(name)
        return Counted(int(defined.sum()), ratio(values, defined))

    return Measure(name, group, over, counted)


def _share(name: str, over: str, part_whole: Callable[[Columns], tuple[Bools, Bools]]) -> Measure:
    """The share of the rows in ``whole`` that are also in ``part``."""

    def counted(columns: Columns) -> Counted:
        part, whole = part_whole(columns)
        return Counted(int(whole.sum()), ratio(part & whole, whole))

    return Measure(name, "refusals", over, counted)


def _refused(columns: Columns) -> Bools:
    return columns.asked & ~columns.flags("shown")


def _refusable(columns: Columns) -> Bools:
    return columns.asked & ~columns.flags("answerable")


def _refusal_f1(columns: Columns) -> Counted:
    """2 TP / (2 TP + FP + FN): twice the right refusals over refusals plus unanswerable questions."""
    refused, refusable = _refused(columns), _refusable(columns)
    twice_right = 2 * (refused & refusable).astype(float)
    total = refused.astype(float) + refusable.astype(float)
    return Counted(int((refused | refusable).sum()), ratio(twice_right, total))


def _auroc_right(columns: Columns) -> Counted:
    shown = columns.flags("shown")
    return Counted(int(shown.sum()), auroc(columns.confidence, columns.flags("right"), shown))


def _auroc_answerable(columns: Columns) -> Counted:
    asked = columns.asked
    return Counted(int(asked.sum()), auroc(columns.confidence, columns.flags("answerable"), asked))


def _coverage(accuracy: float) -> Callable[[Columns], Counted]:
    def counted(columns: Columns) -> Counted:
        asked, right, shown = columns.asked, columns.flags("right"), columns.flags("shown")
        return Counted(int(asked.sum()), coverage_at(accuracy, columns.confidence, right, shown, asked))

    return counted


def _of_shown(make: Callable[[Floats, Bools, Bools], Statistic]) -> Callable[[Columns], Counted]:
    def counted(columns: Columns) -> Counted:
        shown = columns.flags("shown")
        return Counted(int(shown.sum()), make(columns.confidence, columns.flags("right"), shown))

    return counted


def _seconds(share: float) -> Callable[[Columns], Counted]:
    def counted(columns: Columns) -> Counted:
        values, known = columns.seconds
        return Counted(int(known.sum()), quantile(values, known, share))

    return counted


MEASURES: tuple[Measure, ...] = (
    *(_mean(name, "retrieval", "answerable questions") for name in (*retrieval.MEASURES, *spans.MEASURES)),
    *(_mean(name, "answers", "answerable questions") for name in ("answer-in-text@1", "EM", "F1")),
    *(_mean(name, "answers", "all questions, a right refusal is 1") for name in ("EM-all", "F1-all")),
    _share("refusal-precision", "refused questions", lambda c: (_refusable(c), _refused(c))),
    _share("refusal-recall", "unanswerable questions", lambda c: (_refused(c), _refusable(c))),
    Measure("refusal-F1", "refusals", "refused or unanswerable questions", _refusal_f1),
    Measure("AUROC-right", "confidence", "shown answers", _auroc_right),
    Measure("AUROC-answerable", "confidence", "all questions", _auroc_answerable),
    Measure("coverage@80", "confidence", "all questions", _coverage(0.80)),
    Measure("coverage@90", "confidence", "all questions", _coverage(0.90)),
    Measure("AURC", "confidence", "shown answers", _of_shown(risk_coverage_area), False),
    Measure("ECE", "confidence", "shown answers", _of_shown(calibration_error), False),
    _mean("citation-validity", "citations", "shown answers"),
    Measure("seconds-p50", "time", "questions asked one at a time", _seconds(0.50), False),
    Measure("seconds-p95", "time", "questions asked one at a time", _seconds(0.95), False),
)
"""Every measure, in the order of the report."""

BY_NAME: Mapping[str, Measure] = {measure.name.lower(): measure for measure in MEASURES}


def enough(n: int, times: int, least: int = 200) -> int:
    """How many resamples of ``n`` rows to draw where ``times`` are wanted."""
    return times if n <= _MANY else min(times, max(least, times * _MANY // n))


def pieces(n: int, times: int) -> Iterator[int]:
    """``times`` in parts small enough to hold that many weightings of n rows."""
    largest = max(1, _CELLS // n)
    for done in range(0, times, largest):
        yield min(largest, times - done)


def resamples(n: int, times: int, seed: int) -> Iterator[Floats]:
    """How often each of n rows is drawn in each bootstrap resample, in pieces of shape (n, b)."""
    random = np.random.default_rng(seed)
    for b in pieces(n, times):
        drawn = random.integers(0, n, size=(n, b)) * b + np.arange(b)
        yield np.bincount(drawn.ravel(), minlength=n * b).reshape(n, b).astype(float)


def interval(replicates: Floats) -> tuple[float | None, float | None]:
    """The 2.5th and 97.5th percentile; resamples in which the measure is undefined are left out."""
    defined = replicates[~np.isnan(replicates)]
    if not defined.size:
        return None, None
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def estimates(rows: Sequence[Row], *, times: int = 2000, seed: int = 0) -> tuple[Estimate, ...]:
    """Every measure over ``rows`` with its percentile bootstrap interval (Efron and Tibshirani 1993).

    Questions are resampled, ``times`` times (of more than 5,000 less often); the same rows and seed give the same
    interval.
    """
    if not rows:
        return tuple(Estimate(measure.name, 0, None, None, None) for measure in MEASURES)
    counted = [measure.counted(Columns(rows)) for measure in MEASURES]
    parts = [
        [each.statistic(weights) for each in counted]
        for weights in resamples(len(rows), enough(len(rows), times), seed)
    ]
    replicates = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return tuple(map(_estimate, MEASURES, counted, replicates, [len(rows)] * len(counted)))


def _estimate(measure: Measure, counted: Counted, replicates: Floats, rows: int) -> Estimate:
    value = float(counted.statistic(np.ones((rows, 1)))[0])
    if np.isnan(value):
        return Estimate(measure.name, counted.n, None, None, None)
    return Estimate(measure.name, counted.n, value, *interval(replicates))


def by_type(rows: Sequence[Row], *, times: int = 2000, seed: int = 0) -> dict[str, tuple[Estimate, ...]]:
    """``estimates`` for the rows of each type, in alphabetical order."""
    parts = {type: [row for row in rows if row.type == type] for type in sorted({row.type for row in rows})}
    return {type: estimates(part, times=times, seed=seed) for type, part in parts.items()}
