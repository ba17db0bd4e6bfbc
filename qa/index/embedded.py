"""Vectors computed for a generation that is not in use yet, on disk, so that nothing that ends the process loses them.

They are known by the hash of the text and lie in a file of their own for each encoder. Once a generation holds them,
the file goes.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from qa.encoder import FloatArray

_GLOB = "embedded-*.db*"


class Embedded:
    """The vectors of one encoder so far; safe for several threads."""

    def __init__(self, index_dir: Path, fingerprint: str) -> None:
        self._lock = threading.Lock()
        self.path = index_dir / f"embedded-{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}.db"
        try:
            self._connection = self._opened()
        except sqlite3.DatabaseError:  # half written when the power went: compute them again
            self.path.unlink()
            self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False)
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            connection.close()
            raise sqlite3.DatabaseError(f"{self.path} is damaged")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        connection.commit()
        return connection

    def add(self, keys: Sequence[bytes], vectors: FloatArray) -> None:
        """Keep the vectors, shape ``(len(keys), d)``, from now on."""
        rows = ((key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True))
        with self._lock, self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def __contains__(self, key: bytes) -> bool:
        with self._lock:
            return self._connection.execute("SELECT 1 FROM vectors WHERE key = ?", (key,)).fetchone() is not None

    def close(self) -> None:
        """The file stays where there is a vector in it."""
        is_empty = self._connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is None
        self._connection.close()
        if is_empty:
            self.path.unlink()


def discard_embedded(index_dir: Path) -> None:
    """A generation holds them all."""
    for path in index_dir.glob(_GLOB):
        path.unlink(missing_ok=True)
