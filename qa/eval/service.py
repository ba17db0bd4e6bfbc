"""What a screen, a script or the command line can do with evaluations: run one, list, load and compare.

::

    sets = list_sets()
    folder = new_run_folder(plan)
    report = run_plan(plan, out=folder, progress=told, stopped=event.is_set)
    for run in list_runs(): ...
    summary, lines = read_summary(folder), read_lines(folder)
    comparison = compare_runs(before, after)

Functions over plain values; nothing is kept between calls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from qa.errors import QuestionSetError, RunStopped
from qa.eval.engine import PRODUCT, Engine, Subject
from qa.eval.fields import json_lines
from qa.eval.folder import (
    STARTED,
    SUMMARY,
    check_free,
    question_json,
    read_lines,
    read_rows,
    read_summary,
    write_run,
)
from qa.eval.html import html
from qa.eval.journal import Journal, open_journal, run_key
from qa.eval.plan import Plan, opened
from qa.eval.provenance import commit, now
from qa.eval.report import About, Comparison, Report, make_comparison, make_report, to_json
from qa.eval.run import BATCH, Examiner
from qa.eval.sets import QuestionSet, set_name
from qa.eval.tables import markdown
from qa.library import Progress
from qa.measures.rows import Row
from qa.settings import eval_runs_dir, eval_sets_dir, home

__all__ = [
    "Plan",
    "compare_runs",
    "list_runs",
    "list_sets",
    "new_run_folder",
    "read_lines",
    "read_summary",
    "run_plan",
    "set_info",
]

_NAMED = ("success@5", "MRR@10", "answer-in-text@1", "F1", "refusal-F1", "AUROC-right", "citation-validity")
"""The measures that a list of runs shows."""
MANY = 5_000
"""Questions of which more are said to be many before they are asked."""


@dataclass(frozen=True, slots=True)
class SetInfo:
    """A question set of our own format. ``error`` is one line where it cannot be read."""

    name: str
    path: Path
    questions: int
    drafts: int
    """Proposed questions that nobody has accepted yet; not among ``questions``, and never asked."""
    splits: tuple[str, ...]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A finished run in a folder, as far as a list shows it."""

    folder: Path
    set: str
    split: str
    mode: str
    questions: int
    made: str
    """ISO 8601, UTC."""
    commit: str | None
    measures: Mapping[str, float | None]
    """A few measures by name; None where undefined."""


def list_sets(sets_dir: Path | None = None) -> list[SetInfo]:
    """The sets below ``sets_dir`` (None = the usual folder) by name; a broken one is listed with its error.

    Quotes are not looked up: that needs an index, and ``run_plan`` does it.
    """
    return [set_info(path) for path in sorted((sets_dir or eval_sets_dir()).glob("*/questions.jsonl"))]


def set_info(path: Path) -> SetInfo:
    """The set in a file that exists."""
    questions = drafts = 0
    splits: set[str] = set()
    error = None
    try:
        for _, line in json_lines(path):
            draft = line.get("draft") is True
            drafts, questions = drafts + draft, questions + (not draft)
            if isinstance(line.get("split"), str):
                splits.add(line["split"])
    except QuestionSetError as caught:
        error = str(caught)
    return SetInfo(set_name(path), path, questions, drafts, tuple(sorted(splits)), error)


def list_runs(runs_dir: Path | None = None) -> list[RunInfo]:
    """The finished runs right below ``runs_dir`` (None = the usual folder), newest first; other folders are skipped."""
    folder = runs_dir or eval_runs_dir()
    found = [info for path in sorted(folder.glob(f"*/{SUMMARY}")) if (info := _run_info(path.parent))]
    return sorted(found, key=lambda info: (info.made, info.folder.name), reverse=True)


def _run_info(folder: Path) -> RunInfo | None:
    try:
        summary = read_summary(folder)
        measures = {each["measure"]: each["value"] for each in summary["measures"] if each["measure"] in _NAMED}
        return RunInfo(
            folder=folder,
            set=str(summary["set"]),
            split=str(summary["split"]),
            mode=str(summary["mode"]),
            questions=int(summary["questions"]),
            made=str(summary.get("made", "")),
            commit=summary.get("commit"),
            measures=measures,
        )
    except (QuestionSetError, KeyError, TypeError, ValueError):
        return None


