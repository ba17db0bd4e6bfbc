"""A ZIP of documents, read in memory: nothing is ever unpacked to disk, so no name in it can lead anywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa.corpus.formats.parsed import Unreadable

MAX_FILES = 20_000
MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_TOTAL_BYTES = 2 * 1024 * 1024 * 1024
MAX_RATIO = 200
"""Bytes that one byte may unpack to, in a file of more than ``_SMALL``: text comes to about ten, a bomb to 1,000."""
_SMALL = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. ``problem``: why it is not read; ``read``: its bytes."""

    name: str
    read: Callable[[], bytes]
    problem: str | None = None


def members(path: Path, only: str | None = None) -> Iterator[Member]:
    """The files in the ZIP at ``path``, hidden ones left out, by name; ``only``: just that one.

    Raises ``Unreadable`` for a bomb, ``zipfile.BadZipFile`` or ``OSError``.
    """
    with zipfile.ZipFile(path) as archive:
        infos = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
        check_sizes(infos)
        seen: set[str] = set()
        for info in infos:
            name = info.filename
            if only in (None, name) and not any(
                part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts if part != ".."
            ):
                yield Member(name, _reader(archive, info), _problem(info, seen))
                seen.add(name)


def check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    """Raises ``Unreadable`` for an archive that unpacks to more than it should.

    The sizes are those it states; ``zipfile`` reads no more of a file than is stated.
    """
    total = sum(info.file_size for info in infos)
    if len(infos) > MAX_FILES or total > MAX_TOTAL_BYTES:
        raise Unreadable(
            f"it unpacks to {len(infos):,} files and {total:,} bytes, which is too much: unpack it yourself"
        )


def too_dense(info: zipfile.ZipInfo) -> bool:
    """Whether a file unpacks to far more than text would."""
    return info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size)


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    return lambda: archive.read(info)


def _problem(info: zipfile.ZipInfo, seen: set[str]) -> str | None:
    name = info.filename
    if name in seen:
        return "there is another file of this name in the archive"
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or not name.isprintable():
        return "its name leads out of the archive, or cannot be printed"
    if info.flag_bits & 0x1:
        return "it is encrypted: save it without a password"
    if name.lower().endswith(".zip"):
        return "an archive in an archive is not read: unpack it"
    if info.file_size > MAX_FILE_BYTES:
        return f"it has {info.file_size:,} bytes; the limit is {MAX_FILE_BYTES:,}: split it"
    if too_dense(info):
        return f"{info.compress_size:,} bytes unpack to {info.file_size:,}: that is no document"
    return None
