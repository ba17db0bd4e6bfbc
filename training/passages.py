"""Passages as a chunker makes them: cut between sentences, neighbours joined, answers kept in place."""

from __future__ import annotations

import re
from random import Random

from training.questions import Item

Spans = list[tuple[int, int]]
_END = re.compile(r"[.!?][\"')\]’”]*\s+(?=[\"'(\[‘“]?[A-Z0-9])|\n+")


def sentences(text: str) -> Spans:
    """Ranges that cover ``text`` without gap, a new one after each sentence end or line break."""
    ends = [match.end() for match in _END.finditer(text)]
    starts = [0, *ends]
    return [(a, b) for a, b in zip(starts, [*ends, len(text)], strict=True) if b > a]


def cut(text: str, spans: Spans, rng: Random) -> tuple[str, Spans]:
    """Neighbouring sentences of ``text``, 350 to 950 characters, around one of ``spans`` or anywhere."""
    parts = sentences(text)
    if not parts:
        return text, spans
    anchor = rng.choice(spans) if spans else rng.choice(parts)
    inside = [i for i, (a, b) in enumerate(parts) if a < anchor[1] and b > anchor[0]]
    low, high = inside[0], inside[-1]
    wanted = rng.randint(350, 950)
    while parts[high][1] - parts[low][0] < wanted and (low > 0 or high < len(parts) - 1):
        back = low > 0 and (high == len(parts) - 1 or rng.random() < 0.5)
        grown = (low - 1, high) if back else (low, high + 1)
        if parts[grown[1]][1] - parts[grown[0]][0] > 1000:
            break
        low, high = grown
    start, end = parts[low][0], parts[high][1]
    return text[start:end].rstrip(), [(a - start, b - start) for a, b in spans if start <= a and b <= end]


def like_passages(text: str, spans: Spans, rng: Random) -> tuple[str, Spans]:
    """Cut where it is longer than passages are, and now and then where not."""
    return cut(text, spans, rng) if len(text) > 950 or rng.random() < 0.15 else (text, spans)


def joined(item: Item, others: list[str], rng: Random) -> tuple[str, Spans]:
    """The item's text among ``others`` until about 300 to 700 characters, at a place by chance."""
    wanted = rng.randint(300, 700)
    before: list[str] = []
    after: list[str] = []
    length = len(item.context)
    for other in others:
        if length > wanted:
            break
        if length + len(other) < 950:
            (before if rng.random() < 0.5 else after).append(other)
            length += len(other)
    gap = rng.choice([" ", "\n", "\n\n"])
    front = "".join(part + gap for part in before)
    text = front + item.context + "".join(gap + part for part in after)
    return text, [(a + len(front), b + len(front)) for a, b in item.spans]
