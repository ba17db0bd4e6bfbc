"""The store of a generation that is being written: what is new comes in, what is still right is taken over.

Nothing here holds all documents, passages or vectors at once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.errors import CorpusError
from qa.index.store import CONTENT, PASSAGE, SCHEMA, SOURCE, read_only
from qa.types import Document, Failure, Passage

_ALL_COLUMNS = f"{SOURCE}, characters, passages, file, digest, {CONTENT}"


@dataclass(frozen=True, slots=True)
class Vectorless:
    """A text that the generation in use has no vector of."""

    key: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the vector of a passage is: in ``old_row`` of the generation in use, or else it is ``vector``."""

    row: int
    old_row: int | None
    vector: bytes | None


class StoreWriter:
    """Writes a new file; used by one thread. ``old``: the store of the generation in use, if anything of it is right.

    ``embedded``: the file of vectors that were computed for this generation.
    """

    def __init__(self, path: Path, embedded: Path, old: Path | None = None) -> None:
        self._connection = sqlite3.connect(path.absolute().as_uri(), uri=True)
        self._connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA.format(in_=""))
        self._connection.execute("ATTACH ? AS old", (read_only(old) if old else ":memory:",))
        if not old:
            self._connection.executescript(SCHEMA.format(in_="old."))
        self._connection.execute("ATTACH ? AS embedded", (str(embedded),))
        self._next_row = 0

    def add_file(self, path: str, mark: str) -> None:
        """Note that documents of this file are in the store."""
        self._connection.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (path, mark))

    def add_failure(self, failure: Failure, file: str | None = None) -> None:
        self._connection.execute("INSERT INTO failures VALUES (?, ?, ?)", (failure.path, failure.reason, file))

    def failures(self) -> tuple[Failure, ...]:
        """In the order they were added."""
        rows = self._connection.execute("SELECT path, reason FROM failures ORDER BY rowid")
        return tuple(Failure(*row) for row in rows)

    def add_document(
        self, document: Document, passages: Sequence[Passage], pieces: Sequence[int], file: str | None = None
    ) -> None:
        """``pieces``: word pieces of each passage. Raises ``CorpusError`` if there is one of that id already."""
        shown = [*(getattr(document.source, name) for name in SOURCE.split(", "))]
        content = [*map(json.dumps, (document.warnings, document.blocks, document.pages)), document.text]
        rows = [_row(passage, number) for passage, number in zip(passages, pieces, strict=True)]
        searchable = sum(passage.searchable for passage in passages)
        self._insert(
            document.id,
            f"INSERT INTO documents ({_ALL_COLUMNS}) VALUES ({', '.join('?' * 17)})",
            (*shown, len(document.text), searchable, file, _digest(document, content, rows), *content),
        )
        self._connection.executemany(
            f"INSERT INTO passages (row, {PASSAGE}, pieces, key) VALUES ({', '.join('?' * 10)})",
            ((self._next_row + number, *row) for number, row in enumerate(rows)),
        )
        self._next_row += len(rows)

    def take_over(self, file: str, removed: Collection[str] = ()) -> int:
        """Take documents and failures of this file from the generation in use; ``removed``: paths of those to leave.

        Returns how many documents there are.
        """
        self._connection.execute("INSERT INTO failures SELECT * FROM old.failures WHERE file = ?", (file,))
        found = self._connection.execute("SELECT id, path FROM old.documents WHERE file = ? ORDER BY id", (file,))
        ids = [id for id, path in found.fetchall() if path not in removed]
        for id in ids:
            self._insert(
                id,
                f"INSERT INTO documents ({_ALL_COLUMNS}) SELECT {_ALL_COLUMNS} FROM old.documents WHERE id = ?",
                (id,),
            )
            (first,) = self._connection.execute(
                "SELECT coalesce(min(row), 0) FROM old.passages WHERE document_id = ?", (id,)
            ).fetchone()
            self._next_row += self._connection.execute(
                f"INSERT INTO passages (row, {PASSAGE}, pieces, key) SELECT row + ?, {PASSAGE}, pieces, key "
                "FROM old.passages WHERE document_id = ? ORDER BY row",
                (self._next_row - first, id),
            ).rowcount
        return len(ids)

    def _insert(self, id: str, sql: str, values: Sequence[object]) -> None:
        try:
            self._connection.execute(sql, values)
        except sqlite3.IntegrityError as error:
            raise CorpusError(f"two documents have the id {id!r}: give each an id of its own") from error

    def vectorless(self, document_id: str) -> Iterator[Vectorless]:
        """The document's texts that can be retrieved and stand neither before in this store nor in the old one."""
        rows = self._connection.execute(
            """
            SELECT key, context, text FROM main.passages AS new WHERE document_id = ? AND searchable
            AND NOT EXISTS (SELECT 1 FROM old.passages WHERE key = new.key AND searchable)
            AND NOT EXISTS (SELECT 1 FROM main.passages WHERE key = new.key AND searchable AND row < new.row)
            ORDER BY row
            """,
            (document_id,),
        )
        return (Vectorless(key, _embedded(context, text)) for key, context, text in rows)

    def places(self, most: int) -> Iterator[list[Place]]:
        """Where the vector of every passage is that can be retrieved, ``most`` at a time, in the order of rows."""
        rows = self._connection.execute(
            """
            SELECT row, (SELECT min(row) FROM old.passages WHERE key = new.key AND searchable),
                (SELECT vector FROM embedded.vectors WHERE key = new.key)
            FROM passages AS new WHERE searchable ORDER BY row
            """
        )
        while batch := rows.fetchmany(most):
            yield [Place(*row) for row in batch]

    def texts(self) -> Iterator[tuple[int, str]]:
        """Row and embedded text of every passage that can be retrieved, in order."""
        for row, context, text in self._connection.execute(
            "SELECT row, context, text FROM passages WHERE searchable ORDER BY row"
        ):
            yield row, _embedded(context, text)

    def count(self) -> int:
        """How many passages can be retrieved."""
        (count,) = self._connection.execute("SELECT count(*) FROM passages WHERE searchable").fetchone()
        return int(count)

    def equals_old(self) -> bool:
        """Whether the generation in use holds the same documents, failures and files, and no others."""
        columns = {"documents": "id, path, file, digest", "failures": "path, reason, file", "files": "path, mark"}
        return not any(
            self._connection.execute(
                f"SELECT 1 FROM (SELECT {names} FROM {one}.{table} EXCEPT SELECT {names} FROM {other}.{table}) LIMIT 1"
            ).fetchone()
            for table, names in columns.items()
            for one, other in (("main", "old"), ("old", "main"))
        )

    def content(self) -> str:
        """SHA-256 of all documents and passages, but not of where the files lie."""
        digest = hashlib.sha256()
        for id, one in self._connection.execute("SELECT id, digest FROM documents ORDER BY id"):
            digest.update(f"{id}\0".encode() + one)
        return digest.hexdigest()

    def close(self) -> None:
        """What was written is whole from here on."""
        self._connection.commit()
        self._connection.close()


def _row(passage: Passage, pieces: int) -> tuple[object, ...]:
    key = hashlib.sha256(passage.embedded_text.encode()).digest()
    text = (passage.text, passage.context, json.dumps(passage.sentences))
    return (passage.document_id, passage.start, passage.end, *text, passage.searchable, pieces, key)


def _digest(document: Document, content: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    source = document.source
    digest = hashlib.sha256()
    for part in (source.title, source.publisher, source.published, source.url, source.sha256, source.kind, *content):
        digest.update(f"{part}\0".encode())
    for _, start, end, _, context, sentences, searchable, *_ in rows:
        digest.update(f"{start} {end} {context}\0{sentences}{searchable}\0".encode())
    return digest.digest()


def _embedded(context: str, text: str) -> str:
    """``Passage.embedded_text``."""
    return f"{context}\n{text}" if context else text
