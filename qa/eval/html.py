"""A report as one HTML file that opens from disk: no script, no network, light and dark.

Everything that comes from documents, questions or files is escaped by the template, and characters that cannot be
seen, or that turn the reading direction, are replaced. A policy in the page forbids scripts and every request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from qa import __version__
from qa.eval.charts import latency_plot, reliability_plot, risk_coverage_plot, stages_plot, types_plot
from qa.eval.fields import printable
from qa.eval.folder import Line
from qa.eval.report import MOST_FAILURES, Report
from qa.eval.scoring import STAGES
from qa.eval.tables import report_tables

if TYPE_CHECKING:
    from jinja2 import Template

WHY: Mapping[str, str] = {
    "not retrieved": "No passage with the answer was among those proposed.",
    "not read": "A passage with the answer was proposed, but below those that the reader reads.",
    "wrong answer": "A passage with the answer was read, and something else was shown.",
    "refused": "A passage with the answer was read, and nothing was shown.",
    "not refused": "The sources do not answer, and something was shown.",
}
"""What each stage of loss means."""


def html(report: Report) -> str:
    """The whole page."""
    about = report.about
    lost = sum(report.stages.values())
    settings = {name: str(value) for name, value in asdict(about.settings).items()}
    facts = {
        "set": about.name,
        "split": about.split,
        "mode": about.mode,
        "made": about.made or "-",
        "Pincite": __version__,
        "commit": about.commit or "-",
        "encoder": about.encoder,
        "index": about.index_hash,
        "run": about.key or "-",
    }
    return _template().render(
        about=about,
        tables=report_tables(report),
        plots=_plots(report),
        facts=facts,
        settings=settings,
        failures=_failures(report),
        lost=lost,
        listed=len(report.failures),
        most=MOST_FAILURES,
    )


def _plots(report: Report) -> list[dict[str, str]]:
    """Title, what it shows, and the drawing of each plot there is something to draw for."""
    rows, about = report.rows, report.about
    by_type = "MRR@10" if about.mode != "answers" else "answer-in-text@1"
    drawn = [
        (
            "Where questions were lost",
            "Every question of the run, by what became of it.",
            stages_plot(report.stages, about.questions),
        ),
        (
            "Risk and coverage",
            "The more questions are answered, the more of the answers are wrong: lower is better.",
            risk_coverage_plot(rows),
        ),
        (
            "Reliability",
            "Answers of some confidence, and the share of them that is right, with 95 % intervals. On the line, "
            "confidence means what it says.",
            reliability_plot(rows),
        ),
        (
            "By type of question",
            f"{by_type} with its 95 % interval; in brackets the number of questions.",
            types_plot(report.by_type, by_type),
        ),
        (
            "Time",
            "Questions asked one at a time, models loaded; the lines are at half and at 95 %.",
            latency_plot(rows),
        ),
    ]
    return [{"title": title, "text": text, "svg": svg} for title, text, svg in drawn if svg]


def _failures(report: Report) -> list[dict[str, Any]]:
    """The lost questions by stage, those with the highest confidence first."""
    groups = []
    for stage in STAGES:
        lines: list[Line] = [line for line in report.failures if line["stage"] == stage]
        if lines:
            lines.sort(key=lambda line: -(line["confidence"] or 0.0))
            groups.append({"stage": stage, "why": WHY[stage], "n": report.stages[stage], "lines": lines})
    return groups


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    def clean(value: object) -> object:
        return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)

    environment = Environment(
        loader=PackageLoader("qa.eval", ""), autoescape=True, finalize=clean, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html")
