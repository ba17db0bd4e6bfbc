"""What the rest of the program knows of an encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from qa.runtime.weights import FloatArray


class Encoder(Protocol):
    """Turns texts into vectors and knows how much of a text it reads. Safe to use from several threads."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may: SHA-256 of the weights and settings."""

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """The most word pieces of a text, special ones included, that the model reads; the rest it would drop. What a
        model has put in front of every text is taken off."""

    def prepare(self) -> None:
        """Load what ``encode`` needs, so that the first texts need not wait for it."""

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        """Unit vectors, shape ``(len(texts), dimensions)``, in order; ``on_done`` is told how many more are done.

        Without ``on_done`` a text's vector is the same to the last bit whatever else is encoded; with it, for many
        texts, an encoder may batch them, and rounding may differ.
        """

    def encode_question(self, question: str) -> FloatArray:
        """Unit vector of a question, shape ``(dimensions,)``: for a model that embeds questions otherwise than texts,
        not what ``encode`` gives."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, special ones included, nothing cut."""

    def token_starts(self, text: str) -> list[int]:
        """The offset at which each word piece of ``text`` starts, special ones left out."""
