"""Checking a set names every line that is wrong, not only the first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from qa.eval.check import problems

GOLD = [{"document": "station.txt", "quote": "The station opened in 1904."}]


def test_every_line_that_is_wrong_or_doubtful(tmp_path: Path, text_of: Callable[[str], str]) -> None:
    lines = [
        {"id": "1", "question": "When did the station open?", "answers": ["1904"], "gold": GOLD},
        "{",
        {"id": "1", "question": "Who is the mayor?", "answers": [], "gold": []},
        {"id": "2", "question": "the station: when did open", "answers": ["1904"], "gold": GOLD},
        {"id": "3", "question": "When?", "history": ["Station?"], "answers": ["1904", "1905"], "gold": GOLD},
        {"id": "4", "question": "When?", "answers": ["1904"], "gold": GOLD},
        {"id": "5", "question": "Who?", "answers": ["x"], "gold": []},
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    found = [line.removeprefix(f"{path} line ") for line in problems(path, text_of)]
    assert [line.split(":")[0] for line in found] == ["2", "3", "5", "7", "4"]
    assert found[0].startswith("2: not JSON")
    assert found[1] == f"3: the id '1' was already used in {path} line 1"
    assert found[2] == "5: the answer '1905' stands in no gold quote"
    assert found[3] == "7: has answers but no gold; neither means unanswerable"
    assert found[4] == f"4: asks with the same words as {path} line 1"


def test_a_sound_set_has_no_problems(tmp_path: Path, text_of: Callable[[str], str]) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"id": "1", "question": "When?", "answers": ["1904"], "gold": GOLD}))
    assert list(problems(path, text_of)) == []


def test_a_set_with_nothing_in_it(tmp_path: Path, text_of: Callable[[str], str]) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text("\n\n")
    assert list(problems(path, text_of)) == [f"{path}: there is no question in it that can be read"]
