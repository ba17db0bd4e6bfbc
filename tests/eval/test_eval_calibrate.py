"""Fitting the confidence: against scikit-learn, against values by hand, and where there is nothing to learn from."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeEncoder
from sklearn.linear_model import LogisticRegression

from qa.errors import PinciteError, QuestionSetError
from qa.eval.calibrate import Judged, calibrate, refit, shown_table, write_calibration
from qa.reader import trained
from qa.reader.scoring import Linear, ScoredReader, Scorer
from qa.reader.sentence import SentenceReader
from qa.reader.similarity import Similarity
from qa.reader.trained import TrainedReader

START = Linear({"a": 0.0, "b": 0.0}, 0.0)


def judged(n: int = 400, seed: int = 0) -> list[Judged]:
    """Right with log odds 2a − b + 0.5, and an input "b" on another scale."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=n), rng.normal(3, 10, size=n)
    right = rng.random(n) < 1 / (1 + np.exp(-(2 * a - 0.1 * b + 0.5)))
    return [Judged({"a": x, "b": y}, bool(r), bool(r)) for x, y, r in zip(a, b, right, strict=True)]


def test_with_no_pull_it_is_logistic_regression() -> None:
    rows = judged()
    ours = refit(rows, START, pull=1e-9)
    theirs = LogisticRegression(C=1e9, tol=1e-10, max_iter=10_000).fit(
        [[row.inputs["a"], row.inputs["b"]] for row in rows], [row.right for row in rows]
    )
    assert [ours.weights["a"], ours.weights["b"]] == pytest.approx(theirs.coef_[0].tolist(), abs=2e-4)
    assert ours.bias == pytest.approx(theirs.intercept_[0], abs=2e-4)


def test_few_questions_move_it_little_and_many_decide() -> None:
    start = Linear({"a": -1.0, "b": 0.0}, 0.0)
    few, many = refit(judged(12), start), refit(judged(4000), start)
    assert -1.0 <= few.weights["a"] < 1.2
    assert many.weights["a"] == pytest.approx(2.0, abs=0.2)


def test_far_from_where_it_starts_it_still_finds_the_minimum() -> None:
    rng = np.random.default_rng(1)
    sure = [
        Judged({"a": float(x)}, bool(r), True)
        for x, r in zip(rng.normal(8, 1, 600), rng.random(600) < 0.04, strict=True)
    ]
    found = refit(sure, Linear({"a": 2.0}, -3.0))
    share = float(np.mean([1 / (1 + math.exp(-found(each.inputs))) for each in sure]))
    assert share == pytest.approx(np.mean([each.right for each in sure]), abs=0.03)


def test_an_input_that_never_varies_keeps_its_weight() -> None:
    start = Linear({"a": 0.0, "same": 0.7}, 0.0)
    rows = [Judged({**row.inputs, "same": 1.0}, row.right, row.answerable) for row in judged()]
    assert refit(rows, start).weights["same"] == 0.7


def test_what_is_fitted_is_better_on_questions_left_out() -> None:
    found = calibrate(judged(), START)
    assert found.loss_before == pytest.approx(math.log(2))
    assert found.loss_after < 0.5


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(judged(29), id="too few"),
        pytest.param([Judged({"a": 1.0}, True, True)] * 40, id="all right"),
        pytest.param([Judged({"a": 1.0}, False, True)] * 40, id="all wrong"),
        pytest.param([], id="none"),
    ],
)
def test_too_little_to_learn_from_is_said(rows: list[Judged]) -> None:
    with pytest.raises(QuestionSetError, match=r"too few|add questions"):
        calibrate(rows, START)


def test_the_table_of_what_is_shown() -> None:
    table = dict(shown_table([0.2, 0.4, 0.6, 0.8], [False, True, False, True]))
    # By hand: right ones, and 10 times the mean confidence of those shown, over those shown and 10.
    assert table[0.0] == 0.5
    assert table[0.4] == round((2 + 10 * 0.6) / 13, 4)
    assert table[0.45] == round((1 + 10 * 0.7) / 12, 4)
    assert table[0.8] == round((1 + 10 * 0.8) / 11, 4)
    assert max(table) == 0.8
    weighted = dict(shown_table([0.2, 0.4], [False, True], [1, 3]))
    assert weighted[0.0] == round((3 + 10 * 0.35) / 14, 4)


