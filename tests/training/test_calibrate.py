"""What joins the reader's evidence: fitted with a question's own group left out, where it is judged."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn")

from training.calibrate import FOLDS, Read, fit_rank, ranked_apart


def row(group: str, high_is_right: bool, own: bool = False) -> Read:
    inputs = [{"signal": 1.0, "answers": 0.0}, {"signal": 0.0, "answers": 0.0}]
    return Read(group, own, True, inputs, [1, 2], [high_is_right, not high_is_right])


ROWS = [row(str(group), True) for group in range(FOLDS - 1) for _ in range(5)]


def test_the_ranking_prefers_what_was_right() -> None:
    assert fit_rank(ROWS).weights["signal"] > 0.1
    assert fit_rank([row("a", False)] * 20).weights["signal"] < -0.1


def test_our_own_questions_weigh_more() -> None:
    assert fit_rank([*ROWS[:20], *[row("own", False)] * 10]).weights["signal"] > 0.1
    assert fit_rank([*ROWS[:20], *[row("own", False, own=True)] * 10]).weights["signal"] < -0.05


def test_no_group_is_ranked_by_what_it_taught(capsys: pytest.CaptureFixture[str]) -> None:
    stubborn = [row("own", False, own=True)] * 50
    assert fit_rank([*ROWS, *stubborn]).weights["signal"] < -0.1  # together they would have their way
    best = ranked_apart([*ROWS, *stubborn])
    assert [right for _, right in best[len(ROWS) :]] == [False] * 50
    assert "own=True: 0.000 of 50" in capsys.readouterr().out
