"""What every format's parser returns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.types import Block


class Unreadable(ValueError):
    """A file cannot be turned into text; ``str(error)`` says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text of one file, its blocks in order, and what the file says about itself.

    Every character of ``text`` that is not white space lies in exactly one block.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    pages: tuple[int, ...] = ()


def decode_utf8(data: bytes) -> str:
    """The bytes as UTF-8, unchanged (a byte order mark stays a character); raises ``Unreadable``."""
    if b"\0" in data:
        raise Unreadable("it holds binary data, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 (byte {error.start}): save it as UTF-8") from error


ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def iso_date(value: str | None) -> str | None:
    """The ISO 8601 date at the start of ``value``, or None."""
    match = ISO_DATE.match((value or "").strip())
    return match.group() if match else None
