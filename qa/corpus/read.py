"""Read documents from disk, one at a time; a file that cannot be read costs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qa.corpus.discover import Found, discover
from qa.corpus.formats import ARCHIVES, PARSERS, PLAIN
from qa.corpus.load import Job, archive_of
from qa.corpus.sources_toml import Stated, read_sources_toml, unmatched
from qa.corpus.workers import Workers
from qa.types import Document, Failure

_IN_PROCESS = 1024 * 1024
"""Bytes up to which a plain file is read without a worker."""


def read(roots: Sequence[Path]) -> Iterator[Document | Failure]:
    """Every document below ``roots``, as ``read_found`` gives them. Raises ``CorpusError`` for a root not there."""
    return read_found(discover(roots))


def read_found(found: Iterable[Found]) -> Iterator[Document | Failure]:
    """The documents in these files, in their order, and a ``Failure`` for each file that is none.

    Files are parsed ahead in worker processes while the caller works on the ones before. A ``sources.toml`` that
    speaks of files that are not there makes a ``Failure`` as well, at the end. Raises ``CorpusError`` for a
    ``sources.toml`` that is broken.
    """
    stated: dict[Path, dict[str, Stated]] = {}
    with Workers() as workers:
        yield from workers.in_order(_jobs(found, stated), _is_light)
    for folder, entries in stated.items():
        yield from unmatched(folder, entries)


def load_file(id: str, path: Path, workers: Workers | None = None) -> Document | Failure:
    """One file, or one file in an archive, with what its folder's ``sources.toml`` says of it.

    ``workers``: those to read it with, for who reads many; else one is started for this file.
    """
    if workers is None:
        with Workers() as own:
            return load_file(id, path, own)
    folder = (archive_of(path) or path).parent
    job = Job(id, path, read_sources_toml(folder).get(path.name, Stated()))
    return next(workers.in_order([job], _is_light), Failure(str(path), "it is not in the archive any more"))


def _jobs(found: Iterable[Found], stated: dict[Path, dict[str, Stated]]) -> Iterator[Job]:
    for each in found:
        if each.folder not in stated:
            stated[each.folder] = read_sources_toml(each.folder)
        problem = each.problem or _without_opening(each.path)
        yield Job(each.id, each.path, stated[each.folder].get(each.path.name, Stated()), problem)


def _without_opening(path: Path) -> str | None:
    """Why there is nothing to read in a file, seen from outside: of very many empty ones none need go to a worker."""
    try:
        empty = path.suffix.lower() in (PARSERS.keys() | ARCHIVES) and path.stat().st_size == 0
    except OSError:  # reading it says why
        return None
    return "it is empty" if empty and path.is_file() else None


def _is_light(job: Job) -> bool:
    """Whether a job is done sooner than handed to a worker, and safe to do here."""
    if job.problem or job.path.suffix.lower() not in PLAIN:
        return bool(job.problem)
    try:
        return job.path.stat().st_size <= _IN_PROCESS
    except OSError:
        return True
