"""Which files are as they were when the index was made, so that nothing of them need be read again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import qa.chunker
import qa.corpus
from qa.corpus import read_found
from qa.corpus.discover import Found
from qa.corpus.sources_toml import Stated, read_sources_toml, unmatched
from qa.index import FromFile, Item, Kept, Marks
from qa.types import Document, Failure


def updated(found: Sequence[Found], removed: Collection[str] = ()) -> Callable[[Marks], Iterator[Item]]:
    """What to index: files that bear the mark they had are kept, the others are read; in the order of ``found``.

    ``removed``: paths of files that are to stay out.
    """
    wanted = [each for each in found if str(each.path) not in removed]

    def items(known: Marks) -> Iterator[Item]:
        stated = cache(read_sources_toml)
        marks = {}
        for each in wanted:
            mark = _mark(each, stated(each.folder).get(each.path.name, Stated()), removed)
            if mark is not None:
                marks[_name(each)] = mark
        kept = {file for file, mark in marks.items() if known.get(file) == mark}
        changed = [each for each in wanted if _name(each) not in kept]
        yield from _in_order(wanted, kept, marks, read_found(changed))
        seen = {each.folder for each in changed}
        for folder in dict.fromkeys(each.folder for each in wanted if each.folder not in seen):
            yield from unmatched(folder, stated(folder))

    return items


def code() -> str:
    """SHA-256 of the code that reads and cuts files: what older code made of one is not taken over."""
    digest = hashlib.sha256()
    for package in (qa.corpus, qa.chunker):
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _in_order(
    wanted: Sequence[Found], kept: Collection[str], marks: Marks, read: Iterator[Document | Failure]
) -> Iterator[Item]:
    """What is kept, and before each of them what was read from files that come before it."""
    number = {_name(each): number for number, each in enumerate(wanted)}
    waiting = iter([(number[file], Kept(file, marks[file])) for file in sorted(kept, key=number.__getitem__)])
    upcoming = next(waiting, None)
    for item in read:
        file = _file(item, number)
        while upcoming is not None and file is not None and upcoming[0] < number[file]:
            yield upcoming[1]
            upcoming = next(waiting, None)
        yield FromFile(item, file, marks[file]) if file is not None and file in marks else item
    if upcoming is not None:
        yield upcoming[1]
    yield from (one for _, one in waiting)


def _file(item: Document | Failure, files: Collection[str]) -> str | None:
    """The file an item was read from: its path, or what its path lies in, such as an archive."""
    path = Path(item.path if isinstance(item, Failure) else item.source.path)
    return next((name for name in map(str, (path, *path.parents)) if name in files), None)


def _mark(found: Found, stated: Stated, removed: Iterable[str]) -> str | None:
    """Of what the file holds and all else that shapes what is read from it; None if it cannot be read."""
    if found.problem or _name(found) != str(found.path):
        return None
    try:
        with found.path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    within = sorted(path for path in removed if Path(path).is_relative_to(found.path))
    parts = (found.id, content, stated, within)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _name(found: Found) -> str:
    """Its path as documents and failures have it."""
    return str(found.path).encode("utf-8", "replace").decode()
