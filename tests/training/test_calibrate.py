"""What joins the reader's evidence."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn")

from qa.reader.evidence import OF_PASSAGE
from qa.reader.scoring import Linear
from training.calibrate import Read, fit_rank, fit_reach, report_reading


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
    """Known of every passage: 2; reading adds 0.1 to 100.1 to those after the first two, whose best place counts. Of
    1,001 numbers, five lie above the 99.5th percentile."""
    known = dict.fromkeys(OF_PASSAGE, 0.0) | {"retrieved": 2.0}
    rank = Linear(dict.fromkeys(OF_PASSAGE, 1.0) | {"span": 1.0})
    rows = [
        Read("g", False, True, [{**known, "span": span} for span in (500.0, added / 10, -1.0)], [2, 3, 3], [True] * 3)
        for added in range(1, 1002)
    ]
    assert fit_reach(rows, rank) == pytest.approx(99.6)


def test_what_reading_in_steps_reads_and_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Two passages are read at first; of the third and fourth 1 and 2 are known, and a reach of 5 says which of them
    may come to half a unit below the best one read."""
    rank = Linear(dict.fromkeys(OF_PASSAGE, 0.0) | {"retrieved": 1.0, "span": 1.0})
    blank = dict.fromkeys(OF_PASSAGE, 0.0) | {"sentence_cosine": 0.0}

    def asked(*places: tuple[int, float, float]) -> Read:
        inputs = [{**blank, "retrieved": known, "span": span} for _, known, span in places]
        return Read("g", False, True, inputs, [passage for passage, _, _ in places], [False] * len(places))

    rows = [
        asked((1, 0.0, 0.0), (2, 0.0, 9.0), (3, 1.0, 0.0), (4, 2.0, 0.0)),  # neither comes up to 8.5
        asked((1, 0.0, 0.0), (2, 0.0, 7.4), (3, 1.0, 0.0), (4, 2.0, 0.0), (4, 2.0, -1.0)),  # the fourth may
        asked(
            (1, 0.0, 0.0), (2, 0.0, 9.0), (3, 1.0, 9.5), (4, 2.0, 0.0)
        ),  # against what was measured, the third is best
    ]
    assert report_reading(rows, rank, 5.0) == ([2, 3, 2], 1)
    assert "read in steps: 2.3 passages, half of the questions 2 or fewer" in capsys.readouterr().out
