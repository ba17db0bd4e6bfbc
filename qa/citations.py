"""From an extract to a citation: the quote, its place, and a link that opens the source there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from qa.corpus import archive_of
from qa.place import headings
from qa.types import Citation, Document, Extract, Source

_WORD = re.compile(r"\S+")
_WHOLE_WORDS = 12
_END_WORDS = 5


def cite(number: int, document: Document, extract: Extract) -> Citation:
    """The citation of an extract; everything in it is sliced from ``document.text``."""
    start, end = extract.quote
    text = document.text[start:end]
    page = document.page(start)
    return Citation(
        number=number,
        source=document.source,
        quote=text,
        start=start,
        end=end,
        span_start=extract.span.start,
        span_end=extract.span.end,
        page=page,
        line=document.line(start),
        link=link(document.source, text, page),
        headings=headings(document, start),
    )


def link(source: Source, text: str, page: int | None) -> str:
    """The source's address, or its file's, with the place in it.

    A text fragment (WICG "URL Fragment Text Directives") that names the whole text where it is short, else its first
    and last words; the page where there are pages. Line breaks cannot be matched, so the ends stop short of them.
    A file in an archive has no address of its own: the link is the archive's. A row of CSV, whose cells have been given
    their column's name, is not in the file in these words: the link is the file's alone.
    """
    path = Path(source.path)
    file = archive_of(path) or path
    address = (source.url or (file.as_uri() if file.is_absolute() else "")).split("#", 1)[0]
    if page is not None:
        return f"{address}#page={page}"
    if source.kind == "csv":
        return address
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    words = _WORD.findall(text)
    if len(lines) == 1 and len(words) <= _WHOLE_WORDS:
        return f"{address}#:~:text={_escape(' '.join(words))}"
    first, last = _WORD.findall(lines[0])[:_END_WORDS], _WORD.findall(lines[-1])[-_END_WORDS:]
    return f"{address}#:~:text={_escape(' '.join(first))},{_escape(' '.join(last))}"


def _escape(text: str) -> str:
    # "-", "," and "&" mean something in a text fragment; quote() leaves "-" as it is.
    return quote(text, safe="").replace("-", "%2D")
