"""Comparisons: tests whose p values can be enumerated, scipy's permutation test, Holm's own arithmetic."""

import numpy as np
import pytest
from scipy import stats

from qa.measures.compare import Difference, compare, flips, holm
from qa.measures.rows import Row
from qa.measures.table import MEASURES


def rows(values: list[float], measure: str = "F1") -> list[Row]:
    return [Row(str(i), "", True, {measure: value}, 0.1) for i, value in enumerate(values)]


def asked(id: str, answerable: bool, shown: bool, confidence: float, in_text: float = 0.0) -> Row:
    values = {"answer-in-text@1": in_text} if answerable else {}
    return Row(id, "", answerable, values, 0.1, shown=shown, confidence=confidence)


def difference(before: list[Row], after: list[Row], measure: str = "F1", times: int = 2000) -> Difference:
    return next(each for each in compare(before, after, times=times) if each.measure == measure)


def test_p_of_three_equal_gains_is_two_in_eight() -> None:
    found = difference(rows([0, 0, 0]), rows([1, 1, 1]), times=8000)
    assert found.difference == 1.0
    assert (found.low, found.high) == (1.0, 1.0)
    assert found.p == pytest.approx(0.25, abs=0.02)


def test_p_and_interval_agree_with_scipy() -> None:
    random = np.random.default_rng(3)
    old = random.random(40)
    new = old + random.normal(0.05, 0.15, 40)
    found = difference(rows(list(old)), rows(list(new)), times=8000)
    theirs = stats.permutation_test((new - old,), np.mean, permutation_type="samples", n_resamples=20_000, rng=1)
    spread = stats.bootstrap((new - old,), np.mean, n_resamples=8000, method="percentile", rng=1)
    assert found.p == pytest.approx(theirs.pvalue, abs=0.015)
    assert found.low == pytest.approx(spread.confidence_interval.low, abs=0.01)
    assert found.high == pytest.approx(spread.confidence_interval.high, abs=0.01)


def test_a_run_compared_with_itself_differs_in_nothing() -> None:
    same = [asked("1", True, True, 0.9, 1.0), asked("2", True, True, 0.6), asked("3", False, False, 0.2)]
    defined = [each for each in compare(same, same, times=200) if each.difference is not None]
    assert {each.measure for each in defined} >= {"answer-in-text@1", "AUROC-right", "refusal-F1", "ECE"}
    assert all(each.difference == 0 and not each.significant for each in defined)
    assert all(each.p == 1.0 for each in defined if not each.measure.startswith("seconds"))


def test_only_questions_of_both_runs_are_compared() -> None:
    before = [Row("shared", "", True, {"F1": 0.2}, 0.1), Row("gone", "", True, {"F1": 1.0}, 0.1)]
    after = [Row("new", "", True, {"F1": 1.0}, 0.1), Row("shared", "", True, {"F1": 0.5}, 0.1)]
    found = difference(before, after, times=50)
    assert (found.before, found.after) == (0.2, 0.5)


def test_nothing_in_common_is_undefined() -> None:
    found = compare(rows([1.0]), [Row("other", "", True, {"F1": 1.0}, 0.1)], times=50)
    assert [each.difference for each in found] == [None] * len(MEASURES)


def test_lower_is_better_for_errors_and_seconds() -> None:
    before = [asked(str(i), True, True, 0.9, float(i % 2)) for i in range(40)]
    after = [asked(str(i), True, True, 0.5, float(i % 2)) for i in range(40)]
    found = difference(before, after, "ECE", times=400)
    assert found.before == pytest.approx(0.4)
    assert found.after == pytest.approx(0.0)
    assert found.gain == pytest.approx(0.4)


def test_seconds_are_shown_and_not_tested() -> None:
    found = difference(rows([0, 1]), rows([0, 1]), "seconds-p50", times=50)
    assert found.difference == 0.0
    assert found.p is None
    assert found.p_holm is None


def test_a_clear_gain_stays_significant_after_correction() -> None:
    found = difference(rows([0.0] * 30), rows([1.0] * 30))
    assert found.significant
    assert found.gain == 1.0


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ({}, {}),
        ({"a": 0.01, "b": 0.04, "c": 0.03}, {"a": 0.03, "b": 0.06, "c": 0.06}),
        ({"a": 0.6, "b": 0.5}, {"a": 1.0, "b": 1.0}),
        ({"a": 0.02}, {"a": 0.02}),
    ],
)
def test_holm_worked_out_by_hand(p: dict[str, float], adjusted: dict[str, float]) -> None:
    assert holm(p) == pytest.approx(adjusted)


def test_flips_are_listed_worst_first_and_equal_scores_are_not() -> None:
    before = [
        asked("won", True, False, 0.3),
        asked("lost", True, True, 0.9, 1.0),
        asked("kept", True, True, 0.9, 1.0),
        asked("no longer refused", False, False, 0.1),
    ]
    after = [
        asked("won", True, True, 0.9, 1.0),
        asked("lost", True, True, 0.9, 0.0),
        asked("kept", True, True, 0.6, 1.0),
        asked("no longer refused", False, True, 0.8),
    ]
    found = [(flip.id, flip.before, flip.after) for flip in flips(before, after)]
    assert found == [("lost", 1, 0), ("no longer refused", 1, 0), ("won", 0, 1)]


def test_retrieval_alone_flips_by_reciprocal_rank() -> None:
    found = flips(rows([1.0, 0.5], "MRR@10"), rows([0.2, 0.5], "MRR@10"))
    assert [(flip.id, flip.before, flip.after) for flip in found] == [("0", 1.0, 0.2)]


def test_answers_and_retrieval_alone_are_compared_by_what_both_have() -> None:
    answered = Row("1", "", True, {"MRR@10": 0.5, "answer-in-text@1": 1.0}, 0.1, shown=True, confidence=0.9)
    refused = Row("2", "", False, {}, 0.1, shown=False, confidence=0.1)
    searched = [Row("1", "", True, {"MRR@10": 0.5}, 0.1), Row("2", "", False, {}, 0.1)]
    assert flips([answered, refused], searched) == []
