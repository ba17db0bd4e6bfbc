"""Did the change help? Two runs over the same questions, measure by measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from qa.measures.rows import Columns, Floats, Row
from qa.measures.statistics import Statistic
from qa.measures.table import BY_NAME, MEASURES, Measure, enough, interval, pieces, resamples

ALPHA = 0.05
"""Level of the tests."""


class Difference(NamedTuple):
    """How far a measure moved between two runs; None where it is undefined in one of them."""

    measure: str
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    """None for times, too, which are not tested."""
    p_holm: float | None
    """``p`` after Holm's correction over all measures tested."""

    @property
    def gain(self) -> float:
        """The difference, positive when better."""
        sign = 1.0 if BY_NAME[self.measure.lower()].higher_is_better else -1.0
        return sign * (self.difference or 0.0)

    @property
    def significant(self) -> bool:
        return self.p_holm is not None and self.p_holm < ALPHA


class Flip(NamedTuple):
    """A question whose score changed."""

    id: str
    type: str
    before: float
    after: float


def paired(before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of the questions that both runs hold, in the order of ``after``."""
    old = {row.id: row for row in before}
    common = [row for row in after if row.id in old]
    return [old[row.id] for row in common], common


def compare(before: Sequence[Row], after: Sequence[Row], *, times: int = 2000, seed: int = 0) -> list[Difference]:
    """Every measure's difference on the questions both runs hold, with interval and p.

    The interval is a paired bootstrap over questions. p is that of a two-sided paired randomisation test,
    which swaps the two systems' rows question by question (Smucker, Allan and Carterette 2007); it counts
    the observed assignment, so it is never 0.
    """
    old, new = paired(before, after)
    n = len(new)
    if not n:
        return [_undefined(measure.name) for measure in MEASURES]
    times = enough(n, times, least=1000)
    of_old, of_new, of_both = (_statistics(rows) for rows in (old, new, [*old, *new]))
    drawn = _stacked(_gaps(of_old, of_new, weights, weights) for weights in resamples(n, times, seed))
    swapped = _stacked(_gaps(of_both, of_both, *sides) for sides in _swaps(n, times, seed))
    everyone = np.ones((n, 1))
    values = (_values(of_old, everyone)[:, 0], _values(of_new, everyone)[:, 0])
    return _corrected(list(map(_difference, MEASURES, *values, drawn, swapped)))


def flips(before: Sequence[Row], after: Sequence[Row]) -> list[Flip]:
    """The questions whose score changed, greatest loss first, then by id.

    Reciprocal ranks are compared where one of the runs was of retrieval alone.
    """
    every = [_flip(old, new) for old, new in zip(*paired(before, after), strict=True)]
    changed = [flip for flip in every if flip.before != flip.after]
    return sorted(changed, key=lambda flip: (flip.after - flip.before, flip.id))


def _flip(old: Row, new: Row) -> Flip:
    if old.shown is None or new.shown is None:
        return Flip(new.id, new.type, old.reciprocal_rank, new.reciprocal_rank)
    return Flip(new.id, new.type, old.score, new.score)


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down correction (1979): adjusted p values, at most 1, in the order of ``p``."""
    adjusted: dict[str, float] = {}
    floor = 0.0
    for done, name in enumerate(sorted(p, key=lambda name: p[name])):
        floor = max(floor, min(1.0, (len(p) - done) * p[name]))
        adjusted[name] = floor
    return {name: adjusted[name] for name in p}


def _statistics(rows: Sequence[Row]) -> list[Statistic]:
    columns = Columns(rows)
    return [measure.counted(columns).statistic for measure in MEASURES]


def _values(statistics: Sequence[Statistic], weights: Floats) -> Floats:
    """Shape (measures, b)."""
    return np.stack([statistic(weights) for statistic in statistics])


def _gaps(of_old: Sequence[Statistic], of_new: Sequence[Statistic], old_weights: Floats, new_weights: Floats) -> Floats:
    return _values(of_new, new_weights) - _values(of_old, old_weights)


def _stacked(parts: Iterable[Floats]) -> Floats:
    return np.concatenate(list(parts), axis=1)


def _swaps(n: int, times: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """Weights of the old rows and the new ones below them, for both sides of each random assignment."""
    random = np.random.default_rng(seed)
    for b in pieces(2 * n, times):
        kept = random.integers(0, 2, size=(n, b)).astype(float)
        yield np.vstack((kept, 1 - kept)), np.vstack((1 - kept, kept))


def _difference(measure: Measure, before: float, after: float, drawn: Floats, swapped: Floats) -> Difference:
    if np.isnan(before) or np.isnan(after):
        return _undefined(measure.name)._replace(before=_number(before), after=_number(after))
    gap = float(after - before)
    found = Difference(measure.name, float(before), float(after), gap, *interval(drawn), None, None)
    if measure.group == "time":  # depends on what else the machine does: shown, not tested
        return found
    as_far = np.abs(swapped[~np.isnan(swapped)]) >= abs(gap) - 1e-12
    return found._replace(p=(1 + int(as_far.sum())) / (1 + as_far.size))


def _corrected(found: Sequence[Difference]) -> list[Difference]:
    p = {each.measure: each.p for each in found if each.p is not None}
    adjusted = holm(p)
    return [each._replace(p_holm=adjusted.get(each.measure)) for each in found]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _undefined(name: str) -> Difference:
    return Difference(name, None, None, None, None, None, None, None)
