"""Evaluations run from the screen: one at a time, in a thread of its own, on the index that answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qa.errors import PinciteError, RunStopped
from qa.eval.engine import PRODUCT, OpenedPincite, Subject
from qa.eval.engine import Engine as Examined
from qa.eval.service import Plan, new_run_folder, run_plan
from qa.eval.sets import Split
from qa.pipeline import Pincite
from qa.settings import Settings
from qa.ui.folders import Folders
from qa.ui.service import Engine, Service, Unavailable

_log = logging.getLogger(__name__)
_BATCH = 4
"""Questions between two looks at Stop; enough that both halves of a pair of cores have work."""


@dataclass(frozen=True, slots=True)
class Running:
    """How far the evaluation is that was started last."""

    state: Literal["none", "working", "done", "stopped", "failed"] = "none"
    set: str | None = None
    split: Split = "all"
    message: str = ""
    done: int = 0
    total: int = 0
    run: str | None = None
    """The name of the finished run."""


def lent(engine: Engine) -> Subject:
    """The served engine as it is examined; the server closes it."""
    assert isinstance(engine, Pincite)
    return OpenedPincite(engine, lent=True)


def _settings(engine: Engine) -> Settings:
    """How the served engine answers."""
    return engine.settings if isinstance(engine, Pincite) else Settings()


class Bench:
    """Runs evaluations of ``service``'s index. ``subject_of``: how an engine is examined."""

    def __init__(self, service: Service, folders: Folders, subject_of: Callable[[Engine], Subject] = lent) -> None:
        self._service = service
        self._folders = folders
        self._subject_of = subject_of
        self._running = Running()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._unfinished: dict[tuple[str, Split], Path] = {}

    @property
    def running(self) -> Running:
        return self._running

    def start(self, set: str, split: Split) -> Running:
        """Run a set; one that was stopped goes on. Raises ``Unavailable`` while another one runs or none can."""
        engine = self._service.engine
        subject = self._subject_of(engine)
        examined = Examined(lambda folder, settings: subject, PRODUCT.build)
        with self._lock:
            if self._running.state == "working":
                raise Unavailable("busy", "An evaluation is running already: stop it, or wait until it is done.")
            self._stop.clear()
            self._running = Running("working", set, split, "Starting")
        plan = Plan(str(self._folders.file(set)), split=split, settings=_settings(engine))
        threading.Thread(target=self._run, args=(plan, examined), name="evaluate", daemon=True).start()
        return self._running

    def stop(self) -> Running:
        """Ask the evaluation to stop; it does after the questions it is at."""
        self._stop.set()
        if self._running.state == "working":
            self._running = replace(self._running, message="Stopping")
        return self._running

    def _run(self, plan: Plan, examined: Examined) -> None:
        key = (plan.source, plan.split)
        folder = self._unfinished.setdefault(key, new_run_folder(plan, self._folders.runs))
        try:
            stopped = self._stop.is_set
            run_plan(plan, examined, out=folder, progress=self._progress, stopped=stopped, batch=_BATCH)
            self._unfinished.pop(key)
            self._running = replace(self._running, state="done", message="", run=folder.name)
        except RunStopped as error:
            self._running = replace(self._running, state="stopped", message=str(error))
        except PinciteError as error:
            self._running = replace(self._running, state="failed", message=str(error))
        except Exception:
            _log.exception("the evaluation failed")
            message = "Something went wrong; the server's output says what."
            self._running = replace(self._running, state="failed", message=message)

    def _progress(self, stage: str, done: int, total: int) -> None:
        message = "Stopping" if self._stop.is_set() else "Asking the questions"
        self._running = replace(self._running, message=message, done=done, total=total)
