"""The encoder of a name."""

from __future__ import annotations

from qa.encoder.packaged import PackagedEncoder
from qa.encoder.protocol import Encoder
from qa.encoder.sentence_transformer import SentenceTransformerEncoder
from qa.errors import EncoderError
from qa.runtime import compiled
from qa.runtime.minilm import SHA256, verified_dir
from qa.runtime.model_folder import Purpose, find_model

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
_PURPOSE = Purpose("--encoder", DEFAULT_ENCODER, "a sentence-transformers model", EncoderError)


def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """The packaged default, a model in a folder, or one on a model hub, in this order.

    Only a name that is neither the default nor a folder uses the network. Raises ``EncoderError``.
    """
    if name == DEFAULT_ENCODER:
        folder = verified_dir()
        if compiled.available():
            return PackagedEncoder(name, folder)
        return SentenceTransformerEncoder(name, folder, SHA256)
    found = find_model(name, _PURPOSE)
    return SentenceTransformerEncoder(found.name, found.path, found.fingerprint)
