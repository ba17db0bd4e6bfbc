"""Questions as people type them: without question mark, as keywords, with typing errors.

(Letter case needs nothing: the base model's word pieces are lower case.)
"""

from __future__ import annotations

from random import Random

_SMALL = frozenset(
    "a an and are as at be been by did do does for from had has have in is it of on or that the their there "
    "this to was were what which who whom whose will with would could can".split()
)


def reworded(question: str, rng: Random) -> str:
    """The question itself in about two of three cases, or changed."""
    draw = rng.random()
    if draw < 0.15:
        return question.rstrip(" ?")
    if draw < 0.21:
        return keywords(question)
    if draw < 0.29:
        return mistyped(question, rng)
    return question


def keywords(question: str) -> str:
    """Without small words; "when", "where", "why" and "how" stay. The question itself if little would be left."""
    words = question.rstrip(" ?").split()
    kept = [word for word in words if word.casefold() not in _SMALL]
    return " ".join(kept) if len(kept) >= 2 else question


def mistyped(question: str, rng: Random) -> str:
    """One word of four letters or more with two letters swapped, one dropped or one doubled."""
    words = question.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long:
        return question
    at = rng.choice(long)
    word = words[at]
    i = rng.randrange(len(word) - 1)
    swap = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    words[at] = rng.choice([swap, word[:i] + word[i + 1 :], word[: i + 1] + word[i:]])
    return " ".join(words)
