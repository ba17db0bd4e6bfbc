"""all-MiniLM-L6-v2 on OpenVINO, and on a GPU by sentence-transformers where there is one and there are many texts.

sentence-transformers, with the same weights, is what the tests hold it to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa.encoder.batched import BatchedEncoder
from qa.encoder.gpu import has_driver, has_gpu
from qa.encoder.sentence_transformer import SentenceTransformerEncoder
from qa.errors import EncoderError
from qa.runtime import compiled
from qa.runtime.bert import encoder_model
from qa.runtime.minilm import DIMENSIONS, MAX_PIECES, SHA256, base_tensors, load_tokenizer, word_embeddings
from qa.runtime.network import Network
from qa.runtime.weights import FloatArray
from qa.settings import cache_dir

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_STEP = 16
"""Word pieces: of passages this wastes 6 %, and 32 would 13 %."""
_MANY = 64
"""Texts at once, and to be told of, from which a GPU is used: an index is being built."""


class PackagedEncoder(BatchedEncoder):
    """A vector depends on its text alone: not on what else is encoded, nor on the number of threads (on a GPU: but for
    rounding).

    ``precision``: None = the fast one of this processor. Loaded when first used; then raises ``EncoderError``.
    """

    batch = 64
    max_tokens = MAX_PIECES
    fingerprint = SHA256

    def __init__(self, name: str, folder: Path, precision: compiled.Precision | None = None) -> None:
        self.name = name
        self._folder = folder
        self._precision = precision

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def tokenizer(self) -> Tokenizer:
        return load_tokenizer()

    def prepare(self) -> None:
        """As ``qa.encoder.Encoder`` has it."""
        if not has_driver():  # whether a GPU is of use takes torch, which a small update does without
            _ = self._network

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        """As ``qa.encoder.Encoder`` has it."""
        if on_done is not None and len(texts) >= _MANY and has_gpu():
            return self._on_gpu.encode(texts, on_done)
        return super().encode(texts, on_done)

    @cached_property
    def _on_gpu(self) -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(self.name, self._folder, self.fingerprint)

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        pieces = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(texts))]
        cut = [ids if len(ids) <= MAX_PIECES else [*ids[: MAX_PIECES - 1], ids[-1]] for ids in pieces]
        words, places = word_embeddings(), self._places
        means = self._network.run(words[ids] + places[: len(ids)] for ids in cut)
        vectors = np.concatenate([mean for (mean,) in means])
        lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
        unit: FloatArray = vectors / np.maximum(lengths, 1e-12)
        return unit

    @cached_property
    def _network(self) -> Network:
        recipe = compiled.Recipe("encoder", SHA256, lambda: encoder_model(base_tensors()), _STEP)
        try:
            return compiled.load(recipe, cache_dir(), self._precision)
        except RuntimeError as error:
            reason = str(error).strip().partition("\n")[0]
            raise EncoderError(f"the model in {self._folder} cannot be compiled here ({reason})") from error

    @cached_property
    def _places(self) -> FloatArray:
        """What is added to a word for its place, the same for all texts."""
        base = base_tensors()
        total: FloatArray = (
            base["embeddings.position_embeddings.weight"] + base["embeddings.token_type_embeddings.weight"][0]
        )
        return total
