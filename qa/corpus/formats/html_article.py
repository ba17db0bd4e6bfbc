"""Which blocks of a page are its article: trafilatura says what belongs to it, and the blocks stay as they are.

Only the kinds of blocks change, never the text. Where trafilatura finds little, or the page is strange, its word is not
taken, and what the page's own mark-up says stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.corpus.layout import ends_sentence, looks_like_navigation
from qa.types import Block

MAX_DEPTH = 200
"""Elements within each other: deeper ones the tree behind trafilatura does not hold."""
_MAX_MARKUP = 5_000_000
_LEAST_FOUND = 250
_LEAST_SHARE = 0.4
_LONG = 60
_PROSE_WORDS = 25


def article_blocks(markup: str, text: str, blocks: Sequence[Block]) -> list[Block]:
    """``blocks`` of ``text``, with what stands around the article as boilerplate, if there is an article."""
    if len(text) < _LEAST_FOUND or len(markup) > _MAX_MARKUP:
        return list(blocks)
    found = _found(markup)
    lines = {_letters(line) for line in found.splitlines()} - {""}
    whole = _letters(found)
    inside = [
        number
        for number, block in enumerate(blocks)
        if _is_found(_letters(text[block.start : block.end]), lines, whole)
    ]
    if not _is_article(blocks, inside):
        return list(blocks)
    first, last, members = inside[0], inside[-1], set(inside)
    return [
        block if number in members or _stays(text[block.start : block.end], first <= number <= last) else _aside(block)
        for number, block in enumerate(blocks)
    ]


def _found(markup: str) -> str:
    """The text of the article as trafilatura gives it; empty where it finds none."""
    import trafilatura

    try:
        article = trafilatura.bare_extraction(markup, include_comments=False, favor_recall=True)
    except Exception:  # it meets strange pages in ways of its own, and the page is read without it
        return ""
    return getattr(article, "text", None) or ""


def _is_found(letters: str, lines: set[str], whole: str) -> bool:
    return letters in lines or (len(letters) >= _LONG and letters in whole)


def _is_article(blocks: Sequence[Block], inside: Sequence[int]) -> bool:
    """Whether what was found is enough of the page's text to go by."""
    total = sum(block.end - block.start for block in blocks if block.kind == "text")
    found = sum(blocks[number].end - blocks[number].start for number in inside if blocks[number].kind == "text")
    return found >= max(_LEAST_FOUND, _LEAST_SHARE * total)


def _stays(content: str, within: bool) -> bool:
    """Whether a block that was not found is text all the same: in the article unless it looks like a menu, around it
    only if it is prose."""
    if within:
        return not looks_like_navigation(content)
    return ends_sentence(content) and len(content.split()) >= _PROSE_WORDS


def _aside(block: Block) -> Block:
    return Block(block.start, block.end, "boilerplate")


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
