"""Where something stands in a source, in the words a reader would look for it by."""

from __future__ import annotations

from collections.abc import Sequence

from qa.corpus.layout import heading_text
from qa.types import Document, Source

_UNITS = {"pptx": "slide", "csv": "row", "jsonl": "record"}
"""What a page or a line is called in formats that have a word of their own for it."""
_MARKED = frozenset(("md", "html", "docx", "epub"))
"""Formats whose headings are marked as such, and not told by how they look."""


def headings(document: Document, offset: int) -> tuple[str, ...]:
    """The headings above ``offset``, outermost first; none where a format does not mark them as such."""
    path: list[tuple[int, str]] = []
    for block in document.blocks if document.source.kind in _MARKED else ():
        if block.start > offset:
            break
        if block.kind == "heading":
            path = [above for above in path if above[0] < block.level]
            path.append((block.level, heading_text(document.text[block.start : block.end])))
    return tuple(heading for _, heading in path)


def place(source: Source, page: int | None, line: int, above: Sequence[str] = ()) -> str:
    """What to look for in the source: the headings ``above`` it, less its title, and the page, slide, row or line."""
    number, unit = (line, "line") if page is None else (page, "page")
    section = " › ".join(heading for heading in above if heading != source.title)
    return " · ".join(filter(None, (section, f"{_UNITS.get(source.kind, unit)} {number}")))
