"""The plots of a report as SVG that stands inside a page: colours are CSS variables, text stays text.

Matplotlib draws; it is imported when the first plot is. The page sets ``--ink``, ``--faint`` and ``--c1`` to
``--c5``, for light and dark. Nothing global is drawn on, so plots can be made in any thread.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.eval.fields import printable, short
from qa.measures.curves import reliability, risk_coverage
from qa.measures.rows import Row
from qa.measures.table import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Drawn in these colours, which become variables of the page.
_INK, _FAINT = "#010203", "#010204"
_COLOURS = tuple(f"#01020{n}" for n in range(5, 10))
_VARIABLES = {_INK: "--ink", _FAINT: "--faint", **{c: f"--c{n}" for n, c in enumerate(_COLOURS, start=1)}}
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pincite",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "text.parse_math": False,  # names of types come from files
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _FAINT,
    "axes.axisbelow": True,
}
_DRAWING = threading.Lock()
"""Matplotlib's settings are the process's: one plot at a time."""
_MOST_TYPES = 25


def risk_coverage_plot(rows: Sequence[Row]) -> str | None:
    """Share of wrong answers over the share of questions answered; None where none was."""
    points = risk_coverage(rows)
    if not points:
        return None

    def draw(axes: Axes) -> None:
        x, y = [each.coverage for each in points], [each.risk for each in points]
        axes.step([0, *x], [y[0], *y], where="pre", color=_COLOURS[0], linewidth=1.8)
        axes.plot(x[-1:], y[-1:], "o", color=_COLOURS[0])
        axes.set(xlim=(0, 1), ylim=(0, max(0.1, 1.1 * max(y))))
        axes.set(xlabel="share of questions answered", ylabel="share of those wrong")

    return _svg("risk", draw)


def reliability_plot(rows: Sequence[Row]) -> str | None:
    """Share right against confidence, with intervals and the number of answers; None where none was shown."""
    bins = reliability(rows)
    if not bins:
        return None

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], "--", color=_INK, linewidth=1)
        x, y = [each.confidence for each in bins], [each.right for each in bins]
        sides = [[each.right - each.low for each in bins], [each.high - each.right for each in bins]]
        axes.errorbar(x, y, yerr=np.clip(sides, 0, 1), fmt="o", color=_COLOURS[0], capsize=3)
        for each in bins:
            axes.annotate(str(each.n), (each.confidence, each.low), (0, -11), textcoords="offset points", ha="center")
        axes.set(xlim=(0, 1), ylim=(-0.12, 1.02), xlabel="confidence (number of answers below each)")
        axes.set(ylabel="share right")

    return _svg("reliability", draw)


def types_plot(by_type: Mapping[str, Sequence[Estimate]], measure: str) -> str | None:
    """One measure with its interval for each type of question; None with fewer than two types that have it."""
    found = [(type, each) for type, row in by_type.items() for each in row if each.measure == measure and each.n]
    if len(found) < 2:
        return None
    found = found[:_MOST_TYPES][::-1]

    def draw(axes: Axes) -> None:
        values = np.array([[each.value, each.low, each.high] for _, each in found], dtype=float).T
        sides = np.clip([values[0] - values[1], values[2] - values[0]], 0, 1)
        axes.errorbar(values[0], range(len(found)), xerr=sides, fmt="o", color=_COLOURS[0], capsize=3)
        labels = [f"{short(printable(type), 30) or '(none)'} ({each.n})" for type, each in found]
        axes.set_yticks(range(len(found)), labels)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.6, len(found) - 0.4), xlabel=measure)

    return _svg("types", draw, height=1.1 + 0.28 * len(found))


def latency_plot(rows: Sequence[Row]) -> str | None:
    """Seconds of the questions asked one at a time, how many stayed below; None where none was."""
    seconds = sorted(1000 * row.seconds for row in rows if row.seconds is not None)
    if not seconds:
        return None

    def draw(axes: Axes) -> None:
        shares = np.arange(1, len(seconds) + 1) / len(seconds)
        axes.step([seconds[0], *seconds], [0, *shares], where="post", color=_COLOURS[0], linewidth=1.8)
        for share in (0.5, 0.95):
            axes.axhline(share, color=_COLOURS[1], linewidth=1, linestyle="--")
        axes.set(ylim=(0, 1.02), xlabel="milliseconds", ylabel="share of questions within")
        axes.set_xlim(left=0)

    return _svg("latency", draw)


def stages_plot(stages: Mapping[str, int], total: int) -> str | None:
    """Where questions were lost, as one bar of all questions; None where none was."""
    lost = [(name, n) for name, n in stages.items() if n]
    if not lost:
        return None

    def draw(axes: Axes) -> None:
        done = total - sum(n for _, n in lost)
        axes.barh(0, done, color=_FAINT, edgecolor=_INK, label=f"not lost ({done})")
        for number, (name, n) in enumerate(lost):
            colour = _COLOURS[number % len(_COLOURS)]
            axes.barh(
                0,
                n,
                left=done,
                color=colour,
                edgecolor=_INK,
                hatch=("", "//", "..", "xx", "--")[number % 5],
                label=f"{name} ({n})",
            )
            done += n
        axes.set(xlim=(0, total), yticks=[], xlabel="questions")
        axes.grid(False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.02), ncols=3, frameon=False, fontsize=9)

    return _svg("stages", draw, width=10.5, height=1.6)


def _svg(name: str, draw: Callable[[Any], None], width: float = 4.6, height: float = 3.2) -> str:
    """The plot as an ``<svg>`` element; its ids start with ``name``, so that plots can share a page."""
    import matplotlib
    from matplotlib.figure import Figure

    buffer = io.StringIO()
    with _DRAWING, matplotlib.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # measured with another font; the browser has its own
        figure = Figure((width, height), layout="constrained")
        draw(figure.subplots())
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    return re.sub("#01020[3-9]", lambda found: f"var({_VARIABLES[found.group()]})", text)
