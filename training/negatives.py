"""Questions that a passage does not answer although it looks as if it did."""

from __future__ import annotations

import re
from collections import defaultdict
from random import Random

from training.passages import Spans, sentences
from training.questions import Item

_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d[\d.,]*\b")
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w’'-]+)(?: (?:of |the |de )?[A-Z][\w’'-]+)*")
_OPPOSITES = """first/last largest/smallest biggest/smallest highest/lowest before/after more/less more/fewer
most/least north/south northern/southern east/west eastern/western increase/decrease increased/decreased
older/younger oldest/youngest early/late above/below inside/outside start/end begin/end began/ended
longest/shortest higher/lower larger/smaller male/female men/women summer/winter won/lost positive/negative
internal/external public/private strong/weak allowed/forbidden accepted/rejected supported/opposed rural/urban
minimum/maximum best/worst common/rare old/new import/export attack/defend""".split()
OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair.split("/"), pair.split("/")[::-1])}
Names = dict[str, list[str]]


class Neighbours:
    """The other texts of a set: near ones by BM25, those of the same group, and the names in its questions."""

    def __init__(self, items: list[Item]) -> None:
        import bm25s

        self.texts = sorted({item.context for item in items})
        self.groups: dict[str, list[str]] = defaultdict(list)
        for group, text in sorted({(item.group, item.context) for item in items}):
            self.groups[group].append(text)
        self._names: dict[str, Names] = defaultdict(lambda: defaultdict(list))
        for item in items:
            for kind, _, name in found_names(item.question):
                self._names[item.group][kind].append(name)
                self._names[""][kind].append(name)
        index = bm25s.BM25(k1=1.2, b=0.75)
        index.index(bm25s.tokenize(self.texts, stopwords="en", show_progress=False), show_progress=False)
        questions = sorted({item.question for item in items})
        asked = bm25s.tokenize(questions, stopwords="en", show_progress=False)
        rows = index.retrieve(asked, k=min(12, len(self.texts)), show_progress=False, return_as="documents")
        self._near = dict(zip(questions, rows.tolist(), strict=True))

    def passage(self, item: Item, rng: Random) -> str | None:
        """One of the three nearest texts that are not the item's and hold none of its answers."""
        answers = [item.context[a:b].casefold() for a, b in item.spans]
        found = []
        for row in self._near[item.question]:
            text = self.texts[row]
            if text != item.context and not any(answer in text.casefold() for answer in answers):
                found.append(text)
        return rng.choice(found[:3]) if found else None

    def others(self, item: Item, rng: Random) -> list[str]:
        """Six texts to join: of the same group where it has some, then of the set, by chance."""
        same = [text for text in self.groups[item.group] if text != item.context]
        same = rng.sample(same, min(3, len(same)))
        return same + [text for text in rng.sample(self.texts, min(6, len(self.texts))) if text != item.context]

    def names(self, item: Item) -> list[Names]:
        """Names by kind: of the group first, then of the whole set."""
        return [self._names[item.group], self._names[""]]


def found_names(question: str) -> list[tuple[str, int, str]]:
    """Years, other numbers and capitalised names in a question: kind, offset, words."""
    years = [("year", match.start(), match.group()) for match in _YEAR.finditer(question)]
    taken = {start for _, start, _ in years}
    numbers = [("number", m.start(), m.group()) for m in _NUMBER.finditer(question) if m.start() not in taken]
    names = [("name", match.start(), match.group()) for match in _NAME.finditer(question)]
    return years + numbers + names


def swapped(item: Item, passage: str, pools: list[Names], rng: Random) -> str | None:
    """The question with one name, year, number or opposite changed so that ``passage`` says nothing of it.

    What goes out must stand in the passage or its group's name, what comes in must not; None if nothing fits.
    """
    known = f"{item.group.replace('_', ' ')} {passage}".casefold()
    choices = []
    for kind, start, name in found_names(item.question):
        if name.casefold() not in known:
            continue
        for pool in pools:
            fitting = [other for other in pool[kind] if other.casefold() not in known]
            if fitting:
                choices.append((start, name, rng.choice(fitting)))
                break
    for match in re.finditer(r"[a-z]+", item.question):
        other = OPPOSITE.get(match.group())
        if other and not re.search(rf"\b{other}\b", known):
            choices.append((match.start(), match.group(), other))
    if not choices:
        return None
    start, name, other = rng.choice(choices)
    question = item.question[:start] + other + item.question[start + len(name) :]
    return question if question != item.question else None


def without_answer(passage: str, item: Item, spans: Spans) -> str | None:
    """The passage less the sentences that hold an answer; None if the words stand elsewhere or little is left."""
    kept = "".join(passage[a:b] for a, b in sentences(passage) if not any(a < e and b > s for s, e in spans))
    if len(kept) < 150 or any(passage[s:e].casefold() in kept.casefold() for s, e in spans):
        return None
    return kept.rstrip()
