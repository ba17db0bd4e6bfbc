"""What joins the reader's evidence."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn")

from qa.reader.scoring import Linear
from training.calibrate import OF_PASSAGE, Read, fit_rank, fit_reach


def row(group: str, high_is_right: bool, own: bool = False) -> Read:
    inputs = [{"signal": 1.0, "answers": 0.0}, {"signal": 0.0, "answers": 0.0}]
    return Read(group, own, True, inputs, [1, 2], [high_is_right, not high_is_right])


ROWS = [row(str(group), True) for group in range(40)]


def test_the_ranking_prefers_what_was_right() -> None:
    assert fit_rank(ROWS).weights["signal"] > 0.1
    assert fit_rank([row("a", False)] * 20).weights["signal"] < -0.1


def test_our_own_questions_do_not_rank() -> None:
    assert fit_rank([*ROWS, *[row("own", False, own=True)] * 500]) == fit_rank(ROWS)


def test_the_reach_is_what_reading_adds_at_most() -> None:
    """Known of every passage: 2; reading adds 1 to 1,001 thousandths to those after the first four, whose best place
    counts. The 99.9th percentile of 1,001 numbers is the last but one."""
    known = dict.fromkeys(OF_PASSAGE, 0.0) | {"retrieved": 2.0}
    rank = Linear(dict.fromkeys(OF_PASSAGE, 1.0) | {"span": 1.0})
    rows = [
        Read("g", False, True, [{**known, "span": span} for span in (50.0, added / 1000, -1.0)], [4, 5, 5], [True] * 3)
        for added in range(1, 1002)
    ]
    assert fit_reach(rows, rank) == pytest.approx(1.0)
