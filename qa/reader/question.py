"""What a question asks for: the kind of answer, its names, its numbers and its content terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from qa.index.lexical import terms

AnswerType = Literal[
    "date", "percent", "money", "number", "person", "place", "organisation", "reason", "definition", "list", "other"
]

# In order: the first that matches decides.
_TYPES: tuple[tuple[AnswerType, str], ...] = (
    ("date", r"\bwhen\b|\b(?:what|which|in what|by what|by which) (?:year|date|day|month|time|decade)\b|\bhow (?:soon|long ago)\b|\bby when\b|\bwhat deadline\b"),
    ("percent", r"\b(?:what|which) (?:percentage|percent|share|proportion|per cent|rate|fraction|intensity)\b|\bhow (?:much|many|far) (?:\w+ ){0,3}(?:percent|%)|\bby how much\b|\bgrowth rate\b"),
    ("money", r"\bhow much (?:money|funding|income|revenue|investment|did .* (?:earn|cost|spend|make))\b|\bhow (?:expensive|costly)\b|\bwhat (?:\w+ ){0,3}(?:cost|income|price|budget|revenue|turnover)\b|\bhow much .*\b(?:yuan|dollars?|euros?|rmb)\b"),
    ("number", r"\bhow (?:many|much|long|old|far|large|big|high|often)\b|\b(?:what|which) (?:number|total|figure|amount|count)\b|\bnumber of\b"),
    ("person", r"\bwho(?:se|m)?\b|\b(?:what|which) (?:person|man|woman|minister|author|analyst|official|chairman|president|scientist)\b"),
    ("place", r"\bwhere\b|\b(?:what|which) (?:city|cities|country|countries|province|provinces|place|region|regions|town|state|area|areas|districts?)\b"),
    ("organisation", r"\b(?:what|which) (?:company|companies|organi[sz]ation|agency|institution|body|ministry|department|firm|council|newspaper|publisher|university|provider)\b"),
    ("reason", r"\bwhy\b|\bhow come\b|\bwhat (?:is|was|are|were) the (?:reason|purpose|aim|goal|cause|objective)s?\b|\bwhat for\b|\bfor what (?:reason|purpose)\b"),
    ("list", r"\b(?:list|name|enumerate)\b|\bwhich (?:\w+ ){0,3}(?:ones|sectors|fields|areas|cities|provinces|goals|industries|measures)\b|\bwhat (?:are|were) the\b|\bwhat (?:\w+ ){0,2}(?:kinds|types|sorts|sectors|fields|areas|industries|measures|services|aspects|steps)\b"),
    ("definition", r"\bwhat (?:is|are|was|were) (?:an? |the )?[\w' -]{2,40}\??$|\bdefine\b|\bdefinition of\b|\bwhat does .* mean\b|\bwhat is meant by\b"),
)
_PATTERNS = tuple((type, re.compile(pattern, re.IGNORECASE)) for type, pattern in _TYPES)

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b[A-Z][\w&’'-]*(?:(?:\s+(?:of|the|and|for|de|van|von)\s+|[\s-]+)[A-Z][\w&’'-]*)*")
_NOT_NAMES = frozenset(
    "what which who whom whose when where why how is are was were do does did can could will would should has have had "
    "name list tell give describe explain define in on at by for to from of the a an and according during since under "
    "after before as if it its that this these those please i we they he she you there about also with".split()
)
_ASKING = frozenset(
    "what which who whom whose when where why how mani much name list tell give describ explain defin pleas accord "
    "say mention state text sourc document question know does did".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, taken apart once."""

    text: str
    type: AnswerType
    terms: tuple[str, ...]
    """Stemmed content terms, each once, those that only ask ("what", "tell") left out."""
    names: tuple[str, ...]
    """Capitalised words and runs of them, lower-cased, the first word only where it is no question word."""
    numbers: tuple[str, ...]
    """Numbers and years, thousands separators left out."""


def analyse(text: str) -> Question:
    """Works on any text; a question typed without capitals simply has no names."""
    found = dict.fromkeys(term for term in terms(text) if term not in _ASKING)
    return Question(text, _type(text), tuple(found) or tuple(dict.fromkeys(terms(text))), names(text), numbers(text))


def numbers(text: str) -> tuple[str, ...]:
    """The numbers in ``text``, each once, without thousands separators."""
    return tuple(dict.fromkeys(match.replace(",", "") for match in _NUMBER.findall(text)))


def names(text: str) -> tuple[str, ...]:
    """The names in ``text``, lower-cased, each once."""
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        words = re.sub(r"['’]s\b", "", match.group()).split()
        while words and words[0].lower() in _NOT_NAMES:
            words = words[1:]
        if words:
            found[" ".join(words).lower()] = None
    return tuple(found)


def _type(text: str) -> AnswerType:
    return next((type for type, pattern in _PATTERNS if pattern.search(text)), "other")
