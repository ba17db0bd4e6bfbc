"""Documents and passages in one SQLite file. Rows of passages count from 0, in the order of the vectors."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.errors import CorpusError
from qa.types import Block, Document, Failure, Passage, Source, Span

FILE_NAME = "store.db"

_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, publisher TEXT, published TEXT, url TEXT, path TEXT NOT NULL,
    sha256 TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
    text TEXT NOT NULL, blocks TEXT NOT NULL, pages TEXT NOT NULL, warnings TEXT NOT NULL, characters INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents, start INTEGER NOT NULL,
    end INTEGER NOT NULL, text TEXT NOT NULL, context TEXT NOT NULL, sentences TEXT NOT NULL,
    searchable INTEGER NOT NULL, key BLOB NOT NULL
);
CREATE INDEX passages_of_document ON passages (document_id);
CREATE TABLE failures (path TEXT NOT NULL, reason TEXT NOT NULL);
"""

_SOURCE = "id, title, publisher, published, url, path, sha256, kind, size"
_CONTENT = "text, blocks, pages, warnings"
_PASSAGE = "document_id, start, end, text, context, sentences, searchable"


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source in the index, for listings."""

    source: Source
    passages: int
    """Those that can be retrieved."""
    characters: int
    warnings: tuple[str, ...]
    """``Document.warnings``."""


class StoreWriter:
    """Writes a new file; used by one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._next_row = 0

    def add_document(self, document: Document, passages: Sequence[Passage], keys: Sequence[bytes]) -> None:
        """Raises ``CorpusError`` if there is one of that id already."""
        try:
            self._insert_document(document)
        except sqlite3.IntegrityError as error:
            raise CorpusError(f"two documents have the id {document.id!r}: give each an id of its own") from error
        for passage, key in zip(passages, keys, strict=True):
            self._add_passage(passage, key)

    def _insert_document(self, document: Document) -> None:
        source = document.source
        self._connection.execute(
            f"INSERT INTO documents ({_SOURCE}, {_CONTENT}, characters) VALUES ({', '.join('?' * 14)})",
            (
                *(getattr(source, name) for name in _SOURCE.split(", ")),
                document.text,
                json.dumps(document.blocks),
                json.dumps(document.pages),
                json.dumps(document.warnings),
                len(document.text),
            ),
        )

    def _add_passage(self, passage: Passage, key: bytes) -> None:
        self._connection.execute(
            f"INSERT INTO passages (row, key, {_PASSAGE}) VALUES ({', '.join('?' * 9)})",
            (
                self._next_row,
                key,
                passage.document_id,
                passage.start,
                passage.end,
                passage.text,
                passage.context,
                json.dumps(passage.sentences),
                passage.searchable,
            ),
        )
        self._next_row += 1

    def add_failure(self, failure: Failure) -> None:
        self._connection.execute("INSERT INTO failures VALUES (?, ?)", (failure.path, failure.reason))

    def searchable(self) -> Iterator[tuple[int, bytes, str]]:
        """Row, key and embedded text of every passage that can be retrieved, in order."""
        for row, key, context, text in self._connection.execute(
            "SELECT row, key, context, text FROM passages WHERE searchable ORDER BY row"
        ):
            yield row, key, f"{context}\n{text}" if context else text

    def finish(self) -> None:
        self._connection.commit()
        self._connection.close()


class Store:
    """Reads a finished file; safe for several threads."""

    def __init__(self, path: Path) -> None:
        # immutable: a finished generation never changes, so SQLite needs no locks and writes nothing beside it.
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = threading.Lock()

    def close(self) -> None:
        self._connection.close()

    def sources(self) -> tuple[SourceEntry, ...]:
        """Every source, ordered by id."""
        rows = self._all(
            f"SELECT {_SOURCE}, characters, warnings, "
            "(SELECT count(*) FROM passages WHERE document_id = id AND searchable) FROM documents ORDER BY id"
        )
        return tuple(
            SourceEntry(Source(*row[:9]), passages=row[11], characters=row[9], warnings=tuple(json.loads(row[10])))
            for row in rows
        )

    def document(self, id: str) -> Document:
        """Raises ``KeyError`` for an unknown id."""
        rows = self._all(f"SELECT {_SOURCE}, {_CONTENT} FROM documents WHERE id = ?", (id,))
        if not rows:
            raise KeyError(id)
        (*source, text, blocks, pages, warnings) = rows[0]
        return Document(
            Source(*source),
            text,
            tuple(Block(*block) for block in json.loads(blocks)),
            tuple(json.loads(pages)),
            tuple(json.loads(warnings)),
        )

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """The passages in these rows."""
        marks = ", ".join("?" * len(rows))
        found = self._all(f"SELECT row, {_PASSAGE} FROM passages WHERE row IN ({marks})", rows)
        return {row[0]: _passage(row[1:]) for row in found}

    def passages_of(self, id: str) -> tuple[Passage, ...]:
        """All passages of a document, in order; empty for an unknown id."""
        return tuple(
            _passage(row)
            for row in self._all(f"SELECT {_PASSAGE} FROM passages WHERE document_id = ? ORDER BY row", (id,))
        )

    def rows_of(self, ids: Iterable[str]) -> list[int]:
        """The rows that can be retrieved of these documents, ascending."""
        rows: list[int] = []
        for id in set(ids):
            rows += (
                row for (row,) in self._all("SELECT row FROM passages WHERE document_id = ? AND searchable", (id,))
            )
        return sorted(rows)

    def keys(self) -> dict[bytes, int]:
        """Key of every passage that can be retrieved -> one row that has its vector."""
        return dict(self._all("SELECT key, row FROM passages WHERE searchable ORDER BY row DESC"))

    def failures(self) -> tuple[Failure, ...]:
        return tuple(Failure(*row) for row in self._all("SELECT path, reason FROM failures ORDER BY path"))

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._connection.execute(sql, tuple(values)).fetchall()


def _passage(row: Sequence[object]) -> Passage:
    document_id, start, end, text, context, sentences, searchable = row
    spans = tuple(Span(*span) for span in json.loads(str(sentences)))
    return Passage(str(document_id), int(start), int(end), str(text), str(context), spans, bool(searchable))  # type: ignore[call-overload]
