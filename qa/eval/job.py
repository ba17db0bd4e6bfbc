"""One invocation of ``pincite eval``: sets read, asked, compared, written."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa.eval.engine import Engine
from qa.eval.folder import check_free, read_rows
from qa.eval.gates import below, worse
from qa.eval.plan import READERS, Format, Plan
from qa.eval.progress import Meter
from qa.eval.report import Report, to_json
from qa.eval.service import run_plan
from qa.eval.tables import markdown, plain, sweep_text
from qa.eval.variants import Variant, Variation, variants
from qa.eval.vary import Sweep, sweep, vary
from qa.library import Progress
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """The arguments of one invocation, and what they are carried out with."""

    args: argparse.Namespace
    engine: Engine
    progress: Progress = field(default_factory=lambda: Meter(sys.stderr))

    def reports(self) -> Iterator[Report]:
        """The report of each set; what --out asks for is on disk before it is given."""
        plans = self.plans()
        for plan in plans:
            # Several sets have a folder each below that of --out and --compare.
            yield self._report(plan, Path(plan.source).stem if len(plans) > 1 else "")

    def varied(self) -> Iterator[Report]:
        """The report of each value of --vary, from the second on compared with the first."""
        ways = self._variants([self.args.vary])
        for name, report in vary(ways, self.engine, out=self.args.out, progress=self.progress):
            yield replace(report, about=replace(report.about, variant=name))

    def swept(self) -> Sweep:
        """What --sweep tried, best first; with --out also on disk, beside the runs."""
        ways = self._variants(self.args.sweep)
        found = sweep(ways, self.engine, self.args.measure, out=self.args.out, progress=self.progress)
        if self.args.out:
            text = json.dumps(found.to_json(), ensure_ascii=False, indent=1)
            (self.args.out / "sweep.json").write_text(f"{text}\n", encoding="utf-8")
        return found

    def _variants(self, variations: Sequence[Variation]) -> list[Variant]:
        return variants(self.plans()[0], variations)

    def plans(self) -> list[Plan]:
        """A plan for each set, or for the public collection named."""
        for format in READERS:
            if path := getattr(self.args, format):
                return [self._plan(str(path), format)]
        return [self._plan(name, "set") for name in self.args.sets or ["innovation"]]

    def _plan(self, source: str, format: Format) -> Plan:
        args = self.args
        return Plan(source, format, args.index, args.encoder, args.split, args.mode, args.limit, self._settings())

    def _settings(self) -> Settings:
        return Settings(reader=self.args.reader) if self.args.reader else Settings()

    def _report(self, plan: Plan, below: str) -> Report:
        out = self.args.out / below if self.args.out else None
        if out:
            check_free(out)
        before = read_rows(self.args.compare / below) if self.args.compare else None
        return run_plan(plan, self.engine, out=out, before=before, progress=self.progress, say=_say)


def _say(line: str) -> None:
    print(f"pincite: {line}", file=sys.stderr)


def shown(report: Report, args: argparse.Namespace) -> str:
    """What goes to stdout."""
    if args.json:
        return json.dumps(to_json(report), ensure_ascii=False) + "\n"
    return markdown(report) if args.markdown else f"{plain(report)}\n"


def shown_sweep(sweep: Sweep, args: argparse.Namespace) -> str:
    """What goes to stdout."""
    if args.json:
        return json.dumps(sweep.to_json(), ensure_ascii=False) + "\n"
    return sweep_text(sweep, args.markdown)


def failures(report: Report, args: argparse.Namespace) -> list[str]:
    """A line for each gate that the report does not pass."""
    lines = below(report.estimates, args.fail_below)
    if args.fail_if_worse and report.comparison:
        lines += worse(report.comparison.differences)
    name = " ".join(filter(None, (report.about.name, report.about.variant)))
    return [f"{name}: {line}" for line in lines]
