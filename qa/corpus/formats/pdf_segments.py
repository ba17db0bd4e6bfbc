"""The characters of one PDF page, and the runs they make: text without a wide gap in it.

A PDF says where each character stands and hardly ever what belongs together. All lengths are in points, ``top`` and
``bottom`` count downwards.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import pypdfium2.raw as pdfium

_BREAKS = "\r\n"
_HYPHENS = dict.fromkeys((0x02, 0xFFFE), "-")
"""How PDFium gives a hyphen at the end of a line."""
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_BOLD = re.compile(rb"bold|black|heavy|semibold", re.IGNORECASE)
_WIDE_GAP = 0.9
"""In heights of a line: a wider gap ends a segment; the space between two words has about a quarter."""


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


def segments_of(textpage: object) -> list[Segment]:
    """The segments on a page in the order of its content; ``textpage``: PDFium's handle."""
    return list(_segments(textpage, _chars(textpage, turn_of(textpage))))


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
