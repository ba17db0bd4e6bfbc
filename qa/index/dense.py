"""Dense search: unit vectors in FAISS, scored by inner product, which is the cosine.

The vectors lie in one file, whole up to ``FLAT_MOST`` of them and in half precision beyond; the file is mapped into
memory, not read. From ``EXACT_MOST`` on, a second file with inverted lists of 8-bit codes says which vectors to look
at, and their scores come from the first. A filter always looks at every vector it admits.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from qa.encoder import FloatArray
from qa.runtime.cores import cores

FOLDER_NAME = "dense"
FLAT_MOST = 50_000
EXACT_MOST = 300_000
PROBED = 1 / 8
"""The share of the lists that a question looks into; ``python -m bench.lists`` shows what others find."""

_ROWS = "rows.npy"
_VECTORS = "vectors.faiss"
_LISTS = "lists.faiss"
_AT_ONCE = 16_384
_PARTS = min(8, cores())
_PART_LEAST = 10_000
"""Vectors for which a thread of its own is worth while."""
_GATHERED_SHARE = 8
"""One part in this many, or fewer, are gathered and scored; of more, all are scored and the others left out."""
_REFINED = 4
"""So many times ``k`` candidates of the lists are scored again."""
_TRAINED_ON = 50
"""Vectors per list that the lists are laid out by; FAISS asks for 39 or more."""

Rows = npt.NDArray[np.int64]
Scored = list[tuple[int, float]]


class DenseWriter:
    """Writes a new ``folder`` for ``count`` vectors of ``dimensions`` numbers, which come in any portions."""

    def __init__(
        self, folder: Path, count: int, dimensions: int, *, flat_most: int = FLAT_MOST, exact_most: int = EXACT_MOST
    ) -> None:
        folder.mkdir()
        self._folder = folder
        self._dimensions = dimensions
        self._with_lists = count > exact_most
        self._rows = np.zeros(count, dtype=np.int64)
        kind = "Flat" if count <= flat_most else "SQfp16"
        self._index = faiss.index_factory(dimensions, kind, faiss.METRIC_INNER_PRODUCT)
        self._index.is_trained = True  # half precision has nothing to learn

    def add(self, rows: Rows, vectors: FloatArray) -> None:
        """``rows`` ascend, from one call to the next, too; shapes ``(n,)`` and ``(n, d)``."""
        start = self._index.ntotal
        self._rows[start : start + len(rows)] = rows
        self._index.add(vectors)

    def finish(self) -> None:
        """Write what was added; all ``count`` of them must have been."""
        np.save(self._folder / _ROWS, self._rows)
        faiss.write_index(self._index, str(self._folder / _VECTORS))
        del self._index  # from here on they are read from the file
        if self._with_lists:
            vectors = _mapped(self._folder / _VECTORS)
            faiss.write_index(_lists(vectors), str(self._folder / _LISTS))


def _lists(vectors: faiss.Index) -> faiss.Index:
    """Inverted lists over all vectors: 4 times the square root of their number, 8 bits a number."""
    count = int(4 * vectors.ntotal**0.5)
    index = faiss.index_factory(vectors.d, f"IVF{count},SQ8", faiss.METRIC_INNER_PRODUCT)
    sample = np.random.default_rng(0).choice(vectors.ntotal, min(vectors.ntotal, count * _TRAINED_ON), replace=False)
    index.train(vectors.reconstruct_batch(np.sort(sample)))
    for start in range(0, vectors.ntotal, _AT_ONCE):
        index.add(vectors.reconstruct_n(start, min(_AT_ONCE, vectors.ntotal - start)))
    return index


class DenseIndex:
    """Reads what ``DenseWriter`` wrote; safe for several threads."""

    def __init__(self, folder: Path, probed: float = PROBED) -> None:
        self._rows: Rows = np.load(folder / _ROWS, mmap_mode="r", allow_pickle=False)
        self._index = _mapped(folder / _VECTORS)
        self._lists = _mapped(folder / _LISTS) if (folder / _LISTS).is_file() else None
        self._probed = (
            max(1, round(probed * faiss.extract_index_ivf(self._lists).nlist)) if self._lists is not None else 0
        )
        if len(self._rows) != self._index.ntotal:
            raise ValueError(f"{len(self._rows)} rows and {self._index.ntotal} vectors do not go together")

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self._index.d)

    def search(self, vector: FloatArray, k: int, only: Sequence[int] | None = None) -> Scored:
        """The ``k`` rows of highest cosine with ``vector``, shape ``(d,)``, best first; ties by row.

        ``only``: the rows to look at; None = all, empty = none. Fewer than ``k`` where there are no more. Exact up to
        ``EXACT_MOST`` vectors, and with ``only`` always.
        """
        if k < 1 or not len(self) or (only is not None and not len(only)):
            return []
        if only is not None:
            return self._among(vector, k, self._places(only))
        if self._lists is not None:
            return self._near(vector, k)
        return self._best(*self._in_parts(vector, k), k)

    def _in_parts(self, vector: FloatArray, k: int) -> tuple[FloatArray, Rows]:
        """Scores and places of the ``k`` best of each part, shapes ``(1, n)``: FAISS looks for one question with one
        thread, whatever there is to look at."""
        size = -(-len(self) // max(1, min(_PARTS, len(self) // _PART_LEAST)))
        starts = range(0, len(self), size)

        def search(start: int) -> tuple[FloatArray, Rows]:
            end = min(start + size, len(self))
            return self._selected(vector, k, faiss.IDSelectorRange(start, end), end - start)

        scores, places = zip(*self._threads.map(search, starts), strict=True)
        return np.concatenate(scores, axis=1), np.concatenate(places, axis=1)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """They end with this object. In each, FAISS keeps to that thread: a team of its own for every one of them
        makes a search ten times as slow."""
        return ThreadPoolExecutor(_PARTS, initializer=lambda: faiss.omp_set_num_threads(1))

    def _selected(self, vector: FloatArray, k: int, selector: faiss.IDSelector, count: int) -> tuple[FloatArray, Rows]:
        """The ``k`` best of the ``count`` that ``selector`` admits, and all that are as good as the last of them: of
        equals, FAISS keeps any."""
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        wanted = k + 1
        while True:
            scores, places = self._index.search(vector[None, :], min(wanted, count), params=parameters)
            if wanted >= count or scores[0, -1] < scores[0, k - 1]:
                return scores, places
            wanted *= 2

    def vectors(self, rows: Sequence[int]) -> FloatArray:
        """The vectors of these rows, shape ``(len(rows), d)``; raises ``KeyError`` for a row that has none."""
        places = self._places(rows)
        if len(places) != len(rows):
            raise KeyError("a row without a vector")
        return self._at(places)

    def _at(self, places: Rows) -> FloatArray:
        if not len(places):
            return np.zeros((0, self._index.d), dtype=np.float32)
        vectors: FloatArray = self._index.reconstruct_batch(places)
        return vectors

    def _places(self, rows: Sequence[int]) -> Rows:
        """Where the vectors of these rows are; rows that have none are left out."""
        wanted = np.asarray(rows, dtype=np.int64)
        places = np.searchsorted(self._rows, wanted)
        there = places < len(self._rows)
        there[there] = self._rows[places[there]] == wanted[there]
        return places[there].astype(np.int64)

    def _among(self, vector: FloatArray, k: int, places: Rows) -> Scored:
        """The best of some."""
        if len(places) * _GATHERED_SHARE <= len(self):
            return self._scored(vector, k, places)
        bits = np.zeros(len(self), dtype=bool)
        bits[places] = True
        selector = faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg, arg-type]
        return self._best(*self._selected(vector, k, selector, len(places)), k)

    def _near(self, vector: FloatArray, k: int) -> Scored:
        """The best of those that the lists propose."""
        assert self._lists is not None
        parameters = faiss.SearchParametersIVF(nprobe=self._probed)  # type: ignore[call-arg]  # faiss's stubs lack it
        _, places = self._lists.search(vector[None, :], min(k * _REFINED, len(self)), params=parameters)
        return self._scored(vector, k, places[places >= 0])

    def _scored(self, vector: FloatArray, k: int, places: Rows) -> Scored:
        parts = [self._at(places[start : start + _AT_ONCE]) @ vector for start in range(0, len(places), _AT_ONCE)]
        return self._best(np.concatenate(parts)[None, :], places[None, :], k) if parts else []

    def _best(self, scores: FloatArray, places: Rows, k: int) -> Scored:
        """Shapes ``(1, n)``; FAISS fills up with place -1 where it has fewer."""
        there = places[0] >= 0
        rows, values = self._rows[places[0][there]], scores[0][there]
        order = np.lexsort((rows, -values))[:k]
        return [(int(rows[number]), float(values[number])) for number in order]


def _mapped(path: Path) -> faiss.Index:
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
