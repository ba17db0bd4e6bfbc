"""Lists given whole: a sentence that announces one ("The goals are:") with its items, and an item with its list."""

from __future__ import annotations

import re

from qa.corpus.layout import ends_sentence, starts_item
from qa.types import Passage, Span

_ANNOUNCES = re.compile(r"[:：][\"'”’)\]»]*$")
_GOES_ON = re.compile(r"[,;，；](?:\s+(?:and|or))?$", re.IGNORECASE)
_LONGEST_ITEM = 160
"""Characters of an item that neither starts with a mark nor ends as a sentence or a clause does."""


def whole_list(passage: Passage, quote: Span, *, asked: bool) -> tuple[Span, Span] | None:
    """The quote (document offsets of whole sentences) with the list that belongs to it, and its items alone.

    None where there is no list: the quote neither ends by announcing one nor, where one is ``asked`` for, is an item.
    Ends with the passage.
    """
    inside = [n for n, one in enumerate(passage.sentences) if one.start < quote.end and quote.start < one.end]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    if not _announces(passage, last):
        if not (asked and (opening := _opening(passage, first)) is not None):
            return None
        first = last = opening
    end = last
    while end + 1 < len(passage.sentences) and _is_item(passage, end + 1, after=last):
        end += 1
    if end == last:
        return None
    sentences = passage.sentences
    return Span(sentences[first].start, sentences[end].end), Span(sentences[last + 1].start, sentences[end].end)


def _opening(passage: Passage, number: int) -> int | None:
    """The sentence that announces the list of which ``number`` is an item; None where it is none."""
    for opening in range(number - 1, -1, -1):
        if _announces(passage, opening):
            return opening if all(_is_item(passage, n, after=opening) for n in range(opening + 1, number + 1)) else None
    return None


def _announces(passage: Passage, number: int) -> bool:
    return bool(_ANNOUNCES.search(passage.slice(passage.sentences[number])))


def _is_item(passage: Passage, number: int, after: int) -> bool:
    """Whether the sentence belongs to the list that ``after`` announces, those between them belonging to it."""
    text = passage.slice(passage.sentences[number])
    if _announces(passage, number):
        return False
    if starts_item(text) or _GOES_ON.search(text):
        return True
    if number - 1 > after and _GOES_ON.search(passage.slice(passage.sentences[number - 1])):
        return True
    line = number
    while line > 0 and _same_line(passage, line):
        line -= 1
    if line < number:  # an item of several sentences
        return line > after and starts_item(passage.slice(passage.sentences[line]))
    return not ends_sentence(text) and len(text) <= _LONGEST_ITEM


def _same_line(passage: Passage, number: int) -> bool:
    """Whether the sentence stands on the line of the one before."""
    between = Span(passage.sentences[number - 1].end, passage.sentences[number].start)
    return "\n" not in passage.slice(between)
