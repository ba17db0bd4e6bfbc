"""The lines of one PDF page in reading order: columns found, segments at one height put together.

Gutters that no segment crosses part columns. All lengths are in points, ``top`` and ``bottom`` count downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from qa.corpus.formats.pdf_segments import Segment, segments_of

_GUTTER = 0.8
_COLUMN_LINES = 3


@dataclass(frozen=True, slots=True)
class Line(Segment):
    """Segments at one height, from left to right; ``column``: number of the column on the page, in reading order."""

    column: int
    cells: int
    """Pieces with gaps between them as in a table."""


def lines_of(textpage: object) -> list[Line]:
    """The lines on a page in reading order; ``textpage``: PDFium's handle."""
    found: list[Line] = []
    for number, column in enumerate(_columns(segments_of(textpage))):
        found.extend(_lines(column, number))
    return found


def _columns(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """The segments in groups to be read one after the other: what spans the page, and columns between that."""
    gutter = _gutter(segments)
    if gutter is None:
        if segments:
            yield list(segments)
        return
    left, right = gutter
    cuts = sorted(each.top for each in segments if each.left < left and each.right > right)
    across: list[Segment] = []
    for above, below in pairwise((-math.inf, *cuts, math.inf)):
        band = [each for each in segments if above <= each.top < below]
        sides: tuple[list[Segment], list[Segment]] = ([], [])
        for each in band:
            if each.left < left and each.right > right:
                across.append(each)
            else:
                sides[each.right > right].append(each)
        if sides[0] or sides[1]:
            if across:
                yield across
            across = []
            for side in sides:
                yield from _columns(side)
    if across:
        yield across


def _gutter(segments: Sequence[Segment]) -> tuple[float, float] | None:
    """The widest strip that parts two columns of running text; None where there is none."""
    if len(segments) < 2 * _COLUMN_LINES:
        return None
    height = median(each.height for each in segments)
    first, last = min(each.left for each in segments), max(each.right for each in segments)
    widths = [each.right - each.left for each in segments]
    # Neither what spans the page nor a page number in its middle stands in the way of a gutter.
    narrow = [each for each, w in zip(segments, widths, strict=True) if 3 * height < w < 0.62 * (last - first)]
    best: tuple[float, float] | None = None
    for left, right in _strips(narrow):
        wide = right - left >= max(_GUTTER * height, best[1] - best[0] if best else 0.0)
        if wide and _parts_prose(narrow, left, right):
            best = left, right
    return best


def _strips(segments: Sequence[Segment]) -> Iterator[tuple[float, float]]:
    """What no segment covers, from left to right."""
    reach = math.inf
    for each in sorted(segments, key=lambda each: each.left):
        if each.left > reach:
            yield reach, each.left
        reach = max(each.right, reach) if reach < math.inf else each.right


def _parts_prose(segments: Sequence[Segment], left: float, right: float) -> bool:
    """Whether there is running text on both sides, side by side, and not the cells of a table."""
    sides = [each for each in segments if each.right <= left], [each for each in segments if each.left >= right]
    for side in sides:
        width = max((each.right - each.left for each in side), default=0.0)
        long = [each for each in side if each.right - each.left > 0.6 * width and each.text.count(" ") >= 2]
        if len(long) < max(_COLUMN_LINES, 0.4 * len(side)):
            return False
    tops = [min(each.top for each in side) for side in sides]
    bottoms = [max(each.bottom for each in side) for side in sides]
    return min(bottoms) - max(tops) > 0.3 * min(bottoms[0] - tops[0], bottoms[1] - tops[1])


def _lines(segments: Sequence[Segment], column: int) -> Iterator[Line]:
    """The segments of one column from top to bottom, those at one height together."""
    group: list[Segment] = []
    for each in sorted(segments, key=lambda each: (each.top + each.bottom, each.left)):
        if group:
            overlap = min(each.bottom, group[-1].bottom) - max(each.top, group[-1].top)
            if overlap < 0.5 * min(each.height, group[-1].height):
                yield _line(group, column)
                group = []
        group.append(each)
    if group:
        yield _line(group, column)


def _line(group: Sequence[Segment], column: int) -> Line:
    row = sorted(group, key=lambda each: each.left)
    gaps = [after.left - before.right for before, after in pairwise(row)]
    largest = max(row, key=lambda each: len(each.text))
    return Line(
        " ".join(each.text for each in row),
        row[0].left,
        max(each.right for each in row),
        largest.top,
        largest.bottom,
        all(each.bold for each in row),
        column,
        1 + sum(gap > 1.8 * largest.height for gap in gaps),
    )
