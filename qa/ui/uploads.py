"""Files that people upload: capped in size and number, known by their names, never served."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from qa.corpus.formats import PARSERS
from qa.errors import PinciteError

MAX_BYTES = 50_000_000
"""Of one file."""
MAX_FILES = 5_000
MAX_TOTAL = 2_000_000_000
"""Bytes of all of them."""
_LONGEST_NAME = 200
_ASIDE = ".removed"
_PART = ".part-"


class Refused(PinciteError):
    """A file that is not taken; ``status`` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Uploads:
    """The folder of the uploads of one index, made when the first file comes."""

    folder: Path
    max_bytes: int = MAX_BYTES
    max_files: int = MAX_FILES
    max_total: int = MAX_TOTAL

    def path(self, name: str) -> Path:
        """Where the file of that name lies; raises ``Refused`` for what is no plain file name or cannot be read."""
        plain = name.isprintable() and not set(name) & set('/\\:*?"<>|') and not name.startswith(".")
        if not name.strip() or not plain or len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
            raise Refused(422, f"{name[:80]!r} cannot be the name of a file here: rename it")
        suffix = Path(name).suffix.lower()
        if suffix not in PARSERS:
            known = " ".join(sorted(PARSERS))
            raise Refused(415, f"the format {suffix or 'without an ending'} is not read; known: {known}")
        return self.folder / name

    async def keep(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        """Write a file, whole or not at all; an earlier one of that name is replaced. Its size in bytes."""
        path = self.path(name)
        room = self._room(path)
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{_PART}{secrets.token_hex(8)}"
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
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return size

    def put_aside(self, path: Path) -> None:
        """Take a removed upload out of the folder that is indexed; files elsewhere stay where they are."""
        if path.parent == self.folder and path.is_file():
            (self.folder / _ASIDE).mkdir(exist_ok=True)
            path.replace(self.folder / _ASIDE / path.name)

    def take_back(self, path: Path) -> None:
        """Undo ``put_aside``."""
        aside = self.folder / _ASIDE / path.name
        if path.parent == self.folder and aside.is_file() and not path.exists():
            aside.replace(path)

    def sweep(self) -> None:
        """Delete what was put aside and what was never finished."""
        shutil.rmtree(self.folder / _ASIDE, ignore_errors=True)
        for part in self.folder.glob(f"{_PART}*"):
            part.unlink(missing_ok=True)

    def _room(self, path: Path) -> int:
        """Bytes left for a file at ``path``; raises ``Refused`` where there are too many files."""
        if not self.folder.is_dir():
            return self.max_total
        others = [each for each in self.folder.iterdir() if each.is_file() and each != path]
        if len(others) >= self.max_files:
            raise Refused(413, f"there are {self.max_files:,} uploads already: index a folder with `pincite index`")
        aside = [each for each in (self.folder / _ASIDE).glob("*") if each.is_file()]  # takes room until it is deleted
        return self.max_total - sum(each.stat().st_size for each in [*others, *aside])
