"""Dense search: unit vectors in FAISS, scored by inner product, which is the cosine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from qa.encoder import FloatArray

FILE_NAME = "dense.faiss"
Rows = npt.NDArray[np.int64]


def write_dense(path: Path, rows: Rows, vectors: FloatArray) -> None:
    """Write an exact index of ``vectors``, shape ``(n, d)``, under the ids ``rows``, shape ``(n,)``."""
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    index.add_with_ids(vectors, rows)
    faiss.write_index(index, str(path))


class DenseIndex:
    """Exact search; safe for several threads."""

    def __init__(self, path: Path) -> None:
        self._index = faiss.read_index(str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: FloatArray, k: int, only: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The ``k`` rows of highest cosine with ``vector``, shape ``(d,)``, best first; ties by row.

        ``only``: the rows to look at; None = all, empty = none. Fewer than ``k`` where there are no more.
        """
        if k < 1 or not len(self) or (only is not None and not only):
            return []
        parameters = None
        if only is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(np.asarray(only, dtype=np.int64)))  # type: ignore[call-arg]
        scores, rows = self._index.search(vector[None, :], min(k, len(self)), params=parameters)
        # FAISS fills up with row -1 where it has fewer.
        found = [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def vectors(self, rows: Sequence[int]) -> FloatArray:
        """The vectors of these rows, shape ``(len(rows), d)``."""
        if not rows:
            return np.zeros((0, self._index.d), dtype=np.float32)
        return np.stack([self._index.reconstruct(int(row)) for row in rows]).astype(np.float32)
