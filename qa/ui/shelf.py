"""The documents of the index as far as the screen changes them: files added, removed, brought back.

One change at a time, in a thread of its own, under the same writer's lock as ``pincite sources add``. Files that
people upload lie in a folder of Pincite's data folder that is never served; what is removed goes aside there and is
deleted when the server stops.
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
from qa.library import Progress
from qa.settings import home
from qa.types import Failure
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
    failures: tuple[Failure, ...] = ()
    """Files that could not be read, by name; they were not kept."""


class Library(Protocol):
    """What changes the index; each call is one new generation of it, and gives what could not be read of all files."""

    def add(self, paths: Sequence[Path], folder: Path, progress: Progress) -> Sequence[Failure]:
        """Index these files of ``folder``, too."""

    def remove(self, ids: Sequence[str], progress: Progress) -> Sequence[Failure]: ...

    def restore(self, paths: Sequence[Path], progress: Progress) -> Sequence[Failure]:
        """Bring the index up to date with its folders; these files of theirs are no longer kept out of it."""


@dataclass(frozen=True, slots=True)
class IndexLibrary:
    """The library behind the index in ``index_dir``."""

    index_dir: Path

    def add(self, paths: Sequence[Path], folder: Path, progress: Progress) -> Sequence[Failure]:
        known = str(folder) in read_manifest(self.index_dir)[1].roots
        if known:
            return self.restore(paths, progress)
        return library.add([folder], self.index_dir, progress=progress).failures

    def remove(self, ids: Sequence[str], progress: Progress) -> Sequence[Failure]:
        return library.remove(ids, self.index_dir, progress=progress).failures

    def restore(self, paths: Sequence[Path], progress: Progress) -> Sequence[Failure]:
        return library.restore(paths, self.index_dir, progress=progress).failures


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
        return self._start("add", names, lambda told: self._add(paths, told))

    def _add(self, paths: Sequence[Path], told: Progress) -> None:
        """Index the files; those that cannot be read are deleted again, and said to be."""
        try:
            failures = self._library.add(paths, self.uploads.folder, told)
        except BaseException:
            for path in paths:
                self.uploads.discard(path)
            raise
        self._service.reopen()
        unread = self._unread(paths, failures)
        self._change = replace(self._change, failures=unread)
        lost = [path for path in paths if any(path.name == each.path for each in unread)]
        for path in paths:
            (self.uploads.discard if path in lost else self.uploads.settle)(path)
        if lost:  # the index forgets them, and has again what they replaced
            self._library.restore(lost, told)

    def _unread(self, paths: Sequence[Path], failures: Sequence[Failure]) -> tuple[Failure, ...]:
        """The files of which nothing stands in the index, each by its name and with the reason."""
        read = [entry.source.path for entry in self._service.engine.sources()]
        unread = []
        for path in paths:
            if not any(_lies_in(each, path) for each in read):
                reasons = [each.reason for each in failures if _lies_in(each.path, path)]
                unread.append(Failure(path.name, reasons[0] if reasons else "it could not be read"))
        return tuple(unread)

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
            failures = self._library.restore(paths, told)
            self._service.reopen()
            if unread := self._unread(paths, failures):
                raise CorpusError(f"{unread[0].path} is not back: {unread[0].reason}")

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


def _lies_in(file: str, path: Path) -> bool:
    """Whether ``file`` is that path, or lies in the archive there."""
    return file == str(path) or file.startswith(f"{path}/")
