"""Plain text: the file's own content; paragraphs and headings are found by ``layout``."""

from __future__ import annotations

from qa.corpus.formats.parsed import Parsed, decode_utf8
from qa.corpus.layout import blocks_of


def parse_text(data: bytes) -> Parsed:
    """Text as it stands in the file. The title is left to the caller."""
    text = decode_utf8(data)
    return Parsed(text, tuple(blocks_of(text)))
