"""The table: what is counted where, and intervals against scipy."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from qa.measures.retrieval import MEASURES as RETRIEVAL
from qa.measures.rows import Row
from qa.measures.table import MEASURES, Estimate, by_type, estimates, resamples


def answered(id: str, in_text: float, confidence: float, **more: Any) -> Row:
    values = {"answer-in-text@1": in_text, "EM": in_text, "EM-all": in_text, "citation-validity": 1.0}
    return Row(id, more.pop("type", "fact"), True, values, 0.1, shown=True, confidence=confidence)


def refused(id: str, answerable: bool) -> Row:
    values = {"answer-in-text@1": 0.0, "EM": 0.0, "EM-all": 0.0} if answerable else {"EM-all": 1.0}
    return Row(id, "fact", answerable, values, 0.3, shown=False, confidence=0.2)


def shown_wrongly(id: str) -> Row:
    return Row(id, "fact", False, {"EM-all": 0.0, "citation-validity": 0.0}, 0.2, shown=True, confidence=0.6)


ROWS = [
    answered("right", 1.0, 0.9),
    answered("wrong", 0.0, 0.7),
    refused("lost", True),
    refused("rightly refused", False),
    shown_wrongly("not refused"),
]


def named(rows: list[Row]) -> dict[str, Estimate]:
    return {estimate.measure: estimate for estimate in estimates(rows, times=200)}


@pytest.mark.parametrize(
    ("measure", "value", "n"),
    [
        ("answer-in-text@1", 1 / 3, 3),  # the refused one counts
        ("EM", 1 / 3, 3),
        ("EM-all", 2 / 5, 5),
        ("refusal-precision", 1 / 2, 2),
        ("refusal-recall", 1 / 2, 2),
        ("refusal-F1", 1 / 2, 3),  # 2 * 1 / (2 + 2)
        ("AUROC-right", 1.0, 3),  # 0.9 right, above 0.7 and 0.6 wrong
        ("AUROC-answerable", 4.5 / 6, 5),  # 0.9, 0.7, 0.2 against 0.2, 0.6: 2 + 2 + 0.5 of 6 pairs
        ("coverage@80", 1 / 5, 5),
        ("AURC", (0 + 1 / 2 + 2 / 3) / 3, 3),
        ("ECE", (0.1 + 0.7 + 0.6) / 3, 3),
        ("citation-validity", 2 / 3, 3),
        ("seconds-p50", 0.2, 5),
        ("seconds-p95", 0.3, 5),
    ],
)
def test_values_worked_out_by_hand(measure: str, value: float, n: int) -> None:
    estimate = named(ROWS)[measure]
    assert estimate.value == pytest.approx(value)
    assert estimate.n == n


def test_what_was_not_measured_is_none() -> None:
    found = named(ROWS)
    assert all(found[name] == Estimate(name, 0, None, None, None) for name in RETRIEVAL)
    assert found["answer-in-text@1"].low is not None


def test_no_refusals_leave_precision_undefined_and_recall_zero() -> None:
    found = named([shown_wrongly("1"), answered("2", 1.0, 0.9)])
    assert found["refusal-precision"] == Estimate("refusal-precision", 0, None, None, None)
    assert found["refusal-recall"].value == 0.0
    assert found["refusal-F1"].value == 0.0


def test_retrieval_alone_leaves_the_answers_undefined() -> None:
    found = named([Row("1", "", True, {"success@1": 1.0}, 0.1), Row("2", "", False, {}, 0.1)])
    assert found["success@1"][1:3] == (1, 1.0)
    measured = {name for name, estimate in found.items() if estimate.n}
    assert measured == {"success@1", "seconds-p50", "seconds-p95"}


def test_no_rows_no_values() -> None:
    assert [estimate[1:] for estimate in estimates([])] == [(0, None, None, None)] * len(MEASURES)


def test_the_interval_of_a_mean_agrees_with_scipy() -> None:
    values = np.random.default_rng(1).random(60)
    rows = [Row(str(i), "", True, {"F1": float(v)}, 0.1) for i, v in enumerate(values)]
    found = next(each for each in estimates(rows, times=4000) if each.measure == "F1")
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=2)
    assert found.low == pytest.approx(theirs.confidence_interval.low, abs=0.01)
    assert found.high == pytest.approx(theirs.confidence_interval.high, abs=0.01)


def test_the_same_seed_gives_the_same_interval_and_another_does_not() -> None:
    assert estimates(ROWS, times=50, seed=7) == estimates(ROWS, times=50, seed=7)
    assert estimates(ROWS, times=50, seed=7) != estimates(ROWS, times=50, seed=8)


def test_resamples_draw_n_rows_with_replacement_in_pieces() -> None:
    drawn = list(resamples(300_000, 15, seed=0))
    assert len(drawn) > 1
    weights = np.hstack(drawn)
    assert weights.shape == (300_000, 15)
    assert (weights.sum(axis=0) == 300_000).all()
    assert weights.max() > 1


def test_each_type_has_its_own_table() -> None:
    rows = [answered("1", 1.0, 0.9, type="date"), answered("2", 0.0, 0.9, type="place")]
    found = by_type(rows, times=20)
    assert list(found) == ["date", "place"]
    in_text = {type: {each.measure: each.value for each in table} for type, table in found.items()}
    assert in_text["date"]["answer-in-text@1"] == 1.0
    assert in_text["place"]["answer-in-text@1"] == 0.0