def new_run_folder(plan: Plan, runs_dir: Path | None = None) -> Path:
    """A folder that does not exist yet, named after the time and the set, for ``run_plan(out=...)``."""
    called = set_name(Path(plan.source))
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in called).strip(".") or "run"
    base = f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}-{name[:40]}"
    folders = (runs_dir or eval_runs_dir()) / base
    number = 1
    folder = folders
    while folder.exists():
        number += 1
        folder = folders.with_name(f"{base}-{number}")
    return folder


def run_plan(
    plan: Plan,
    engine: Engine = PRODUCT,
    *,
    out: Path | None = None,
    before: Sequence[Row] | None = None,
    progress: Progress = lambda *_: None,
    stopped: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _: None,
    reuse: bool = False,
    batch: int = BATCH,
) -> Report:
    """Ask the questions of ``plan`` and give the numbers; with ``out``, the run's files are there before it returns.

    ``progress(stage, done, total)`` is called as it goes. ``stopped()`` is looked at after every ``batch`` questions;
    once true, ``RunStopped`` is raised. What was answered by then, or by a process that was killed, is kept in
    ``out`` (without it below the data folder), and the same call does not ask it again. ``reuse``: a finished run
    in ``out`` that would come out the same is read, not run. ``say`` is told in one line of what will take long.
    ``before``: rows of an earlier run to compare with.
    Raises ``QuestionSetError``, or what opening an index raises, in one line each.
    """
    if out:
        check_free(out)
    with opened(plan, engine, progress) as (questions, subject):
        ids = {question.id for question in questions.questions}
        if before is not None and ids.isdisjoint(row.id for row in before):
            raise QuestionSetError(f"the run to compare with has no question of {questions.name} in it")
        about = _about(plan, questions, subject)
        if reuse and out and (found := _finished(out, about)):
            return make_report(found, read_lines(out), before)
        if len(ids) > MANY:
            advice = "--limit N asks the first N, and a stopped run goes on with the same command"
            say(f"{questions.name}: {len(ids):,} questions; {advice}")
        path = out / STARTED if out else home() / "eval-cache" / f"{about.key}.jsonl"
        with open_journal(path, about.key) as journal:
            examiner = Examiner(subject, plan.settings, plan.mode_for(questions), progress=progress, batch=batch)
            _ask(examiner, questions, journal, stopped)
        report = make_report(replace(about, made=now()), journal.lines(), before)
    if out:
        summary = json.dumps(to_json(report), ensure_ascii=False, indent=1)
        texts = {SUMMARY: f"{summary}\n", "report.md": markdown(report), "report.html": html(report)}
        write_run(out, journal.lines, texts)
    path.unlink(missing_ok=True)
    return report


def _about(plan: Plan, questions: QuestionSet, subject: Subject) -> About:
    mode = plan.mode_for(questions)
    return About(
        name=questions.name,
        split=plan.split,
        mode=mode or "answers",
        questions=len(questions.questions),
        answerable=sum(question.answerable for question in questions.questions),
        encoder=subject.encoder_name,
        index_hash=subject.index_hash,
        settings=plan.settings,
        key=run_key(questions, subject, mode, plan.settings),
        commit=commit(),
    )


def _finished(folder: Path, about: About) -> About | None:
    """What the finished run in ``folder`` is about, where it is the one that ``about`` asks for."""
    if not (folder / SUMMARY).is_file():
        return None
    summary = read_summary(folder)
    if summary.get("key") != about.key:
        return None
    return replace(about, made=str(summary.get("made", "")), commit=summary.get("commit"))


def _ask(examiner: Examiner, questions: QuestionSet, journal: Journal, stopped: Callable[[], bool]) -> None:
    for records in examiner.evaluate(questions, frozenset(journal.ids)):
        for record in records:
            journal.add(question_json(record))
        if stopped():
            raise RunStopped(f"stopped after {len(journal.ids)} questions; run the same again to go on")


def compare_runs(before: Path, after: Path) -> Comparison:
    """Two finished runs in folders; raises ``QuestionSetError`` where one is none, or they share no question."""
    old, new = read_rows(before), read_rows(after)
    texts = {line["id"]: line["question"] for line in read_lines(after)}
    if {row.id for row in old}.isdisjoint(texts):
        raise QuestionSetError(f"{before} and {after} have no question in common")
    return make_comparison(old, new, texts)
