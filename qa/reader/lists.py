"""Lists given whole: a sentence that announces one ("The goals are:") with its items, and an item with its list.

Items have marks or lines of their own, are clauses that go on, or sentences: those that count ("First, …. Second, …"),
and those that begin with one preposition and are as many as is announced ("… three goals. By 2017, …. By 2020, …. By
2030, …").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby

from qa.corpus.layout import ends_sentence, starts_item
from qa.reader.question import NUMBER_WORDS, AnalysedQuestion
from qa.types import Extract, Passage, Span

_ANNOUNCES = re.compile(r"[:：][\"'”’)\]»]*$")
_GOES_ON = re.compile(r"[,;，；](?:\s+(?:and|or))?$", re.IGNORECASE)
LONGEST = 4_000
"""Characters of a list that is still quoted whole."""
_LONGEST_ITEM = 160
"""Characters of an item that neither starts with a mark nor ends as a sentence or a clause does."""
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_COUNTS = re.compile(
    rf"^\W*(?:(?:the\s+)(?P<the>{'|'.join(_ORDINALS)}|last|final)\b"
    rf"|(?P<comma>{'|'.join(_ORDINALS)}|last|final)(?:ly)?\s*[,:])",
    re.IGNORECASE,
)
_NUMBERS = {word: number for number, word in enumerate(NUMBER_WORDS[1:10], 2)}
_HOW_MANY = re.compile(rf"\b(?:{'|'.join(_NUMBERS)}|several|many|[2-9]|1\d)\b", re.IGNORECASE)
_PREPOSITIONS = "after at before between by during for from in on since through to under until with".split()
_ALIKE = re.compile(rf"\W*({'|'.join(_PREPOSITIONS)})\b", re.IGNORECASE)


def with_list(extract: Extract, around: Passage, question: AnalysedQuestion) -> Extract:
    """The extract with the whole list that it announces, or is a part of where the question is for a list.

    ``around``: its passage, or one that holds it and what stands beside it; the extract's own then, if the list runs on
    there. A list of more than ``LONGEST`` characters is left as it is, and so is what tells how many items there are
    where that is asked.
    """
    asked = question.type == "list"
    found = whole_list(around, extract.quote, asked=asked)
    if found is None or found[0].end - found[0].start > LONGEST or found[0] == extract.quote:
        return extract
    quote, items = found
    ahead = extract.span.end <= items.start
    if ahead and question.type == "number":
        return extract
    all_of_it = extract.span == Span(items.start, extract.quote.end)  # as far as the list was known
    inside = quote.start >= extract.passage.start and quote.end <= extract.passage.end
    return replace(
        extract,
        passage=extract.passage if inside else around,
        quote=quote,
        span=items if asked or all_of_it or ahead else extract.span,
    )


def joined(passages: Sequence[Passage], text: str) -> Passage:
    """Passages of one document, in order, as one. ``text``: the document's."""
    first, last = passages[0], passages[-1]
    sentences = tuple(sentence for passage in passages for sentence in passage.sentences)
    return replace(first, end=last.end, text=text[first.start : last.end], sentences=sentences)


def whole_list(passage: Passage, quote: Span, *, asked: bool) -> tuple[Span, Span] | None:
    """The quote (document offsets of whole sentences) with the list that belongs to it, and its items alone.

    None where there is no list: the quote neither ends by announcing one nor, where one is ``asked`` for, is an item.
    Ends with the passage.
    """
    inside = [n for n, one in enumerate(passage.sentences) if one.start < quote.end and quote.start < one.end]
    if not inside:
        return None
    if counted := _counted(passage, inside, asked=asked):
        return counted
    opening = next((n for n in reversed(inside) if _announces(passage, n)), None)
    if opening is None or not all(_is_item(passage, n, after=opening) for n in range(opening + 1, inside[-1] + 1)):
        opening = _opening(passage, inside[0]) if asked else None
    if opening is None:
        return None
    end = opening
    while end + 1 < len(passage.sentences) and _is_item(passage, end + 1, after=opening):
        end += 1
    if end == opening:
        return None
    return _spans(passage, min(opening, inside[0]), opening + 1, end)


