"""What the screen builds on: sets and runs listed, run, loaded, compared; questions of a user's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qa.errors import QuestionSetError
from qa.eval.edit import add_question, make_line, remove_question
from qa.eval.engine import OpenedPincite, sharing
from qa.eval.plan import Plan
from qa.eval.service import (
    compare_runs,
    list_runs,
    list_sets,
    new_run_folder,
    read_lines,
    read_summary,
    run_plan,
)
from qa.eval.sets import read_set
from qa.settings import Settings

QUOTE = ("station.txt", "The station opened in 1904.")


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    path = tmp_path / "sets" / "mine" / "questions.jsonl"
    add_question(path, make_line("When was the station opened?", ["1904"], [QUOTE], type="date"))
    add_question(path, make_line("When was the bridge opened?", ["1904"], [QUOTE]))
    add_question(path, make_line("Who is the mayor?", [], [], draft=True, note="wrong: 1904"))
    broken = tmp_path / "sets" / "broken" / "questions.jsonl"
    broken.parent.mkdir()
    broken.write_text('{"id": "a"}\n{')
    return tmp_path / "sets"


def test_sets_are_listed_with_their_drafts_and_faults(sets: Path) -> None:
    broken, mine = list_sets(sets)
    assert (mine.name, mine.questions, mine.drafts, mine.error) == ("mine", 2, 1, None)
    assert broken.error and broken.error.startswith(f"{broken.path} line 2: not JSON: Expecting property name")


def test_a_run_is_made_listed_loaded_and_compared(fake: Any, sets: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    plan = Plan(str(sets / "mine"), index_dir=tmp_path / "town")
    first = new_run_folder(plan, runs)
    told: list[tuple[str, int, int]] = []
    report = run_plan(plan, fake.engine, out=first, progress=lambda *step: told.append(step))
    assert told == [("asking", 0, 2), ("asking", 2, 2)]
    assert report.stages["wrong answer"] == 1
    second = new_run_folder(plan, runs)
    assert second != first
    run_plan(plan, fake.engine, out=second)
    (runs / "not a run").mkdir()
    (runs / "broken").mkdir()
    (runs / "broken" / "summary.json").write_text("[]")
    listed = list_runs(runs)
    assert {info.folder for info in listed} == {first, second}
    assert listed[0].measures["answer-in-text@1"] == 0.5
    assert read_summary(first)["lost"]["wrong answer"] == 1
    lost = next(line for line in read_lines(first) if line["stage"])
    assert lost["expected"] == [
        {
            "document_id": "station.txt",
            "before": "",
            "quote": QUOTE[1],
            "after": "\nThe bridge opened in 1931 after a fire.\nTickets cost two crowns.\n",
        }
    ]
    assert lost["cited"] == ["station.txt", 28, 67]
    comparison = compare_runs(first, second)
    assert (comparison.compared, comparison.flips) == (2, [])


def test_runs_with_nothing_in_common_are_not_compared(fake: Any, sets: Path, tmp_path: Path) -> None:
    plan = Plan(str(sets / "mine"), index_dir=tmp_path / "town")
    run_plan(plan, fake.engine, out=tmp_path / "a")
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(make_line("Who?", [], [])))
    run_plan(Plan(str(other), index_dir=tmp_path / "town"), fake.engine, out=tmp_path / "b")
    with pytest.raises(QuestionSetError, match="have no question in common"):
        compare_runs(tmp_path / "a", tmp_path / "b")


def test_a_set_of_drafts_alone_is_no_set(tmp_path: Path, text_of: Any) -> None:
    path = tmp_path / "questions.jsonl"
    add_question(path, make_line("Who?", [], [], draft=True))
    with pytest.raises(QuestionSetError, match="its drafts count when they are accepted"):
        read_set(path, text_of)


def test_a_question_is_added_once_and_taken_out_again(tmp_path: Path, text_of: Any) -> None:
    path = tmp_path / "sets" / "mine" / "questions.jsonl"
    line = make_line("When was the station opened?", ["1904"], [QUOTE], history=["Where is it?"])
    other = make_line("When was the station opened?", ["1904"], [QUOTE])
    assert line["id"] != other["id"]
    for each in (line, other, line):
        add_question(path, each)
    before = path.read_bytes()
    found = read_set(path, text_of)
    assert [question.id for question in found.questions] == [other["id"], line["id"]]
    taken = remove_question(path, line["id"])
    assert taken == line
    assert remove_question(path, line["id"]) is None
    assert [question.id for question in read_set(path, text_of).questions] == [other["id"]]
    add_question(path, taken)
    assert path.read_bytes() == before


def test_a_broken_set_is_not_written_into(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a", "question": "mine"')
    for change in (lambda: add_question(path, make_line("q", [], [])), lambda: remove_question(path, "a")):
        with pytest.raises(QuestionSetError, match="line 1: not JSON"):
            change()
    assert path.read_text() == '{"id": "a", "question": "mine"'


def test_the_screens_own_index_is_lent_and_not_closed(tmp_path: Path) -> None:
    @dataclass
    class Opened:
        settings: Settings
        closed: bool = False

        def close(self) -> None:
            self.closed = True

    opened: Any = Opened(Settings())
    subject = sharing(opened, tmp_path).open(tmp_path, Settings(dense_share=0.3))
    assert isinstance(subject, OpenedPincite)
    assert (subject.pincite.settings.dense_share, opened.settings.dense_share) == (0.3, Settings().dense_share)
    subject.close()
    assert not subject.pincite.closed  # type: ignore[attr-defined]
