"""A folder of one server's own among the uploads, for what is not a source yet or no longer one.

Several servers may show the same index, so what one has put aside must outlive the start of another.
"""

from __future__ import annotations

import secrets
import shutil
import threading
from pathlib import Path

from filelock import FileLock, Timeout

DESKS = ".server-*"
_LOCK = "lock"
_PATIENCE = 10.0
"""Seconds to wait for a server that is starting or clearing up this moment."""


class Desk:
    """A hidden folder in ``folder``, made when it is first needed and locked until it is closed.

    The lock of a process that ends, however it ends, is free: that tells which desks nobody sits at.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / DESKS.replace("*", secrets.token_hex(8))
        self._lock = FileLock(self._path / _LOCK, thread_local=False)
        self._opening = threading.Lock()

    def place(self, kind: str, name: str) -> Path:
        """Where a file of some kind lies; its folder is there."""
        with self._opening:
            if not self._lock.is_locked:
                self._open()
        folder = self._path / kind
        folder.mkdir(exist_ok=True)
        return folder / name

    def clear_others(self) -> None:
        """Delete the desks of servers that have ended."""
        if not any(self._folder.glob(DESKS)):
            return
        with self._alone():
            for path in self._folder.glob(DESKS):
                lock = FileLock(path / _LOCK)
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    continue
                lock.release()
                shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Delete this one."""
        if self._lock.is_locked:
            self._lock.release()
            shutil.rmtree(self._path, ignore_errors=True)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._alone():  # or another might find the folder before its lock
            self._path.mkdir()
            self._lock.acquire(timeout=0)

    def _alone(self) -> FileLock:
        return FileLock(self._folder / ".lock", timeout=_PATIENCE)
