"""Weighted statistics against scikit-learn, numpy, brute force and values worked out by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from qa.measures.statistics import (
    Statistic,
    auroc,
    calibration_error,
    coverage_at,
    quantile,
    ratio,
    risk_coverage_area,
)

Arrays = tuple[Any, Any, Any, Any]


@st.composite
def cases(draw: st.DrawFn) -> Arrays:
    """Confidences with ties, what is right, what is shown, and how often each row counts."""
    n = draw(st.integers(2, 12))
    score = draw(st.lists(st.sampled_from([0.1, 0.25, 0.5, 0.7, 0.9, 1.0]), min_size=n, max_size=n))
    right, shown = (draw(st.lists(st.booleans(), min_size=n, max_size=n)) for _ in range(2))
    counts = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    return np.array(score), np.array(right), np.array(shown), np.array(counts)


def value(statistic: Statistic, counts: Any) -> float:
    return float(statistic(np.array(counts, dtype=float)[:, None])[0])


def ones(n: int) -> Any:
    return np.ones(n)


def repeated(case: Arrays) -> tuple[Any, Any, Any]:
    score, right, shown, counts = case
    return np.repeat(score, counts), np.repeat(right, counts), np.repeat(shown, counts)


STATISTICS: list[Callable[[Any, Any, Any], Statistic]] = [
    lambda score, right, shown: ratio(right & shown, shown),
    auroc,
    lambda score, right, shown: coverage_at(0.8, score, right, shown, np.ones(len(score), dtype=bool)),
    risk_coverage_area,
    calibration_error,
    lambda score, right, shown: quantile(score, shown, 0.5),
]


@pytest.mark.parametrize("make", STATISTICS)
@given(case=cases())
def test_a_weight_of_two_is_the_row_twice(make: Callable[[Any, Any, Any], Statistic], case: Arrays) -> None:
    score, right, shown, counts = case
    if not counts.sum():
        assert np.isnan(value(make(score, right, shown), counts))
        return
    expected = value(make(*repeated(case)), ones(counts.sum()))
    assert value(make(score, right, shown), counts) == pytest.approx(expected, nan_ok=True)


@given(cases())
def test_auroc_equals_scikit_learn(case: Arrays) -> None:
    score, right, shown, counts = case
    counted = shown & (counts > 0)
    found = value(auroc(score, right, shown), counts)
    if len(set(right[counted])) < 2:
        assert np.isnan(found)
    else:
        expected = roc_auc_score(right[counted], score[counted], sample_weight=counts[counted])
        assert found == pytest.approx(expected)


@given(cases(), st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_coverage_equals_trying_every_threshold(case: Arrays, accuracy: float) -> None:
    score, right, shown, _ = case
    covered = [0.0]
    for threshold in score[shown]:
        answered = shown & (score >= threshold)
        if right[answered].mean() >= accuracy:
            covered.append(answered.sum() / len(score))
    everything = np.ones(len(score), dtype=bool)
    assert value(coverage_at(accuracy, score, right, shown, everything), ones(len(score))) == max(covered)


@given(cases())
def test_risk_coverage_area_equals_the_mean_over_thresholds(case: Arrays) -> None:
    score, right, shown, _ = case
    risks = [1 - right[shown & (score >= own)].mean() for own in score[shown]]
    expected = np.mean(risks) if risks else np.nan
    found = value(risk_coverage_area(score, right, shown), ones(len(score)))
    assert found == pytest.approx(expected, nan_ok=True)


def test_risk_coverage_area_worked_out_by_hand() -> None:
    """Right, wrong, right: the risks of answering one, two and three are 0, 1/2 and 1/3."""
    score, right = np.array([0.9, 0.8, 0.7]), np.array([True, False, True])
    area = risk_coverage_area(score, right, np.array([True] * 3))
    assert value(area, ones(3)) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_coverage_counts_the_questions_that_are_refused() -> None:
    score, right = np.array([0.9, 0.8, 0.7, 0.2]), np.array([True, False, True, False])
    shown, asked = np.array([True, True, True, False]), np.array([True] * 4)
    assert value(coverage_at(0.6, score, right, shown, asked), ones(4)) == 3 / 4
    assert value(coverage_at(0.9, score, right, shown, asked), ones(4)) == 1 / 4


def test_calibration_error_worked_out_by_hand() -> None:
    """In (0.6, 0.7] two answers with a gap of |0.7 - 1/2|, in (0.8, 0.9] one with |0.9 - 1|, one hidden."""
    score = np.array([0.7, 0.7, 0.9, 0.1])
    error = calibration_error(score, np.array([True, False, True, False]), np.array([True] * 3 + [False]))
    assert value(error, ones(4)) == pytest.approx((2 * 0.2 + 1 * 0.1) / 3)


@pytest.mark.parametrize("edge", [0.1, 0.3, 0.6, 0.7, 1.0])
def test_a_bin_holds_its_upper_edge(edge: float) -> None:
    """At an edge and just below it is one bin: errors in opposite directions cancel."""
    score, right = np.array([edge, edge - 0.02]), np.array([True, False])
    expected = abs(2 * edge - 0.02 - 1) / 2
    assert value(calibration_error(score, right, np.array([True] * 2)), ones(2)) == pytest.approx(expected)


@given(cases(), st.sampled_from([0.05, 0.5, 0.95]))
def test_quantile_equals_numpy(case: Arrays, share: float) -> None:
    values = case[0]
    expected = np.quantile(values, share, method="inverted_cdf")
    assert value(quantile(values, np.ones(len(values), dtype=bool), share), ones(len(values))) == expected


def test_undefined_is_nan_not_zero() -> None:
    nobody = np.zeros(2, dtype=bool)
    score = np.array([0.5, 0.6])
    for make in (auroc, risk_coverage_area, calibration_error):
        assert np.isnan(value(make(score, nobody, nobody), ones(2)))
    assert np.isnan(value(ratio(nobody, nobody), ones(2)))
    assert np.isnan(value(coverage_at(0.8, score, nobody, nobody, nobody), ones(2)))
