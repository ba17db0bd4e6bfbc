"""Tensors of a safetensors file as arrays over the mapped file: only the pages that are looked at are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_TYPES = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}
_MOST_HEADER = 100_000_000  # as the format's own reader has it


def read_tensors(path: Path, names: Collection[str] | None = None) -> dict[str, FloatArray]:
    """The floating tensors of the file by name, all or those named: views of the file, or widened copies of halves.

    The format: eight bytes with the length of a JSON header, the header, the data (github.com/huggingface/safetensors).
    Raises ``ValueError`` where the file is not one or is cut short, ``OSError`` where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, _MOST_HEADER)))
        data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length)
        return {
            name: _tensor(data, entry)
            for name, entry in header.items()
            if name != "__metadata__" and entry["dtype"] in _TYPES and (names is None or name in names)
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is no whole safetensors file ({error})") from error


def _tensor(data: npt.NDArray[np.uint8], entry: dict[str, Any]) -> FloatArray:
    start, end = entry["data_offsets"]
    found = data[start:end].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])
    if entry["dtype"] == "BF16":  # the upper half of a float32
        found = (found.astype(np.uint32) << 16).view(np.float32)
    wide: FloatArray = found.astype(np.float32, copy=False)
    return wide


def file_sha256(path: Path) -> str:
    """SHA-256 of a file; once a process for a file that stays as it is."""
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(64)
def _sha256(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
