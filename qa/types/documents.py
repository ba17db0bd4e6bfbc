"""Documents and what they are cut into."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """A half-open range ``[start, end)`` of code points."""

    start: int
    end: int


BlockKind = Literal["heading", "text", "boilerplate"]


class Block(NamedTuple):
    """A heading, a paragraph or a piece of navigation; blocks of a document do not overlap and are in order.

    ``level`` is 1 to 6 for headings, 0 otherwise.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """What is known about a document besides its text: the fields a citation shows."""

    id: str
    """Path relative to the folder it was found in, ``/`` between parts; unique in an index."""
    title: str
    publisher: str | None
    published: str | None
    """ISO 8601 date, as stated by the source."""
    url: str | None
    """``http`` or ``https`` only."""
    path: str
    """Absolute path of the file; of one in an archive, the archive's with its own behind it."""
    sha256: str
    """Of the file's bytes; of its own bytes for a file in an archive."""
    kind: str
    """The format: ``txt``, ``md``, ``html``, ``pdf``, …"""
    size: int
    """Bytes of the file."""


@dataclass(frozen=True, slots=True)
class Document:
    """A source and its canonical text, into which every offset of the product points."""

    source: Source
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[int, ...] = ()
    """Offset at which each page starts, page 1 first; empty where the format has no pages. Slides are pages."""
    warnings: tuple[str, ...] = ()
    """What could not be read of it, or had to be found out, one line each: pages without text, an encoding."""

    @property
    def id(self) -> str:
        return self.source.id

    def line(self, offset: int) -> int:
        """The line (from 1) of ``text`` that holds ``offset``; ``\\n``, ``\\r\\n`` and ``\\r`` end a line."""
        ends = sum(self.text.count(sign, 0, offset) for sign in "\r\n") - self.text.count("\r\n", 0, offset)
        splits = self.text[max(0, offset - 1) : offset + 1] == "\r\n"  # a "\r\n" that is not yet ended
        return 1 + ends - splits

    def page(self, offset: int) -> int | None:
        """The page (from 1) that holds ``offset``, or None where the format has no pages."""
        return bisect_right(self.pages, offset) if self.pages else None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why, in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed, retrieved and cited: a verbatim slice of one document."""

    document_id: str
    start: int
    end: int
    text: str
    """``document.text[start:end]``."""
    context: str
    """The headings above the passage, joined; read by encoder and lexical index, never quoted."""
    sentences: tuple[Span, ...]
    """Document offsets of the sentences inside the passage, in order."""
    searchable: bool = True
    """False for navigation and other boilerplate: kept and shown, never retrieved."""

    def slice(self, span: Span) -> str:
        """The text at document offsets inside the passage."""
        return self.text[span.start - self.start : span.end - self.start]

    @property
    def embedded_text(self) -> str:
        """What the encoder and the lexical index read."""
        return f"{self.context}\n{self.text}" if self.context else self.text
