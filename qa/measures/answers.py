"""Does a text give the answer? The measures of SQuAD, and answer-in-text.

Exact match, F1 and their normalisation follow the official evaluation of SQuAD 2.0 (Rajpurkar et al. 2016,
2018). Each function scores 0 to 1 and takes the best over the acceptable answers.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLE = re.compile(r"\b(a|an|the)\b")
# A word starts and ends where it is not part of a longer one; "5" is no word of "2.5" or "5,000". A page
# whose line breaks were lost says "HarbourMaster": a capital after a small letter starts a word, too.
_GLUED = r"(?-i:(?<=[a-z])(?=[A-Z]))"
_BEFORE = rf"(?:{_GLUED}|(?<!\w)(?<!\d[.,])(?=\d)|(?<!\w)(?=[^\W\d])|(?=\W))"
_AFTER = rf"(?:{_GLUED}|(?<=\d)(?!\w)(?![.,]\d)|(?<=[^\W\d])(?!\w)|(?<=\W))"
_DROP_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """SQuAD's: lower case, no ASCII punctuation, no English articles, single spaces, in that order."""
    bare = text.lower().translate(_DROP_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", bare).split())


def exact_match(span: str | None, answers: Sequence[str]) -> float:
    """1.0 when ``span`` equals an acceptable answer after normalisation.

    None (refused) and no acceptable answers (not answerable) each count as the empty answer, as in SQuAD 2.0:
    refusing what cannot be answered scores 1.
    """
    return float(any(normalise(span or "") == normalise(answer) for answer in answers or ("",)))


def f1(span: str | None, answers: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of words, best over the answers; the empty answer as above."""
    return max(_f1(normalise(span or "").split(), normalise(answer).split()) for answer in answers or ("",))


def _f1(found: list[str], wanted: list[str]) -> float:
    if not found or not wanted:
        return float(found == wanted)
    common = (Counter(found) & Counter(wanted)).total()
    return 2 * common / (len(found) + len(wanted))


def answer_in_text(text: str | None, answers: Sequence[str]) -> float:
    """1.0 when an acceptable answer stands in ``text`` as whole words; 0.0 for a refusal (None).

    Words are compared after SQuAD's normalisation. That glues "25-year" into one word, so an answer that
    stands in the text letter for letter, as words of it, counts as well.
    """
    if text is None:
        return 0.0
    return float(any(_has_words(text, answer) or _has_letters(text, answer) for answer in answers))


def _has_words(text: str, answer: str) -> bool:
    words = normalise(answer)
    return bool(words) and f" {words} " in f" {normalise(text)} "


def _has_letters(text: str, answer: str) -> bool:
    pattern = r"\s+".join(re.escape(word) for word in answer.split())
    return bool(pattern) and re.search(f"{_BEFORE}{pattern}{_AFTER}", text, re.IGNORECASE) is not None
