"""Which figure of "A, B and C reached 1, 2 and 3, respectively" belongs to the member that a question names."""

from __future__ import annotations

import re

from qa.types import Span

_FIGURE = re.compile(
    r"[$€£¥]?\d+(?:[.,]\d+)*(?:\s?%|\s(?:per\s?cent|percent|hundred|thousand|million|billion|trillion)\b)*"
)
_NAME = re.compile(r"\d{4}|[A-Z][\w&’'-]*(?:\s+(?:of\s+|the\s+)?[A-Z][\w&’'-]*)*")
_JOINT = re.compile(r"\s*(?:,|;|,?\s*\b(?:and|or)\b)\s*(?:in\s+|the\s+)*")
_WORD = re.compile(r"\brespectively\b", re.IGNORECASE)


def own_figure(question: str, sentence: str, span: Span) -> Span | None:
    """Where the figure stands that belongs to the one member of the list that ``question`` names, ``span`` being
    among the figures; None where the sentence is none of this kind, or it cannot be told."""
    if not (word := _WORD.search(sentence)):
        return None
    figures = next(iter(_runs(_FIGURE, sentence, 0, word.start())[::-1]), [])
    if len(figures) < 2 or span.end <= figures[0].start or figures[-1].end <= span.start:
        return None
    members = [run for run in _runs(_NAME, sentence, 0, figures[0].start) if len(run) == len(figures)]
    asked = [n for n, place in enumerate(members[-1]) if _named(sentence[slice(*place)], question)] if members else []
    return figures[asked[0]] if len(asked) == 1 else None


def _runs(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[list[Span]]:
    """The matches of ``pattern``, those together that only commas and "and" part."""
    runs: list[list[Span]] = []
    for match in pattern.finditer(text, start, end):
        place = Span(*match.span())
        if runs and _JOINT.fullmatch(text[runs[-1][-1].end : place.start]):
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _named(member: str, question: str) -> bool:
    """Whether the question has the member's first word, which tells it from the others."""
    return bool(re.search(rf"(?<!\w){re.escape(member.split()[0])}(?!\w)", question, re.IGNORECASE))
