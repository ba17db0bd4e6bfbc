"""Did the change help? Two runs over the same questions, measure by measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from qa.measures.rows import Columns, Floats, Row
from qa.measures.statistics import Statistic
from qa.measures.table import BY_NAME, MEASURES, interval, pieces, resamples

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


def compare(
    before: Sequence[Row], after: Sequence[Row], *, times: int = 5000, seed: int = 0
) -> list[Difference]:
    """Every measure's difference on the questions both runs hold, with interval and p.

    The interval is a paired bootstrap over questions. p is that of a two-sided paired randomisation test,
    which swaps the two systems' rows question by question (Smucker, Allan and Carterette 2007); it counts
    the observed assignment, so it is never 0.
    """
    old, new = paired(before, after)
    n = len(new)
    if not n:
        return [_undefined(measure.name) for measure in MEASURES]
    both = Columns([*old, *new])
    tests = {measure.name: measure.counted(both).statistic for measure in MEASURES}
    drawn = _replicates(tests, _resampled(n, times, seed))
    swapped = _replicates(tests, _swapped(n, times, seed))
    found = [_difference(name, tests[name], n, drawn[name], swapped[name]) for name in tests]
    return _corrected(found)


def flips(before: Sequence[Row], after: Sequence[Row]) -> list[Flip]:
    """The questions whose score changed, greatest loss first, then by id."""
    pairs = zip(*paired(before, after), strict=True)
    changed = [Flip(new.id, new.type, old.score, new.score) for old, new in pairs if old.score != new.score]
    return sorted(changed, key=lambda flip: (flip.after - flip.before, flip.id))


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down correction (1979): adjusted p values, at most 1, in the order of ``p``."""
    adjusted: dict[str, float] = {}
    floor = 0.0
    for done, name in enumerate(sorted(p, key=lambda name: p[name])):
        floor = max(floor, min(1.0, (len(p) - done) * p[name]))
        adjusted[name] = floor
    return {name: adjusted[name] for name in p}


def _resampled(n: int, times: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """Weights of the 2n rows for the old and the new system, on the same resampled questions."""
    for drawn in resamples(n, times, seed):
        none = np.zeros_like(drawn)
        yield np.hstack((drawn, none)), np.hstack((none, drawn))


def _swapped(n: int, times: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """The same, with each question's two rows left or swapped by a fair coin."""
    random = np.random.default_rng(seed)
    for b in pieces(n, times):
        kept = random.integers(0, 2, size=(b, n)).astype(float)
        yield np.hstack((kept, 1 - kept)), np.hstack((1 - kept, kept))


def _replicates(
    tests: Mapping[str, Statistic], weights: Iterator[tuple[Floats, Floats]]
) -> dict[str, Floats]:
    parts = [{name: test(new) - test(old) for name, test in tests.items()} for old, new in weights]
    return {name: np.concatenate([part[name] for part in parts]) for name in tests}


def _difference(name: str, test: Statistic, n: int, drawn: Floats, swapped: Floats) -> Difference:
    one, none = np.ones((1, n)), np.zeros((1, n))
    before, after = float(test(np.hstack((one, none)))[0]), float(test(np.hstack((none, one)))[0])
    if np.isnan(before) or np.isnan(after):
        return _undefined(name)._replace(before=_number(before), after=_number(after))
    observed = after - before
    if BY_NAME[name.lower()].group == "time":  # depends on what else the machine does: shown, not tested
        return Difference(name, before, after, observed, *interval(drawn), None, None)
    as_far = np.abs(swapped[~np.isnan(swapped)]) >= abs(observed) - 1e-12
    p = (1 + int(as_far.sum())) / (1 + as_far.size)
    return Difference(name, before, after, observed, *interval(drawn), p, None)


def _corrected(found: Sequence[Difference]) -> list[Difference]:
    p = {each.measure: each.p for each in found if each.p is not None}
    adjusted = holm(p)
    return [each._replace(p_holm=adjusted.get(each.measure)) for each in found]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def _undefined(name: str) -> Difference:
    return Difference(name, None, None, None, None, None, None, None)
