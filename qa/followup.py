"""Questions that lean on the ones before them, made whole without a language model.

A question that says all it needs is asked as it stands. One that leans ("And Shanghai's?", "What about 2030?", "How
much did it grow?") is asked with what it lacks from the question before: first by putting the new name, number or
year in the place of the old one of its kind, then by adding the terms of the earlier question. The reader judges.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.reader.question import analyse, names

_OPENING = re.compile(
    r"^\s*(?:and|but|so|or|also|then|ok(?:ay)?|what about|how about|and what about)\b[\s,]*", re.IGNORECASE
)
_ABOUT = re.compile(
    r"^\s*(?:and\s+|but\s+|so\s+)?(?:what|how) about\b|^\s*(?:and|or)\s+(?:for|in|by|of|the)?\b", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then|one|ones|such|"
    r"the (?:same|former|latter|other|others|rest|first|second|third|last|plan|circular|strategy|measure|cluster|"
    r"company|minister|centres?|centers?|hub|zones?|report|document|figure))\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_SHORT = 4


def resolve(question: str, history: Sequence[str]) -> list[str]:
    """The forms in which to ask ``question`` after ``history`` (earliest first), the likeliest first.

    The question itself is always among them; alone if it does not lean or there is nothing to lean on.
    """
    earlier = _resolved(history)
    if not earlier or not leans(question):
        return [question]
    forms = [form for form in (_substituted(question, earlier), _joined(question, earlier)) if form]
    return list(dict.fromkeys((*forms, question)))


def leans(question: str) -> bool:
    """Whether a question needs an earlier one: it opens with "and", points back, or is a mere fragment."""
    if _ABOUT.match(question) or _OPENING.match(question):
        return True
    content = [term for term in analyse(question).terms if not term.isdigit()]
    return bool(_POINTING.search(question)) or len(content) < 2 or len(question.split()) < _SHORT


def _resolved(history: Sequence[str]) -> str | None:
    """The last question of the history, made whole with those before it."""
    whole: str | None = None
    for question in history:
        if question.strip():
            whole = resolve(question, [whole])[0] if whole and leans(question) else question
    return whole


def _substituted(question: str, earlier: str) -> str | None:
    """The earlier question with its year or name replaced by the new one; None if it has none of the kind."""
    rest = _ABOUT.sub("", question) if _ABOUT.match(question) else question
    if len(analyse(rest).terms) > 3:
        return None
    years, old_years = _YEAR.findall(rest), _YEAR.findall(earlier)
    if years and len(old_years) == 1:
        return earlier.replace(old_years[0], years[0])
    new, old = _written_names(rest), [name for name in _written_names(earlier)]
    if new and old and not years:
        return earlier.replace(old[-1] if len(old) == 1 else _closest(new[0], old), new[0])
    return None


def _closest(new: str, old: Sequence[str]) -> str:
    """Of several old names the one most like the new in form: as many words, then the last."""
    return min(reversed(old), key=lambda name: abs(len(name.split()) - len(new.split())))


def _joined(question: str, earlier: str) -> str:
    """The new question with the earlier one's content in front of it."""
    return f"{earlier.rstrip(' ?.!')}: {_OPENING.sub('', question).strip()}"


def _written_names(text: str) -> list[str]:
    """The names as they stand in ``text``, without possessives."""
    found = []
    for name in names(text):
        start = text.lower().find(name)
        found.append(text[start : start + len(name)] if start >= 0 else name)
    return found
