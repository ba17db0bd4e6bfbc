"""Indexes made for an evaluation: built once, kept below the data folder, and used again while nothing changed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from qa.errors import IndexFolderError
from qa.eval.engine import Engine, Subject
from qa.library import Progress
from qa.settings import Settings
from qa.types import Document


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where such indexes lie, and how they are made."""

    engine: Engine
    folder: Path
    settings: Settings
    encoder: str | None
    progress: Progress = lambda *_: None

    def open(self, documents: Sequence[Document]) -> Subject:
        """An index of ``documents``, built where there is none that all that shapes it has left the same.

        An index of the same documents with passages of another size lends its vectors: a passage that both have
        is not embedded again.
        """
        base, shape = self._keys(documents)
        index_dir = self.folder / f"{base}-{shape}"
        try:
            return self.engine.open(index_dir, self.settings)
        except IndexFolderError:
            self._seed(index_dir, base)
            self.engine.build(documents, index_dir, self.settings, encoder=self.encoder, progress=self.progress)
            return self.engine.open(index_dir, self.settings)

    def _seed(self, index_dir: Path, base: str) -> None:
        others = sorted(self.folder.glob(f"{base}-*"), key=lambda path: path.stat().st_mtime)
        if index_dir.exists() or not others:
            return
        draft = self.folder / f".{index_dir.name}"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(others[-1], draft)
        draft.replace(index_dir)

    def _keys(self, documents: Sequence[Document]) -> tuple[str, str]:
        """Of what shapes the vectors of a text, and of what else shapes an index."""
        base = hashlib.sha256(_whole_name(self.encoder).encode())
        for document in documents:
            base.update(f"\0{document.id}\0{document.text}".encode("utf-8", "surrogatepass"))
        _add(base, code_of("qa.encoder", "qa.runtime"))
        shape = hashlib.sha256(str(self.settings.chunk_tokens).encode())
        for document in documents:
            shape.update(repr((document.source.title, document.blocks)).encode("utf-8", "surrogatepass"))
        _add(shape, code_of("qa.chunker", "qa.index"))
        return base.hexdigest()[:16], shape.hexdigest()[:16]


def _whole_name(encoder: str | None) -> str:
    """A model's name, or the whole path of its folder: a relative one is another from another place."""
    return str(Path(encoder).absolute()) if encoder and Path(encoder).is_dir() else str(encoder)


def code_of(*names: str) -> list[Path]:
    """The files of these parts of the package: an index made by older code would measure that code."""
    specs = [find_spec(name) for name in names]
    origins = [Path(spec.origin) for spec in specs if spec is not None and spec.origin is not None]
    return sorted(
        path
        for origin in origins
        for path in (origin.parent.glob("*.py") if origin.name == "__init__.py" else [origin])
    )


def _add(digest: hashlib._Hash, paths: Iterable[Path]) -> None:
    for path in paths:
        digest.update(path.read_bytes())
