"""How near each sentence is to a question, by the encoder's cosine."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from qa.encoder import Encoder, FloatArray

_REMEMBERED = 16_384


@dataclass(frozen=True)
class Similarity:
    """Remembers the vectors of the sentences asked for last. Safe to use from several threads."""

    encoder: Encoder
    _vectors: OrderedDict[str, FloatArray] = field(default_factory=OrderedDict, init=False, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def __call__(self, question: str, sentences: Sequence[str]) -> list[float]:
        """The cosine of every sentence."""
        if not sentences:
            return []
        asked = self.encoder.encode_question(question)
        vectors = self._of(sentences)
        # One by one: what a product of matrices rounds to may depend on how many rows there are.
        return [float(vectors[sentence] @ asked) for sentence in sentences]

    def _of(self, sentences: Sequence[str]) -> dict[str, FloatArray]:
        with self._lock:
            known = {sentence: self._vectors[sentence] for sentence in sentences if sentence in self._vectors}
        if new := [sentence for sentence in dict.fromkeys(sentences) if sentence not in known]:
            known |= zip(new, self.encoder.encode(new), strict=True)
        with self._lock:
            for sentence in sentences:
                self._vectors[sentence] = known[sentence]
                self._vectors.move_to_end(sentence)
            while len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
        return known
