"""Any sentence-transformers model, on torch. Both are imported only when a model is really needed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.encoder.batched import BatchedEncoder
from qa.errors import EncoderError
from qa.runtime.model_folder import reason
from qa.runtime.weights import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH = 8
"""With texts sorted by length, small batches waste the least on padding."""
_BATCH_GPU = 64
_NO_LIMIT = 8192
"""Word pieces at most, of a model that sets no limit of its own."""


class SentenceTransformerEncoder(BatchedEncoder):
    """A model from a folder, loaded when first used; then raises ``EncoderError``."""

    def __init__(self, name: str, folder: Path, fingerprint: str) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            # Only safetensors: a pickled weight file could run code.
            return SentenceTransformer(str(self._folder), local_files_only=True, model_kwargs={"use_safetensors": True})
        except Exception as error:  # a dozen kinds, from a file cut short to one of another model
            message = f"the model in {self._folder} cannot be loaded ({reason(error)}): name another with --encoder"
            raise EncoderError(message) from error

    @property
    def batch(self) -> int:
        return _BATCH if self._model.device.type == "cpu" else _BATCH_GPU

    @cached_property
    def tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        own = getattr(self._model, "tokenizer", None)
        backend = own if isinstance(own, Tokenizer) else getattr(own, "backend_tokenizer", None)
        if backend is None:
            raise EncoderError(
                f"the model {self.name} has no fast tokenizer (tokenizer.json), which tells where a word piece stands: "
                "name another with --encoder"
            )
        tokenizer: Tokenizer = Tokenizer.from_str(backend.to_str())  # a copy: the model goes on cutting at its limit
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        """As ``qa.encoder.Encoder`` has it."""
        if on_done is None and texts:  # in a batch, a text's neighbours would move its vector by rounding
            return np.concatenate([self._embed([text]) for text in texts])
        return super().encode(texts, on_done)

    @cached_property
    def dimensions(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def max_tokens(self) -> int:
        """The model's own limit; that of its positions where it names none; else ``_NO_LIMIT``. Less its prompt."""
        config = getattr(getattr(self._model[0], "auto_model", None), "config", None)
        limits = (
            getattr(self._model, "max_seq_length", None),
            getattr(self._model.tokenizer, "model_max_length", None),
            getattr(config, "max_position_embeddings", None),
        )
        found = [int(limit) for limit in limits if limit is not None and math.isfinite(limit) and limit > 0]
        return min([*found, _NO_LIMIT]) - (len(self.token_starts(self._prompt)) if self._prompt else 0)

    @property
    def _prompt(self) -> str:
        """What the model has put in front of every passage, "" for most. By itself ``encode_document`` would take the
        empty one that sentence-transformers gives a model without its own called "document"."""
        prompts: dict[str, str] = self._model.prompts
        return next((prompts[name] for name in ("document", "passage", "corpus") if prompts.get(name)), "")

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        vectors = self._model.encode_document(
            list(texts), prompt=self._prompt, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def _embed_question(self, question: str) -> FloatArray:
        vectors = self._model.encode_query([question], normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors[0], dtype=np.float32)
