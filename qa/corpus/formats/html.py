"""HTML: the text a reader sees, one block per block-level element; what is not the article is boilerplate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

from qa.corpus.formats.encoding import Decoded, decode
from qa.corpus.formats.html_article import MAX_DEPTH, article_blocks
from qa.corpus.formats.parsed import Parsed, Unreadable, iso_date
from qa.corpus.layout import looks_like_navigation
from qa.corpus.sources_toml import web_url
from qa.types import Block, BlockKind

_HIDDEN = frozenset(("head", "script", "style", "noscript", "template", "svg", "iframe", "object", "select", "button"))
_CHROME = frozenset(("nav", "header", "footer", "aside", "form", "menu"))
_CHROME_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary"))
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var wbr".split()
)
_CELLS = frozenset(("td", "th"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NOT_SHOWN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DATES = (
    "article:published_time datepublished date dc.date dc.date.issued dcterms.date dcterms.issued dcterms.created "
    "citation_publication_date citation_date pubdate publishdate publish-date parsely-pub-date sailthru.date"
).split()
"""Names of ``<meta>`` by which pages state when they were published, lower case."""
_STATED_DATE = re.compile(r'"datePublished"\s{0,9}:\s{0,9}"([^"]{1,40})"')
"""In the JSON-LD of schema.org."""
_FED_AT_ONCE = 256 * 1024
_DEEPEST = 150_000
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_READ_AS = {
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be"), "utf-8"),  # what can read the declaration is not UTF-16
}
"""What browsers take a declared encoding for (WHATWG Encoding Standard)."""


def parse_html(data: bytes) -> Parsed:
    """The visible text; white space is folded as a browser folds it, blocks stand in lines of their own.

    Title, date, publisher and canonical address come from the page's own ``<title>`` and ``<meta>``.
    Raises ``Unreadable`` for an encoding that is not the declared one, or none that is known.
    """
    decoded = _decoded(data)
    markup = _XML_DECLARATION.sub("", decoded.text, count=1).removeprefix("\ufeff")
    if not markup.strip():
        return Parsed("", ())
    # huge_tree: without it libxml2 drops what is very long or nested deeply, and says nothing.
    parser = lxml.html.HTMLParser(target=_Page(), huge_tree=True)
    try:
        for start in range(0, len(markup), _FED_AT_ONCE):
            parser.feed(markup[start : start + _FED_AT_ONCE])
        page: _Page = parser.close()
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"it is not HTML ({error})") from error
    text, blocks = "".join(page.parts), page.blocks
    if page.deepest <= MAX_DEPTH:
        blocks = article_blocks(markup, text, blocks)
    return Parsed(
        text,
        tuple(blocks),
        title=page.meta.get("og:title") or " ".join("".join(page.titles[:1]).split()) or None,
        publisher=page.meta.get("og:site_name"),
        published=next((date for name in _DATES if (date := iso_date(page.meta.get(name)))), None)
        or iso_date(page.date),
        url=web_url(page.canonical or page.meta.get("og:url")),
        warnings=decoded.warnings,
    )


def _decoded(data: bytes) -> Decoded:
    declared = _CHARSET.search(data[:4096])
    encoding = declared.group(1).decode("ascii").lower() if declared else None
    return decode(data, _READ_AS.get(encoding, encoding) if encoding else None)


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    tag: str
    chrome: bool
    hidden: bool


@dataclass(slots=True)
class _Page:
    """Takes the parser's events one by one, with no tree in between: no depth of nesting is too much.

    ``pending`` is the block being written; ``chrome``, ``hidden`` and ``articles`` count open elements of the sort.
    """

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    length: int = 0
    level: int = 0
    chrome: int = 0
    hidden: int = 0
    articles: int = 0
    stack: list[_Open] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    canonical: str | None = None
    date: str | None = None
    deepest: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._about(tag, attributes)
        element = _Open(tag, self._is_chrome(tag, attributes), _is_hidden(tag, attributes))
        if not element.hidden:
            self._break(tag)
        self.stack.append(element)
        self.deepest = max(self.deepest, len(self.stack))
        if self.deepest > _DEEPEST:
            raise Unreadable(f"its elements are nested more than {_DEEPEST:,} deep: that is no page")
        self._count(element, 1)
        if tag in _HEADINGS and not self.hidden:
            self.level = int(tag[1])

    def end(self, tag: str) -> None:
        self._break(tag)
        element = self.stack.pop()
        self._count(element, -1)
        if tag in _HEADINGS and not element.hidden and not self.hidden:
            self.level = 0

    def data(self, text: str) -> None:
        if self.stack and self.stack[-1].tag == "title":
            self.titles[-1] += text
        if self.stack and self.stack[-1].tag == "script" and self.date is None and (date := _STATED_DATE.search(text)):
            self.date = date[1]
        if not self.hidden:
            self.pending.append(text)

    def close(self) -> _Page:
        self._end_block()
        return self

    def _count(self, element: _Open, step: int) -> None:
        self.chrome += step * element.chrome
        self.hidden += step * element.hidden
        self.articles += step * (element.tag in ("article", "main"))

    def _break(self, tag: str) -> None:
        """End what the start or the end of an element ends: a word in a cell, a block in all but inline elements."""
        if self.hidden or tag in _INLINE:
            return
        if tag in _CELLS:
            self.pending.append(" ")
        else:
            self._end_block()

    def _end_block(self) -> None:
        content = " ".join("".join(self.pending).split())
        self.pending.clear()
        if not content:
            return
        kind: BlockKind = "heading" if self.level else "text"
        if self.chrome or (kind == "text" and not self.blocks and looks_like_navigation(content)):
            kind = "boilerplate"
        self.blocks.append(Block(self.length, self.length + len(content), kind, self.level if kind == "heading" else 0))
        self.parts.append(content + "\n\n")
        self.length += len(content) + 2

    def _is_chrome(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """A page's header and footer, not those of an article in it."""
        if tag in ("header", "footer") and self.articles:
            return False
        return tag in _CHROME or attributes.get("role") in _CHROME_ROLES

    def _about(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "meta" and (
            name := attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        ):
            if content := " ".join(attributes.get("content", "").split()):
                self.meta[name.lower()] = content
        elif tag == "title":
            self.titles.append("")
        elif tag == "time" and ("pubdate" in attributes or attributes.get("itemprop") == "datePublished"):
            self.date = self.date or attributes.get("datetime")
        elif tag == "link" and attributes.get("rel", "").lower() == "canonical" and self.canonical is None:
            self.canonical = attributes.get("href")


def _is_hidden(tag: str, attributes: Mapping[str, str]) -> bool:
    return tag in _HIDDEN or "hidden" in attributes or bool(_NOT_SHOWN.search(attributes.get("style", "")))
