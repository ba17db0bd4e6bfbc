"""Which files below the named paths are documents, and what each is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.corpus.sources_toml import FILE_NAME
from qa.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. ``id`` is unique among all that one call found; ``folder`` is where its sources.toml may be."""

    id: str
    path: Path
    folder: Path
    is_folder: bool = False
    """True for a folder that cannot be listed, so that what is in it is missed and not just gone."""


def discover(roots: Sequence[Path]) -> list[Found]:
    """Every regular, visible file below ``roots`` (folders or files), and folders that cannot be listed, by id.

    An id is the path relative to its root; where two roots hold the same, the later one gets its root's name in
    front. Links that lead out of their root are not followed. Raises ``CorpusError`` for a root that is not there.
    """
    found: dict[str, Found] = {}
    seen: set[Path] = set()
    for root in roots:
        base = _existing(root)
        unlisted: list[OSError] = []
        for path in _files(base, unlisted.append):
            if path not in seen:
                seen.add(path)
                id = _free_id(_relative(path, base), base, found)
                found[id] = Found(id, path, path.parent)
        for path in (Path(error.filename) for error in unlisted):
            id = _free_id(_relative(path, base), base, found)
            found[id] = Found(id, path, path.parent, is_folder=True)
    return [found[id] for id in sorted(found)]


def _existing(root: Path) -> Path:
    base = Path(os.path.abspath(root.expanduser()))  # noqa: PTH100 - resolve() would follow links
    try:
        base.stat()
    except (OSError, ValueError) as error:
        why = "is not there" if isinstance(error, FileNotFoundError) else f"cannot be opened ({error})"
        raise CorpusError(f"{root} {why}: name a folder or a file that exists") from error
    if not base.is_file() and not base.is_dir():
        raise CorpusError(f"{root} is a device or a pipe: name a folder or a file")
    return base


def _relative(path: Path, base: Path) -> str:
    return path.name if path == base else path.relative_to(base).as_posix()


def _files(base: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    """Regular files in a fixed order; devices, pipes, hidden files and links that lead out are passed over."""
    if base.is_file():
        yield base
        return
    home = base.resolve()
    for folder, folders, names in os.walk(base, followlinks=False, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        listed = FILE_NAME in names
        for name in sorted(names):
            path = Path(folder) / name
            if not _describes(name, listed) and _is_inside(path, home):
                yield path


def _is_inside(path: Path, home: Path) -> bool:
    """Whether it is a regular file that does not lead out of ``home``."""
    try:
        return path.is_file() and path.resolve().is_relative_to(home)
    except OSError:  # there, but not to be looked at: reading it will say why
        return True


def _describes(name: str, beside_sources_toml: bool) -> bool:
    """Whether a file is about the folder and so no document: hidden, sources.toml, or a README beside one."""
    if name.startswith(".") or name == FILE_NAME:
        return True
    return beside_sources_toml and name.split(".")[0].upper() == "README"


def _free_id(relative: str, base: Path, taken: Collection[str]) -> str:
    if relative not in taken:
        return relative
    candidate = f"{base.name}/{relative}"
    number = 2
    while candidate in taken:
        candidate = f"{base.name}~{number}/{relative}"
        number += 1
    return candidate
