"""Documents and passages in one SQLite file. Rows of passages count from 0, in the order of the vectors."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.index.manifest import damaged
from qa.types import Block, Document, Failure, Passage, Source, Span

FILE_NAME = "store.db"

SCHEMA = """
CREATE TABLE {in_}documents (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, publisher TEXT, published TEXT, url TEXT, path TEXT NOT NULL,
    sha256 TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL, warnings TEXT NOT NULL,
    characters INTEGER NOT NULL, passages INTEGER NOT NULL, file TEXT, digest BLOB NOT NULL,
    blocks TEXT NOT NULL, pages TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE {in_}passages (
    row INTEGER PRIMARY KEY, document_id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, context TEXT NOT NULL, sentences TEXT NOT NULL, searchable INTEGER NOT NULL,
    pieces INTEGER NOT NULL, key BLOB NOT NULL
);
CREATE TABLE {in_}failures (path TEXT NOT NULL, reason TEXT NOT NULL, file TEXT);
CREATE TABLE {in_}files (path TEXT PRIMARY KEY, mark TEXT NOT NULL);
CREATE INDEX {in_}documents_of_file ON documents (file);
CREATE INDEX {in_}passages_of_document ON passages (document_id);
CREATE INDEX {in_}passages_by_key ON passages (key) WHERE searchable;
"""
"""``{in_}``: empty, or a database's name and a dot. What is long comes last, so that listings need not read it.

``pieces``: word pieces of what the encoder reads of a passage. ``file`` and ``files``: what a document was read from,
and a mark that is another one whenever what is read from that file may be. ``digest``: of all that is known of a
document but where it lies.
"""

SOURCE = "id, title, publisher, published, url, path, sha256, kind, size"
CONTENT = "warnings, blocks, pages, text"
PASSAGE = "document_id, start, end, text, context, sentences, searchable"
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source in the index, for listings."""

    source: Source
    passages: int
    """Those that can be retrieved."""
    characters: int
    warnings: tuple[str, ...]
    """``Document.warnings``."""


class Store:
    """Reads a finished file; safe for several threads. Everything raises ``IndexDamaged`` where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = sqlite3.connect(read_only(path), uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    def close(self) -> None:
        self._connection.close()

    def sources(self) -> tuple[SourceEntry, ...]:
        """Every source, ordered by id."""
        rows = self._all(f"SELECT {SOURCE}, characters, passages, warnings FROM documents ORDER BY id")
        return tuple(
            SourceEntry(Source(*row[:9]), characters=row[9], passages=row[10], warnings=tuple(json.loads(row[11])))
            for row in rows
        )

    def document(self, id: str) -> Document:
        """Raises ``KeyError`` for an unknown id."""
        rows = self._all(f"SELECT {SOURCE}, {CONTENT} FROM documents WHERE id = ?", (id,))
        if not rows:
            raise KeyError(id)
        return document(rows[0])

    def text(self, id: str) -> tuple[str, tuple[int, ...]]:
        """Text and pages of a document, which is quicker than all of it; raises ``KeyError`` for an unknown id."""
        rows = self._all("SELECT text, pages FROM documents WHERE id = ?", (id,))
        if not rows:
            raise KeyError(id)
        return rows[0][0], tuple(json.loads(rows[0][1]))

    def long_passages(self, pieces: int) -> list[tuple[str, int]]:
        """Ids of documents, and how many of their passages have so many word pieces or more."""
        return self._all(
            "SELECT document_id, count(*) FROM passages WHERE searchable AND pieces >= ? GROUP BY 1 ORDER BY 1",
            (pieces,),
        )

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """The passages in these rows."""
        found = self._among(f"SELECT row, {PASSAGE} FROM passages WHERE row IN", rows)
        return {row[0]: as_passage(row[1:]) for row in found}

    def passages_of(self, id: str) -> tuple[Passage, ...]:
        """All passages of a document, in order; empty for an unknown id."""
        return tuple(
            as_passage(row)
            for row in self._all(f"SELECT {PASSAGE} FROM passages WHERE document_id = ? ORDER BY row", (id,))
        )

    def beside(self, passage: Passage, reach: int) -> tuple[Passage, ...]:
        """The passages of its document within ``reach`` characters of it, itself among them, in order."""
        rows = self._all(
            f"SELECT {PASSAGE} FROM passages WHERE document_id = ? AND end > ? AND start < ? ORDER BY row",
            (passage.document_id, passage.start - reach, passage.end + reach),
        )
        return tuple(as_passage(row) for row in rows)

    def rows_of(self, ids: Iterable[str]) -> list[int]:
        """The rows that can be retrieved of these documents, ascending."""
        found = self._among("SELECT row FROM passages WHERE searchable AND document_id IN", list(set(ids)))
        return sorted(row for (row,) in found)

    def marks(self) -> dict[str, str]:
        """Path of every file that a document was read from -> its mark."""
        return dict(self._all("SELECT path, mark FROM files WHERE path IN (SELECT file FROM documents)"))

    def failures(self) -> tuple[Failure, ...]:
        return tuple(Failure(*row) for row in self._all("SELECT path, reason FROM failures ORDER BY path"))

    def _among(self, sql: str, values: Sequence[object]) -> Iterator[tuple]:  # type: ignore[type-arg]
        """The rows of a query that ends with IN, for any number of values."""
        for start in range(0, len(values), _AT_ONCE):
            some = values[start : start + _AT_ONCE]
            yield from self._all(f"{sql} ({', '.join('?' * len(some))})", some)

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            with self._lock:
                return self._connection.execute(sql, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:  # of a large file, opening it looked at the size only
            raise damaged(self.path.parent.parent, f"{self.path.parent.name}/{FILE_NAME}: {error}") from error


def read_only(path: Path) -> str:
    """The address of a finished file: it never changes, so SQLite needs no locks and writes nothing beside it."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def document(row: Sequence[object]) -> Document:
    """From the columns ``SOURCE`` and ``CONTENT``."""
    (*source, warnings, blocks, pages, text) = row
    return Document(
        Source(*source),  # type: ignore[arg-type]
        str(text),
        tuple(Block(*block) for block in json.loads(str(blocks))),
        tuple(json.loads(str(pages))),
        tuple(json.loads(str(warnings))),
    )


def as_passage(row: Sequence[object]) -> Passage:
    """From the columns ``PASSAGE``."""
    document_id, start, end, text, context, sentences, searchable = row
    spans = tuple(Span(*span) for span in json.loads(str(sentences)))
    return Passage(str(document_id), int(start), int(end), str(text), str(context), spans, bool(searchable))  # type: ignore[call-overload]
