"""Write a new generation of an index, taking over every vector that is still right."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.chunker import chunk
from qa.encoder import Encoder, FloatArray
from qa.errors import CorpusError, IndexFolderError
from qa.index import dense, lexical, store
from qa.index.lock import writing
from qa.index.manifest import (
    FORMAT,
    Manifest,
    generations,
    hash_files,
    write_current,
    write_manifest,
    write_origin,
)
from qa.index.opened import open_index
from qa.types import Document, Failure

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)``; stages are "reading", "embedding", "writing"; total 0 = not known."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be indexed, and how.

    ``removed``: paths of files that are to stay out. ``expected``: how many documents and failures will come;
    0 = not known.
    """

    documents: Iterable[Document | Failure]
    encoder: Encoder
    chunk_tokens: int
    roots: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    expected: int = 0


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What building an index did."""

    documents: int
    passages: int
    """Those that can be retrieved."""
    embedded: int
    """Passages whose vectors were computed; the rest were taken over or stand twice."""
    failures: tuple[Failure, ...]
    seconds: float


def build(request: Request, index_dir: Path, progress: Progress = lambda *_: None) -> IndexReport:
    """Write a new generation and put it in use; until then, and on any error, the old one stays.

    Raises ``CorpusError`` if there is no document or two have the same id, ``IndexBusy`` if another is writing,
    ``IndexFolderError`` if the folder cannot be written.
    """
    started = time.perf_counter()
    with writing(index_dir):
        draft = index_dir / ".draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            writer = store.StoreWriter(draft / store.FILE_NAME)
            documents, failures = _read(request, writer, progress)
            passages = list(writer.searchable())
            vectors, embedded = _vectors(request.encoder, passages, index_dir, progress)
            progress("writing", 0, 1)
            writer.finish()
            rows = np.array([row for row, _, _ in passages], dtype=np.int64)
            dense.write_dense(draft / dense.FILE_NAME, rows, vectors)
            lexical.write_lexical(draft / lexical.FOLDER_NAME, ((row, text) for row, _, text in passages))
            _put_in_use(index_dir, draft, _manifest(request, draft, documents, len(passages)))
            progress("writing", 1, 1)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    seconds = time.perf_counter() - started
    return IndexReport(documents, len(passages), embedded, tuple(failures), seconds)


def _read(request: Request, writer: store.StoreWriter, progress: Progress) -> tuple[int, list[Failure]]:
    documents, failures = 0, []
    for number, item in enumerate(request.documents, start=1):
        if isinstance(item, Failure):
            failures.append(item)
            writer.add_failure(item)
        elif item.source.path not in request.removed:
            passages = chunk(item, request.encoder, request.chunk_tokens)
            writer.add_document(item, passages, [_key(passage.embedded_text) for passage in passages])
            documents += 1
        progress("reading", number, request.expected)
    if not documents:
        why = f"; {failures[0].path}: {failures[0].reason}" if failures else ""
        where = ", ".join(request.roots) or "what was named"
        raise CorpusError(f"there is no document to index in {where}{why}: name a folder with .txt, .md or .html files")
    return documents, failures


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _vectors(
    encoder: Encoder, passages: list[tuple[int, bytes, str]], index_dir: Path, progress: Progress
) -> tuple[FloatArray, int]:
    """The vector of every passage, in order, and how many had to be computed; the same text is embedded once."""
    known = _known_vectors(encoder, {key for _, key, _ in passages}, index_dir)
    missing = {key: text for _, key, text in passages if key not in known}
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress("embedding", done, len(missing))

    progress("embedding", 0, len(missing))
    fresh = encoder.encode(list(missing.values()), count) if missing else ()
    known.update(zip(missing, fresh, strict=True))
    vectors = np.zeros((len(passages), encoder.dimensions), dtype=np.float32)
    for number, (_, key, _) in enumerate(passages):
        vectors[number] = known[key]
    return vectors, len(missing)


def _known_vectors(encoder: Encoder, wanted: set[bytes], index_dir: Path) -> dict[bytes, FloatArray]:
    """Vectors of the generation in use, by key; none if it is damaged or was made by another encoder."""
    try:
        old = open_index(index_dir)
    except IndexFolderError:
        return {}
    try:
        if old.manifest.fingerprint != encoder.fingerprint:
            return {}
        rows = {key: row for key, row in old.store.keys().items() if key in wanted}
        return dict(zip(rows, old.dense.vectors(list(rows.values())), strict=True))
    finally:
        old.close()


def _manifest(request: Request, draft: Path, documents: int, passages: int) -> Manifest:
    return Manifest(
        format=FORMAT,
        encoder=request.encoder.name,
        fingerprint=request.encoder.fingerprint,
        dimensions=request.encoder.dimensions,
        chunk_tokens=request.chunk_tokens,
        documents=documents,
        passages=passages,
        roots=request.roots,
        removed=request.removed,
        files=hash_files(draft),
    )


def _put_in_use(index_dir: Path, draft: Path, manifest: Manifest) -> None:
    digest = write_manifest(draft, manifest)
    old = generations(index_dir)
    number = 1 + max((int(path.name.removeprefix("gen-")) for path in old), default=0)
    generation = index_dir / f"gen-{number:06d}"
    draft.rename(generation)
    write_origin(index_dir, manifest)
    write_current(index_dir, generation.name, digest)
    for path in old:  # who has one open goes on reading it
        shutil.rmtree(path, ignore_errors=True)
