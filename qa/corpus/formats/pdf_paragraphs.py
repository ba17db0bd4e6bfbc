"""Lines of pages to paragraphs: words hyphenated at line ends made whole, running heads and page numbers set apart."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from qa.corpus.formats.pdf_lines import Line
from qa.corpus.layout import ends_sentence, starts_item
from qa.types import BlockKind

_MARGIN = 0.13
"""Share of a page's height at its top and bottom in which running heads and page numbers stand."""
_EDGE_LINES = 3
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:(?:page|p\.|seite|página|pagina|стр\.|第)\s*)?[-–—|\[(]?\s*(\d{1,4}|[ivxl]{1,7})\s*[-–—|\])]?\s*(?:页|頁)?"
    r"(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHEN_END = re.compile(r"(?P<word>[^\W\d_][\w\-]*)[-‐\xad]$")
_KEPT = frozenset(("all", "co", "cross", "ex", "half", "high", "low", "mid", "non", "self", "semi", "well"))
"""First parts that are more often a word of a compound than a syllable."""
_HEADING_MAX = 200


@dataclass(frozen=True, slots=True)
class Page:
    """``lines`` in reading order; ``top`` and ``bottom`` of the paper as their offsets count."""

    top: float
    bottom: float
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Paragraph:
    """``level``: of a heading, the larger its letters the lower; 0 for others."""

    text: str
    kind: BlockKind = "text"
    level: int = 0
    size: float = 0.0
    bold: bool = False
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of the whole document: its usual line, and its words."""

    size: float
    gap: float
    bold: bool
    words: frozenset[str]


def paragraphs_of(pages: Sequence[Page]) -> tuple[list[list[Paragraph]], Book]:
    """The paragraphs of each page: those of the text in reading order, then running heads and page numbers."""
    running = _running(pages)
    edges = [[line for n, line in enumerate(page.lines) if (p, n) in running] for p, page in enumerate(pages)]
    bodies = [[line for n, line in enumerate(page.lines) if (p, n) not in running] for p, page in enumerate(pages)]
    book = _book(bodies)
    made = [list(_paragraphs(body, book)) for body in bodies]
    _set_levels([each for page in made for each in page], book)
    for page, row in zip(made, edges, strict=True):
        page.extend(Paragraph(line.text, "boilerplate") for line in row)
    return made, book


def up_to(before: str, after: str, book: Book) -> str:
    """``before`` as it stands in front of ``after`` where both are one text: with a space, or a hyphen taken away."""
    match = _HYPHEN_END.search(before[-80:])
    if not match or not after[:1].isalnum():
        return before + " "
    first, second = match["word"].lower(), (_WORDS.match(after.lower()) or [""])[0]
    kept = before[:-1] + "-"
    if not after[0].islower() or f"{first}-{second}" in book.words:
        return kept
    if first + second in book.words:
        return before[:-1]
    return kept if "-" in first or first in _KEPT or len(first) < 2 else before[:-1]


def goes_on(before: Paragraph, after: Paragraph) -> bool:
    """Whether a paragraph at the end of a column or page goes on in the next."""
    if (
        (before.kind, after.kind) != ("text", "text")
        or before.bold != after.bold
        or not _alike(before.size, after.size)
    ):
        return False
    return not ends_sentence(before.text) and not (after.text[:1].isupper() or starts_item(after.text))


def _book(bodies: Sequence[Sequence[Line]]) -> Book:
    sizes: Counter[float] = Counter()
    letters = [0, 0]
    gaps = []
    words: set[str] = set()
    for body in bodies:
        for line in body:
            sizes[round(line.height, 1)] += len(line.text)
            letters[line.bold] += len(line.text)
            words.update(_WORDS.findall(line.text.lower()))
        for a, b in pairwise(body):
            if a.column == b.column and 0 <= b.top - a.bottom + 0.3 * a.height < 1.5 * a.height:
                gaps.append(b.top - a.bottom)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    return Book(size, median(gaps) if gaps else 0.0, letters[1] > letters[0], frozenset(words))


def _paragraphs(body: Sequence[Line], book: Book) -> Iterator[Paragraph]:
    current: Paragraph | None = None
    last: Line | None = None
    sides: dict[int, list[Line]] = defaultdict(list)
    for line in body:
        sides[line.column].append(line)
    for line in body:
        if current and last and not _begins(line, last, current, sides[last.column], book):
            current.text = up_to(current.text, line.text, book) + line.text
            current.lines += 1
        else:
            if current:
                yield current
            current = Paragraph(line.text, size=line.height, bold=line.bold)
        last = line
    if current:
        yield current


def _begins(line: Line, last: Line, current: Paragraph, column: Sequence[Line], book: Book) -> bool:
    """Whether ``line`` begins a paragraph of its own behind ``last``, a line of ``column``."""
    if not _alike(line.height, last.height) or line.bold != last.bold:
        return True
    if line.top - last.bottom > book.gap + 0.4 * line.height:
        return True
    if line.column != last.column:
        return not goes_on(current, Paragraph(line.text, size=line.height, bold=line.bold))
    if line.cells > 1 or last.cells > 1 or starts_item(line.text):
        return True
    left, right = min(each.left for each in column), max(each.right for each in column)
    indented = 0.8 * line.height < line.left - left and abs(last.left - left) < 0.3 * line.height
    short = last.right < right - 0.15 * (right - left) and ends_sentence(last.text)
    return indented or short


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= 0.12 * max(a, b)


def _set_levels(paragraphs: Sequence[Paragraph], book: Book) -> None:
    """Headings are short, of larger or bold letters, and no sentences; the larger, the higher."""
    headings = [each for each in paragraphs if _is_heading(each, book)]
    sizes = sorted({round(each.size) for each in headings if each.size > 1.12 * book.size}, reverse=True)
    for each in headings:
        each.kind = "heading"
        rank = sizes.index(round(each.size)) if round(each.size) in sizes else len(sizes)
        each.level = min(6, rank + 1)


def _is_heading(each: Paragraph, book: Book) -> bool:
    if each.lines > 3 or len(each.text) > _HEADING_MAX or not any(letter.isalpha() for letter in each.text):
        return False
    if each.text.endswith((".", ",", ";", "。", "，")) or (starts_item(each.text) and not each.bold):
        return False
    return each.size > 1.12 * book.size or (each.bold and not book.bold and each.size > 0.95 * book.size)


def _running(pages: Sequence[Page]) -> set[tuple[int, int]]:
    """Page and number of every line that is a running head or foot, or a page number."""
    groups: dict[tuple[bool, str], list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for line, top, sentences in _edges(page):
            text = page.lines[line].text
            key = "" if _page_number(text) is not None else sentences or _NUMBER.sub("#", text.lower())
            groups[top, key].append((number, line))
    found = {place for (_, key), places in groups.items() for place in _repeated(pages, key, places)}
    left = sum(any((p, n) not in found for n in range(len(page.lines))) for p, page in enumerate(pages))
    return found if 2 * left >= sum(bool(page.lines) for page in pages) else set()


def _edges(page: Page) -> Iterator[tuple[int, bool, str]]:
    """Numbers of the lines that stand apart at the top (True) or the bottom of a page, and with each the whole text it
    is part of, where that is sentences: only the very same ones are a running head."""
    reach = _MARGIN * (page.bottom - page.top)
    order = sorted(range(len(page.lines)), key=lambda number: page.lines[number].top)
    clusters: list[list[int]] = []
    low = -math.inf
    for number in order:
        line = page.lines[number]
        if not clusters or line.top - low > 0.5 * line.height:
            clusters.append([])
        clusters[-1].append(number)
        low = max(low, line.bottom)
    for top, row in ((True, clusters), (False, clusters[::-1])):
        for cluster in row[:_EDGE_LINES]:
            lines = [page.lines[number] for number in cluster]
            depth = max(line.bottom - page.top if top else page.bottom - line.top for line in lines)
            if depth > reach or len(lines) > 2 * _EDGE_LINES:
                break
            text = " ".join(line.text for line in lines)
            sentences = text if ends_sentence(text) and text.count(" ") > 5 else ""
            yield from ((number, top, sentences) for number in cluster)


def _repeated(pages: Sequence[Page], key: str, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of lines that are alike but for numbers: those that are the same, or whose number counts the pages."""
    texts = [pages[page].lines[line].text for page, line in places]
    if key == "":
        steps = Counter((_page_number(text) or 0) - page for text, (page, _) in zip(texts, places, strict=True))
        wanted = {step for step, count in steps.items() if count > 1 or step == 1}
        yield from (
            place for text, place in zip(texts, places, strict=True) if (_page_number(text) or 0) - place[0] in wanted
        )
        return
    on = len({page for page, _ in places})
    if on < 2 or (on < 3 and on < 0.5 * len(pages)):
        return
    same = Counter(texts)
    for column in zip(*(map(int, _NUMBER.findall(text)) for text in texts), strict=True):
        steps = Counter(number - page for number, (page, _) in zip(column, places, strict=True))
        if steps.most_common(1)[0][1] >= 0.8 * len(places):
            yield from places
            return
    yield from (place for text, place in zip(texts, places, strict=True) if same[text] >= max(2, 0.3 * on))


def _page_number(text: str) -> int | None:
    """The number that is all there is in ``text``, the word for a page aside."""
    match = _PAGE_NUMBER.fullmatch(text.strip())
    if not match:
        return None
    value = match[1].lower()
    return int(value) if value.isdigit() else _roman(value)


def _roman(value: str) -> int:
    digits = [{"i": 1, "v": 5, "x": 10, "l": 50}[letter] for letter in value]
    return sum(-a if a < b else a for a, b in pairwise([*digits, 0]))
