"""The lines of one PDF page in reading order: from characters and where they stand, columns found.

A PDF says where each character stands and hardly ever what belongs together. Characters make segments (runs without a
wide gap); gutters that no segment crosses part columns; segments at one height make a line. All lengths are in points,
``top`` and ``bottom`` count downwards.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pypdfium2.raw as pdfium

_BREAKS = "\r\n"
_HYPHENS = dict.fromkeys((0x02, 0xFFFE), "-")
"""How PDFium gives a hyphen at the end of a line."""
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_BOLD = re.compile(rb"bold|black|heavy|semibold", re.IGNORECASE)
_WIDE_GAP = 0.9
"""In heights of a line: a wider gap ends a segment; the space between two words has about a quarter."""
_GUTTER = 0.8
_COLUMN_LINES = 3


@dataclass(frozen=True, slots=True)
class Char:
    text: str
    left: float
    right: float
    top: float
    bottom: float
    index: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters of one line without a wide gap between them."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    bold: bool

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Line:
    """Segments at one height, from left to right; ``column``: number of the column on the page, in reading order."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    bold: bool
    column: int
    cells: int
    """Pieces with gaps between them as in a table."""

    @property
    def height(self) -> float:
        return self.bottom - self.top


def lines_of(textpage: object) -> list[Line]:
    """The lines on a page in reading order; ``textpage``: PDFium's handle."""
    turn = turn_of(textpage)
    segments = list(_segments(textpage, _chars(textpage, turn)))
    found: list[Line] = []
    for number, column in enumerate(_columns(segments)):
        found.extend(_lines(column, number))
    return found


def turn_of(textpage: object) -> int:
    """Quarter turns, clockwise, by which most characters of the page are turned."""
    count = pdfium.FPDFText_CountChars(textpage)
    votes = [0, 0, 0, 0]
    for index in range(0, count, max(1, count // 50)):
        angle = pdfium.FPDFText_GetCharAngle(textpage, index)
        if angle >= 0:
            votes[round(angle / (math.pi / 2)) % 4] += 1
    return votes.index(max(votes))


def _chars(textpage: object, turn: int) -> Iterator[Char]:
    """The characters in the order of the page's content; a break is a character of no width."""
    box = pdfium.FS_RECTF()
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        text = _HYPHENS.get(code) or (chr(code) if 0 < code <= 0x10FFFF else "\ufffd")
        if not pdfium.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box)):
            continue
        x0, x1, y0, y1 = box.left, box.right, box.bottom, box.top
        if turn == 1:
            x0, x1, y0, y1 = -y1, -y0, x0, x1
        elif turn == 2:
            x0, x1, y0, y1 = -x1, -x0, -y1, -y0
        elif turn == 3:
            x0, x1, y0, y1 = y0, y1, -x1, -x0
        yield Char(_LIGATURES.get(text, text), x0, x1, -y1, -y0, index)


def _segments(textpage: object, chars: Iterable[Char]) -> Iterator[Segment]:
    run: list[Char] = []
    last: Char | None = None  # the last of the run that is not white space
    for char in chars:
        if char.text in _BREAKS:
            continue  # where lines end is seen from where characters stand
        if char.text.isspace():
            if run:
                run.append(char)
            continue
        if last and _parts(last, char):
            yield _segment(textpage, run)
            run = []
        run.append(char)
        last = char
    if run:
        yield _segment(textpage, run)


def _parts(last: Char, char: Char) -> bool:
    """Whether ``char`` begins a segment of its own behind ``last``."""
    height = max(last.bottom - last.top, char.bottom - char.top, 0.1)
    overlap = min(last.bottom, char.bottom) - max(last.top, char.top)
    gap = char.left - last.right
    return overlap < 0.3 * height or gap > _WIDE_GAP * height or gap < -1.5 * height


def _segment(textpage: object, run: Sequence[Char]) -> Segment:
    text = " ".join("".join(char.text for char in run).split())
    seen = [char for char in run if not char.text.isspace()]
    return Segment(
        # Characters beyond the first plane come as two halves.
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"),
        min(char.left for char in seen),
        max(char.right for char in seen),
        median(char.top for char in seen),
        median(char.bottom for char in seen),
        _is_bold(textpage, seen[0].index),
    )


def _is_bold(textpage: object, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(textpage, index) >= 600:
        return True
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(textpage, index, name, 128, ctypes.byref(ctypes.c_int()))
    return bool(_BOLD.search(name.value))


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
