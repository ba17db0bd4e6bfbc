"""What was measured on each question, and the same as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Row:
    """One question's numbers. ``values`` holds only the measures that are defined for it."""

    id: str
    type: str
    answerable: bool
    values: Mapping[str, float]
    seconds: float | None
    """None for a question that was asked together with others: what it took alone is not known."""
    shown: bool | None = None
    """Whether an answer was shown; None when only retrieval was run."""
    confidence: float | None = None

    @property
    def right(self) -> bool:
        """An acceptable answer was shown; anything shown for an unanswerable question is wrong."""
        return bool(self.shown) and self.answerable and self.values.get("answer-in-text@1") == 1.0

    @property
    def reciprocal_rank(self) -> float:
        """Of the first relevant passage among ten; 0 where there is none."""
        return self.values.get("MRR@10", 0.0)

    @property
    def score(self) -> float:
        """One number for the question: answered or refused rightly; reciprocal rank for retrieval alone."""
        if self.shown is None:
            return self.reciprocal_rank
        return float(self.right if self.answerable else not self.shown)


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows as arrays of length n, for weighted statistics."""

    rows: Sequence[Row]

    def flags(self, name: str) -> Bools:
        """``answerable``, ``right`` or ``shown`` (False where nothing was asked)."""
        return np.array([bool(getattr(row, name)) for row in self.rows], dtype=bool)

    @property
    def asked(self) -> Bools:
        return np.array([row.shown is not None for row in self.rows], dtype=bool)

    @property
    def seconds(self) -> tuple[Floats, Bools]:
        """Seconds, 0 where they are not known, and where they are."""
        known = np.array([row.seconds is not None for row in self.rows], dtype=bool)
        return np.array([row.seconds or 0.0 for row in self.rows], dtype=float), known

    @property
    def confidence(self) -> Floats:
        """0 where nothing was asked."""
        return np.array([row.confidence or 0.0 for row in self.rows], dtype=float)

    def values(self, name: str) -> tuple[Floats, Bools]:
        """A measure's values, 0 where undefined, and where it is defined."""
        defined = np.array([name in row.values for row in self.rows], dtype=bool)
        return np.array([row.values.get(name, 0.0) for row in self.rows], dtype=float), defined
