"""The front door: a question in, an answer with citations out. Command line, screen and API call only this."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qa.settings import Settings
from qa.types import Answer, Document, Failure, Hit, Source

Mode = Literal["hybrid", "dense", "lexical"]


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source in the index, for listings."""

    source: Source
    passages: int
    characters: int


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What building an index did."""

    documents: int
    passages: int
    embedded: int
    """Passages whose vectors were computed; the rest were taken over from the index before."""
    failures: tuple[Failure, ...]
    seconds: float


Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)``; stages are "reading", "embedding", "writing"."""


class Pincite:
    """An opened index, ready to be asked. Safe to use from several threads."""

    @classmethod
    def open(cls, index_dir: Path, settings: Settings = Settings()) -> Pincite:
        """Open the index in ``index_dir``; raises ``IndexFolderError`` with the command that mends it."""
        raise NotImplementedError

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        top_k: int = 10,
        only: Collection[str] | None = None,
    ) -> Answer:
        """Answer ``question`` with the sources, or say why they do not.

        ``history`` holds the earlier questions of the conversation, oldest first. ``only``: ids of the
        documents to use; None = all, empty = none. Raises ``QuestionError`` (empty, too long, no word in it).
        """
        raise NotImplementedError

    def search(
        self, question: str, *, top_k: int = 10, mode: Mode = "hybrid", only: Collection[str] | None = None
    ) -> tuple[Hit, ...]:
        """The ranked passages only."""
        raise NotImplementedError

    def sources(self) -> tuple[SourceEntry, ...]:
        """Every document, ordered by id."""
        raise NotImplementedError

    def failures(self) -> tuple[Failure, ...]:
        """The files that could not be read when the index was built."""
        raise NotImplementedError

    def document(self, id: str) -> Document:
        """One document with its text; raises ``KeyError`` for an unknown id."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
