"""``pincite calibrate``: a confidence fitted to a user's own questions, and the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command import ROUND, UNANSWERABLE, Run

from qa.eval.calibrate import calibrate
from qa.settings import Settings


def confidences(run: Run, index: Path) -> list[float]:
    questions = [ROUND[0][0], UNANSWERABLE[0]]
    return [run("ask", question, "--json", "--index", index).rows[0]["confidence"] for question in questions]


def test_it_fits_writes_and_goes_back(run: Run, small_index: Path, questions: Path, home: Path) -> None:
    before = confidences(run, small_index)
    ran = run("calibrate", questions, "--index", small_index)
    assert ran.status == 0, ran.err
    assert "40 questions" in ran.out and "log loss" in ran.out and f"{Settings().accuracy:.0%}" in ran.out
    right, wrong = confidences(run, small_index)
    assert right * (1 - wrong) > before[0] * (1 - before[1])  # what is true of the two became likelier
    assert run("calibrate", "--reset").status == 0
    assert not (home / "calibration.json").exists()
    assert confidences(run, small_index) == before


def test_one_fitted_to_another_version_is_left_out_and_said(
    run: Run, small_index: Path, questions: Path, home: Path
) -> None:
    before = confidences(run, small_index)
    assert run("calibrate", questions, "--index", small_index).status == 0
    file = home / "calibration.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": "0" * 16}))
    assert confidences(run, small_index) == before
    said = run("ask", ROUND[0][0], "--index", small_index).err
    assert "another version of trained" in said and "run `pincite calibrate SET --reader trained` again" in said
    assert not run("search", ROUND[0][0], "--index", small_index).err  # it shows no confidence


def test_one_fitted_to_another_version_goes_where_nothing_better_is_found(
    run: Run, small_index: Path, questions: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("calibrate", questions, "--index", small_index).status == 0
    file = home / "calibration.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": "0" * 16}))
    monkeypatch.setattr("qa.cli.calibrate.calibrate", lambda *given: replace(calibrate(*given), loss_after=9.0))
    ran = run("calibrate", questions, "--index", small_index)
    assert ran.status == 0 and "Nothing was written" in ran.out and "was removed" in ran.out
    assert not file.exists() and not ran.err
    assert not run("ask", ROUND[0][0], "--index", small_index).err


def test_it_fits_to_the_development_half_where_there_is_one(
    run: Run, small_index: Path, questions: Path, home: Path
) -> None:
    lines = [json.loads(line) for line in questions.read_text().splitlines()]
    for number, line in enumerate(lines):
        line["split"] = "test" if number < 5 else "dev"
    questions.write_text("".join(json.dumps(line) + "\n" for line in lines))
    ran = run("calibrate", questions, "--index", small_index)
    assert ran.status == 0 and "35 questions of the dev split" in ran.out
    assert json.loads((home / "calibration.json").read_text())["fitted"]["split"] == "dev"
    assert "40 questions, each" in run("calibrate", questions, "--index", small_index, "--split", "all").out


def test_an_accuracy_that_was_never_reached_is_said(run: Run, small_index: Path) -> None:
    ran = run("ask", ROUND[0][0], "--index", small_index, "--accuracy", "100")
    assert ran.status == 0 and "nowhere were 100% of the answers right" in ran.err
    assert not run("ask", ROUND[0][0], "--index", small_index, "--accuracy", "90").err


def test_a_dry_run_writes_nothing(run: Run, small_index: Path, questions: Path, home: Path) -> None:
    ran = run("calibrate", questions, "--index", small_index, "--dry-run")
    assert ran.status == 0 and "Nothing was written" in ran.out
    assert not (home / "calibration.json").exists()


def test_too_few_questions_are_an_error(run: Run, small_index: Path, questions: Path, home: Path) -> None:
    questions.write_text("".join(questions.read_text().splitlines(keepends=True)[:10]))
    ran = run("calibrate", questions, "--index", small_index)
    assert ran.status == 1 and "too few" in ran.err and ran.err.count("\n") == 1
    assert not (home / "calibration.json").exists()


def test_without_a_set_it_is_wrong_usage(run: Run) -> None:
    assert run("calibrate").status == 2


def test_a_damaged_calibration_is_one_line_that_names_the_way_out(run: Run, small_index: Path, home: Path) -> None:
    home.mkdir()
    (home / "calibration.json").write_text("{")
    ran = run("ask", "Who built the tower?", "--index", small_index)
    assert ran.status == 1 and "pincite calibrate --reset" in ran.err and ran.err.count("\n") == 1
