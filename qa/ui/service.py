"""The engine behind screen and API: opened in the background, shared by everybody, never overrun."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import anyio
import anyio.to_thread

from qa.errors import IndexMissing, PinciteError
from qa.settings import Settings
from qa.types import Answer, Document, Failure, Hit
from qa.ui.stages import Stages

if TYPE_CHECKING:
    from qa.index import OpenIndex
    from qa.library import Progress
    from qa.pipeline import Mode, SourceEntry

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

State = Literal["loading", "ready", "failed", "busy"]
_AGAIN = 2.0
"""Seconds after which an index that could not be opened is tried again."""


class Engine(Protocol):
    """What the screen needs of ``qa.pipeline.Pincite``."""

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        top_k: int = 10,
        only: Collection[str] | None = None,
    ) -> Answer: ...
    def search(
        self, question: str, *, top_k: int = 10, mode: Mode = "hybrid", only: Collection[str] | None = None
    ) -> tuple[Hit, ...]: ...
    def sources(self) -> tuple[SourceEntry, ...]: ...
    def failures(self) -> tuple[Failure, ...]: ...
    def document(self, id: str) -> Document: ...
    @property
    def index(self) -> OpenIndex: ...
    @property
    def outdated(self) -> bool:
        """Whether the index has been replaced since it was opened."""

    def reopened(self) -> Engine:
        """The index as it is now; this one can still be asked."""

    def close(self) -> None: ...


Opener = Callable[["Progress"], Engine]
"""Opens an engine, building what it needs first; calls its argument with the progress made."""


class Unavailable(PinciteError):
    """No answer now; ``state`` says whether it is worth asking again."""

    def __init__(self, state: State, message: str) -> None:
        super().__init__(message)
        self.state = state


@dataclass(frozen=True, slots=True)
class Status:
    """How far the engine is."""

    state: State
    message: str
    done: int = 0
    total: int = 0


class Service:
    """An engine that may still be opening.

    ``at_once`` questions are answered at the same time, ``waiting`` more may queue, the rest are told so.
    """

    def __init__(self, open_engine: Opener, *, at_once: int = 2, waiting: int = 64) -> None:
        self._open = open_engine
        self._at_once = at_once
        self._waiting = waiting
        self._limiter: anyio.CapacityLimiter | None = None
        self._engine: Engine | None = None
        self._status = Status("loading", "Opening the index")
        self._opening = threading.Lock()
        self._version = 0
        self._tried = 0.0

    @property
    def status(self) -> Status:
        return self._status

    @property
    def version(self) -> int:
        """Goes up whenever the index is opened again."""
        self._follow()
        return self._version

    @property
    def engine(self) -> Engine:
        """The engine; raises ``Unavailable`` until it is there.

        An index that was replaced is opened again in the background, and one that could not be opened is tried
        again when somebody asks.
        """
        self._follow()
        if self._engine is None:
            if self._status.state == "failed" and time.monotonic() - self._tried > _AGAIN:
                self._status = Status("loading", "Opening the index")
                self.start()
            raise Unavailable(self._status.state, self._status.message)
        return self._engine

    def start(self) -> None:
        """Open the engine in the background."""
        threading.Thread(target=self._load, name="open-index", daemon=True).start()

    def reopen(self) -> None:
        """Open the index as it is now, and return when that is done; the old one answers until then."""
        with self._opening:
            if self._engine is not None and self._engine.outdated:
                # The old one is not closed here: questions may still read it, and it goes with the last of them.
                self._engine = self._engine.reopened()
                self._version += 1

    def _follow(self) -> None:
        waited = time.monotonic() - self._tried > _AGAIN
        if self._engine is not None and waited and not self._opening.locked() and self._engine.outdated:
            self._tried = time.monotonic()
            threading.Thread(target=self._reopen, name="reopen-index", daemon=True).start()

    def _reopen(self) -> None:
        try:
            self.reopen()
        except PinciteError as error:
            _log.warning("the new index was not opened, the old one is still used: %s", error)

    async def opened(self, seconds: float) -> None:
        """Wait until the index is open or cannot be opened, but not longer than ``seconds``."""
        with anyio.move_on_after(seconds):
            while self._status.state == "loading":
                await anyio.sleep(0.05)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()

    async def run(self, work: Callable[[], _T]) -> _T:
        """``work`` in a thread, in its turn; raises ``Unavailable`` when too many wait already."""
        if self._limiter is None:  # made here because it belongs to the running event loop
            self._limiter = anyio.CapacityLimiter(self._at_once)
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise Unavailable("busy", "Too many questions at once: ask again in a moment.")
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)

    def _load(self) -> None:
        with self._opening:
            self._load_first()

    def _load_first(self) -> None:
        if self._engine is not None:
            return
        try:
            self._engine = self._open(self._progress(Stages()))
            self._version += 1
            self._status = Status("ready", "Ready")
        except PinciteError as error:
            self._fail(str(error))
        except Exception:
            _log.exception("opening the index failed")
            self._fail("The index could not be opened; the server's output says why.")

    def _fail(self, message: str) -> None:
        self._tried = time.monotonic()
        self._status = Status("failed", message)

    def _progress(self, stages: Stages) -> Progress:
        def told(stage: str, done: int, total: int) -> None:
            self._status = Status("loading", *stages(stage, done, total))

        return told


def default_opener(index_dir: Path | None, settings: Settings = Settings()) -> Opener:
    """Opens the index in ``index_dir``; None = the usual one, which is built first where there is none."""

    def opener(progress: Progress) -> Engine:
        from qa.library import index_paths
        from qa.pipeline import Pincite
        from qa.settings import index_dir as usual

        folder = index_dir or usual()
        try:
            engine = Pincite.open(folder, settings)
        except IndexMissing:
            if index_dir is not None:
                raise
            index_paths([], folder, progress=progress)
            engine = Pincite.open(folder, settings)
        engine.warm()
        if engine.note:
            _log.warning("%s", engine.note)
        return engine

    return opener
