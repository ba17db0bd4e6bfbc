"""A question and hits to extracts: the sentences that may answer, the words in them, and how likely they are right.

``question`` says what kind of answer is asked for, ``answer_types`` finds words of that kind, ``evidence`` measures
how well a sentence fits the question, ``sentence`` is the reader that ranks sentences by that evidence, ``trained``
the one whose network finds spans, ``named`` makes one of any model the user names; ``load`` finds the reader of a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from qa.types import Extract, Hit


class Reader(Protocol):
    """Finds the places that answer."""

    @property
    def name(self) -> str: ...

    @property
    def calibrated(self) -> bool:
        """Whether it was measured how often it is right when it says how sure it is."""

    @property
    def passed_over(self) -> bool:
        """Whether the user's calibration was fitted to another version of this reader, and so is not used."""

    def least_confidence(self, accuracy: float) -> float:
        """The confidence from which answers must be shown for ``accuracy`` (0..1) of them to be right."""

    def reaches(self, accuracy: float) -> bool:
        """Whether ``accuracy`` (0..1) of the answers were right from some confidence on, when that was measured."""

    def prepare(self) -> None:
        """Begin to load what reading needs, and return at once; without it, the first reading does."""

    def may_reach(self, question: str, hit: Hit, score: float) -> bool:
        """Whether a place in a passage that was not read might have such a score or a higher one."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
        """Candidates from all hits, best first; empty only if no hit has a sentence.

        An extract's quote is one or more whole sentences of its passage, its span lies in the quote, and its
        confidence is the probability that it answers. The same question and hits give the same extracts.
        """
