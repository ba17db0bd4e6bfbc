"""Questions proposed from the documents, for a person to accept or strike.

Simple patterns over sentences with a date, a name or a figure; each proposal has the words that answer and the
sentence they stand in. They are drafts: never asked and never counted before somebody accepts them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple, TypeAlias

from qa.eval.duplicates import asked, near_duplicates
from qa.eval.edit import make_line
from qa.types import Passage

Match: TypeAlias = "re.Match[str]"


class Proposal(NamedTuple):
    """A question, the words of the sentence that answer it, and its type."""

    question: str
    answer: str
    type: str


_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?:1[0-9]|20)\d\d\b(?![,.–-]\d)"
_DATE = rf"(?:(?:(?:\d{{1,2}} )?{_MONTH} (?:\d{{1,2}}, )?)?{_YEAR}|{_MONTH} \d{{1,2}}\b|\d{{1,2}} {_MONTH}(?!\w))"
_IN = rf"(?:In (?P<when>{_DATE}), )?"
_ABOUT = r"(?:about |around |nearly |almost |more than |over |less than |at least |up to )?"
_FIGURE = (
    r"(?:[$€£¥] ?)?\d+(?:[.,]\d+)*(?: ?%| per ?cent)?(?: (?:thousand|million|billion|trillion))?"
    r"(?: (?:yuan|euros|dollars))?"
)
_SUBJECT = r"(?P<subject>(?:[A-Z]|(?:the|a|an) )[^,;:()\n]{2,70}?)"
_REST = r"(?P<rest>(?: [^,;:()\n]{1,60}?)?)"
_NAME = r"(?:[Tt]he )?[A-Z][\w.'’&-]*(?: (?:(?:of|de|van|von|for|and|the) )*[A-Z][\w.'’&-]*)*(?<!\.)"
_ROLE = r"(?i:minister|director|president|chair|chairman|chairwoman|head|secretary|mayor|chief|professor|analyst)"
_PAST = {
    **{"opened": "open", "closed": "close", "began": "begin", "started": "start", "ended": "end", "joined": "join"},
    **{"launched": "launch", "released": "release", "announced": "announce", "published": "publish", "held": "hold"},
    **{"signed": "sign", "founded": "found", "established": "establish", "approved": "approve", "won": "win"},
    **{"became": "become", "moved": "move", "died": "die", "built": "build", "created": "create", "left": "leave"},
    **{"introduced": "introduce", "issued": "issue", "adopted": "adopt", "completed": "complete", "bought": "buy"},
    **{"sold": "sell", "acquired": "acquire", "had": "have", "employed": "employ", "covered": "cover"},
    **{"contained": "contain", "received": "receive", "reached": "reach", "exceeded": "exceed", "totalled": "total"},
    **{"rose to": "rise to", "fell to": "fall to", "grew to": "grow to", "amounted to": "amount to"},
}
_PRESENT = {
    **{"has": "have", "employs": "employ", "covers": "cover", "contains": "contain", "holds": "hold"},
    **{"comprises": "comprise", "includes": "include", "operates": "operate", "runs": "run"},
}
_HELD = ("had", "employed", "covered", "contained", "held", "received")
_CAME_TO = (
    "is",
    "was",
    "are",
    "were",
    "reached",
    "exceeded",
    "totalled",
    "rose to",
    "fell to",
    "grew to",
    "amounted to",
)
_NO_SUBJECT = re.compile(
    r"(?i:it|he|she|they|this|these|those|that|there|we|i|you|who|which|what|both|some|many|all|each|one|another|its|"
    r"his|her|their|our|here|but|and|or|so|if|when|while|as|in|on|at|by|for|from|to|with|after|before|since|during|"
    r"however|according|meanwhile|moreover)\b|.*\b(?:which|who|that|said|says)\b"
)
_LOWERED = ("The", "A", "An", "Several", "Most", "Two", "Three", "Other", "New")
_SENTENCE = re.compile(r"[A-Z\"“][^\n\t]{30,360}[.!][\"”]?")


def _active(match: Match) -> Proposal:
    return Proposal(f"When did {_inner(match)} {_PAST[match['verb']]}{match['rest']}?", match["date"], "date")


def _dated(match: Match) -> Proposal:
    word = {"by": "By when", "since": "Since when"}.get(match["word"].lower(), "When")
    return Proposal(f"{word} {match['be']} {_inner(match)}{match['rest']}?", match["date"], "date")


def _agent(match: Match) -> Proposal:
    return Proposal(f"By whom {match['be']} {_inner(match)} {match['verb']}?", match["name"], "name")


def _how_many(match: Match) -> Proposal:
    verb = match["verb"]
    do, base = ("does", _PRESENT[verb]) if verb in _PRESENT else ("did", _PAST[verb])
    return Proposal(f"How many {match['noun']} {do} {_inner(match)} {base}{_when(match)}?", match["figure"], "figure")


def _how_much(match: Match) -> Proposal:
    verb = match["verb"]
    asked = f"did {_inner(match)} {_PAST[verb]}" if verb in _PAST else f"{verb} {_inner(match)}"
    return Proposal(f"What {asked}{_when(match)}?", match["figure"], "figure")


def _definition(match: Match) -> Proposal:
    return Proposal(f"What {match['be']} {_inner(match)}?", match["what"], "definition")


def _office(match: Match) -> Proposal:
    return Proposal(f"Who is {_inner(match)}?", match["name"], "name")


def _inner(match: Match) -> str:
    """The subject as it stands inside a question."""
    return re.sub(
        r"^(?:The|A|An|Several|Most|Many|Two|Three|Other|New) ",
        lambda article: article.group().lower(),
        match["subject"],
    )


def _when(match: Match) -> str:
    return f" in {match['when']}" if match["when"] else ""


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


_VERB = rf"(?P<verb>{_any(verb for verb in _PAST if ' ' not in verb)})"
_BE = r"(?P<be>is|are|was|were|will|would|should)"
_PREPOSITION = r"(?P<word>in|on|by|since)"
_NO_AUXILIARY = "".join(f"(?<! {word})" for word in ("was", "were", "is", "are", "be", "been", "has", "had", "have"))
_PARTICIPLE = r"(?P<verb>[a-z]+ed|built|held|made|set up|won|sold|bought|written|drawn|led|chosen|given|taken)"
_PATTERNS: tuple[tuple[str, Callable[[Match], Proposal]], ...] = (
    (rf"{_SUBJECT} {_BE}(?P<rest> [^,;:()\n]{{3,90}}?) {_PREPOSITION} (?P<date>{_DATE})", _dated),
    (rf"(?P<word>In|On|By|Since) (?P<date>{_DATE}), {_SUBJECT} {_BE}(?P<rest> [^,;:()\n]{{3,90}})[.,;]", _dated),
    (rf"{_SUBJECT}{_NO_AUXILIARY} {_VERB}{_REST} (?:in|on) (?P<date>{_DATE})", _active),
    (rf"{_SUBJECT} (?P<be>was|were) {_PARTICIPLE} by (?P<name>{_NAME})(?=[,.;]| in | on | at )", _agent),
    (
        rf"{_IN}{_SUBJECT} (?P<verb>{_any((*_PRESENT, *_HELD))}) {_ABOUT}(?P<figure>\d+(?:,\d{{3}})*) "
        r"(?P<noun>(?:[a-z-]+ ){0,2}?[a-z]+s)\b",
        _how_many,
    ),
    (
        rf"{_IN}{_SUBJECT} (?P<verb>{_any(_CAME_TO)}) {_ABOUT}(?P<figure>{_FIGURE})(?=[ ,.;])(?! [A-Za-z]*s\b)",
        _how_much,
    ),
    (rf"(?P<subject>{_NAME}) (?P<be>is|are) (?P<what>(?:a|an|the) [^,;:()\n]{{10,120}})[.,;]", _definition),
    (
        r"(?:.*(?:[,.;]| said| says| by) )?(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,3}), "
        rf"(?P<subject>(?:the )?(?:[\w-]+ ){{0,3}}{_ROLE} (?:of|at|for) [^,.;]{{3,60}}),",
        _office,
    ),
)
_COMPILED = tuple((re.compile(pattern), make) for pattern, make in _PATTERNS)


def propose(sentence: str) -> Iterator[Proposal]:
    """What each pattern makes of a sentence; the answer stands in it letter for letter."""
    if not _SENTENCE.fullmatch(sentence):
        return
    for pattern, make in _COMPILED:
        match = pattern.match(sentence)
        if match and not _NO_SUBJECT.match(match["subject"]) and len(match["subject"].split()) <= 10:
            yield make(match)


def drafts(passages: Iterable[Passage], count: int, known: Collection[str] = ()) -> list[dict[str, Any]]:
    """At most ``count`` proposals as lines of a set, fit for ``add_question``: none of ``known``, and none that nearly
    repeats another.

    Documents take turns, and within one document types do, so that no kind crowds out the rest.
    """
    seen = {question.lower() for question in known}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for passage in passages:
        for span in passage.sentences if passage.searchable else ():
            sentence = passage.slice(span)
            for each in propose(sentence):
                if each.question.lower() not in seen:
                    seen.add(each.question.lower())
                    line = make_line(
                        each.question, [each.answer], [(passage.document_id, sentence)], type=each.type, draft=True
                    )
                    found.setdefault((each.type, passage.document_id), []).append(line)
    turns = zip_longest(*(found[key] for key in sorted(found)))
    lines = [line for turn in turns for line in turn if line is not None]
    repeats = {later for _, later in near_duplicates([asked(line["question"], line["answers"]) for line in lines])}
    return [line for number, line in enumerate(lines) if number not in repeats][:count]
