"""Write a new generation of an index, taking over all that is still right."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from qa.encoder import Encoder, FloatArray
from qa.errors import CorpusError, IndexFolderError
from qa.index import dense, lexical, store
from qa.index.draft import Place, StoreWriter
from qa.index.embedded import Embedded, discard_embedded
from qa.index.encoding import Encoding
from qa.index.lock import writing
from qa.index.manifest import (
    FORMAT,
    Manifest,
    fingerprints,
    generations,
    write_current,
    write_manifest,
    write_origin,
)
from qa.index.opened import OpenIndex, open_index
from qa.index.request import FromFile, IndexReport, Kept, Progress, Request
from qa.types import Document, Failure, Passage

_WRITTEN_AT_ONCE = 8192
_REMEMBERED = 128


def build(request: Request, index_dir: Path, progress: Progress = lambda *_: None) -> IndexReport:
    """Write a new generation and put it in use; until then, on any error, and if nothing changed, the old one stays.

    Raises ``CorpusError`` if there is no document or two have the same id, ``IndexBusy`` if another is writing,
    ``IndexFolderError`` if the folder cannot be written.
    """
    started = time.perf_counter()
    with writing(index_dir), _old(request.encoder, index_dir) as old, _draft(index_dir) as draft:
        vectors = Embedded(index_dir, request.encoder.fingerprint)
        writer = StoreWriter(draft / store.FILE_NAME, vectors.path, old.store.path if old else None)
        try:
            with Encoding(request.encoder, vectors, partial(progress, "embedding")) as encoding:
                documents, failures = _read(request, old, writer, encoding, progress)
                if old is not None and _is_made_so(old.manifest, request) and writer.equals_old():
                    seconds = time.perf_counter() - started
                    return IndexReport(documents, writer.count(), 0, failures, seconds, changed=False)
                embedded = encoding.finish()
            progress("writing", 0, 1)
            passages = writer.count()
            _write_dense(draft / dense.FOLDER_NAME, request.encoder.dimensions, passages, writer, old)
            lexical.write_lexical(draft / lexical.FOLDER_NAME, writer.texts())
            content = writer.content()
        finally:
            writer.close()
            vectors.close()
        _put_in_use(index_dir, draft, _manifest(request, draft, documents, passages, content))
        discard_embedded(index_dir)
        progress("writing", 1, 1)
    return IndexReport(documents, passages, embedded, failures, time.perf_counter() - started)


@contextmanager
def _old(encoder: Encoder, index_dir: Path) -> Iterator[OpenIndex | None]:
    """The generation in use; None if there is none, a byte of it is wrong, or another encoder made it."""
    with ExitStack() as stack:
        try:
            old = stack.enter_context(closing(open_index(index_dir)))
            old.check()
        except IndexFolderError:
            old = None
        yield old if old is not None and old.manifest.fingerprint == encoder.fingerprint else None


@contextmanager
def _draft(index_dir: Path) -> Iterator[Path]:
    draft = index_dir / ".draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _read(
    request: Request, old: OpenIndex | None, writer: StoreWriter, encoding: Encoding, progress: Progress
) -> tuple[int, tuple[Failure, ...]]:
    """Parsing (which is done in other processes) and encoding go on while documents are cut and stored here."""
    from qa.chunker import chunk  # with its models of sentences and tokens, which a question does without

    made_so = (request.code, request.chunk_tokens)
    same = old is not None and bool(request.code) and (old.manifest.code, old.manifest.chunk_tokens) == made_so
    marks = old.store.marks() if old is not None and same else {}
    items = request.documents(marks) if callable(request.documents) else request.documents
    removed = frozenset(request.removed)
    documents = files = 0
    last: str | None = None
    for item in items:
        read, file = (item.item, item.file) if isinstance(item, FromFile) else (item, None)
        if isinstance(read, Failure):
            writer.add_failure(read, file)
        elif isinstance(read, Kept):
            documents += writer.take_over(read.file, removed)
        elif read.source.path not in removed:
            if old is None:
                encoding.prepare()
            passages = chunk(read, request.encoder, request.chunk_tokens)
            pieces = _pieces(passages, request.encoder)
            writer.add_document(read, passages, pieces, file)
            encoding.add(writer.vectorless(read.id))
            documents += 1
        named = None if isinstance(item, Document | Failure) else item.file
        if named is None or named != last:  # several documents may come of one file
            files += 1
        if not isinstance(item, Document | Failure):
            writer.add_file(item.file, item.mark)
        last = named
        progress("reading", files, request.expected)
    failures = writer.failures()
    if not documents:
        why = f"; {failures[0].path}: {failures[0].reason}" if failures else ""
        where = ", ".join(request.roots) or "what was named"
        raise CorpusError(f"there is no document to index in {where}{why}: name a folder with documents")
    return documents, failures


def _pieces(passages: list[Passage], encoder: Encoder) -> list[int]:
    """Word pieces of each passage; of a few passages the encoder remembers what the chunker asked it just now."""
    texts = [passage.embedded_text for passage in passages]
    if len(texts) > _REMEMBERED:
        return encoder.count_tokens(texts)
    return [encoder.count_tokens([text])[0] for text in texts]


def _is_made_so(manifest: Manifest, request: Request) -> bool:
    """Whether a generation of the same documents would differ in nothing."""
    made = (manifest.encoder, manifest.chunk_tokens, manifest.code, manifest.roots, manifest.removed)
    return made == (request.encoder.name, request.chunk_tokens, request.code, request.roots, request.removed)


def _write_dense(folder: Path, dimensions: int, count: int, writer: StoreWriter, old: OpenIndex | None) -> None:
    index = dense.DenseWriter(folder, count, dimensions)
    for places in writer.places(_WRITTEN_AT_ONCE):
        rows = np.array([place.row for place in places], dtype=np.int64)
        index.add(rows, _vectors(places, dimensions, old))
    index.finish()


def _vectors(places: list[Place], dimensions: int, old: OpenIndex | None) -> FloatArray:
    """Shape ``(len(places), dimensions)``."""
    vectors = np.zeros((len(places), dimensions), dtype=np.float32)
    taken = [number for number, place in enumerate(places) if place.old_row is not None]
    if old is not None and taken:
        vectors[taken] = old.dense.vectors([row for place in places if (row := place.old_row) is not None])
    for number, place in enumerate(places):
        if place.old_row is None:
            assert place.vector is not None
            vectors[number] = np.frombuffer(place.vector, dtype=np.float32)
    return vectors


def _manifest(request: Request, draft: Path, documents: int, passages: int, content: str) -> Manifest:
    return Manifest(
        format=FORMAT,
        encoder=request.encoder.name,
        fingerprint=request.encoder.fingerprint,
        dimensions=request.encoder.dimensions,
        max_tokens=request.encoder.max_tokens,
        chunk_tokens=request.chunk_tokens,
        code=request.code,
        documents=documents,
        passages=passages,
        content=content,
        roots=request.roots,
        removed=request.removed,
        files=fingerprints(draft),
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
