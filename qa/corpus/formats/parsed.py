"""What every format's parser returns, and how most of them put it together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from qa.types import Block, BlockKind


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
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """Text under construction, for formats whose text is ours to lay out; blocks stand apart by ``end``."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, kind: BlockKind = "text", level: int = 0, end: str = "\n\n") -> None:
        """One block, white space folded; nothing for white space alone."""
        content = folded(text)
        if content:
            self.blocks.append(Block(self.length, self.length + len(content), kind, level))
            self.write(content + end)

    def write(self, text: str) -> None:
        """Text as it is, in no block."""
        self.parts.append(text)
        self.length += len(text)

    def append(self, other: Parsed) -> None:
        """The text and the blocks of another text, headings and all."""
        self.blocks += (
            block._replace(start=block.start + self.length, end=block.end + self.length) for block in other.blocks
        )
        self.write(other.text)

    def start_page(self) -> None:
        self.pages.append(self.length)

    @property
    def text(self) -> str:
        return "".join(self.parts)


def folded(text: str) -> str:
    """``text`` on one line, with single spaces and none at its ends."""
    return " ".join(text.split())


ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def iso_date(value: str | None) -> str | None:
    """The ISO 8601 date at the start of ``value``, or None."""
    match = ISO_DATE.match((value or "").strip())
    return match.group() if match else None
