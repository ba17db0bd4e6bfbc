"""What making an index is at, in words."""

from __future__ import annotations

from typing import NamedTuple

_WORDS = {
    "reading": "Reading the documents",
    "embedding": "Indexing the passages",
    "writing": "Writing the index",
}


class Doing(NamedTuple):
    """``message``, and how much of it is done; ``total`` 0 = not known."""

    message: str
    done: int
    total: int


class Stages:
    """Called as ``Progress``; passages are indexed while documents are read, so what is said is of both."""

    def __init__(self) -> None:
        self._documents = (0, 0)
        self._passages = 0

    def __call__(self, stage: str, done: int, total: int) -> Doing:
        if stage == "embedding":
            self._passages = done
        if stage == "reading":
            self._documents = (done, total)
        elif stage != "embedding" or total:  # without a total, more documents are to be read
            return Doing(_WORDS.get(stage, stage.capitalize()), done, total)
        so_far = f"{self._passages:,} passages indexed, documents read" if self._passages else _WORDS["reading"]
        return Doing(so_far, *self._documents)
