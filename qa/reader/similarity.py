"""How near each sentence of a passage is to a question, by the encoder's cosine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from qa.encoder import Encoder, FloatArray
from qa.types import Passage, Span

_CACHED_PASSAGES = 4096


@dataclass(frozen=True)
class Similarity:
    """Remembers the vectors of the passages read last."""

    encoder: Encoder
    _vectors_of: Callable[[Passage], FloatArray] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_vectors_of", lru_cache(_CACHED_PASSAGES)(self._vectors))

    def __call__(self, question: str, passage: Passage) -> Mapping[Span, float]:
        """The cosine of every sentence of ``passage``."""
        if not passage.sentences:
            return {}
        cosines = self._vectors_of(passage) @ self.encoder.encode([question])[0]
        return dict(zip(passage.sentences, cosines.tolist(), strict=True))

    def _vectors(self, passage: Passage) -> FloatArray:
        # A passage at a time, whatever else is asked: the same batch gives the same vectors to the last bit.
        start = passage.start
        return self.encoder.encode([passage.text[s.start - start : s.end - start] for s in passage.sentences])
