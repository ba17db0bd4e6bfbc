"""A ZIP of documents, read in memory: nothing is ever unpacked to disk, so no name in it can lead anywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa.corpus.formats.package import check_sizes, too_dense

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_TOTAL_BYTES = 2 * 1024 * 1024 * 1024


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
        check_sizes(infos, MAX_TOTAL_BYTES)
        seen: set[str] = set()
        for info in infos:
            name = info.filename.removeprefix("./")  # as some programs write them
            if only in (None, name) and not _is_hidden(name):
                yield Member(name, _reader(archive, info), _problem(info, name, seen))
                seen.add(name)


def read_member(archive: Path, name: str) -> bytes:
    """What the file of this name in the archive holds; raises ``KeyError`` where there is none that is read, else as
    ``members`` does."""
    for member in members(archive, name):
        if member.problem is None:
            return member.read()
    raise KeyError(name)


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    return lambda: archive.read(info)


def _problem(info: zipfile.ZipInfo, name: str, seen: set[str]) -> str | None:
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
