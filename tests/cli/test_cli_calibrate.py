"""``pincite calibrate``: a confidence fitted to a user's own questions, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import Run

from qa.settings import Settings

ROUND = [
    ("Who built the tower?", "Anna Weber", "tower.md", "The tower was built in 1904 by Anna Weber."),
    ("When was the tower built?", "1904", "tower.md", "The tower was built in 1904 by Anna Weber."),
    ("Where does the tower lean?", "to the east", "tower.md", "It leans to the east."),
    ("What did the council vote for?", "a new roof of copper", "hall.txt", "It voted for a new roof of copper."),
]
UNANSWERABLE = ["Who painted the ship?", "When did the mayor marry?", "How deep is the lake?", "Why is grass green?"]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    lines = []
    for turn in range(5):
        for number, (question, answer, document, quote) in enumerate(ROUND):
            gold = [{"document": document, "quote": quote}]
            lines.append({"id": f"a{turn}{number}", "question": question, "answers": [answer], "gold": gold})
        for number, question in enumerate(UNANSWERABLE):
            lines.append({"id": f"u{turn}{number}", "question": question, "answers": [], "gold": []})
    file = tmp_path / "mine.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


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
