"""The encoder of a name."""

from __future__ import annotations

from pathlib import Path

from qa.encoder.packaged import PackagedEncoder
from qa.encoder.protocol import Encoder
from qa.encoder.sentence_transformer import SentenceTransformerEncoder, folder_fingerprint, reason
from qa.errors import EncoderError
from qa.runtime import compiled
from qa.runtime.minilm import SHA256, verified_dir

DEFAULT_ENCODER = "all-MiniLM-L6-v2"


def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """The packaged default, a model in a folder, or one on a model hub, in this order.

    Only a name that is neither the default nor a folder uses the network. Raises ``EncoderError``.
    """
    if name == DEFAULT_ENCODER:
        folder = verified_dir()
        if compiled.available():
            return PackagedEncoder(name, folder)
        return SentenceTransformerEncoder(name, folder, SHA256)
    if local := _local(name):
        return SentenceTransformerEncoder(str(local), local, folder_fingerprint(local))
    folder = _from_hub(name)
    return SentenceTransformerEncoder(name, folder, folder_fingerprint(folder))


def _local(name: str) -> Path | None:
    """The folder of that name, absolute, so that an index made with it can be asked from anywhere."""
    try:
        folder = Path(name).expanduser().absolute()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError):  # too long for a path, or in the home of nobody
        return None


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, ignore_patterns=["*.bin", "*.onnx", "*.h5", "*.msgpack", "openvino/*"]))
    except Exception as error:  # a dozen kinds, from a bad name to no network
        raise EncoderError(
            f"no model {name!r}: there is no such folder, and the model hub gave none ({reason(error)}); "
            f"name a folder, or leave out --encoder to use {DEFAULT_ENCODER}"
        ) from error
