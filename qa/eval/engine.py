"""What an evaluation needs of the product: an index to ask, and a way to build one from documents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from qa.errors import IndexFolderError, QuestionError
from qa.library import Progress, build
from qa.pipeline import Mode, Pincite
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
        return [self._answer(question, history, top_k) for question, history in asked]

    def _answer(self, question: str, history: Sequence[str], top_k: int) -> Answer | QuestionError:
        try:
            return self.ask(question, history, top_k=top_k)
        except QuestionError as error:
            return error

    def search(self, question: str, *, top_k: int = 10, mode: Mode = "hybrid") -> tuple[Hit, ...]:
        return self.pincite.search(question, top_k=top_k, mode=mode)

    def document(self, id: str) -> Document:
        return self.pincite.document(id)

    def document_ids(self) -> tuple[str, ...]:
        return tuple(entry.source.id for entry in self.pincite.sources())

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        return self.pincite.index.store.passages_of(document_id)

    def close(self) -> None:
        if not self.lent:
            self.pincite.close()


def open_pincite(index_dir: Path, settings: Settings) -> Subject:
    """The index in ``index_dir``, its models loaded: the first question takes as long as any other."""
    pincite = Pincite.open(index_dir, settings)
    pincite.warm()
    return OpenedPincite(pincite)


PRODUCT = Engine(open_pincite, build)


def sharing(pincite: Pincite, index_dir: Path) -> Engine:
    """The product, with ``index_dir`` opened already: a screen evaluates the index that it answers from.

    Other folders, and other settings than the opened one's, are opened and closed as ever.
    """

    def opened(folder: Path, settings: Settings) -> Subject:
        if folder.absolute() == index_dir.absolute() and settings == pincite.settings:
            return OpenedPincite(pincite, lent=True)
        return open_pincite(folder, settings)

    return Engine(opened, build)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where indexes of public test collections are made and kept, and how."""

    engine: Engine
    folder: Path
    settings: Settings
    encoder: str | None
    progress: Progress = lambda *_: None

    def open(self, documents: Sequence[Document]) -> Subject:
        """An index of ``documents``, built once and reused while all that shapes it is the same."""
        index_dir = self.folder / self._key(documents)
        try:
            return self.engine.open(index_dir, self.settings)
        except IndexFolderError:
            self.engine.build(documents, index_dir, self.settings, encoder=self.encoder, progress=self.progress)
            return self.engine.open(index_dir, self.settings)

    def _key(self, documents: Sequence[Document]) -> str:
        digest = hashlib.sha256(f"{self.encoder} {self.settings.chunk_tokens}".encode())
        for document in documents:
            digest.update(f"\0{document.id}\0{document.source.sha256}".encode())
        for path in _code_that_shapes_an_index():
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


def _code_that_shapes_an_index() -> list[Path]:
    """An index made by older code would measure that code."""
    specs = [find_spec(name) for name in ("qa.chunker", "qa.encoder", "qa.index")]
    origins = [Path(spec.origin) for spec in specs if spec is not None and spec.origin is not None]
    return sorted(
        path
        for origin in origins
        for path in (origin.parent.glob("*.py") if origin.name == "__init__.py" else [origin])
    )
