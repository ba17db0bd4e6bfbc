"""A model that a user names: a folder, or one on a model hub, with safetensors weights and a tokenizer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from qa.errors import PinciteError

_KEPT = (".safetensors", ".json", ".txt", ".model")
"""What a model's output may depend on."""
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
"""Files of which every tokenizer that transformers saves has one."""
_PICKLED = ["*.bin", "*.pt", "*.onnx", "*.h5", "*.msgpack", "openvino/*"]
"""Weights in other forms, which are not fetched."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a model is named for, in the words of messages."""

    option: str
    """Where it is named: ``--encoder``."""
    default: str
    """What is used without it."""
    kind: str
    """What a folder should hold: "a sentence-transformers model"."""
    error: type[PinciteError]
    """What is raised."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that holds weights and a tokenizer."""

    name: str
    """As it can be named again from anywhere: an absolute path, or a name on the hub."""
    path: Path
    fingerprint: str
    """SHA-256 of everything in it that a model's output depends on."""


def find_model(name: str, purpose: Purpose) -> ModelFolder:
    """The folder of that name, else the model of that name on the hub; only then the network is used.

    Raises ``purpose.error`` where there is none, or where weights or tokenizer are missing.
    """
    local = _local(name)
    folder = local or _from_hub(name, purpose)
    _check(folder, purpose)
    return ModelFolder(str(local) if local else name, folder, _fingerprint(folder))


def reason(error: Exception) -> str:
    """The first line of what an error says, or else its kind."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _local(name: str) -> Path | None:
    """The folder of that name, absolute, so that what was made with it can be used from anywhere."""
    try:
        folder = Path(name).expanduser().absolute()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError):  # too long for a path, or in the home of nobody
        return None


def _from_hub(name: str, purpose: Purpose) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, ignore_patterns=_PICKLED))
    except Exception as error:  # a dozen kinds, from a bad name to no network
        raise purpose.error(
            f"no model {name!r}: there is no such folder, and the model hub gave none ({reason(error)}); "
            f"name a folder, or leave out {purpose.option} to use {purpose.default}"
        ) from error


def _check(folder: Path, purpose: Purpose) -> None:
    """Without weights that need no unpickling, or without a tokenizer, a library would take a guess."""
    if not any(folder.rglob("*.safetensors")):
        pickled = any(folder.rglob("pytorch_model*.bin"))
        hint = "; its pytorch_model.bin is not read, since unpickling it could run code" if pickled else ""
        raise purpose.error(
            f"{folder} holds no .safetensors weights{hint}: name {purpose.kind} that has them with {purpose.option}"
        )
    if not any(True for pattern in _TOKENIZERS for _ in folder.rglob(pattern)):
        raise purpose.error(
            f"{folder} holds no tokenizer (tokenizer.json or a vocabulary): save the model's tokenizer beside it, "
            f"or name another with {purpose.option}"
        )


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _KEPT):
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
