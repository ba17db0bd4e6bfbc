"""How far it is, on a terminal in place and in a log now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO


class Meter:
    """Writes "asking 120 of 961, 0:41 left" to a stream as ``meter(stage, done, total)`` is called.

    A terminal's line is rewritten at most ten times a second, a log gets a line every ten seconds. What was done
    before a stage's first call, by a run that was stopped, tells nothing of the time left.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._in_place = stream.isatty()
        self._stage = ""
        self._before = 0
        self._began = self._wrote = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        if stage != self._stage:
            self._stage, self._before, self._began, self._wrote = stage, done, now, now
        finished = 0 < total <= done
        if finished:
            self._stage = ""  # the next set's stage of the same name begins anew
        elif now - self._wrote < (0.1 if self._in_place else 10):
            return
        self._wrote = now
        of = f" of {total}" if total else ""
        self._write(f"{stage} {done}{of}{self._left(done, total, now)}", finished)

    def _left(self, done: int, total: int, now: float) -> str:
        new = done - self._before
        if new <= 0 or done >= total:
            return ""
        minutes, seconds = divmod(round((now - self._began) / new * (total - done)), 60)
        return f", {minutes}:{seconds:02} left"

    def _write(self, line: str, finished: bool) -> None:
        if self._in_place:
            self._stream.write(f"\r\x1b[K{'' if finished else line}")
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()
