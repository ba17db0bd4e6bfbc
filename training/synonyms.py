"""Other words for a question's words, after WordNet (Fellbaum 1998; Debian's package ``wordnet-base``).

A synonym leaves the answer where it is; a sister ("treasurer" for "chairman") asks something else. Both are taken
only from senses seen in WordNet's tagged texts, so rare meanings stay out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

import lemminflect

FOLDER = Path("/usr/share/wordnet")
_WORD = re.compile(r"[A-Za-z]+")
_KINDS = {"noun": "NOUN", "verb": "VERB", "adj": "ADJ"}
_LEFT = frozenset(
    "be is are was were been being am have has had having do does did doing will would can could may might must "
    "should shall get got go make made take many much most more less least few first last other name year time "
    "day month kind type one thing people person number way new old what which who whom whose when where why how "
    "not no all any some such same own".split()
)
SEEN = 2
"""A word must be tagged this often in a sense for that sense to count."""


@dataclass
class WordNet:
    """Sets of synonyms and the relations between them, by part of speech ("noun", "verb", "adj")."""

    senses: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(kind, lemma) → synonym sets, the commonest sense first."""
    members: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    parents: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    children: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """(kind, lemma, number of the sense from 0) → how often tagged."""

    def common(self, kind: str, lemma: str) -> list[str]:
        """The synonym sets of a word's usual senses: the first, and a second nearly as common."""
        found = self.senses.get((kind, lemma), [])
        counts = [self.counts.get((kind, lemma, number), 0) for number in range(len(found))]
        return [one for one, count in zip(found, counts, strict=True) if count >= SEEN and count * 2 >= max(counts)][:2]

    def synonyms(self, kind: str, lemma: str) -> list[str]:
        """Words that share a usual sense, for which it is a usual sense too."""
        sets = self.common(kind, lemma)
        wide = sets + [parent for one in sets[:1] for parent in self.parents.get((kind, one), []) if kind == "verb"]
        return self._usual(kind, wide, lemma)

    def sisters(self, lemma: str) -> list[str]:
        """Nouns under the same hypernym that are not synonyms."""
        sets = self.common("noun", lemma)[:1]
        parents = [parent for one in sets for parent in self.parents.get(("noun", one), [])]
        near = [one for parent in parents for one in self.children[("noun", parent)] if one not in sets]
        same = set(self.synonyms("noun", lemma))
        return [word for word in self._usual("noun", near, lemma) if word not in same]

    def _usual(self, kind: str, sets: list[str], lemma: str) -> list[str]:
        words = {word for one in sets for word in self.members.get((kind, one), []) if one in self.common(kind, word)}
        return sorted(word for word in words if word != lemma and word.isalpha() and word.islower())


@lru_cache(1)
def wordnet() -> WordNet:
    """Debian's, read from disk once."""
    if not FOLDER.is_dir():
        raise SystemExit(f"training: there is no WordNet in {FOLDER}: apt-get install wordnet-base")
    return read_wordnet(FOLDER)


def read_wordnet(folder: Path) -> WordNet:
    """The database files (wndb(5WN)) in ``folder``."""
    net = WordNet()
    for kind in _KINDS:
        for line in _lines(folder / f"index.{kind}"):
            parts = line.split()
            pointers = int(parts[3])
            net.senses[kind, parts[0]] = parts[6 + pointers :]
        for line in _lines(folder / f"data.{kind}"):
            _read_set(net, kind, line.split(" | ")[0].split())
    kinds = {"1": "noun", "2": "verb", "3": "adj", "5": "adj"}
    for line in (folder / "cntlist.rev").read_text(encoding="utf-8").splitlines():
        key, number, count = line.split()
        lemma, rest = key.split("%")
        if rest[0] in kinds:
            net.counts[kinds[rest[0]], lemma, int(number) - 1] = int(count)
    return net


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("  ")]


def _read_set(net: WordNet, kind: str, parts: list[str]) -> None:
    offset, words = parts[0], int(parts[3], 16)
    net.members[kind, offset] = [re.sub(r"\(.*\)", "", parts[4 + 2 * i]) for i in range(words)]
    at = 4 + 2 * words
    pointers = [parts[at + 1 + 4 * i : at + 5 + 4 * i] for i in range(int(parts[at]))]
    net.parents[kind, offset] = [p[1] for p in pointers if p[0] in ("@", "@i")]
    for p in net.parents[kind, offset]:
        net.children[kind, p].append(offset)


@lru_cache(50_000)
def other_words(word: str, sisters: bool = False) -> tuple[str, ...]:
    """Words to stand where ``word`` stands, inflected as it is."""
    net = wordnet()
    found: set[str] = set()
    for kind, part in _KINDS.items():
        for lemma in lemminflect.getLemma(word, part):
            if lemma in _LEFT or not _may_be(word, part):
                continue
            tag = _tag(word, lemma, part)
            for other in _others(net, kind, lemma, sisters):
                forms = lemminflect.getInflection(other, tag) if tag else (other,)
                found.update(forms[:1])
    return tuple(sorted(found - {word}))


def _others(net: WordNet, kind: str, lemma: str, sisters: bool) -> list[str]:
    if not sisters:
        return net.synonyms(kind, lemma)
    return net.sisters(lemma) if kind == "noun" else []


def _may_be(word: str, part: str) -> bool:
    lemmas = lemminflect.getAllLemmas(word)
    if part == "VERB" and "NOUN" in lemmas:
        return word.endswith(("ed", "ing"))  # "plan", "report": nouns more often than not in a question
    return part in lemmas


def _tag(word: str, lemma: str, part: str) -> str | None:
    forms = lemminflect.getAllInflections(lemma, part)
    for tag in ("NNS", "VBG", "VBZ", "VBD", "VBN", "JJR", "JJS"):
        if word in forms.get(tag, ()) and word != lemma:
            return tag
    return None


def with_synonyms(question: str, passage: str, rng: Random, share: float = 0.6) -> str | None:
    """The question with words of the passage said otherwise, each by chance ``share``; None if nothing was found."""
    return _changed(question, passage, rng, share, sisters=False)


def with_sister(question: str, passage: str, rng: Random) -> str | None:
    """The question with one noun of the passage made another of its kind that the passage does not have."""
    return _changed(question, passage, rng, 0.0, sisters=True)


def _changed(question: str, passage: str, rng: Random, share: float, sisters: bool) -> str | None:
    stems = {word[:6] for word in _WORD.findall(passage.casefold())}
    places = []
    for match in _WORD.finditer(question):
        word = match.group()
        if len(word) < 4 or not word.islower() or word[:6] not in stems or word in _LEFT:
            continue
        others = [o for o in other_words(word, sisters) if o[:5] != word[:5] and (not sisters or o[:6] not in stems)]
        if others:
            places.append((match.start(), match.end(), rng.choice(others)))
    if not places:
        return None
    one = rng.choice(places)
    for place in reversed(places):
        if place == one or rng.random() < share:
            question = question[: place[0]] + place[2] + question[place[1] :]
    return question
