"""Sets that are wrong, through the command itself: one clear line each, and no traceback."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa.errors import QuestionSetError, RunStopped
from qa.eval.cli import add_parser, run
from qa.eval.plan import Plan
from qa.eval.service import MANY, run_plan

Command = Callable[..., int]
GOLD = [{"document": "station.txt", "quote": "The station opened in 1904."}]


def line(id: str, **more: Any) -> str:
    return json.dumps({"id": id, "question": "When?", "answers": ["1904"], "gold": GOLD, **more})


@pytest.fixture
def command(fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))

    def call(*words: object) -> int:
        parser = argparse.ArgumentParser(prog="pincite")
        add_parser(parser.add_subparsers())
        return run(parser.parse_args(["eval", *map(str, words), "--index", str(tmp_path / "town")]), fake.engine)

    return call


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no question in it"),
        ("\n\n \n", "there is no question in it"),
        ("\n".join(line(str(n)) for n in range(16)) + '\n{"id": 17,', r"line 17: not JSON"),
        (line("1", gold=[{"document": "no.txt", "quote": "x"}]), "line 1: gold 1: there is no document 'no.txt'"),
        (line("1") + "\n" + line("1"), "line 2: the id '1' was already used in .* line 1"),
        ("[" * 100_000, "line 1: not JSON that can be read: nested too deep"),
        ("\x00", "line 1: not JSON"),
        ('{"id": "1"}', "line 1: the field 'answers' is missing"),
    ],
)  # fmt: skip
def test_a_bad_set_is_one_line(command: Command, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(text)
    with pytest.raises(QuestionSetError, match=said) as caught:
        command(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "home").exists() or list((tmp_path / "home").rglob("*.jsonl")) == []


def test_no_such_set_names_those_there_are(command: Command) -> None:
    with pytest.raises(QuestionSetError, match=r"no-such-set: no such question set; the sets in .* are: .*innovation"):
        command("no-such-set")


def test_the_last_of_100_000_lines_is_read_too(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("w") as file:
        file.writelines(line(str(n), question="W?") + "\n" for n in range(99_999))
        file.write("{\n")
    with pytest.raises(QuestionSetError, match="line 100000: not JSON") as caught:
        command(path)
    assert "\n" not in str(caught.value)


def test_a_very_large_set_is_said_to_be_one(fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(line(str(n)) for n in range(MANY + 1)))
    said: list[str] = []
    steps = iter([True])
    with pytest.raises(RunStopped, match="stopped after"):
        run_plan(
            Plan(str(path), index_dir=tmp_path / "town"), fake.engine, say=said.append, stopped=lambda: next(steps)
        )
    assert said == [
        f"many: {MANY + 1:,} questions; --limit N asks the first N, and a stopped run goes on with the same command"
    ]
