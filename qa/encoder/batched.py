"""What all our encoders do alike: long texts first, few at a time, and a question asked twice embedded once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from qa.runtime.weights import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_REMEMBERED = 256
_COUNTED = 256


class BatchedEncoder(ABC):
    """A text's vector, or those of many."""

    @property
    @abstractmethod
    def batch(self) -> int:
        """How many texts, of like length, are handed to ``_embed`` at once."""

    @property
    @abstractmethod
    def tokenizer(self) -> Tokenizer:
        """Cuts nothing off and pads nothing."""

    @property
    @abstractmethod
    def dimensions(self) -> int: ...

    @abstractmethod
    def _embed(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of a few texts."""

    def _embed_question(self, question: str) -> FloatArray:
        """Unit vector of a question: as any text's, unless an encoder says otherwise."""
        vector: FloatArray = self._embed([question])[0]
        return vector

    def prepare(self) -> None:
        """As ``qa.encoder.Encoder`` has it: all is loaded, unless an encoder says otherwise."""
        return None

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        """As ``qa.encoder.Encoder`` has it."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            vectors[rows] = self._embed([texts[row] for row in rows])
            if on_done:
                on_done(len(rows))
        return vectors

    def encode_question(self, question: str) -> FloatArray:
        """As ``qa.encoder.Encoder`` has it."""
        return self._asked(question).copy()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As ``qa.encoder.Encoder`` has it; a text by itself, such as a passage while it is made, is remembered."""
        return [self._count(texts[0])] if len(texts) == 1 else self._counts(texts)

    def _counts(self, texts: Sequence[str]) -> list[int]:
        # In portions, since what the tokenizer gives takes fifty times the room of the texts.
        portions = (list(texts[start : start + _COUNTED]) for start in range(0, len(texts), _COUNTED))
        return [len(encoding.ids) for some in portions for encoding in self.tokenizer.encode_batch_fast(some)]

    def token_starts(self, text: str) -> list[int]:
        """As ``qa.encoder.Encoder`` has it."""
        return [start for start, _ in self.tokenizer.encode(text, add_special_tokens=False).offsets]

    @cached_property
    def _count(self) -> Callable[[str], int]:
        return lru_cache(_REMEMBERED)(lambda text: self._counts([text])[0])

    @cached_property
    def _asked(self) -> Callable[[str], FloatArray]:
        """A question's vector, which retriever and reader both ask for."""
        return lru_cache(_REMEMBERED)(self._embed_question)
