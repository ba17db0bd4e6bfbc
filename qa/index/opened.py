"""The generation in use, checked and opened."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from qa.errors import IndexDamaged, IndexFolderError
from qa.index import dense, lexical, store
from qa.index.manifest import Manifest, check_files, current_generation, damaged, read_manifest


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """The parts of one generation; rows mean the same in all of them."""

    index_dir: Path
    manifest: Manifest
    generation: str
    """Name of the generation's folder."""
    store: store.Store
    dense: dense.DenseIndex
    lexical: lexical.LexicalIndex

    @property
    def hash(self) -> str:
        """Changes whenever the documents, their passages or the vectors do."""
        parts = f"{self.manifest.content} {self.manifest.fingerprint}"
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    def check(self) -> None:
        """Check every file byte for byte, which opening it does for small ones only; raises ``IndexDamaged``."""
        check_files(self.index_dir, self.index_dir / self.generation, self.manifest.files, None)

    @property
    def outdated(self) -> bool:
        """Whether another generation is in use by now; cheap enough to ask before every question."""
        try:
            return current_generation(self.index_dir)[0].name != self.generation
        except IndexFolderError:
            return False  # this one can still be asked

    def close(self) -> None:
        self.store.close()


def open_index(index_dir: Path) -> OpenIndex:
    """Open the generation in use; raises ``IndexFolderError`` if it is missing, damaged or of another format."""
    before = current_generation(index_dir)
    try:
        return _opened(index_dir)
    except IndexDamaged:
        if current_generation(index_dir) == before:
            raise
    return open_index(index_dir)  # a new generation came, and took this one away while we opened it


def _opened(index_dir: Path) -> OpenIndex:
    folder, manifest = read_manifest(index_dir)
    check_files(index_dir, folder, manifest.files)
    try:
        parts = (
            store.Store(folder / store.FILE_NAME),
            dense.DenseIndex(folder / dense.FOLDER_NAME),
            lexical.LexicalIndex(folder / lexical.FOLDER_NAME),
        )
    except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
        raise damaged(index_dir, str(error).partition("\n")[0]) from error
    counts = {len(parts[1]), len(parts[2]), manifest.passages}
    if len(counts) > 1 or parts[1].dimensions != manifest.dimensions:
        parts[0].close()
        raise damaged(index_dir, "its parts do not hold the same passages")
    return OpenIndex(index_dir, manifest, folder.name, *parts)
