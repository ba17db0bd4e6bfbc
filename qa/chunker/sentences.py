"""Sentence boundaries with offsets: nupunkt for scripts with spaces, full stops of Chinese and Japanese besides."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nupunkt

from qa.types import Span

_WIDE_STOP = re.compile(r"[。！？]+[”’」』）》]*")


def sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of ``text[start:end]`` in order, as offsets into ``text``, without outer white space.

    Every character of the slice that is not white space lies in exactly one of them.
    """
    found = []
    for first, last in nupunkt.sent_spans(text[start:end]):
        for piece in _split_wide(text, start + first, start + last):
            trimmed = trim(text, *piece)
            if trimmed.start < trimmed.end:
                found.append(trimmed)
    return found


def trim(text: str, start: int, end: int) -> Span:
    """``[start, end)`` without white space at its ends; empty (at ``start``) if there is nothing else."""
    content = text[start:end]
    left = len(content) - len(content.lstrip())
    return Span(start + left, start + max(left, len(content.rstrip()))) if left < len(content) else Span(start, start)


def _split_wide(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _WIDE_STOP.finditer(text, start, end):
        yield Span(start, match.end())
        start = match.end()
    yield Span(start, end)
