"""Questions that ask nearly the same: most of their words are shared, and no name or number tells them apart."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple

from qa.measures.answers import normalise

LEAST = 0.8
"""Share of the words of both questions that stand in each (Jaccard)."""


class Asked(NamedTuple):
    """What of a question is compared."""

    words: frozenset[str]
    names: frozenset[str]
    """Its words with a digit, or with a capital that no sentence begins with."""
    answers: frozenset[str]
    history: tuple[str, ...]


def asked(question: str, answers: Iterable[str], history: Sequence[str] = ()) -> Asked:
    """Of the words only those that tell: two questions with other names or numbers are two questions."""
    inner = re.findall(r"(?<=\S )[^\W\d_]*[A-Z]\w*|\w*\d\w*", question)
    words = frozenset(normalise(question).split())
    names = frozenset(normalise(" ".join(inner)).split())
    return Asked(words, names, frozenset(map(normalise, answers)), tuple(history))


def near_duplicates(questions: Sequence[Asked], least: float = LEAST) -> Iterator[tuple[int, int]]:
    """Each question that nearly repeats an earlier one, with the first such, as positions (earlier, later).

    Questions whose answers have nothing in common are not taken for the same. Only pairs that share one of their
    rarest words are looked at, and no pair that reaches ``least`` is missed (prefix filtering: Bayardo, Ma and
    Srikant 2007).
    """
    counts = Counter(word for each in questions for word in each.words)
    holding: dict[str, list[int]] = defaultdict(list)
    for later, mine in enumerate(questions):
        rarest = sorted(mine.words, key=lambda word: (counts[word], word))
        prefix = rarest[: len(rarest) - ceil(least * len(rarest)) + 1]
        candidates = sorted({earlier for word in prefix for earlier in holding[word]})
        first = next((earlier for earlier in candidates if _same(questions[earlier], mine, least)), None)
        if first is not None:
            yield first, later
        for word in prefix:
            holding[word].append(later)


def _same(one: Asked, other: Asked, least: float) -> bool:
    if not (one.names <= other.words and other.names <= one.words) or one.history != other.history:
        return False
    if one.answers != other.answers and not one.answers & other.answers:
        return False
    return len(one.words & other.words) >= least * len(one.words | other.words)
