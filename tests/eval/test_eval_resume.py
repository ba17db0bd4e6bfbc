"""A run that is stopped, killed or repeated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from qa.errors import RunStopped
from qa.eval.engine import Engine
from qa.eval.folder import STARTED, read_lines, read_summary
from qa.eval.journal import open_journal
from qa.eval.plan import Plan
from qa.eval.run import BATCH, TIMED, Examiner
from qa.eval.scoring import Record
from qa.eval.service import run_plan
from qa.eval.sets import Question, QuestionSet
from qa.settings import Settings


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Forty questions about the station, of the index ``town``."""
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    line = {"question": "When did the station open?", "answers": ["1904"]}
    gold = [{"document": "station.txt", "quote": "The station opened in 1904."}]
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps({**line, "gold": gold, "id": f"q{n}"}) for n in range(3 * BATCH)))
    return Plan(str(path), index_dir=tmp_path / "town")


class Counting:
    """Counts what is asked of a subject."""

    def __init__(self, subject: Any, asked: list[int]) -> None:
        self._subject, self._asked = subject, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._subject, name)

    def ask(self, *args: Any, **more: Any) -> Any:
        self._asked.append(1)
        return self._subject.ask(*args, **more)

    def ask_many(self, asked: Any, **more: Any) -> Any:
        self._asked.append(len(asked))
        return self._subject.ask_many(asked, **more)


def counting(engine: Engine) -> tuple[Engine, list[int]]:
    asked: list[int] = []
    return Engine(lambda *args: Counting(engine.open(*args), asked), engine.build), asked  # type: ignore[arg-type,return-value]


def after(n: int) -> Any:
    """A stop check that says yes the n-th time."""
    left = iter([False] * (n - 1) + [True])
    return lambda: next(left)


@pytest.mark.parametrize("out", [True, False])
def test_a_stopped_run_goes_on_where_it_stopped(fake: Any, plan: Plan, tmp_path: Path, out: bool) -> None:
    engine, asked = counting(fake.engine)
    folder = tmp_path / "out" if out else None
    with pytest.raises(RunStopped, match=f"stopped after {2 * BATCH} questions"):
        run_plan(plan, engine, out=folder, stopped=after(2))
    assert sum(asked) == 2 * BATCH
    whole = run_plan(plan, fake.engine, out=tmp_path / "whole")
    asked.clear()
    report = run_plan(plan, engine, out=folder)
    assert sum(asked) == BATCH
    assert report.about.questions == len(report.rows) == 3 * BATCH
    assert [row.id for row in report.rows] == [row.id for row in whole.rows]
    assert [row.values for row in report.rows] == [row.values for row in whole.rows]
    if folder:
        assert not (folder / STARTED).exists()
        assert len(list(read_lines(folder))) == 3 * BATCH
    assert list((tmp_path / "home").rglob("*.jsonl")) == []


def test_another_run_is_not_taken_for_the_stopped_one(fake: Any, plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(RunStopped):
        run_plan(plan, fake.engine, out=tmp_path / "out", stopped=after(2))
    path = Path(plan.source)
    path.write_text(path.read_text().replace("When did", "In which year did"))
    engine, asked = counting(fake.engine)
    report = run_plan(plan, engine, out=tmp_path / "out")
    assert sum(asked) == len(report.rows) == 3 * BATCH


def test_a_finished_run_is_used_again_only_on_demand(fake: Any, plan: Plan, tmp_path: Path) -> None:
    engine, asked = counting(fake.engine)
    run_plan(plan, engine, out=tmp_path / "out")
    made = read_summary(tmp_path / "out")["made"]
    asked.clear()
    report = run_plan(plan, engine, out=tmp_path / "out", reuse=True)
    assert (asked, report.about.made, len(report.rows)) == ([], made, 3 * BATCH)
    run_plan(plan, engine, out=tmp_path / "out")
    assert sum(asked) == 3 * BATCH
    asked.clear()
    Path(plan.source).write_text("\n".join(Path(plan.source).read_text().splitlines()[:5]))
    assert len(run_plan(plan, engine, out=tmp_path / "out", reuse=True).rows) == sum(asked) == 5


def test_a_half_written_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "started.jsonl"
    with open_journal(path, "k") as journal:
        journal.add({"id": "a", "text": "x"})
        journal.add({"id": "b", "text": "y"})
    whole = path.read_bytes()
    path.write_bytes(whole[:-6])
    with open_journal(path, "k") as journal:
        assert journal.ids == {"a"}
        journal.add({"id": "b", "text": "y"})
        assert [line["id"] for line in journal.lines()] == ["a", "b"]
    assert path.read_bytes() == whole


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b'{"run": "other"}\n{"id": "a"}\n', b"null\n"])
def test_a_journal_of_another_run_is_begun_anew(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "started.jsonl"
    path.write_bytes(broken)
    with open_journal(path, "k") as journal:
        assert (journal.ids, list(journal.lines())) == (set(), [])


def test_what_two_processes_wrote_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "started.jsonl"
    with open_journal(path, "k") as journal:
        journal.add({"id": "a", "n": 1})
        journal.add({"id": "a", "n": 1})
    with open_journal(path, "k") as journal:
        assert [line["id"] for line in journal.lines()] == ["a"]


KILLED = """
import os, signal, sys
from pathlib import Path
from qa.eval.journal import open_journal
with open_journal(Path(sys.argv[1]), "k") as journal:
    for n in range(10):
        journal.add({"id": str(n)})
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_what_a_killed_process_wrote_is_there(tmp_path: Path) -> None:
    path = tmp_path / "started.jsonl"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    with open_journal(path, "k") as journal:
        assert journal.ids == {str(n) for n in range(10)}


def examined(subject: Any, many: tuple[Question, ...], done: Collection[str] = ()) -> list[Record]:
    return [
        record for batch in Examiner(subject, Settings()).evaluate(QuestionSet("s", many), done) for record in batch
    ]


def test_some_questions_are_timed_alone_and_the_same_ones_after_a_stop(subject: Any) -> None:
    many = tuple(Question(str(n), "Who is the mayor?", (), (), ()) for n in range(5 * TIMED))
    records = examined(subject, many)
    timed = {record.row.id for record in records if record.row.seconds is not None}
    assert timed == {str(n) for n in range(0, 5 * TIMED, 5)}
    done = {str(n) for n in range(33)}
    rest = examined(subject, many, done)
    assert [record.row.id for record in rest] == [str(n) for n in range(33, 5 * TIMED)]
    assert {record.row.id for record in rest if record.row.seconds is not None} == timed - done


def test_a_question_that_cannot_be_asked_spoils_no_batch(subject: Any) -> None:
    texts = ["Who is the mayor?", "in the"] * TIMED * 2
    many = tuple(Question(str(n), text, (), (), ()) for n, text in enumerate(texts))
    records = examined(subject, many)
    assert {record.reason for record in records[1::2]} == {"the question has no word in it: type one"}
    assert [record.row.id for record in records] == [str(n) for n in range(len(texts))]
