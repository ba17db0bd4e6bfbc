"""What is typed, as values: each says in one line what it wants instead."""

from __future__ import annotations

import argparse


def positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to 1000 is wanted, not {text!r}")
    return number


def percent(text: str) -> float:
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"a number from 0 to 100 is wanted, not {text!r}")
    return number / 100


def model_name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a name or a folder is wanted, and this is empty")
    return text


def port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:6]) > 65_535:
        raise argparse.ArgumentTypeError(f"a port from 0 to 65535 is wanted (0 = any free one), not {text!r}")
    return int(text)
