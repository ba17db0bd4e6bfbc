"""Gold quotes whose document changed: where they stand now, or that they are lost.

A new place is taken only where it says the same: the words but for spacing and typography, or a sentence that is
nearly the same and has the same numbers, the same negations and the acceptable answers. Nothing is changed without a
person asking for it, and every change is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from qa.chunker.sentences import sentences
from qa.eval.edit import rewrite
from qa.eval.fields import json_lines, short
from qa.eval.sets import TextOf
from qa.measures.answers import answer_in_text

_ALIKE = 88.0
"""Least likeness (0 to 100) of a reworded quote: rapidfuzz's ratio, or partial ratio for part of a sentence."""
_LIKELY = 70.0
_APART = 2.0
"""By so much the best place must beat the next one that says something else."""
_NOT = re.compile(r"\b(?:not|no|never|none|neither|nor|without|cannot|\w+n['’]t)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_VARIANTS = {c: f"[{group}]" for group in ("'‘’ʼ´`", '"“”„«»', r"\-‐‑‒–—−") for c in group.replace("\\", "")}


class Place(NamedTuple):
    """Where a quote stands now."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Anchors:
    """The documents as they are now. ``ids``: of all of them."""

    text_of: TextOf
    ids: Sequence[str]

    def find(self, document: str, quote: str, answers: Sequence[str]) -> Place | None:
        """Where ``quote``, which is no longer in ``document``, stands now; None where nothing is sure enough."""
        holding = [id for id in self.ids if id != document and quote in self.text_of(id)]
        if document not in self.ids or len(holding) == 1:
            return Place(holding[0], quote) if len(holding) == 1 else None
        text = self.text_of(document)
        found = _respaced(quote, text) or _reworded(quote, text, answers)
        return Place(document, found) if found else None


def reanchor(path: Path, anchors: Anchors, write: bool) -> Iterator[str]:
    """A line for every gold quote that is not in its document, with where it stands now or that it is lost.

    ``write``: the set's file is changed accordingly; what is lost stays as it was. Raises ``QuestionSetError`` where
    a line cannot be read.
    """
    changed: dict[str, list[dict[str, Any]]] = {}
    lines = list(json_lines(path))
    ids = Counter(str(line.get("id")) for _, line in lines)
    for where, line in lines:
        gold = line.get("gold")
        if not isinstance(gold, list):
            continue
        moved = [_moved(place, line, anchors) for place in gold]
        for number, (old, new) in enumerate(zip(gold, moved, strict=True), start=1):
            if isinstance(new, Place):
                at = f" in {new.document!r}" if new.document != old["document"] else ""
                yield f"{where}: gold {number} now reads {short(new.quote)!r}{at}; it was {short(old['quote'])!r}"
            elif new is False:
                yield f"{where}: gold {number} is lost: {short(old['quote'])!r} is not in {old['document']!r} any more"
        if not any(isinstance(new, Place) for new in moved):
            continue
        if line.get("id") is None or ids[str(line["id"])] > 1:
            yield f"{where}: stays as it is: it has no id of its own"
        else:
            changed[str(line.get("id"))] = [
                {**old, **new._asdict()} if isinstance(new, Place) else old
                for old, new in zip(gold, moved, strict=True)
            ]
    if write and changed:
        rewrite(path, lambda lines: [_with_gold(line, changed) for line in lines])


def _moved(place: object, line: Mapping[str, Any], anchors: Anchors) -> Place | bool:
    """The new place; True where the old one stands or is no place at all, False where it is lost."""
    if not isinstance(place, dict) or not all(isinstance(place.get(name), str) for name in ("document", "quote")):
        return True
    document, quote = place["document"], place["quote"]
    if not quote.strip() or (document in anchors.ids and quote in anchors.text_of(document)):
        return True
    answers = [each for each in line.get("answers") or () if isinstance(each, str)]
    return anchors.find(document, quote, answers) or False


def _with_gold(line: Mapping[str, Any], changed: Mapping[str, list[dict[str, Any]]]) -> Mapping[str, Any]:
    gold = changed.get(str(line.get("id")))
    return line if gold is None else {**line, "gold": gold}


def _respaced(quote: str, text: str) -> str | None:
    """The same words with other spaces, quotation marks, dashes or capitals."""
    words = ("".join(_VARIANTS.get(c) or re.escape(c) for c in word) for word in quote.split())
    found = {match.group() for match in re.finditer(r"\s+".join(words), text, re.IGNORECASE)}
    return found.pop() if len(found) == 1 else None


def _reworded(quote: str, text: str, answers: Sequence[str]) -> str | None:
    """The one place that says nearly the same."""
    from rapidfuzz import fuzz, process

    size = max(1, len(sentences(quote, 0, len(quote))))
    spans = _sentences(text)
    windows = [text[spans[i][0] : spans[i + size - 1][1]] for i in range(len(spans) - size + 1)]
    likely = process.extract(quote, windows, scorer=fuzz.partial_ratio, score_cutoff=_LIKELY, limit=5)
    best = sorted(((max(fuzz.ratio(quote, window), score), window) for window, score, _ in likely), reverse=True)
    if not best or best[0][0] < _ALIKE:
        return None
    score, window = best[0]
    if any(other > score - _APART for other, rival in best[1:] if rival != window):
        return None
    found = window
    if fuzz.ratio(quote, window) < score and (aligned := fuzz.partial_ratio_alignment(quote, window)):
        found = _whole_words(window, aligned.dest_start, aligned.dest_end)
    return found if _says_the_same(quote, found, answers) else None


@lru_cache(maxsize=8)
def _sentences(text: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in sentences(text, 0, len(text))]


def _whole_words(text: str, start: int, end: int) -> str:
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end].strip()


def _says_the_same(old: str, new: str, answers: Sequence[str]) -> bool:
    if Counter(_NUMBER.findall(old)) != Counter(_NUMBER.findall(new)):
        return False
    if len(_NOT.findall(old)) != len(_NOT.findall(new)):
        return False
    return all(answer_in_text(new, [answer]) for answer in answers if answer_in_text(old, [answer]))
