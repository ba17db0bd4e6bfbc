"""Words of a kind in a sentence: dates, percentages, sums of money, numbers, names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from qa.reader.question import NUMBER_WORDS, AnalysedQuestion, AnswerType
from qa.types import Span

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_WORD_NUMBER = (
    rf"(?:{'|'.join(NUMBER_WORDS)}|thirteen|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundreds?|thousands?|dozens?|several|half)"
)
_SCALE = r"(?:\s+(?:hundred|thousand|million|billion|trillion))?"
_FIGURE = r"\d+(?:[.,]\d+)*"
_CURRENCY = r"(?:yuan|RMB|CNY|dollars?|USD|euros?|EUR|pounds?|GBP|yen|rupees?)"
_NAMES = r"[A-Z][\w&’'-]*(?:(?:\s+(?:of|for|and|the)\s+|[\s-]+)[A-Z][\w&’'-]*)*"

_PATTERNS: Mapping[AnswerType, re.Pattern[str]] = {
    "date": re.compile(
        rf"\b(?:(?:\d{{1,2}}\s+)?{_MONTH}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?)?(?:,?\s*(?:1[5-9]|20)\d\d)?"
        r"|(?:1[5-9]|20)\d\d(?:\s*[-–]\s*(?:1[5-9]|20)?\d\d)?s?"
        r"|(?:last|next|this)\s+(?:year|month|week|decade|century|December|January)"
        r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
        rf"|(?:over|in|within|during)\s+the\s+(?:next|past|last|coming)\s+(?:{_WORD_NUMBER}|\d+)\s+(?:years|months|decades))\b"
    ),
    "percent": re.compile(rf"{_FIGURE}\s*(?:%|per\s?cent\b|percentage points)|\b{_WORD_NUMBER}\s+per\s?cent\b"),
    "money": re.compile(rf"[$€£¥]\s?{_FIGURE}{_SCALE}|\b{_FIGURE}{_SCALE}\s+{_CURRENCY}\b", re.IGNORECASE),
    "number": re.compile(rf"\b{_FIGURE}{_SCALE}(?:\s*%)?|\b{_WORD_NUMBER}\b", re.IGNORECASE),
    "person": re.compile(r"\b(?:(?:Mr|Mrs|Ms|Dr|Prof)\.\s+)?[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]*\.?)*"),
    "place": re.compile(rf"\b{_NAMES}(?:,\s+{_NAMES})*(?:,?\s+and\s+{_NAMES})?"),
    "organisation": re.compile(rf"\b{_NAMES}"),
    "reason": re.compile(
        r"\b(?:because|since|due to|owing to|in order to|so that|so as to|with the (?:goal|aim) of|as a result of|"
        r"aimed? (?:to|at)|intended to|meaning that|to)\b[^.;]*",
        re.IGNORECASE,
    ),
    "definition": re.compile(r"\b(?:is|are|was|were|means?|refers? to|will be)\s+[^.;]*", re.IGNORECASE),
}
_TRAILING = " \t\r\n,;:.!?"
_LEADING = " \t\r\n,;:"


def spans_of_type(question: AnalysedQuestion, sentence: str) -> list[Span]:
    """Where words of the kind asked for stand in ``sentence``, in order; those of the question itself left out."""
    pattern = _PATTERNS.get(question.type)
    if pattern is None:
        return []
    asked = question.text.lower()
    found = (_tidy(sentence, match.start(), match.end()) for match in pattern.finditer(sentence))
    return [span for span in found if span.start < span.end and sentence[slice(*span)].lower() not in asked]


def best_span(question: AnalysedQuestion, sentence: str) -> Span:
    """The words of ``sentence`` that most likely answer; the whole sentence where nothing speaks for a part."""
    whole = _tidy(sentence, 0, len(sentence))
    spans = spans_of_type(question, sentence)
    if question.type in ("list", "other") or not spans:
        return whole
    if question.type in ("reason", "definition"):
        return max(spans, key=lambda span: (span.end - span.start, -span.start))
    anchors = _anchors(question, sentence)
    return min(spans, key=lambda span: (_distance(span, anchors), span.start))


def _anchors(question: AnalysedQuestion, sentence: str) -> list[int]:
    """Where words of the question stand in the sentence."""
    words = {word.lower() for word in re.findall(r"\w{3,}", question.text)}
    return [match.start() for match in re.finditer(r"\w{3,}", sentence) if match.group().lower() in words]


def _distance(span: Span, anchors: Sequence[int]) -> float:
    if not anchors:
        return 0.0
    near = sorted(abs(anchor - span.start) for anchor in anchors)[:3]
    return sum(near) / len(near)


def _tidy(sentence: str, start: int, end: int) -> Span:
    while start < end and sentence[start] in _LEADING:
        start += 1
    while end > start and sentence[end - 1] in _TRAILING:
        end -= 1
    return Span(start, end)
