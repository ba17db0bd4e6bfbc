"""Where a quote lies for a browser.

Python counts code points, JavaScript UTF-16 units; the two part ways at the first emoji. The server has the
text at hand, so it converts, and the browser only compares the slice it takes with the quote it was given.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from qa.place import headings, place
from qa.types import Citation, Document, Passage, Source
from qa.ui.models import Place

CONTEXT = 180
"""Characters of context on each side of a quote, at most."""
_PARAGRAPH = "\n\n"


def u16(text: str, offset: int) -> int:
    """The UTF-16 offset of code point ``offset`` in ``text``."""
    return offset if text.isascii() else len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def citation_place(document: Document, citation: Citation) -> Place:
    return _place(document, (citation.start, citation.end), (citation.span_start, citation.span_end), citation.link)


def passage_place(document: Document, passage: Passage) -> Place:
    return span_place(document, passage.start, passage.end)


def span_place(document: Document, start: int, end: int) -> Place:
    return _place(document, (start, end), (start, end), "")


def _place(document: Document, quote: tuple[int, int], span: tuple[int, int], link: str) -> Place:
    text, source = document.text, document.source
    before, after = context(text, *quote)
    return Place(
        document_id=document.id,
        title=source.title,
        u16_start=u16(text, quote[0]),
        u16_end=u16(text, quote[1]),
        u16_span_start=u16(text, span[0]),
        u16_span_end=u16(text, span[1]),
        where=place(source, document.page(quote[0]), document.line(quote[0]), headings(document, quote[0])),
        before=before,
        after=after,
        original=original(source, link),
        original_opens=original_opens(source, link),
    )


def context(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after ``text[start:end]``: the rest of its paragraph, or else its neighbours."""
    opens = text.rfind(_PARAGRAPH, 0, start)
    closes = text.find(_PARAGRAPH, end)
    first = 0 if opens < 0 else opens + len(_PARAGRAPH)
    last = len(text) if closes < 0 else closes
    reach = CONTEXT
    if not text[first:start].strip() and not text[end:last].strip():  # the quote is the whole paragraph
        first, last, reach = 0, len(text), CONTEXT // 2
    return _before(text, first, start, reach), _after(text, end, last, reach)


def _before(text: str, first: int, start: int, reach: int) -> str:
    if start - first <= reach:
        return text[first:start]
    return "…\u00a0" + text[start - reach : start].partition(" ")[2]


def _after(text: str, end: int, last: int, reach: int) -> str:
    if last - end <= reach:
        return text[end:last]
    return text[end : end + reach].rpartition(" ")[0] + "\u00a0…"


def original(source: Source, link: str = "") -> str:
    """``link`` where it leads to the web; else our copy of the file, at the same place if a browser shows it."""
    if web := _on_the_web(source, link):
        return web
    fragment = urlsplit(link).fragment if is_shown(source) else ""
    return f"{document_path(source.id)}/original" + (f"#{fragment}" if fragment else "")


def is_shown(source: Source) -> bool:
    """Whether a browser shows the original in place."""
    return source.kind == "pdf"


def original_opens(source: Source, link: str = "") -> bool:
    """Whether a browser shows ``original``; else it is a file to download."""
    return _on_the_web(source, link) is not None or is_shown(source)


def _on_the_web(source: Source, link: str) -> str | None:
    address = link or source.url or ""
    return address if address.startswith(("https://", "http://")) else None


def document_path(id: str) -> str:
    """The REST path of a document, relative to the server's root."""
    return f"api/v1/documents/{quote(id, safe='/')}"
