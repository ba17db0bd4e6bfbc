"""What people see: safe text, marked words, progress bars."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, TextIO, TypeVar

from qa import settings

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_STAGES = {"reading": "Reading documents", "embedding": "Embedding passages", "writing": "Writing the index"}
_UNITS = {"reading": " files", "embedding": " passages"}
_STYLES = {"bold": "1", "dim": "2", "mark": "30;43", "green": "32", "yellow": "33"}

_T = TypeVar("_T")


def safe(text: str) -> str:
    """``text`` with what could move the cursor, recolour the screen or reorder letters shown as a dot."""
    return _UNSAFE.sub("·", text.replace("\r\n", "\n").replace("\r", "\n"))


class Terminal:
    """Writes to one stream; styles only where a person looks at it who wants colours."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_interactive = stream.isatty()
        self._styled = self.is_interactive and settings.colours()

    def style(self, text: str, name: str) -> str:
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if self._styled and text else text

    def line(self, text: str = "") -> None:
        print(text, file=self._stream)

    def folded(self, text: str, indent: str = "") -> str:
        """Plain text on one line, or in lines of the window's width where a person looks."""
        flat = " ".join(safe(text).split())
        if not self.is_interactive:
            return indent + flat
        width = max(40, min(_width(), 100))
        return "\n".join(textwrap.wrap(flat, width, initial_indent=indent, subsequent_indent=indent))


def _width() -> int:
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 80


def counted(items: Iterable[_T], total: int, words: str, unit: str) -> Iterable[_T]:
    """``items``, with a bar on stderr of how many of ``total`` came, where somebody looks and nothing else moves."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        return items
    from tqdm import tqdm

    bar: Iterable[_T] = tqdm(items, words, total, unit=unit, file=sys.stderr, leave=False, dynamic_ncols=True)
    return bar


class ProgressBars:
    """A bar per stage on stderr, or a line per stage where nobody looks. Use as a context; call as ``Progress``.

    Bars stay below each other to the end, since passages are embedded while files are read.
    """

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self._show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for bar in reversed(self._bars.values()):
            if bar is not None:
                bar.close()

    def _show(self, stage: str, done: int, total: int) -> None:
        if stage not in self._bars:
            self._bars[stage] = self._opened(stage, total)
        if (bar := self._bars[stage]) is not None:
            bar.total = total or None
            bar.n = done
            bar.refresh()

    def _opened(self, stage: str, total: int) -> Any:
        words = _STAGES.get(stage, stage.capitalize())
        if not sys.stderr.isatty():
            print(f"{words}{f': {total}' if total else ''}", file=sys.stderr)
            return None
        from tqdm import tqdm

        unit = _UNITS.get(stage, "")
        return tqdm(total=total or None, desc=words, unit=unit, file=sys.stderr, leave=False, dynamic_ncols=True)
