"""What a question asks for: the kind of answer, its names, its numbers and its content terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa.index.lexical import terms

AnswerType = Literal[
    "date", "percent", "money", "number", "person", "place", "organisation", "reason", "definition", "list", "other"
]

# In order: the first that matches decides. Case and spacing of the patterns do not count.
_TYPES: tuple[tuple[AnswerType, str], ...] = (
    (
        "date",
        r"""\b when \b | \b by\ when \b | \b what\ deadline \b | \b how\ (soon|long\ ago) \b
        | \b (what|which) \ (year|date|day|month|time|decade) \b""",
    ),
    (
        "percent",
        r"""\b (what|which) \ (percentage|percent|share|proportion|per\ cent|rate|fraction|intensity) \b
        | \b by\ how\ much \b | \b (growth\ rate|intensity) \b
        | \b how\ (much|many|far) \ (\w+\ ){0,3} (percent\b|%)""",
    ),
    (
        "money",
        r"""\b how\ much \ (money|funding|income|revenue|investment) \b | \b how\ (expensive|costly) \b
        | \b how\ much\ did\ .* \b (earn|cost|spend|make) \b | \b how\ much\ .* \b (yuan|dollars?|euros?|rmb) \b
        | \b what\ (\w+\ ){0,3} (cost|income|price|budget|revenue|turnover) \b""",
    ),
    (
        "number",
        r"""\b how \ (many|much|long|old|far|large|big|high|often) \b | \b number\ of \b
        | \b (what|which) \ (number|total|figure|amount|count) \b""",
    ),
    (
        "person",
        r"""\b who (se|m)? \b
        | \b (what|which) \ (person|man|woman|minister|author|analyst|official|chairman|president|scientist) \b""",
    ),
    (
        "place",
        r"""\b where \b | \b (what|which) \ (city|cities|country|countries|provinces?|places?|regions?|town|state
        |areas?|districts?) \b""",
    ),
    (
        "organisation",
        r"""\b (what|which) \ (company|companies|organi[sz]ation|agency|institution|body|ministry|department|firm
        |council|newspaper|publisher|university|provider) \b""",
    ),
    (
        "reason",
        r"""\b why \b | \b how\ come \b | \b what\ for \b | \b for\ what\ (reason|purpose) \b
        | \b what\ (is|was|are|were)\ the\ (reason|purpose|aim|goal|cause|objective) s? \b""",
    ),
    (
        "list",
        r"""\b (list|name|enumerate) \b | \b what\ (are|were)\ the \b
        | \b which\ (\w+\ ){0,3} (ones|sectors|fields|areas|cities|provinces|goals|industries|measures) \b
        | \b what\ (\w+\ ){0,2} (kinds|types|sorts|sectors|fields|areas|industries|measures|services|aspects
        |steps) \b""",
    ),
    (
        "definition",
        r"""\b define \b | \b definition\ of \b | \b what\ does\ .* \b mean \b | \b what\ is\ meant\ by \b
        | \b what\ (is|are|was|were)\ (an?\ |the\ )? [\w'\ -]{2,40} \?? $""",
    ),
)
_PATTERNS = tuple((type, re.compile(pattern, re.IGNORECASE | re.VERBOSE)) for type, pattern in _TYPES)

_REMEMBERED = 64
_WORD = re.compile(r"\w+")
_EMPTY = frozenset(
    "a an the and or but so of to in on at by for from with as if is are was were be been am do does did can could "
    "will would shall should may might must has have had what which who whom whose when where why how much many long "
    "often soon far not no yes please tell me us he him his she her hers it its they them their theirs we you your i "
    "my this that these those here there then one ones any some all more most other others same such else too also "
    "only just s t".split()
)
"""Words that ask, point and join, and name nothing."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_POSSESSIVE = re.compile(r"['’]s\b")
_CAPITALISED = r"(?:(?:[A-Z]\.){2,}|[A-Z][\w&’'-]*)"
JOINING = ("of", "the", "and", "for", "de", "van", "von")
"""Words without a capital that may stand inside a name."""
_NAME = re.compile(rf"\b{_CAPITALISED}(?:(?:\s+(?:{'|'.join(JOINING)})\s+|[\s-]+){_CAPITALISED})*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
MONTHS = frozenset("january february march april may june july august september october november december".split())
_NOT_NAMES = frozenset(
    "what which who whom whose when where why how is are was were do does did can could will would should has have had "
    "name list tell give describe explain define in on at by for to from of the a an and according during since under "
    "after before as if it its that this these those please i we they he she you there about also with besides despite "
    "mention regarding concerning whats most some many each every other another both between among not no".split()
)
_ASKING = frozenset(
    terms(
        "what which who whom whose when where why how many much do does did name list tell give describe explain "
        "define please according say says mention state text source sources document question know"
    )
)
"""As terms: stemmed, stop words left out."""


@dataclass(frozen=True, slots=True)
class AnalysedQuestion:
    """A question, taken apart once."""

    text: str
    type: AnswerType
    terms: tuple[str, ...]
    """Stemmed content terms, each once, those that only ask ("what", "tell") left out."""
    names: tuple[str, ...]
    """Capitalised words and runs of them, lower-cased, the first word only where it is no question word."""
    numbers: tuple[str, ...]
    """Numbers and years, thousands separators left out."""


@lru_cache(_REMEMBERED)  # asked for every passage that may be read
def analyse(text: str) -> AnalysedQuestion:
    """Works on any text; a question typed without capitals has no names (but see ``qa.spelling.with_capitals``)."""
    found = dict.fromkeys(term for term in terms(text) if term not in _ASKING)
    content = tuple(found) or tuple(dict.fromkeys(terms(text)))
    return AnalysedQuestion(text, _type(text), content, names(text), numbers(text))


def asks_figure(question: AnalysedQuestion) -> bool:
    """Whether a date, a number or an amount is asked for: what sources give otherwise as time goes by."""
    return question.type in ("date", "percent", "money", "number")


def says_something(text: str) -> bool:
    """Whether the question names anything: "When?" and "Why those?" do not."""
    shouted = text.isupper()
    return any(
        word.lower() not in _EMPTY or (len(word) > 1 and word.isupper() and not shouted) for word in _WORD.findall(text)
    )


def numbers(text: str) -> tuple[str, ...]:
    """The numbers in ``text``, each once, without thousands separators."""
    return tuple(dict.fromkeys(match.replace(",", "") for match in _NUMBER.findall(text)))


def years(text: str) -> list[str]:
    """The years of our age in ``text``."""
    return _YEAR.findall(text)


def months(text: str) -> list[str]:
    """The months as they stand in ``text``, with a capital: "may" and "march" are words, too."""
    return [word for word in re.findall(r"\b[A-Z][a-z]+\b", text) if word.lower() in MONTHS]


def names(text: str) -> tuple[str, ...]:
    """The names in ``text``, lower-cased, each once; none where capitals tell nothing since there are no others."""
    if text.isupper() and " " in text.strip():
        return ()
    found: dict[str, None] = {}
    # A possessive ends a name: "Beijing's R&D" is two.
    for match in _NAME.finditer(_POSSESSIVE.sub(" ; ", text)):
        words = match.group().split()
        while words and words[0].lower() in _NOT_NAMES:
            words = words[1:]
        if words:
            found[" ".join(words).lower()] = None
    return tuple(found)


def _type(text: str) -> AnswerType:
    return next((type for type, pattern in _PATTERNS if pattern.search(text)), "other")
