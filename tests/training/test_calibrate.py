"""What joins the reader's evidence."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn")

from training.calibrate import Read, fit_rank


def row(group: str, high_is_right: bool, own: bool = False) -> Read:
    inputs = [{"signal": 1.0, "answers": 0.0}, {"signal": 0.0, "answers": 0.0}]
    return Read(group, own, True, inputs, [1, 2], [high_is_right, not high_is_right])


ROWS = [row(str(group), True) for group in range(40)]


def test_the_ranking_prefers_what_was_right() -> None:
    assert fit_rank(ROWS).weights["signal"] > 0.1
    assert fit_rank([row("a", False)] * 20).weights["signal"] < -0.1


def test_our_own_questions_do_not_rank() -> None:
    assert fit_rank([*ROWS, *[row("own", False, own=True)] * 500]) == fit_rank(ROWS)
