"""A question to ranked passages: dense and lexical search, fused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from qa.encoder import Encoder, FloatArray
from qa.index import OpenIndex
from qa.types import Hit

Mode = Literal["hybrid", "dense", "lexical"]
_Number = TypeVar("_Number", int, float)
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")


@dataclass(frozen=True, slots=True)
class Retriever:
    """``pool``: passages each side proposes. ``dense_share``: weight of the dense side in the fusion, 0 to 1."""

    index: OpenIndex
    encoder: Encoder
    pool: int
    dense_share: float

    def search(
        self, question: str, k: int, mode: Mode = "hybrid", only: Collection[str] | None = None
    ) -> tuple[Hit, ...]:
        """The ``k`` best passages, best first, ties in the order of the index; fewer where there are no more.

        The first of them are the same for every ``k``.
        ``only``: ids of the documents to look at; None = all, empty = none.
        """
        if k < 1:
            return ()
        rows = None if only is None else self.index.store.rows_of(only)
        vector = self.encoder.encode_question(question) if mode != "lexical" else None
        if mode == "hybrid":
            return self._fused(question, vector, rows, k)
        pool = self._propose(question, vector, max(k, self.pool), rows, lexical=mode == "lexical")
        scores = pool.parts[mode]
        return self._hits(_best_first(scores)[:k], scores, pool)

    def _fused(self, question: str, vector: FloatArray | None, rows: Sequence[int] | None, k: int) -> tuple[Hit, ...]:
        """Both searches fused. A wish for more passages than the pool has must not change which come first, so those
        of a pool twice as large follow below them, and so on."""
        order: list[int] = []
        scores: dict[int, float] = {}
        full = self.index.lexical.full_score(question)
        pool, size, more = _Pool.empty(), self.pool, True
        while more and len(order) < k:
            proposed = self._propose(question, vector, size, rows)
            more = len(proposed.ranks["dense"]) == size
            proposed = proposed.without(scores)
            fused = fuse(proposed.parts["dense"], proposed.parts["lexical"], self.dense_share, full)
            least = scores[order[-1]] if order else 1.0
            scores |= {row: min(score, least) for row, score in fused.items()}
            order += _best_first(fused)
            pool = pool.joined(proposed)
            size *= 2
        return self._hits(order[:k], scores, pool)

    def _propose(
        self,
        question: str,
        vector: FloatArray | None,
        pool: int,
        rows: Sequence[int] | None,
        lexical: bool = True,
    ) -> _Pool:
        """What each search gives, at most ``pool`` passages each; without ``vector``, the lexical one alone."""
        by_words = dict(self.index.lexical.search(question, pool, rows)) if lexical else {}
        if vector is None:
            return _Pool({"dense": {}, "lexical": by_words}, {"lexical": _ranks(by_words)})
        dense = dict(self.index.dense.search(vector, pool, rows))
        ranks = {"lexical": _ranks(by_words), "dense": _ranks(dense)}
        dense |= self._cosines(vector, [row for row in by_words if row not in dense])
        return _Pool({"dense": dense, "lexical": by_words}, ranks)

    def _cosines(self, vector: FloatArray, rows: Sequence[int]) -> dict[int, float]:
        """Of rows that only the lexical side proposed, so that no passage is fused with half its scores missing."""
        return {row: float(score) for row, score in zip(rows, self.index.dense.vectors(rows) @ vector, strict=True)}

    def _hits(self, rows: Sequence[int], scores: Mapping[int, float], pool: _Pool) -> tuple[Hit, ...]:
        passages = self.index.store.passages(rows)
        return tuple(
            Hit(rank, passages[row], scores[row], _of(row, pool.parts), _of(row, pool.ranks))
            for rank, row in enumerate(rows, start=1)
        )


@dataclass(frozen=True, slots=True)
class _Pool:
    """Scores and ranks of the passages that the searches proposed, by search and row."""

    parts: Mapping[str, Mapping[int, float]]
    ranks: Mapping[str, Mapping[int, int]]

    @classmethod
    def empty(cls) -> _Pool:
        return cls({"dense": {}, "lexical": {}}, {"lexical": {}, "dense": {}})

    def without(self, rows: Collection[int]) -> _Pool:
        return _Pool(_less(self.parts, rows), _less(self.ranks, rows))

    def joined(self, more: _Pool) -> _Pool:
        parts = {name: {**part, **more.parts[name]} for name, part in self.parts.items()}
        return _Pool(parts, {name: {**part, **more.ranks[name]} for name, part in self.ranks.items()})


def _less(parts: Mapping[str, Mapping[int, _Number]], rows: Collection[int]) -> dict[str, dict[int, _Number]]:
    return {name: {row: value for row, value in part.items() if row not in rows} for name, part in parts.items()}


def _best_first(scores: Mapping[int, float]) -> list[int]:
    """Rows by score, ties in the order of the index."""
    return sorted(scores, key=lambda row: (-scores[row], row))


def _ranks(found: Mapping[int, float]) -> dict[int, int]:
    """Row -> rank from 1, in the order in which a search gave the rows."""
    return {row: rank for rank, row in enumerate(found, start=1)}


def _of(row: int, parts: Mapping[str, Mapping[int, _Number]]) -> dict[str, _Number]:
    return {name: part[row] for name, part in parts.items() if row in part}


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float], dense_share: float, full: float) -> dict[int, float]:
    """Convex combination of scores brought to 0..1 (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions").

    Dense scores go through min-max over the proposed passages. Lexical ones are divided by ``full``, what a passage
    with every term of the question gets, or by the largest where that is more: where the best passage shares few terms
    with the question, the words count for little. BM25 has its own zero, no shared term; so counts what the lexical
    side did not propose.
    """
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    most = max(full, max(lexical.values(), default=0.0))
    fused = {}
    for row in {*dense, *lexical}:
        from_dense = (dense[row] - low) / (high - low) if row in dense and high > low else float(row in dense)
        from_lexical = lexical.get(row, 0.0) / most if most > 0 else 0.0
        fused[row] = dense_share * from_dense + (1 - dense_share) * from_lexical
    return fused
