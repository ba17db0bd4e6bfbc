"""A report as tables: aligned text for a terminal, Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.eval.fields import printable, short
from qa.eval.report import About, Comparison, Report
from qa.measures.table import BY_NAME, Estimate

if TYPE_CHECKING:
    from qa.eval.vary import Sweep

BY_TYPE = ("success@5", "MRR@10", "answer-in-text@1", "refusal-recall")
"""The measures shown for each type of question; a run on disk holds all."""
_MOST_FLIPS = 20
_MOST_LOST = 4
_WORDS = ("measure", "of", "type", "stage", "id", "question", "verdict", "settings", "such as")


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are printed; columns that hold words are aligned left, numbers right."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def left(self) -> list[bool]:
        """Which columns are aligned left."""
        return [name in _WORDS for name in self.header]


def plain(report: Report) -> str:
    """Aligned text."""
    return "\n\n".join([*_heading(report.about), *(_plain(table) for table in report_tables(report))]) + "\n"


def markdown(report: Report) -> str:
    """The same as GitHub's Markdown."""
    first, *rest = _heading(report.about)
    return "\n\n".join([f"## {first}", *rest, *(_markdown(table) for table in report_tables(report))]) + "\n"


def sweep_text(sweep: Sweep, markdown: bool = False) -> str:
    """What was tried, best first, and the best on the test half."""
    measure = BY_NAME[sweep.measure.lower()].name
    rows = []
    for one in sweep.tried:
        each = next(each for each in one.dev if each.measure == measure)
        rows.append((one.name, _number(each.value), _interval(each.low, each.high), str(each.n)))
    test = next(each for each in sweep.test if each.measure == measure)
    best = (sweep.tried[0].name, _number(test.value), _interval(test.low, test.high), str(test.n))
    header = ("settings", "value", "95 % interval", "n")
    halves = "; halves dealt by a hash of the ids" if sweep.made_halves else ""
    tables = [
        Table(f"{sweep.set}: {measure} on the development half, best first{halves}", header, rows),
        Table("the best on the test half", header, [best]),
    ]
    return "\n\n".join((_markdown if markdown else _plain)(table) for table in tables) + "\n"


def _lost(report: Report) -> Table:
    """How many questions each stage lost, and the first of them."""
    rows = []
    for stage, count in report.stages.items():
        ids = [line["id"] for line in report.failures if line["stage"] == stage][:_MOST_LOST]
        if count:
            rows.append((stage, str(count), ", ".join(ids) + (" …" if count > len(ids) else "")))
    return Table("lost", ("stage", "questions", "such as"), rows)


def _heading(about: About) -> list[str]:
    counts = f"{about.questions} questions, {about.answerable} answerable"
    index = f"index {about.index_hash}, encoder {about.encoder}"
    what = f"{about.name}, split {about.split}, {about.variant or about.mode}"
    return [f"{what}: {counts}", f"{index}; intervals: 95 %, bootstrap over questions"]


def report_tables(report: Report) -> list[Table]:
    """Every table of a report, in order."""
    tables = [_measures(report.estimates)]
    if len(report.by_type) > 1:
        tables.append(_types(report.by_type))
    if any(report.stages.values()):
        tables.append(_lost(report))
    if report.comparison:
        tables += [_differences(report.comparison), _flips(report.comparison)]
    return tables


def _measures(estimates: Sequence[Estimate]) -> Table:
    rows = [
        (each.measure, _number(each.value), _interval(each.low, each.high), str(each.n), _over(each))
        for each in estimates
        if each.n
    ]
    return Table("measures", ("measure", "value", "95 % interval", "n", "of"), rows)


def _over(estimate: Estimate) -> str:
    return BY_NAME[estimate.measure.lower()].over


def _types(by_type: Mapping[str, Sequence[Estimate]]) -> Table:
    named = {type: {each.measure: each for each in rows} for type, rows in by_type.items()}
    shown = [name for name in BY_TYPE if any(each[name].n for each in named.values())]
    rows = [(type or "(none)", *(_short(each[name]) for name in shown)) for type, each in named.items()]
    return Table("by type: value [95 % interval] n", ("type", *shown), rows)


def _short(estimate: Estimate) -> str:
    if estimate.value is None:
        return "-"
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}] {estimate.n}"


def _differences(comparison: Comparison) -> Table:
    rows = [
        (
            each.measure,
            _number(each.before),
            _number(each.after),
            f"{each.difference:+.3f}",
            _interval(each.low, each.high),
            _p(each.p),
            _p(each.p_holm),
            ("better" if each.gain > 0 else "worse") if each.significant else "",
        )
        for each in comparison.differences
        if each.difference is not None
    ]
    header = ("measure", "before", "after", "difference", "95 % interval", "p", "p (Holm)", "verdict")
    return Table(f"compared on {comparison.compared} questions", header, rows)


def _flips(comparison: Comparison) -> Table:
    rows = [
        (each.id, f"{each.before:.2f}", f"{each.after:.2f}", short(comparison.asked[each.id]))
        for each in comparison.flips[:_MOST_FLIPS]
    ]
    more = f", the first {_MOST_FLIPS}" if len(comparison.flips) > _MOST_FLIPS else ""
    title = f"{len(comparison.flips)} flipped, worst first{more}"
    return Table(title, ("id", "before", "after", "question"), rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _p(value: float | None) -> str:
    return "<.001" if value is not None and value < 0.001 else _number(value)


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"[{low:.3f}, {high:.3f}]"


def _plain(table: Table) -> str:
    lines = [table.header, *([printable(cell) for cell in row] for row in table.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.header))]
    aligned = [
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(line, widths, table.left, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.title.upper(), *aligned])


def _markdown(table: Table) -> str:
    rule = ["---" if left else "---:" for left in table.left]
    lines = [table.header, rule, *([_escaped(cell) for cell in row] for row in table.rows)]
    return "\n".join([f"### {table.title}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
