"""Which files below the named paths are documents, and what each is called."""

from __future__ import annotations

import errno
import os
import stat
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
    problem: str | None = None
    """Why it cannot be read, where that is plain without opening it: what is in it is missed, and not just gone."""


Refusal = Callable[[Path], str | None]
"""Why a folder is not to be looked into, for one that is not."""


def discover(roots: Sequence[Path], skip: Collection[Path] = (), refusal: Refusal = lambda _: None) -> list[Found]:
    """Every visible file below ``roots`` (folders or files), by id; ``skip`` names folders to stay out of.

    An id is the path relative to its root; where two roots hold the same, the later one gets its root's name in
    front. Links that lead out of their root are not followed; they, devices, pipes, folders that cannot be listed and
    those that ``refusal`` is about come with a ``problem``. Raises ``CorpusError`` for a root that is not there.
    """
    found: dict[str, Found] = {}
    seen: set[Path] = set()
    shut = {os.path.realpath(folder) for folder in skip}
    for root in roots:
        base = _existing(root)
        for path, problem in _files(base, shut, refusal):
            if path not in seen:
                seen.add(path)
                id = _free_id(_relative(path, base), base, found)
                found[id] = Found(id, path, path.parent, problem)
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


def _files(base: Path, shut: Collection[str], refusal: Refusal) -> Iterator[tuple[Path, str | None]]:
    """What is not hidden, in a fixed order, each with the reason why it cannot be read, if there is one."""
    if base.is_file():
        yield base, None
        return
    home = base.resolve()
    unlisted: list[OSError] = []
    for folder, folders, names in os.walk(base, followlinks=False, onerror=unlisted.append):
        here = Path(folder)
        if problem := refusal(here):
            folders.clear()
            yield here, problem
            continue
        inside = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in inside if not shut or os.path.realpath(here / name) not in shut]
        # A link to a folder is among the folders, though it is not walked into.
        links = [name for name in folders if (here / name).is_symlink()]
        listed = FILE_NAME in names
        for name in sorted([*names, *links]):
            if not _describes(name, listed):
                path = here / name
                problem = _problem(path, home)
                if name not in links or problem:
                    yield path, problem
    for error in unlisted:
        yield Path(error.filename), "this folder cannot be listed"


def _problem(path: Path, home: Path) -> str | None:
    """Why a name below ``home`` is no file to be read; None where it is one, or where reading it will say why."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            target = path.resolve(strict=True)
            if not target.is_relative_to(home):
                return "it is a link that leads out of the folder: it is not followed"
            mode = target.stat().st_mode
    except FileNotFoundError:
        return "it is a link to what is not there"
    except RuntimeError:
        return "it is a link to itself"
    except OSError as error:
        return "it is a link to itself" if error.errno == errno.ELOOP else error.strerror or str(error)
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "it is a device, a pipe or a socket, not a file"


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
