"""One writer at a time, in this process or another; who it is stands in the file ``writer`` beside the lock."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import IndexBusy, IndexFolderError

if TYPE_CHECKING:
    from filelock import FileLock


@contextmanager
def writing(index_dir: Path) -> Iterator[None]:
    """Be the only writer of the index in ``index_dir``; whoever has it may take it again, in the same thread.

    What is read inside still holds when it is written. Raises ``IndexBusy`` if another has it, ``IndexFolderError``
    if the folder cannot be written. The lock of a process that ends, however it ends, is free.
    """
    from filelock import FileLock

    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        # The same object for the same folder, so that a thread that has the lock may take it again.
        lock = FileLock(index_dir / "lock", is_singleton=True)
        with _taken(lock, index_dir):
            yield
    except (OSError, sqlite3.Error) as error:
        raise IndexFolderError(
            f"the index in {index_dir} cannot be written ({error}); what was there is as it was: "
            "see that there is room and that you may write there, or name another folder with --index"
        ) from error


@contextmanager
def _taken(lock: FileLock, index_dir: Path) -> Iterator[None]:
    from filelock import Timeout

    holder = index_dir / "writer"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexBusy(
            f"{_who(holder)} is writing the index in {index_dir}: try again when it is done, or end it"
        ) from error
    try:
        if lock.lock_counter == 1:
            now = datetime.now().astimezone()
            holder.write_text(f"process {os.getpid()} (since {now:%Y-%m-%d %H:%M:%S})", encoding="ascii")
        yield
    finally:
        if lock.lock_counter == 1:
            holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        return holder.read_text(encoding="ascii", errors="replace").strip() or "another process"
    except OSError:  # taken this moment, or given back
        return "another process"