def _spans(passage: Passage, first: int, item: int, last: int) -> tuple[Span, Span]:
    """From sentence ``first`` to ``last``, and the items of them, from ``item`` on."""
    sentences = passage.sentences
    return Span(sentences[first].start, sentences[last].end), Span(sentences[item].start, sentences[last].end)


def _counted(passage: Passage, inside: Sequence[int], *, asked: bool) -> tuple[Span, Span] | None:
    """The sentences that count from "first" on, or are as many as is said before them, and what announces them."""
    for item, last in chain(_counts(passage), _as_many(passage)):
        announced = item > 0 and (_announces(passage, item - 1) or _says_how_many(passage, item - 1))
        first = item - 1 if announced else item
        if inside[-1] == first < item or (asked and first <= inside[-1] and inside[0] <= last):
            return _spans(passage, min(first, inside[0]), item, max(last, inside[-1]))
    return None


def _counts(passage: Passage) -> Iterator[tuple[int, int]]:
    """First and last sentence of each run that counts on from "first", what stands between them included."""
    found = [(n, match) for n in range(len(passage.sentences)) if (match := _COUNTS.match(_slice(passage, n)))]
    words = [(n, (match["the"] or match["comma"]).lower(), bool(match["the"])) for n, match in found]
    for at, (start, word, kind) in enumerate(words):
        if word != _ORDINALS[0]:
            continue
        last, wanted = start, 1
        for n, word, same in words[at + 1 :]:
            if same != kind or word not in (*_ORDINALS[wanted : wanted + 1], "last", "final"):
                break
            last, wanted = n, wanted + 1
        if last > start:
            yield start, last


def _as_many(passage: Passage) -> Iterator[tuple[int, int]]:
    """First and last sentence of each run that begins with one preposition and has the length told just before it."""
    openings = [_ALIKE.match(_slice(passage, n)) for n in range(len(passage.sentences))]
    start = 0
    for word, run in groupby(match and match[1].lower() for match in openings):
        length = len(list(run))
        if word and start and length in _how_many(passage, start - 1):
            yield start, start + length - 1
        start += length


def _says_how_many(passage: Passage, number: int) -> bool:
    return bool(_HOW_MANY.search(_slice(passage, number)))


def _how_many(passage: Passage, number: int) -> set[int]:
    """The numbers from 2 on that the sentence has."""
    words = [word.lower() for word in _HOW_MANY.findall(_slice(passage, number))]
    return {_NUMBERS.get(word) or int(word) for word in words if word in _NUMBERS or word.isdigit()}


def _opening(passage: Passage, number: int) -> int | None:
    """The sentence that announces the list of which ``number`` is an item; None where it is none."""
    for opening in range(number - 1, -1, -1):
        if _announces(passage, opening):
            return opening if all(_is_item(passage, n, after=opening) for n in range(opening + 1, number + 1)) else None
    return None


def _announces(passage: Passage, number: int) -> bool:
    return bool(_ANNOUNCES.search(_slice(passage, number)))


def _is_item(passage: Passage, number: int, after: int) -> bool:
    """Whether the sentence belongs to the list that ``after`` announces, those between them belonging to it."""
    text = _slice(passage, number)
    if _announces(passage, number):
        return False
    if starts_item(text) or _GOES_ON.search(text):
        return True
    if number - 1 > after and _GOES_ON.search(_slice(passage, number - 1)):
        return True
    line = number
    while line > 0 and not _gap(passage, line):
        line -= 1
    if line < number:  # an item of several sentences
        return line > after and starts_item(_slice(passage, line))
    if starts_item(_slice(passage, after + 1)) or _gap(passage, number) != _gap(passage, after + 1):
        return False  # items with marks, or close together, and now a heading
    return not ends_sentence(text) and len(text) <= _LONGEST_ITEM


def _slice(passage: Passage, number: int) -> str:
    return passage.slice(passage.sentences[number])


def _gap(passage: Passage, number: int) -> int:
    """Line breaks before the sentence, 0 where it stands on the line of the one before."""
    between = Span(passage.sentences[number - 1].end, passage.sentences[number].start)
    return passage.slice(between).count("\n")
