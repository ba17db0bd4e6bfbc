"""Runs of the same questions in several ways: side by side (``vary``), or the best of many (``sweep``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from qa.errors import QuestionSetError
from qa.eval.engine import Engine, kept_open
from qa.eval.report import Report
from qa.eval.service import run_plan
from qa.eval.variants import Variant
from qa.library import Progress
from qa.measures.rows import Row
from qa.measures.table import BY_NAME, Estimate, estimates
from qa.settings import home

Stopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Tried:
    """A combination of a sweep and what it reaches on the development half."""

    name: str
    settings: dict[str, Any]
    dev: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was tried, best first, and what the best reaches on the test half, which chose nothing."""

    set: str
    measure: str
    """By which the best was chosen."""
    tried: tuple[Tried, ...]
    test: tuple[Estimate, ...]
    made_halves: bool
    """The set has no halves of its own; questions were dealt by a hash of their ids."""

    def to_json(self) -> dict[str, Any]:
        """Fit for ``json.dumps``."""
        every = [
            {"name": one.name, "settings": one.settings, "dev": [each._asdict() for each in one.dev]}
            for one in self.tried
        ]
        test = [each._asdict() for each in self.test]
        return {
            "set": self.set,
            "measure": self.measure,
            "made_halves": self.made_halves,
            "tried": every,
            "best": {"name": self.tried[0].name, "test": test},
        }


def vary(
    variants: Sequence[Variant],
    engine: Engine,
    *,
    out: Path | None = None,
    progress: Progress = lambda *_: None,
    stopped: Stopped = lambda: False,
) -> Iterator[tuple[str, Report]]:
    """Each variant's name and report, in order; from the second on compared with the first.

    Taken up again by the same call after a stop: what is finished is not run again. With ``out``, each run is kept
    in a folder of its own below it.
    """
    first: Sequence[Row] | None = None
    with kept_open(engine) as engine:
        for number, variant in enumerate(variants):
            told = _overall(progress, number, len(variants))
            report = run_plan(
                variant.plan,
                engine,
                out=_folder(variant, out),
                before=first,
                progress=told,
                stopped=stopped,
                reuse=True,
            )
            first = report.rows if first is None else first
            yield variant.name, report


def sweep(
    variants: Sequence[Variant],
    engine: Engine,
    measure: str | None = None,
    *,
    out: Path | None = None,
    progress: Progress = lambda *_: None,
    stopped: Stopped = lambda: False,
) -> Sweep:
    """Every variant measured on the development half, and the best of them on the test half.

    ``measure``: its name; None = answer-in-text@1, or nDCG@10 for retrieval alone. A set without halves of its own
    is dealt into two by a hash of the ids. Raises ``QuestionSetError`` where the measure is undefined throughout.
    """
    whole = [Variant(each.name, replace(each.plan, split="all")) for each in variants]
    reports = list(vary(whole, engine, out=out, progress=progress, stopped=stopped))
    about = reports[0][1].about
    chosen = measure or ("answer-in-text@1" if about.mode == "answers" else "nDCG@10")
    halves = {name: _halves(report) for name, report in reports}
    tried = [
        Tried(name, {**asdict(report.about.settings), "mode": report.about.mode}, estimates(halves[name][0]))
        for name, report in reports
    ]
    tried.sort(key=lambda one: -_goodness(one.dev, chosen))  # stable: the first of equals
    if _goodness(tried[0].dev, chosen) == float("-inf"):
        raise QuestionSetError(f"{about.name}: {chosen} is undefined on its development half; name another --measure")
    test = estimates(halves[tried[0].name][1])
    return Sweep(about.name, chosen, tuple(tried), test, not _has_halves(reports[0][1]))


def _goodness(found: Sequence[Estimate], name: str) -> float:
    measure = BY_NAME[name.lower()]
    value = next(each.value for each in found if each.measure == measure.name)
    if value is None:
        return float("-inf")
    return value if measure.higher_is_better else -value


def _has_halves(report: Report) -> bool:
    return {"dev", "test"} <= set(report.splits.values())


def _halves(report: Report) -> tuple[list[Row], list[Row]]:
    if not _has_halves(report):
        return (
            [row for row in report.rows if not _dealt_to_test(row.id)],
            [row for row in report.rows if _dealt_to_test(row.id)],
        )
    dev, test = ([row for row in report.rows if report.splits[row.id] == half] for half in ("dev", "test"))
    return dev, test


def _dealt_to_test(id: str) -> bool:
    return hashlib.sha256(id.encode()).digest()[0] % 2 == 1


def _folder(variant: Variant, out: Path | None) -> Path:
    if out:
        name = variant.name.replace(" ", "-")
        plain = "".join(c if c.isalnum() or c in "=.-_" else "-" for c in name)[:120]
        mark = hashlib.sha256(variant.name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return out / (plain if plain == name else f"{plain}-{mark}")
    key = hashlib.sha256(json.dumps(variant.plan.to_json(), sort_keys=True).encode()).hexdigest()[:16]
    return home() / "eval-cache" / "runs" / key


def _overall(progress: Progress, number: int, of: int) -> Progress:
    """Questions done of those of all runs, so that the time left is that of the whole."""

    def told(stage: str, done: int, total: int) -> None:
        if stage == "asking":
            progress(stage, number * total + done, of * total)
        else:
            progress(stage, done, total)

    return told
