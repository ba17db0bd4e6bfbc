"""Where a quote lies for a browser.

Python counts code points, JavaScript UTF-16 units; the two part ways at the first emoji. The server has the
text at hand, so it converts, and the browser only compares the slice it takes with the quote it was given.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from qa.types import Citation, Document, Hit, Source
from qa.ui.models import Place

CONTEXT = 180
"""Characters of context on each side of a quote, at most."""


def u16(text: str, offset: int) -> int:
    """The UTF-16 offset of code point ``offset`` in ``text``."""
    return offset if text.isascii() else len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def citation_place(document: Document, citation: Citation) -> Place:
    return _place(document, (citation.start, citation.end), (citation.span_start, citation.span_end), citation.link)


def hit_place(document: Document, hit: Hit) -> Place:
    here = (hit.passage.start, hit.passage.end)
    return _place(document, here, here, "")


def _place(document: Document, quote: tuple[int, int], span: tuple[int, int], link: str) -> Place:
    text = document.text
    return Place(
        document_id=document.id,
        title=document.source.title,
        u16_start=u16(text, quote[0]),
        u16_end=u16(text, quote[1]),
        u16_span_start=u16(text, span[0]),
        u16_span_end=u16(text, span[1]),
        page=document.page(quote[0]),
        line=document.line(quote[0]),
        before=before(text, quote[0]),
        after=after(text, quote[1]),
        original=original(document.source, link),
    )


def before(text: str, offset: int) -> str:
    """What precedes ``offset`` in its paragraph; starts at a word."""
    context = text[max(0, offset - CONTEXT) : offset]
    paragraph = context.rpartition("\n\n")[2]
    if paragraph is context and offset > CONTEXT:
        return "…\u00a0" + context.partition(" ")[2]
    return paragraph


def after(text: str, offset: int) -> str:
    """What follows ``offset`` in its paragraph; ends at a word."""
    context = text[offset : offset + CONTEXT]
    paragraph = context.partition("\n\n")[0]
    if paragraph == context and offset + CONTEXT < len(text):
        return context.rpartition(" ")[0] + "\u00a0…"
    return paragraph


def original(source: Source, link: str = "") -> str:
    """``link`` where it leads to the web; else our copy of the file, at the same place."""
    if link.startswith(("https://", "http://")):
        return link
    if not link and source.url and source.url.startswith(("https://", "http://")):
        return source.url
    fragment = urlsplit(link).fragment
    return f"{document_path(source.id)}/original" + (f"#{fragment}" if fragment else "")


def document_path(id: str) -> str:
    """The REST path of a document, relative to the server's root."""
    return f"api/v1/documents/{quote(id, safe='/')}"