def test_many_answers_outweigh_what_was_expected_of_them() -> None:
    table = dict(shown_table([0.9] * 5000, [True, False] * 2500))
    assert table[0.5] == pytest.approx(0.5, abs=0.005)


def test_the_threshold_is_the_lowest_that_reaches_the_accuracy() -> None:
    scorer = Scorer(Linear({}), Linear({}), ((0.0, 0.5), (0.4, 0.8), (0.6, 0.79), (0.8, 0.9)))
    wanted = [0.0, 0.5, 0.65, 0.8, 0.9]
    assert [scorer.least_confidence(each) for each in wanted] == pytest.approx([0.0, 0.0, 0.2, 0.4, 0.8])
    assert scorer.least_confidence(0.845) == pytest.approx(0.7)  # half of the way from 0.79 to 0.9
    assert scorer.least_confidence(0.95) == 0.95
    assert Scorer(Linear({}), Linear({})).least_confidence(0.8) == 0.8


SHIPPED = Scorer(Linear({"a": 1.0}), Linear({"a": 1.0}), ((0.1, 0.2),), reach=3.0)


ENCODERS = {name: Similarity(FakeEncoder(fingerprint=name)) for name in "12"}


def made(
    kind: Callable[..., ScoredReader] = SentenceReader, scorer: Scorer = SHIPPED, encoder: str = "1"
) -> ScoredReader:
    return kind(ENCODERS[encoder], math.cos, scorer)


def test_a_written_calibration_takes_the_place_of_the_one_that_ships(tmp_path: Path) -> None:
    file = tmp_path / "new" / "calibration.json"
    assert made().with_calibration(file) == made()
    write_calibration(file, made(), Linear({"b": 2.0}, -1.0), ((0.5, 0.9),), {"set": "mine"})
    own = made().with_calibration(file)
    assert own == made(scorer=replace(SHIPPED, confidence=Linear({"b": 2.0}, -1.0), shown=((0.5, 0.9),)))
    assert made(TrainedReader).with_calibration(file) == made(TrainedReader)
    assert json.loads(file.read_text())["fitted"] == {"set": "mine"}
    assert [path.name for path in file.parent.iterdir()] == ["calibration.json"]


@pytest.mark.parametrize(
    ("change", "passed_over"),
    [
        ({"scorer": replace(SHIPPED, rank=Linear({"a": 1.1}))}, True),
        ({"scorer": replace(SHIPPED, confidence=Linear({"a": 1.0}, 0.1))}, True),
        ({"encoder": "2"}, True),
        ({"scorer": replace(SHIPPED, shown=((0.2, 0.3),), reach=4.0)}, False),  # of these it says nothing
    ],
)
def test_a_calibration_is_passed_over_where_its_inputs_mean_something_else(
    tmp_path: Path, change: dict[str, Any], passed_over: bool
) -> None:
    file = tmp_path / "calibration.json"
    write_calibration(file, made(), Linear({"b": 2.0}), ((0.5, 0.9),), {})
    assert made(**change).with_calibration(file).passed_over == passed_over


def test_other_weights_of_the_network_make_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = made(TrainedReader).version
    assert before == made(TrainedReader).version
    monkeypatch.setattr(trained, "shipped_weights", lambda: "others")
    assert made(TrainedReader).version != before


def test_one_of_an_older_form_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    file.write_text(json.dumps({"reader": "sentence", "weights": [1, 2]}))
    assert made().with_calibration(file).passed_over


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"reader": "sentence", OURS}', '{"reader": "sentence", OURS, "shown": 3}']
)
def test_a_damaged_calibration_names_the_way_out(text: str, tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    file.write_text(text.replace("OURS", f'"version": "{made().version}"'))
    with pytest.raises(PinciteError, match="calibrate --reset"):
        made().with_calibration(file)
