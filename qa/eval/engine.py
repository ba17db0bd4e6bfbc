"""What an evaluation needs of the product: an index to ask, and a way to build one from documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from qa.errors import QuestionError
from qa.library import Progress, build
from qa.pipeline import Mode, Pincite
from qa.reader.load import load_reader
from qa.settings import Settings
from qa.types import Answer, Document, Failure, Hit, Passage


class Subject(Protocol):
    """An opened index under examination."""

    @property
    def encoder_name(self) -> str: ...

    @property
    def index_hash(self) -> str:
        """Changes whenever the documents, their passages or the vectors do."""

    def ask(self, question: str, history: Sequence[str] = (), *, top_k: int = 10) -> Answer: ...

    def ask_many(self, asked: Sequence[tuple[str, Sequence[str]]], *, top_k: int = 10) -> list[Answer | QuestionError]:
        """What ``ask`` gives for each (question, history), in order; the error where one cannot be asked."""

    def search(self, question: str, *, top_k: int = 10, mode: Mode = "hybrid") -> tuple[Hit, ...]: ...

    def document(self, id: str) -> Document:
        """Raises ``KeyError`` for an unknown id."""

    def document_ids(self) -> tuple[str, ...]: ...

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Every passage of a document in order, those that are never retrieved included."""

    def under(self, settings: Settings) -> Subject:
        """The same open index, asked in another way; closing it closes nothing."""

    def close(self) -> None: ...


class Build(Protocol):
    """Indexes documents at hand; ``qa.library.build`` is one."""

    def __call__(
        self,
        documents: Iterable[Document | Failure],
        index_dir: Path,
        settings: Settings,
        *,
        encoder: str | None = None,
        progress: Progress = ...,
    ) -> object: ...


@dataclass(frozen=True, slots=True)
class Engine:
    """The two doors of the pipeline that an evaluation uses."""

    open: Callable[[Path, Settings], Subject]
    build: Build


@dataclass(frozen=True, slots=True)
class OpenedPincite:
    """The product itself as a subject. ``lent``: somebody else closes it."""

    pincite: Pincite
    lent: bool = False

    @property
    def encoder_name(self) -> str:
        return self.pincite.encoder.name

    @property
    def index_hash(self) -> str:
        return self.pincite.index.hash

    def ask(self, question: str, history: Sequence[str] = (), *, top_k: int = 10) -> Answer:
        return self.pincite.ask(question, history, top_k=top_k)

    def ask_many(self, asked: Sequence[tuple[str, Sequence[str]]], *, top_k: int = 10) -> list[Answer | QuestionError]:
        return list(self.pincite.ask_many(asked, top_k=top_k))

    def search(self, question: str, *, top_k: int = 10, mode: Mode = "hybrid") -> tuple[Hit, ...]:
        return self.pincite.search(question, top_k=top_k, mode=mode)

    def document(self, id: str) -> Document:
        return self.pincite.document(id)

    def document_ids(self) -> tuple[str, ...]:
        return tuple(entry.source.id for entry in self.pincite.sources())

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        return self.pincite.index.store.passages_of(document_id)

    def under(self, settings: Settings) -> Subject:
        changed = replace(self.pincite, settings=settings)
        if settings.reader != self.pincite.settings.reader:
            changed = replace(changed, reader=load_reader(settings.reader, changed.index, changed.encoder))
        return OpenedPincite(changed, lent=True)

    def close(self) -> None:
        if not self.lent:
            self.pincite.close()


def open_pincite(index_dir: Path, settings: Settings) -> Subject:
    """The index in ``index_dir``, its models loaded: the first question takes as long as any other."""
    pincite = Pincite.open(index_dir, settings)
    pincite.warm()
    return OpenedPincite(pincite)


PRODUCT = Engine(open_pincite, build)


_KEPT = 2
"""Indexes that stay open: the one asked, and the one whose documents are indexed anew."""


@contextmanager
def kept_open(engine: Engine, lent: Mapping[Path, Subject] | None = None) -> Iterator[Engine]:
    """The engine, but what it opened last stays open: the next run asks the same index without a wait.

    ``lent``: subjects that are open already, by folder; they are used, and left open at the end.
    """
    lent = {folder.absolute(): subject for folder, subject in (lent or {}).items()}
    opened: dict[Path, Subject] = {}

    def open_once(folder: Path, settings: Settings) -> Subject:
        folder = folder.absolute()
        if folder not in lent and folder not in opened:
            opened[folder] = engine.open(folder, settings)
            if len(opened) > _KEPT:
                opened.pop(next(iter(opened))).close()
        return {**lent, **opened}[folder].under(settings)

    try:
        yield Engine(open_once, engine.build)
    finally:
        for subject in opened.values():
            subject.close()


def sharing(pincite: Pincite, index_dir: Path) -> Engine:
    """The product, with ``index_dir`` opened already: a screen evaluates the index that it answers from.

    Other folders are opened and closed as ever.
    """

    def opened(folder: Path, settings: Settings) -> Subject:
        if folder.absolute() == index_dir.absolute():
            return OpenedPincite(pincite).under(settings)
        return open_pincite(folder, settings)

    return Engine(opened, build)
