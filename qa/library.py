"""The documents behind an index: build it, add to it, take from it, bring it up to date."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qa.corpus import discover
from qa.encoder import DEFAULT_ENCODER, load_encoder
from qa.errors import CorpusError, SourceUnknown
from qa.index import IndexReport, Progress, Request
from qa.index import build as build_index
from qa.index.lock import writing
from qa.index.manifest import Manifest, is_index, read_manifest, read_origin
from qa.index.opened import open_index
from qa.reader.neural import compile_ahead
from qa.settings import Settings, corpus_dir
from qa.types import Document, Failure
from qa.updates import code, updated

__all__ = ["IndexReport", "Progress", "add", "build", "index_paths", "remove", "restore"]


def index_paths(
    paths: Sequence[Path],
    index_dir: Path,
    settings: Settings = Settings(),
    *,
    encoder: str | None = None,
    progress: Progress = lambda *_: None,
) -> IndexReport:
    """Build or update the index in ``index_dir``, so that it holds the documents below ``paths`` and no others.

    No paths: those the index was built from, or else the corpus that comes with the product; what was taken out of
    such an index stays out. Only new passages are embedded. ``encoder``: a name or folder; None = that of the index
    that is there, or else the default. Raises ``CorpusError``, ``EncoderError``, ``IndexBusy``.
    """
    with writing(index_dir):
        old = read_origin(index_dir)
        removed: Collection[str] = ()
        if not paths:
            known = old is not None and bool(old.roots)
            paths = [Path(root) for root in old.roots] if old and known else [corpus_dir()]
            removed = old.removed if old and known else ()
        return _index(paths, removed, index_dir, settings, encoder, progress)


def add(
    paths: Sequence[Path], index_dir: Path, settings: Settings = Settings(), progress: Progress = lambda *_: None
) -> IndexReport:
    """Add the documents below ``paths``; one that was removed before comes back if it is named again."""
    with _changing(index_dir) as manifest:
        added = [_absolute(path) for path in paths]
        roots = dict.fromkeys([*map(Path, manifest.roots), *added])
        removed = [gone for gone in manifest.removed if not any(Path(gone).is_relative_to(path) for path in added)]
        return _index(list(roots), removed, index_dir, settings, None, progress)


def remove(
    ids: Sequence[str], index_dir: Path, settings: Settings = Settings(), progress: Progress = lambda *_: None
) -> IndexReport:
    """Take documents out of the index; their files stay. Raises ``SourceUnknown``, or
    ``CorpusError`` for the last one."""
    with _changing(index_dir) as manifest:
        paths = _paths(index_dir)
        for id in ids:
            if id not in paths:
                raise SourceUnknown(f"there is no source {id!r} in the index: `pincite sources` lists them")
        if paths.keys() <= set(ids):
            raise CorpusError("these are all the sources of the index, and one must stay: add another first")
        roots = [Path(root) for root in manifest.roots]
        removed = {*manifest.removed, *(paths[id] for id in ids)}
        return _index(roots, removed, index_dir, settings, None, progress)


def restore(
    paths: Sequence[Path], index_dir: Path, settings: Settings = Settings(), progress: Progress = lambda *_: None
) -> IndexReport:
    """Bring the index up to date with its folders, these files of theirs no longer kept out of it."""
    with _changing(index_dir) as manifest:
        back = {str(_absolute(path)) for path in paths}
        removed = [gone for gone in manifest.removed if gone not in back]
        return _index([Path(root) for root in manifest.roots], removed, index_dir, settings, None, progress)


def build(
    documents: Iterable[Document | Failure],
    index_dir: Path,
    settings: Settings = Settings(),
    *,
    encoder: str | None = None,
    progress: Progress = lambda *_: None,
) -> IndexReport:
    """Build or update the index in ``index_dir`` from documents at hand, such as those of an evaluation set."""
    with writing(index_dir):
        old = read_origin(index_dir)
        name = encoder or (old.encoder if old else DEFAULT_ENCODER)
        return build_index(Request(documents, load_encoder(name), settings.chunk_tokens), index_dir, progress)


@contextmanager
def _changing(index_dir: Path) -> Iterator[Manifest]:
    """Hold the lock of an index that is there, and read what it was built from."""
    read_manifest(index_dir)  # no index, no lock file
    with writing(index_dir):
        yield read_manifest(index_dir)[1]


def _index(
    paths: Sequence[Path],
    removed: Collection[str],
    index_dir: Path,
    settings: Settings,
    encoder: str | None,
    progress: Progress,
) -> IndexReport:
    roots = [_absolute(path) for path in paths]
    old = read_origin(index_dir)
    found = discover(roots, skip=[index_dir], refusal=_index_in)
    request = Request(
        documents=updated(found, frozenset(removed)),
        encoder=load_encoder(encoder or (old.encoder if old else DEFAULT_ENCODER)),
        chunk_tokens=settings.chunk_tokens,
        roots=tuple(map(str, roots)),
        removed=tuple(sorted(removed)),
        expected=len(found),
        code=code(),
    )
    report = build_index(request, index_dir, progress)
    if settings.reader == "trained":
        compile_ahead()
    return report


def _index_in(folder: Path) -> str | None:
    return "it is an index of Pincite, which holds no documents: it is left out" if is_index(folder) else None


def _paths(index_dir: Path) -> dict[str, str]:
    """The absolute path of every document's file, by the document's id."""
    index = open_index(index_dir)
    try:
        return {entry.source.id: entry.source.path for entry in index.store.sources()}
    finally:
        index.close()


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow links
