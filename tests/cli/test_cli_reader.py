"""``--reader``: a model of the user's own answers, has its own calibration, and is refused in one line if it is none.

``--accuracy``: how many of the shown answers shall be right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import Json, Run
from tiny_models import figure_finder, random_model, word_liker

WHEN = "When was the tower built?"


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return figure_finder(tmp_path_factory.mktemp("models") / "finder")


def test_a_model_of_the_users_own_answers(run: Run, small_index: Path, finder: Path) -> None:
    ran = run("ask", WHEN, "--json", "--index", small_index, "--reader", finder, "--accuracy", 50)
    [answer] = ran.rows
    assert ran.status == 0 and answer["span"] == "1904"
    assert answer["text"] == "The tower was built in 1904 by Anna Weber."
    assert f"has not been measured: run `pincite calibrate SET --reader {finder}`" in ran.err
    assert ran.err.count("\n") == 1
    again = run("ask", WHEN, "--json", "--index", small_index, "--reader", finder, "--accuracy", 50)
    assert {**again.rows[0], "seconds": 0} == {**answer, "seconds": 0}


def test_a_cross_encoder_answers(run: Run, small_index: Path, tmp_path: Path) -> None:
    folder = word_liker(tmp_path / "liker", "copper")
    ran = run("ask", "What is stolen copper?", "--json", "--index", small_index, "--reader", folder, "--accuracy", 10)
    assert "opper" in ran.rows[0]["text"]


def test_calibration_is_each_readers_own(
    run: Run,
    small_index: Path,
    questions: Path,
    finder: Path,
    home: Path,
) -> None:
    ours = run("ask", WHEN, "--json", "--index", small_index).rows[0]["confidence"]
    ran = run("calibrate", questions, "--index", small_index, "--reader", finder)
    assert ran.status == 0 and "Written to" in ran.out, ran.err
    [file] = home.glob("calibration*.json")
    assert json.loads(file.read_text())["reader"] in file.name
    assert run("ask", WHEN, "--index", small_index, "--reader", finder).err == ""  # measured now
    assert run("ask", WHEN, "--json", "--index", small_index).rows[0]["confidence"] == ours
    assert run("calibrate", "--reset").status == 0
    assert file.exists()
    assert run("calibrate", "--reset", "--reader", finder).status == 0
    assert not file.exists()


def test_a_damaged_calibration_of_it_names_the_way_out(run: Run, small_index: Path, finder: Path, home: Path) -> None:
    ran = run("calibrate", "--reset", "--reader", finder)
    assert ran.status == 0
    from qa.pipeline import reader_name
    from qa.settings import calibration_file

    home.mkdir(exist_ok=True)
    calibration_file(reader_name(str(finder))).write_text("{")
    ran = run("ask", WHEN, "--index", small_index, "--reader", finder)
    assert ran.status == 1 and "`pincite calibrate --reset` with the same --reader" in ran.err
    assert run("ask", WHEN, "--index", small_index).status == 0


def measures(row: Json) -> dict[str, float]:
    """The measures of a report, but for times."""
    return {one["measure"]: one["value"] for one in row["measures"] if not one["measure"].startswith("seconds")}


def test_it_is_evaluated_too(run: Run, small_index: Path, questions: Path, finder: Path) -> None:
    ran = run("eval", questions, "--index", small_index, "--reader", finder, "--json")
    ours = run("eval", questions, "--index", small_index, "--json")
    assert ran.status == ours.status == 0, ran.err
    assert ran.rows[0]["settings"]["reader"] == str(finder)
    assert measures(ran.rows[0]) != measures(ours.rows[0])
    varied = run("eval", questions, "--index", small_index, "--vary", f"reader=sentence,{finder}", "--json")
    assert varied.status == 0 and measures(varied.rows[1]) == measures(ran.rows[0])


@pytest.mark.parametrize("command", ["ask", "calibrate", "eval", "serve", "mcp"])
def test_what_is_no_reader_is_one_line(run: Run, small_index: Path, tmp_path: Path, command: str) -> None:
    folder = random_model(tmp_path / "model", "TokenClassification")
    words = {"ask": [WHEN], "calibrate": [tmp_path / "s.jsonl"], "eval": [tmp_path / "s.jsonl"]}.get(command, [])
    (tmp_path / "s.jsonl").write_text(json.dumps({"id": "1", "question": WHEN, "answers": [], "gold": []}) + "\n")
    ran = run(command, *words, "--index", small_index, "--reader", folder)
    assert ran.status == 1 and ran.err.count("\n") == 1
    assert f"{folder} is no reader (it is a BertForTokenClassification)" in ran.err and ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reader", ""], "empty"),
        (["--accuracy", "many"], "a number from 0 to 100"),
        (["--accuracy", "101"], "a number from 0 to 100"),
        (["--accuracy", "nan"], "a number from 0 to 100"),
    ],
)
def test_wrong_usage(run: Run, small_index: Path, arguments: list[str], said: str) -> None:
    ran = run("ask", WHEN, "--index", small_index, *arguments)
    assert ran.status == 2 and said in ran.err


def test_more_accuracy_shows_no_more(run: Run, small_index: Path) -> None:
    shown = [
        bool(run("ask", WHEN, "--json", "--index", small_index, "--accuracy", wanted).rows[0]["text"])
        for wanted in ("0", "80%", "100")
    ]
    assert shown == sorted(shown, reverse=True) and shown[0]
