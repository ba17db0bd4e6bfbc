"""Paragraphs, headings and navigation in plain text.

Nothing is dropped: every character that is not white space lies in one block. The rules are few and plain, since a
wrong guess only costs a boundary: a paragraph ends at a blank line, or at a line break that is not a soft wrap; a
heading is a short line alone that does not end as a sentence does; navigation is what stands before the first or
after the last sentence and looks like a menu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.types import Block, Span

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")

_BULLET = re.compile(r"\s*(?:[•‣◦▪·*\-–—]|\d{1,3}[.)]|\(?[a-z]\))\s+", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]»]*$")
_ENDS_CLAUSE = re.compile(r"[,;:，；：][\"'”’)\]»]*$")
_RULE = re.compile(r"\s*[-=_*~#]{3,}\s*$")
_PAGER = re.compile(r"[\s<>«»‹›|\d]+$")
_TRAIL = re.compile(r"[^|>»›]{0,41}(?:[|>»›][^|>»›]{0,62})+$")
_CHROME = re.compile(
    r"\s*(?:send this|share (?:this|on|via)|print this|tweet|e-?mail this|follow us|subscribe|sign (?:in|up)|log ?in|"
    r"skip to|back to top|read more|related (?:posts|articles)|advertisement|featured image|(?:photo|image) credit|"
    r"accept (?:all )?cookies)",
    re.IGNORECASE,
)
_HEADING_MARKS = re.compile(r"^#{1,6}(?=\s)|(?<=\s)#+$")
_HEADING_MAX = 160
_MENU_WORDS, _MENU_MAX = 14, 200
_WRAP_MIN, _WRAP_MAX = 40, 200


def blocks_of(text: str) -> list[Block]:
    """The blocks of plain ``text``, in order; empty for text of white space only."""
    paragraphs = [span for group in _groups(text) for span in _paragraphs(text, group)]
    prose = [number for number, span in enumerate(paragraphs) if _is_prose(text[span.start : span.end])]
    last = _with_list(text, paragraphs, prose[-1]) if prose else 0
    return [
        _block(text, span, menu=bool(prose) and not prose[0] <= number <= last)
        for number, span in enumerate(paragraphs)
    ]


def looks_like_navigation(line: str) -> bool:
    """Whether a line looks like a menu, a breadcrumb trail, a pager or a share button."""
    words = line.split()
    if len(line) > _MENU_MAX or len(words) > _MENU_WORDS or ends_sentence(line):
        return False
    folded = " ".join(words)  # with single spaces no pattern can match in many ways, which would take for ever
    return any(pattern.match(folded) for pattern in (_PAGER, _CHROME, _TRAIL, _BULLET))


def heading_text(heading: str) -> str:
    """The words of a heading on one line, a byte order mark and Markdown's marks left out."""
    lines = heading.replace("\ufeff", "").strip().splitlines()
    if len(lines) > 1 and set(lines[-1].strip()) in ({"="}, {"-"}):  # underlined
        lines.pop()
    return " ".join(_HEADING_MARKS.sub("", " ".join(lines).strip()).split())


def starts_item(line: str) -> bool:
    """Whether ``line`` starts as an item of a list does."""
    return bool(_BULLET.match(line))


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends as a sentence does, a closing quote or bracket aside."""
    return bool(_ENDS_SENTENCE.search(text.rstrip()[-8:]))


def _block(text: str, span: Span, *, menu: bool) -> Block:
    line = text[span.start : span.end]
    if menu and looks_like_navigation(line):
        return Block(*span, "boilerplate")
    if _is_heading(line):
        return Block(*span, "heading", 3 if line.endswith((":", "：")) else 2)
    return Block(*span, "text")


def _with_list(text: str, paragraphs: Sequence[Span], last: int) -> int:
    """The last paragraph of the content, whose last prose is ``last``: a list announced there belongs to it."""
    announced = False
    for number in range(last, len(paragraphs)):
        line = text[slice(*paragraphs[number])]
        if line.endswith((":", "：")) and not _CHROME.match(line):
            announced = True
        elif announced and _BULLET.match(line) and not _CHROME.match(line):
            last = number
        elif number > last:
            break
    return last


def _is_prose(paragraph: str) -> bool:
    return ends_sentence(paragraph) and len(paragraph.split()) > 8


def _is_heading(paragraph: str) -> bool:
    if len(paragraph) > _HEADING_MAX or "\n" in paragraph or "\r" in paragraph or _BULLET.match(paragraph):
        return False
    if ends_sentence(paragraph) or paragraph.endswith((",", ";", "，", "；")):
        return False
    return any(character.isalpha() for character in paragraph)


def _groups(text: str) -> Iterator[list[Span]]:
    """Runs of lines between blank lines; each line without its line break and outer white space."""
    group: list[Span] = []
    for match in LINE.finditer(text):
        content = match.group()
        stripped = content.strip()
        if stripped:
            start = match.start() + len(content) - len(content.lstrip())
            group.append(Span(start, start + len(stripped)))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _paragraphs(text: str, lines: Sequence[Span]) -> Iterator[Span]:
    """Join the lines that were wrapped by an editor; every other line is a paragraph of its own."""
    longest = max(span.end - span.start for span in lines)
    current = lines[0]
    last = lines[0]
    for line in lines[1:]:
        if _is_soft_wrap(text, last, line, longest):
            current = Span(current.start, line.end)
        else:
            yield current
            current = line
        last = line
    yield current


def _is_soft_wrap(text: str, line: Span, following: Span, longest: int) -> bool:
    """Whether the break after ``line`` was put in to keep lines short."""
    length = line.end - line.start
    if length < _WRAP_MIN or longest > _WRAP_MAX or length < 0.6 * longest:
        return False
    content, after = text[line.start : line.end], text[following.start : following.end]
    ended = ends_sentence(content) or (bool(_ENDS_CLAUSE.search(content[-8:])) and not content.endswith(","))
    return not (ended or _RULE.match(content) or _RULE.match(after) or _BULLET.match(after))
