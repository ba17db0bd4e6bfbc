"""What the plots show, against values by hand, the measures that sum them up, and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from qa.measures.curves import Bin, Point, reliability, risk_coverage, wilson
from qa.measures.rows import Row
from qa.measures.table import estimates


def row(confidence: float, right: bool, shown: bool = True) -> Row:
    return Row("x", "", True, {"answer-in-text@1": float(right)}, None, shown=shown, confidence=confidence)


def test_risk_and_coverage_by_hand() -> None:
    rows = [row(0.9, True), row(0.5, False), row(0.8, True), row(0.5, True), row(0.2, False, shown=False)]
    assert risk_coverage(rows) == [Point(0.2, 0.0, 0.9), Point(0.4, 0.0, 0.8), Point(0.8, 0.25, 0.5)]
    assert risk_coverage([row(0.3, True, shown=False)]) == []
    assert risk_coverage([Row("x", "", True, {}, 0.1)]) == []  # retrieval alone


@pytest.fixture
def many() -> list[Row]:
    random = np.random.default_rng(3)
    confidence = np.round(random.random(200), 2)
    return [
        row(float(c), bool(random.random() < c), bool(s))
        for c, s in zip(confidence, random.random(200) < 0.8, strict=True)
    ]


def test_the_curves_agree_with_the_measures(many: list[Row]) -> None:
    measured = {each.measure: each.value for each in estimates(many, times=10)}
    points = risk_coverage(many)
    assert measured["coverage@80"] == max((p.coverage for p in points if p.risk <= 0.2 + 1e-9), default=0.0)
    widths = np.diff([0.0, *(p.coverage for p in points)])
    area = float(np.sum(widths * [p.risk for p in points]) / points[-1].coverage)
    assert measured["AURC"] == pytest.approx(area)
    bins = reliability(many)
    gap = sum(each.n * abs(each.confidence - each.right) for each in bins) / sum(each.n for each in bins)
    assert measured["ECE"] == pytest.approx(gap)


def test_a_bin_holds_its_upper_edge() -> None:
    bins = reliability([row(0.1, True), row(0.1001, False), row(1.0, True)])
    assert [(each.n, each.right) for each in bins] == [(1, 1.0), (1, 0.0), (1, 1.0)]
    assert bins[0] == Bin(1, 0.1, 1.0, *wilson(1, 1))
    assert reliability([]) == []


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (5, 5), (3, 10), (88, 113)])
def test_wilson_equals_scipy(hits: int, n: int) -> None:
    theirs = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-6)
