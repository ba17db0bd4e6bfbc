"""HTML: the text a reader sees, one block per block-level element; menus are kept apart as boilerplate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import lxml.html
from lxml import etree

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
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def parse_html(data: bytes) -> Parsed:
    """The visible text; white space is folded as a browser folds it, blocks stand in lines of their own.

    Title, date, publisher and canonical address come from the page's own ``<title>`` and ``<meta>``.
    Raises ``Unreadable`` for an encoding that is not the declared one, or none that is known.
    """
    markup = _XML_DECLARATION.sub("", _decoded(data), count=1)
    if not markup.strip():
        return Parsed("", ())
    try:
        root = lxml.html.document_fromstring(markup)
    except (etree.ParserError, ValueError) as error:
        raise Unreadable(f"it is not HTML ({error})") from error
    writer = _Writer()
    _write(root, writer)
    writer.end_block("text", 0)
    return replace(_about(root), text="".join(writer.parts), blocks=tuple(writer.blocks))


def _decoded(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    encoding = declared.group(1).decode("ascii") if declared else "utf-8"
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), encoding)
    if b"\0" in data and not encoding.startswith("utf-16"):
        raise Unreadable("it holds binary data, not text")
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable(f"it is not {encoding} as it should be: save it as UTF-8 ({error})") from error


@dataclass(slots=True)
class _Writer:
    """Collects the text and the blocks; ``pending`` is the block being written."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    length: int = 0

    def end_block(self, kind: BlockKind, level: int) -> None:
        content = " ".join("".join(self.pending).split())
        self.pending.clear()
        if not content:
            return
        if kind == "text" and looks_like_navigation(content) and not self.blocks:
            kind = "boilerplate"
        self.blocks.append(Block(self.length, self.length + len(content), kind, level))
        self.parts.append(content + "\n\n")
        self.length += len(content) + 2


def _write(root: lxml.html.HtmlElement, writer: _Writer) -> None:
    """Walk the tree without recursion, so that depth costs no stack."""
    kind: BlockKind = "text"
    level, chrome = 0, 0
    hidden: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if hidden is not None or tag in _HIDDEN or not tag:
            if event == "start" and hidden is None:
                hidden = element
            elif (event == "end" and element is hidden) or (event in ("comment", "pi") and hidden is None):
                hidden = None
                writer.pending.append(element.tail or "")
            continue
        if tag in _CELLS:
            writer.pending.append(" ")
        elif tag not in _INLINE:
            writer.end_block("boilerplate" if chrome else kind, level)
        opening = event == "start"
        chrome += (1 if opening else -1) if _is_chrome(element, tag) else 0
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            kind, level = ("heading", int(tag[1])) if opening else ("text", 0)
        writer.pending.append((element.text if opening else element.tail) or "")


def _is_chrome(element: lxml.html.HtmlElement, tag: str) -> bool:
    """A page's header and footer, not those of an article in it."""
    if tag in ("header", "footer") and any(True for _ in element.iterancestors("article", "main")):
        return False
    return tag in _CHROME or element.get("role", "") in _CHROME_ROLES


def _about(root: lxml.html.HtmlElement) -> Parsed:
    """What the page says of itself, without its text."""
    meta = {
        str(name).lower(): " ".join(content.split())
        for tag in root.iter("meta")
        if (name := tag.get("property") or tag.get("name")) and (content := tag.get("content"))
    }
    title = " ".join((root.findtext(".//title") or "").split())
    canonical = next((link.get("href") for link in root.iter("link") if link.get("rel") == "canonical"), None)
    return Parsed(
        text="",
        blocks=(),
        title=meta.get("og:title") or title or None,
        publisher=meta.get("og:site_name"),
        published=iso_date(meta.get("article:published_time") or meta.get("date") or meta.get("dc.date")),
        url=web_url(canonical or meta.get("og:url")),
    )
