"""trec_eval's measures, on rankings small enough to work out by hand."""

from math import log2

import pytest

from qa.measures.retrieval import MEASURES, score_rankings


def test_values_worked_out_by_hand() -> None:
    scores = score_rankings({"q": {"b": 1, "d": 2, "z": 1}}, {"q": ["a", "b", "c", "d"]})["q"]
    ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert scores == pytest.approx(
        {
            "success@1": 0,
            "success@3": 1,
            "success@5": 1,
            "success@10": 1,
            "recall@5": 2 / 3,
            "recall@10": 2 / 3,
            "MRR@10": 1 / 2,
            "nDCG@10": (1 / log2(3) + 2 / log2(5)) / ideal,
            "MAP@10": (1 / 2 + 2 / 4) / 3,
        }
    )


def test_what_stands_below_the_cut_does_not_count() -> None:
    scores = score_rankings({"q": {"x": 1}}, {"q": [*map(str, range(10)), "x"]})["q"]
    assert scores == dict.fromkeys(MEASURES, 0.0)


def test_questions_without_a_ranking_or_with_an_empty_one_score_zero() -> None:
    scores = score_rankings({"1": {"x": 1}, "2": {"x": 1}, "3": {"x": 1}}, {"2": [], "3": ["x"]})
    assert scores["1"] == scores["2"] == dict.fromkeys(MEASURES, 0.0)
    assert scores["3"] == dict.fromkeys(MEASURES, 1.0)


def test_the_order_given_is_the_order_scored() -> None:
    """trec_eval breaks ties by id, from the end of the alphabet: equal scores would turn this around."""
    ids = ["a", "b", "c", "d"]
    assert score_rankings({"q": {"a": 1}}, {"q": ids})["q"]["success@1"] == 1
    assert score_rankings({"q": {"a": 1}}, {"q": ids[::-1]})["q"]["MRR@10"] == 1 / 4


def test_questions_that_were_not_judged_are_left_out() -> None:
    assert set(score_rankings({"q": {"x": 1}}, {"q": ["x"], "other": ["x"]})) == {"q"}
    assert score_rankings({}, {"other": ["x"]}) == {}


def test_an_id_ranked_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        score_rankings({"q": {"x": 1}}, {"q": ["x", "x"]})
