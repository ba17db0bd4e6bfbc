"""Which files below the named paths are documents, and what each is called."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
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


def discover(roots: Sequence[Path]) -> list[Found]:
    """Every regular, visible file below ``roots`` (folders or files), ordered by id.

    An id is the path relative to its root; where two roots hold the same, the later one gets its root's name in
    front. Links that lead out of their root are not followed. Raises ``CorpusError`` for a root that is not there.
    """
    found: dict[str, Found] = {}
    seen: set[Path] = set()
    for root in roots:
        base = _existing(root)
        for path in _files(base):
            if path not in seen:
                seen.add(path)
                relative = path.name if path == base else path.relative_to(base).as_posix()
                id = _free_id(relative, base, found)
                found[id] = Found(id, path, path.parent)
    return [found[id] for id in sorted(found)]


def _existing(root: Path) -> Path:
    base = Path(os.path.abspath(root.expanduser()))  # noqa: PTH100 - resolve() would follow links
    if not base.exists():
        raise CorpusError(f"{root} is not there: name a folder or a file that exists")
    return base


def _files(base: Path) -> Iterator[Path]:
    """Regular files in a fixed order; devices, pipes, hidden files and links that lead out are passed over."""
    if base.is_file():
        yield base
        return
    home = base.resolve()
    for folder, folders, names in os.walk(base, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        listed = FILE_NAME in names
        for name in sorted(names):
            path = Path(folder) / name
            if not _describes(name, listed) and path.is_file() and path.resolve().is_relative_to(home):
                yield path


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
