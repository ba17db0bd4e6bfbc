"""One invocation of ``pincite eval``: sets read, asked, compared, written."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from qa.errors import QuestionSetError
from qa.eval.beir import read_beir
from qa.eval.check import problems
from qa.eval.engine import Engine, Subject, Workshop
from qa.eval.folder import SUMMARY, check_free, read_rows, write_run
from qa.eval.gates import below, worse
from qa.eval.progress import Meter
from qa.eval.report import About, Report, make_report, to_json
from qa.eval.run import Examiner, Record
from qa.eval.sets import QuestionSet, find_set, read_set
from qa.eval.spans import read_spans
from qa.eval.squad import read_squad
from qa.eval.tables import markdown, plain
from qa.library import Progress
from qa.measures.rows import Row
from qa.pipeline import Mode
from qa.settings import Settings, eval_sets_dir, home, index_dir


@dataclass(frozen=True, slots=True)
class Job:
    """The arguments of one invocation, and what they are carried out with."""

    args: argparse.Namespace
    engine: Engine
    settings: Settings = field(default_factory=Settings)
    progress: Progress = field(default_factory=lambda: Meter(sys.stderr))

    def reports(self) -> Iterator[Report]:
        """The report of each set; what --out asks for is on disk before it is given."""
        names = self.args.sets or ["innovation"]
        if self._reader():
            names = [""]
        for name in names:
            # Several sets have a folder each below that of --out and --compare.
            yield self._report(name, Path(name).stem if len(names) > 1 else "")

    def check(self) -> list[str]:
        """A line for everything wrong in the sets after the word ``check``."""
        found: list[str] = []
        with closing(self.engine.open(self.args.index or index_dir(), self.settings)) as subject:
            text_of = cache(lambda id: subject.document(id).text)
            for name in self.args.sets[1:] or ["innovation"]:
                found += problems(find_set(name, eval_sets_dir()), text_of)
        return found

    def _report(self, name: str, below: str) -> Report:
        out = self.args.out / below if self.args.out else None
        if out:
            check_free(out)
        before = read_rows(self.args.compare / below) if self.args.compare else None
        questions, subject = self._opened(name)
        with closing(subject):
            ids = {question.id for question in questions.questions}
            if before is not None and ids.isdisjoint(row.id for row in before):
                raise QuestionSetError(f"{self.args.compare}: has no question of {questions.name} in it")
            return self._examined(questions, subject, before, out)

    def _opened(self, name: str) -> tuple[QuestionSet, Subject]:
        """The questions asked for, and an open index to ask."""
        if read := self._reader():
            whole = read()
            questions = whole.part(self.args.split)
            workshop = Workshop(self.engine, home() / "eval-cache", self.settings, self.args.encoder, self.progress)
            return questions, workshop.open(whole.documents or ())
        path = find_set(name, eval_sets_dir())
        subject = self.engine.open(self.args.index or index_dir(), self.settings)
        try:
            return read_set(path, cache(lambda id: subject.document(id).text)).part(self.args.split), subject
        except BaseException:
            subject.close()
            raise

    def _reader(self) -> Callable[[], QuestionSet] | None:
        """How to read a public collection, where one was named."""
        readers = {"beir": read_beir, "squad": read_squad, "spans": read_spans}
        named = [partial(read, path) for name, read in readers.items() if (path := getattr(self.args, name))]
        return named[0] if named else None

    def _examined(
        self, questions: QuestionSet, subject: Subject, before: Sequence[Row] | None, out: Path | None
    ) -> Report:
        mode: Mode | None = self.args.mode or ("hybrid" if questions.places_only else None)
        records = Examiner(subject, self.settings, mode, progress=self.progress).evaluate(questions)
        about = About(
            name=questions.name,
            split=self.args.split,
            mode=mode or "answers",
            questions=len(records),
            answerable=sum(record.row.answerable for record in records),
            encoder=subject.encoder_name,
            index_hash=subject.index_hash,
            settings=self.settings,
        )
        report = make_report(about, records, before)
        if out:
            _write(out, records, report)
        return report


def _write(out: Path, records: Sequence[Record], report: Report) -> None:
    summary = json.dumps(to_json(report), ensure_ascii=False, indent=1)
    write_run(out, records, {SUMMARY: f"{summary}\n", "report.md": markdown(report)})


def shown(report: Report, args: argparse.Namespace) -> str:
    """What goes to stdout."""
    if args.json:
        return json.dumps(to_json(report), ensure_ascii=False) + "\n"
    return markdown(report) if args.markdown else f"{plain(report)}\n"


def failures(report: Report, args: argparse.Namespace) -> list[str]:
    """A line for each gate that the report does not pass."""
    lines = below(report.estimates, args.fail_below)
    if args.fail_if_worse:
        lines += worse(report.differences)
    return [f"{report.about.name}: {line}" for line in lines]
