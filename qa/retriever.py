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

        ``only``: ids of the documents to look at; None = all, empty = none.
        """
        rows = None if only is None else self.index.store.rows_of(only)
        pool = max(k, self.pool)
        lexical = dict(self.index.lexical.search(question, pool, rows)) if mode != "dense" else {}
        dense: dict[int, float] = {}
        ranks = {"lexical": _ranks(lexical)}
        if mode != "lexical" and k > 0:
            vector = self.encoder.encode([question])[0]
            dense = dict(self.index.dense.search(vector, pool, rows))
            ranks["dense"] = _ranks(dense)
            dense |= self._cosines(vector, [row for row in lexical if row not in dense])
        parts = {"dense": dense, "lexical": lexical}
        scores = fuse(dense, lexical, self.dense_share) if mode == "hybrid" else parts[mode]
        return self._hits(scores, parts, ranks, k)

    def _cosines(self, vector: FloatArray, rows: Sequence[int]) -> dict[int, float]:
        """Of rows that only the lexical side proposed, so that no passage is fused with half its scores missing."""
        return {row: float(score) for row, score in zip(rows, self.index.dense.vectors(rows) @ vector, strict=True)}

    def _hits(
        self,
        scores: Mapping[int, float],
        parts: Mapping[str, Mapping[int, float]],
        ranks: Mapping[str, Mapping[int, int]],
        k: int,
    ) -> tuple[Hit, ...]:
        best = sorted(scores, key=lambda row: (-scores[row], row))[: max(k, 0)]
        passages = self.index.store.passages(best)
        return tuple(
            Hit(rank, passages[row], scores[row], _of(row, parts), _of(row, ranks))
            for rank, row in enumerate(best, start=1)
        )


def _ranks(found: Mapping[int, float]) -> dict[int, int]:
    """Row -> rank from 1, in the order in which a search gave the rows."""
    return {row: rank for rank, row in enumerate(found, start=1)}


def _of(row: int, parts: Mapping[str, Mapping[int, _Number]]) -> dict[str, _Number]:
    return {name: part[row] for name, part in parts.items() if row in part}


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float], dense_share: float) -> dict[int, float]:
    """Convex combination of scores brought to 0..1 (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions").

    Dense scores go through min-max over the proposed passages; lexical ones are divided by the largest, since BM25
    has its own zero: no shared term. A passage that the lexical side did not propose counts 0 there.
    """
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    most = max(lexical.values(), default=0.0)
    fused = {}
    for row in {*dense, *lexical}:
        from_dense = (dense[row] - low) / (high - low) if row in dense and high > low else float(row in dense)
        from_lexical = lexical.get(row, 0.0) / most if most > 0 else 0.0
        fused[row] = dense_share * from_dense + (1 - dense_share) * from_lexical
    return fused
