"""Characters retrieved against characters wanted, worked out by hand."""

import pytest

from qa.measures.spans import Place, score_spans

GOLD: list[Place] = [("a", 10, 20), ("b", 0, 10)]


@pytest.mark.parametrize(
    ("retrieved", "recall", "precision", "iou"),
    [
        ([("a", 0, 40)], 10 / 20, 10 / 40, 10 / 50),
        ([("a", 15, 25), ("b", 0, 10)], 15 / 20, 15 / 20, 15 / 25),
        ([("a", 10, 20), ("a", 10, 20)], 10 / 20, 1.0, 10 / 20),  # twice the same counts once
        ([("b", 10, 20)], 0, 0, 0),  # touching, and another document's offsets
        ([("c", 0, 1)] * 5 + [("a", 0, 40)], 0, 0, 0),  # the sixth does not count
        ([], 0, 0, 0),
    ],
)
def test_recall_precision_and_intersection_over_union(
    retrieved: list[Place], recall: float, precision: float, iou: float
) -> None:
    expected = {"span-recall@5": recall, "span-precision@5": precision, "span-IoU@5": iou}
    assert score_spans(GOLD, retrieved) == pytest.approx(expected)


def test_gold_that_overlaps_counts_once() -> None:
    assert score_spans([("a", 0, 6), ("a", 4, 10)], [("a", 0, 5)])["span-recall@5"] == 0.5


def test_without_gold_nothing_is_defined() -> None:
    assert score_spans([], [("a", 0, 5)]) == {}
