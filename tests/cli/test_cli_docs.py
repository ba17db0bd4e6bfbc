"""What the documents say of the command line, held to the command line."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Run

from qa.cli.parser import make_parser

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {page: (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "eval/README.md")}
_SCORE = re.compile(r"\d+\.\d+|\d+%")


def commands() -> Iterator[str]:
    """Every ``pincite`` command in a code block, without what is said behind it."""
    for text in PAGES.values():
        for line in re.findall(r"^(?: {4}|\$ )(pincite .*)$", text, re.MULTILINE):
            yield line.partition(" # ")[0].strip()


def shown() -> list[tuple[str, list[str]]]:
    """The commands whose output the README shows, and its lines."""
    [block] = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    asked = [part.splitlines() for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return [(lines[0], [line for line in lines[1:] if line]) for lines in asked]


@pytest.mark.parametrize("command", dict.fromkeys(commands()))
def test_every_command_shown_is_one(command: str) -> None:
    make_parser().parse_args(shlex.split(command)[1:])


def test_the_table_names_every_command() -> None:
    named = re.findall(r"^\| `pincite (\w+)", README, re.MULTILINE)
    [actions] = [one for one in make_parser()._actions if isinstance(one, argparse._SubParsersAction)]
    assert sorted(named) == sorted(actions.choices)


@pytest.mark.parametrize(("command", "lines"), shown(), ids=["answered", "refused"])
def test_the_readme_shows_what_comes_out(command: str, lines: list[str], run: Run, corpus_index: Path) -> None:
    """But for scores, which differ between processors, and for what is shortened at "…"."""
    printed = run(*shlex.split(command)[1:], "--index", corpus_index).out
    found = _SCORE.sub("0", printed).splitlines()
    for line in lines:
        parts = [re.escape(part) for part in _SCORE.sub("0", line.strip()).split("…")]
        assert any(re.fullmatch(".*".join(parts), each.strip()) for each in found), line
