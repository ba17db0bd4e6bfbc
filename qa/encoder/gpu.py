"""Whether there is a GPU that torch computes on."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""Devices of NVIDIA's driver, of AMD's, and of either below Windows (WSL)."""


@cache
def has_gpu() -> bool:
    """torch is asked, whose import takes seconds, where a driver is there, or where that cannot be told."""
    if not has_driver():
        return False
    try:
        import torch

        return bool(torch.cuda.is_available())
    except (ImportError, OSError, RuntimeError):  # none, or one whose libraries do not load
        return False


def has_driver() -> bool:
    """Whether a driver may be there; a Mac has none that torch calls by CUDA's name."""
    return sys.platform == "win32" or any(Path(device).exists() for device in _DRIVERS)
