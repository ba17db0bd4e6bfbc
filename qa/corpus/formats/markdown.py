"""Markdown: the text is the file's own content, mark-up included, so that every offset is one into the file.

markdown-it-py says which lines make a heading or a paragraph; the lines say where in the file they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.corpus.formats.encoding import decode
from qa.corpus.formats.parsed import Parsed, iso_date
from qa.corpus.layout import LINE
from qa.corpus.sources_toml import web_url
from qa.types import Block, Span

_LEAVES = frozenset(("heading_open", "paragraph_open", "fence", "code_block", "html_block", "tr_open"))
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(\w+):(.*)$", re.MULTILINE)


def parse_markdown(data: bytes) -> Parsed:
    """Text as it stands in the file, with the headings and paragraphs of CommonMark and tables.

    ``title``, ``date``, ``publisher`` and ``url`` of a front matter are taken as what the file says of itself.
    """
    decoded = decode(data)
    text = decoded.text
    front = _FRONT_MATTER.match(text)
    fields = _fields(front.group(1)) if front else {}
    return Parsed(
        text,
        tuple(_blocks(text, front.end() if front else 0)),
        title=fields.get("title"),
        publisher=fields.get("publisher"),
        published=iso_date(fields.get("date") or fields.get("published")),
        url=web_url(fields.get("url")),
        warnings=decoded.warnings,
    )


def _fields(front: str) -> dict[str, str]:
    found = {key.lower(): value.strip().strip("\"'") for key, value in _FIELD.findall(front)}
    return {key: value for key, value in found.items() if value}


def _blocks(text: str, body: int) -> Iterator[Block]:
    """One block per leaf of the Markdown tree; what no leaf covers (rules, link targets) is kept as boilerplate."""
    lines = [Span(match.start(), match.end()) for match in LINE.finditer(text, body) if match.group()]
    covered = 0  # the first line not yet in a block
    if text[:body].strip():
        yield _trimmed(text, Span(0, body), "boilerplate", 0)
    for token in _leaves(_normalised(text, lines).removeprefix("\ufeff")):
        assert token.map is not None
        first, last = max(token.map[0], covered), min(token.map[1], len(lines))
        if first >= last:
            continue
        yield from _rest(text, lines[covered:first])
        heading = token.type == "heading_open"
        span = Span(lines[first].start, lines[last - 1].end)
        if text[slice(*span)].strip():
            yield _trimmed(text, span, "heading" if heading else "text", int(token.tag[1]) if heading else 0)
        covered = last
    yield from _rest(text, lines[covered:])


def _normalised(text: str, lines: Sequence[Span]) -> str:
    """The lines with the breaks that markdown-it counts, so that its line numbers are ours."""
    return "\n".join(text[slice(*line)].rstrip("\r\n") for line in lines)


def _leaves(source: str) -> list[Token]:
    # Only blocks are wanted; what stands in them would be parsed for nothing, and slowly where it is strange.
    tokens = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").disable("inline").parse(source)
    return [token for token in tokens if token.type in _LEAVES and token.map]


def _rest(text: str, lines: Sequence[Span]) -> Iterator[Block]:
    if lines and text[lines[0].start : lines[-1].end].strip():
        yield _trimmed(text, Span(lines[0].start, lines[-1].end), "boilerplate", 0)


def _trimmed(text: str, span: Span, kind: str, level: int) -> Block:
    content = text[slice(*span)]
    start = span.start + len(content) - len(content.lstrip())
    return Block(start, start + len(content.strip()), kind, level)  # type: ignore[arg-type]
