"""Plain text: the file's own content; paragraphs and headings are found by ``layout``."""

from __future__ import annotations

from qa.corpus.formats.encoding import decode
from qa.corpus.formats.parsed import Parsed
from qa.corpus.layout import blocks_of


def parse_text(data: bytes) -> Parsed:
    """Text as it stands in the file. The title is left to the caller."""
    decoded = decode(data)
    return Parsed(decoded.text, tuple(blocks_of(decoded.text)), warnings=decoded.warnings)
