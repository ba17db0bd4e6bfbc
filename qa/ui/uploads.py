"""Files that people upload: capped in size and number, known by their names, never served."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from qa.corpus.formats import ARCHIVES, PARSERS
from qa.errors import PinciteError
from qa.ui.desk import DESKS, Desk

MAX_BYTES = 50_000_000
"""Of one file."""
MAX_FILES = 5_000
MAX_TOTAL = 2_000_000_000
"""Bytes of all of them."""
FORMATS = sorted({*PARSERS, *ARCHIVES})
"""Endings of file names."""
_LONGEST_NAME = 200


class Refused(PinciteError):
    """A file that is not taken; ``status`` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Uploads:
    """The folder of the uploads of one index, made when the first file comes.

    What is half received, replaced or removed lies on the server's own desk there; see ``Desk``.
    """

    def __init__(
        self, folder: Path, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES, max_total: int = MAX_TOTAL
    ) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self.max_files = max_files
        self.max_total = max_total
        self._desk = Desk(folder)

    def path(self, name: str) -> Path:
        """Where the file of that name lies; raises ``Refused`` for what is no plain file name or cannot be read."""
        plain = name.isprintable() and not set(name) & set('/\\:*?"<>|') and not name.startswith(".")
        if not name.strip() or not plain or len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
            raise Refused(422, f"{name[:80]!r} cannot be the name of a file here: rename it")
        suffix = Path(name).suffix.lower()
        if suffix not in FORMATS:
            raise Refused(415, f"the format {suffix or 'without an ending'} is not read; known: {' '.join(FORMATS)}")
        return self.folder / name

    async def keep(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        """Write a file, whole or not at all; its size in bytes. An earlier one of that name is replaced, until
        ``discard`` brings it back or ``settle`` lets it go."""
        path = self.path(name)
        room = self._room(path)
        part = self._desk.place("part", secrets.token_hex(8))
        size = 0
        try:
            with part.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > self.max_bytes:
                        raise Refused(413, f"it is larger than {self.max_bytes / 1e6:g} MB: split it")
                    if size > room:
                        raise Refused(413, "there is no room for more uploads: remove some sources first")
                    file.write(chunk)
            earlier = self._desk.place("replaced", name)
            if path.is_file() and not earlier.exists():
                path.replace(earlier)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return size

    def settle(self, path: Path) -> None:
        """An upload is what it should be: what it replaced is deleted."""
        self._desk.place("replaced", path.name).unlink(missing_ok=True)

    def discard(self, path: Path) -> None:
        """Delete an upload; what it replaced is there again."""
        path.unlink(missing_ok=True)
        earlier = self._desk.place("replaced", path.name)
        if earlier.is_file():
            earlier.replace(path)

    def put_aside(self, path: Path) -> None:
        """Take a removed upload out of the folder that is indexed; files elsewhere stay where they are."""
        if path.parent == self.folder and path.is_file():
            path.replace(self._desk.place("removed", path.name))

    def take_back(self, path: Path) -> None:
        """Undo ``put_aside``."""
        if path.parent == self.folder and not path.exists():
            aside = self._desk.place("removed", path.name)
            if aside.is_file():
                aside.replace(path)

    def sweep(self) -> None:
        """Delete what was put aside and never finished by servers that have ended."""
        self._desk.clear_others()

    def close(self) -> None:
        """Delete what was put aside and never finished here: it can no longer be brought back."""
        self._desk.close()

    def _room(self, path: Path) -> int:
        """Bytes left for a file at ``path``; raises ``Refused`` where there are too many files."""
        if not self.folder.is_dir():
            return self.max_total
        others = [each for each in self.folder.iterdir() if each.is_file() and each != path]
        if len([each for each in others if not each.name.startswith(".")]) >= self.max_files:
            raise Refused(413, f"there are {self.max_files:,} uploads already: index a folder with `pincite index`")
        aside = [each for each in self.folder.glob(f"{DESKS}/**/*") if each.is_file()]  # until it is deleted
        return self.max_total - sum(each.stat().st_size for each in [*others, *aside])
