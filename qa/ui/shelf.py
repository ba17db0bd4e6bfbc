"""The documents of the index as far as the screen changes them: files added, removed, brought back.

One change at a time, in a thread of its own, under the same writer's lock as ``pincite sources add``. Files that
people upload lie in a folder of Pincite's data folder that is never served; what is removed goes aside there and is
deleted when the server next starts.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from qa import library
from qa.errors import CorpusError, PinciteError
from qa.index.manifest import read_manifest
from qa.library import IndexReport, Progress
from qa.settings import home
from qa.ui.service import Service, Unavailable
from qa.ui.stages import Stages
from qa.ui.uploads import Uploads

_log = logging.getLogger(__name__)

Doing = Literal["add", "remove", "restore"]


@dataclass(frozen=True, slots=True)
class Change:
    """How far the change is that was asked for last."""

    state: Literal["none", "working", "done", "failed"] = "none"
    doing: Doing | None = None
    names: tuple[str, ...] = ()
    """Files added, or ids of documents removed or brought back."""
    message: str = ""
    done: int = 0
    total: int = 0


class Library(Protocol):
    """What changes the index; each call is one new generation of it."""

    def add(self, paths: Sequence[Path], folder: Path, progress: Progress) -> object:
        """Index these files of ``folder``, too."""

    def remove(self, ids: Sequence[str], progress: Progress) -> object: ...

    def restore(self, paths: Sequence[Path], progress: Progress) -> object:
        """Index these files again, which were removed."""


@dataclass(frozen=True, slots=True)
class IndexLibrary:
    """The library behind the index in ``index_dir``."""

    index_dir: Path

    def add(self, paths: Sequence[Path], folder: Path, progress: Progress) -> IndexReport:
        known = str(folder) in read_manifest(self.index_dir)[1].roots
        if known:
            return self.restore(paths, progress)
        return library.add([folder], self.index_dir, progress=progress)

    def remove(self, ids: Sequence[str], progress: Progress) -> IndexReport:
        return library.remove(ids, self.index_dir, progress=progress)

    def restore(self, paths: Sequence[Path], progress: Progress) -> IndexReport:
        return library.restore(paths, self.index_dir, progress=progress)


def uploads_dir(index_dir: Path) -> Path:
    """Where the files lie that were uploaded into this index."""
    name = hashlib.sha256(str(index_dir.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return home() / "uploads" / name


class Shelf:
    """Changes the documents of ``service``'s index, one change at a time."""

    def __init__(self, service: Service, library: Library, uploads: Uploads) -> None:
        self._service = service
        self._library = library
        self.uploads = uploads
        self._change = Change()
        self._stages = Stages()
        self._lock = threading.Lock()
        self._removed: dict[str, Path] = {}

    @property
    def change(self) -> Change:
        return self._change

    def add(self, names: Sequence[str]) -> Change:
        """Index files that were uploaded; raises ``CorpusError`` for one that was not."""
        paths = [self.uploads.path(name) for name in names]
        for path in paths:
            if not path.is_file():
                raise CorpusError(f"the file {path.name!r} was not uploaded: upload it first")
        return self._start("add", names, lambda told: self._library.add(paths, self.uploads.folder, told))

    def remove(self, id: str) -> Change:
        """Take a document out of the index; raises ``KeyError`` for an unknown one."""
        path = Path(self._service.engine.document(id).source.path)

        def work(told: Progress) -> None:
            self._library.remove([id], told)
            self.uploads.put_aside(path)
            self._removed[id] = path

        return self._start("remove", [id], work)

    def restore(self, ids: Sequence[str]) -> Change:
        """Bring back documents that were removed since the server started; raises ``KeyError`` for others."""
        paths = [self._removed[id] for id in ids]

        def work(told: Progress) -> None:
            for path in paths:
                self.uploads.take_back(path)
            self._library.restore(paths, told)

        return self._start("restore", ids, work)

    def _start(self, doing: Doing, names: Sequence[str], work: Callable[[Progress], object]) -> Change:
        with self._lock:
            if self._change.state == "working":
                raise Unavailable("busy", "The sources are being changed already: wait until that is done.")
            self._change = Change("working", doing, tuple(names), "Starting")
            self._stages = Stages()
        threading.Thread(target=self._work, args=(work,), name="change-index", daemon=True).start()
        return self._change

    def _work(self, work: Callable[[Progress], object]) -> None:
        try:
            work(self._told)
            self._service.reopen()
            self._change = replace(self._change, state="done", message="")
        except PinciteError as error:
            self._change = replace(self._change, state="failed", message=str(error))
        except Exception:
            _log.exception("changing the sources failed")
            message = "Something went wrong; the server's output says what."
            self._change = replace(self._change, state="failed", message=message)

    def _told(self, stage: str, done: int, total: int) -> None:
        self._change = replace(self._change, **self._stages(stage, done, total)._asdict())
