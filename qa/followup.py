"""Questions that lean on the ones before them, made whole without a language model.

A question that says all it needs is asked as it stands. One that leans ("And Shanghai's?", "What about 2030?", "How
much did it grow?") is asked with what it lacks from the question before: where it says nothing but another name or
year, that stands in the old one's place; otherwise the terms of the earlier question are added, less what was named
anew. The reader judges.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from qa.reader.question import MONTHS, analyse, months, names, says_something, years

_OPENING = re.compile(
    r"^\s*(?:(?:and|but|so|or|also|then|ok(?:ay)?)\b[\s,]*)?(?:(?:what|how)\s+about\b)?\s*", re.IGNORECASE
)
_ASKING = re.compile(
    r"^\s*(?:(?:what|which|who|whom|whose|when|where|why|how|many|much|high|long|far|in|by|on|to|for)\s+)*"
    r"(?:(?:is|are|was|were|do|does|did|will|would|can|could|has|have|had)\s+)?",
    re.IGNORECASE,
)
_PREPOSITIONS = {"in", "by", "on", "to", "for"}
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|then|one|ones|such|"
    r"there(?=\W*$)|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )there(?! be(?:en)?\b)|"
    r"the (?:same|former|latter|other|others|rest|first|second|third|last|plan|circular|strategy|measure|cluster|"
    r"company|minister|centres?|centers?|hub|zones?|report|document|figure))\b",
    re.IGNORECASE,
)
_LOWER_POSSESSIVE = re.compile(r"^([^\W\d_]+)['’]s\W*$")
_NO_NAMES = {"it", "he", "she", "what", "who", "that", "this", "there", "here", "let", "today", "yesterday", "tomorrow"}
_SHORT = 4
_CARRIED = 32
"""Words of earlier questions that are asked with a new one, at most: more would drown it."""
Fits = Callable[[str], bool]


def resolve(question: str, history: Sequence[str], fits: Fits = lambda form: True) -> list[str]:
    """The forms in which to ask ``question`` after ``history`` (earliest first), the likeliest first.

    Just the question if it does not lean or there is nothing to lean on. A question that names another year or name
    for the same is asked in that form alone: with the old one still in it, a near miss would look like an answer.
    ``fits``: whether a form is short enough; as much of the history is taken along as fits.
    """
    earlier = _resolved(history, fits)
    if not earlier or not leans(question):
        return [question]
    rest = question[len(_opening(question)) :].strip()
    anew = {} if _asks(rest) and names(rest) else _named_anew(rest, earlier)
    is_all = not _beside(rest, earlier, anew)
    if anew and is_all and fits(substituted := _replaced(earlier, anew)):
        return [substituted]
    about = earlier if is_all else _replaced(earlier, dict.fromkeys(anew, ""))
    joined = _joined(question, about, fits)
    return [joined, rest] if (_asks(rest) or anew) and says_something(rest) else [joined]


def leans(question: str) -> bool:
    """Whether a question needs an earlier one: it opens with "and", points back, or is a mere fragment."""
    return bool(_opening(question) or _POINTING.search(question)) or _is_fragment(question)


def _is_fragment(question: str) -> bool:
    """Whether too little is said to ask it by itself; a short question with a verb and a name of its own is whole."""
    if _asks(question) and names(question):
        return False
    content = [term for term in analyse(question).terms if not term.isdigit()]
    return len(content) < 2 or len(question.split()) < _SHORT


def _asks(question: str) -> bool:
    """Whether the question opens with an asking word, and so has a form of its own to be asked in."""
    match = _ASKING.match(question)
    return bool(match and set(match.group().lower().split()) - _PREPOSITIONS)


def _opening(question: str) -> str:
    """The "and" or "what about" that a question opens with, or nothing."""
    match = _OPENING.match(question)
    return match.group() if match else ""


def _resolved(history: Sequence[str], fits: Fits) -> str | None:
    """The last question of the history, made whole with those before it."""
    whole: str | None = None
    for question in history:
        if question.strip():
            whole = resolve(question, [whole], fits)[0] if whole and leans(question) else question
    return whole


def _named_anew(rest: str, earlier: str) -> dict[str, str]:
    """The year, the month and the name of the earlier question that new ones of their kind stand for, by what they
    were; of several new names it is the one with a possessive, else the last: "the GDP of France"."""
    anew: dict[str, str] = {}
    for times in (years, months):
        now, before = times(rest), times(earlier)
        if now and len(before) == 1:
            anew[before[0]] = now[0]
    new = _written_names(rest) or [
        name.title() for name in _LOWER_POSSESSIVE.findall(rest) if name.lower() not in _NO_NAMES
    ]
    if not new:
        return anew
    name = next((one for one in new if _is_possessive(one, rest)), new[-1])
    old = _like(name, rest, earlier)
    if old and " of " not in old:
        name = name.rpartition(" of ")[2]
    return {**anew, old: name} if old else anew


def _beside(rest: str, earlier: str, anew: Mapping[str, str]) -> set[str]:
    """The terms of ``rest`` that the earlier question has not, beside what is named anew."""
    without = rest.lower()
    for new in anew.values():
        without = _replaced(without, {new.lower(): " "})
    return set(analyse(without).terms) - set(analyse(earlier).terms)


def _replaced(text: str, anew: Mapping[str, str]) -> str:
    """``text`` with whole words in others' places: "India", but not in "Indiana"; with a name goes its possessive,
    where nothing comes in its place."""
    for old, new in anew.items():
        possessive = "" if new.strip() else "(?:['’]s)?"
        text = new.join(re.split(rf"(?<!\w){re.escape(old)}{possessive}(?!\w)", text))
    return text


def _like(new: str, rest: str, earlier: str) -> str | None:
    """The name in the earlier question that stands where the new one would: a possessive for a possessive, else the
    last one that is written like it."""
    old = [name for name in _written_names(earlier) if name.isupper() == new.isupper()]
    if _is_possessive(new, rest):
        old = [name for name in old if _is_possessive(name, earlier)] or old
    return old[-1] if old else None


def _is_possessive(name: str, text: str) -> bool:
    return bool(re.search(rf"{re.escape(name)}['’]s\b", text))


def _joined(question: str, earlier: str, fits: Fits) -> str:
    """The new question with what the earlier one was about behind it; of a chain of them, what stands last, since
    the first question of a chain does and names the topic."""
    asked = _OPENING.sub("", question).strip()
    about = re.sub(r"[?()]", " ", _ASKING.sub("", earlier)).split()
    if earlier.endswith(")"):
        about = list(dict.fromkeys(reversed(about)))[::-1]
    for words in (about[start:] for start in range(max(0, len(about) - _CARRIED), len(about))):
        if fits(form := f"{asked} ({' '.join(words)})"):
            return form
    return asked


def _written_names(text: str) -> list[str]:
    """The names as they stand in ``text``, without possessives; a month is none."""
    found = (re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in names(text))
    return [match.group() for match in found if match and match.group().lower() not in MONTHS]
