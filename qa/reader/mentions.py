"""Whether a name or a number stands in a text, in one form or another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from qa.reader.question import JOINING, MONTHS, NUMBER_WORDS, months, numbers, years

_ROMAN = {"2": "ii", "3": "iii", "4": "iv", "6": "vi", "7": "vii", "8": "viii", "9": "ix", "11": "xi", "12": "xii"}
"""Those that are nothing else: "v" and "x" are letters, too."""
_WRITTEN = {
    number: f"{word}|{_ROMAN[number]}" if number in _ROMAN else word
    for number, word in zip(map(str, range(2, 13)), NUMBER_WORDS[1:], strict=True)
}
_LONGEST_INITIALS = 5
_OF_LANDS = {
    **dict.fromkeys(("a", "ia"), "(?:ese|ians?|ans?)"),
    **dict.fromkeys(("ian", "ians"), "(?:a|ia|y|ian)?"),
    **dict.fromkeys(("an", "ans"), "(?:a|an)?"),
    "ese": "a?",
    "y": "(?:ians?)?",
}
"""How a land's name ends where its people's ends so, and the other way round."""
_LAND = re.compile(rf"(.{{4,}}?)({'|'.join(_OF_LANDS)})")


def absent(wanted: Sequence[str], text: str) -> list[str]:
    """Those names or numbers, lower-cased, that do not stand in a text.

    A name stands there where all its words do, in any place, but for what joins them ("of"). "Chinese" stands where
    "China" does, "US" where "United States" does, "Sept" for "September", "two" for "2".
    """
    plain = _plain(text)

    def stands(word: str) -> bool:
        written = word in numbers(text) if word[0].isdigit() else _has_name(word, text, plain)
        return written or _has_otherwise(word, plain)

    return [word for word in wanted if not stands(word)]


def of_another_time(question: str, text: str) -> bool:
    """Whether a text gives a year or month where the question names another, and not that one."""
    return any(
        asked and given and not asked & given
        for asked, given in ((set(times(question)), set(times(text))) for times in (years, months))
    )


def _plain(text: str) -> str:
    """Lower-cased, without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def _has_name(name: str, text: str, plain: str) -> bool:
    """Whether all words of a name stand in a text, or its initials do; "R&D" and hyphens count as they are written."""
    words = [word for word in name.split() if word not in JOINING and (len(word) > 2 or word.isalnum())]
    if all(_has_word(_plain(word), plain) or _spelt_out(word, text) for word in words):
        return True
    initials = r"\.?".join(re.escape(word[0].upper()) for word in words)
    return len(words) > 1 and re.search(rf"\b{initials}\b", text) is not None


def _has_word(word: str, plain: str) -> bool:
    """Whether a word of a text begins so, or names the land of a people or the other way round."""
    if re.search(rf"(?<!\w){re.escape(word)}", plain):
        return True
    land = _LAND.fullmatch(word)
    return bool(land and re.search(rf"(?<!\w){re.escape(land[1])}{_OF_LANDS[land[2]]}(?!\w)", plain))


def _spelt_out(word: str, text: str) -> bool:
    """Whether words with these initials stand in a text."""
    if not (word.isalpha() and word.isascii() and 2 <= len(word) <= _LONGEST_INITIALS):
        return False
    between = rf"\w*\s+(?:(?:{'|'.join(JOINING)})\s+)*"
    return re.search(rf"\b{between.join(word.upper())}\w", text) is not None


def _has_otherwise(word: str, plain: str) -> bool:
    """Whether a month stands there abbreviated, a small number as a word or in Roman letters, a year beside a comma."""
    if word in MONTHS:
        return re.search(rf"\b{word[:3]}t?\b", plain) is not None
    if not word[0].isdigit():
        return False
    if word in _WRITTEN and re.search(rf"\b(?:{_WRITTEN[word]})\b", plain):
        return True
    not_a_group = r"(?<!\d,)" if len(word) == 3 else ""  # 500 is not in 12,500
    return re.search(rf"(?<![\d.]){not_a_group}{re.escape(word)}(?!,\d\d\d(?!\d))(?!\.?\d)", plain) is not None
