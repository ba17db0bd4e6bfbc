"""Yes-or-no questions out of statements: "Can cash be paid in?" of "Cash can be paid in at any branch."

The statement's clause is the answer, whether it affirms or denies.
"""

from __future__ import annotations

import re
from random import Random

import lemminflect

from training.passages import sentences

_AUXILIARIES = frozenset("is are was were will can could may might must should would has have had".split())
_CLAUSE = re.compile(r"\b(?:who|which|that|when|if|as|because|while|after|before|although|where|since|and|or|but)\b")
_STOP = re.compile(r"[,;:()\"“”—]|\s(?:which|who|because|although|while|but|and then)\s")
_LOWER_FIRST = frozenset("the a an this that these those its their our his her some many most all each every".split())
_NO_SUBJECT = frozenset(
    "though thanks however thus then also so by in on at for from with to of i you he she it they we".split()
)
MOST_SUBJECT = 7
MOST_REST = 14


def yes_no(passage: str, rng: Random) -> tuple[str, tuple[int, int]] | None:
    """A question and the range of ``passage`` that settles it; None if no sentence is of a plain form."""
    made = [found for a, b in sentences(passage) if (found := _asked(passage, a, b))]
    return rng.choice(made) if made else None


def _asked(passage: str, start: int, end: int) -> tuple[str, tuple[int, int]] | None:
    text = passage[start:end].rstrip()
    words = [(m.group(), m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    at = next((i for i, (word, _, _) in enumerate(words[: MOST_SUBJECT + 1]) if word in _AUXILIARIES), None)
    past = next((i for i, (word, _, _) in enumerate(words[: MOST_SUBJECT + 1]) if _past(word)), None)
    verb = at if at is not None and (past is None or at < past) else past
    if not verb or len(words) < verb + 3:
        return None
    subject = text[: words[verb][1]].strip()
    first = subject.split()[0]
    if _STOP.search(subject + " ") or _CLAUSE.search(subject.casefold()) or not subject[0].isupper():
        return None
    if first.casefold() in _NO_SUBJECT or subject.endswith(" I"):
        return None
    rest = text[words[verb][2] :]
    stop = _STOP.search(rest)
    rest = rest[: stop.start()] if stop else rest.rstrip(".!? ")
    kept = rest.split()
    if not 2 <= len(kept) <= MOST_REST or "?" in text:
        return None
    negated = kept[0] in ("not", "never", "n't")
    kept = kept[1:] if negated else kept
    word = words[verb][0]
    named = subject[0].lower() + subject[1:] if first.casefold() in _LOWER_FIRST or _common(first, text) else subject
    if verb == past:
        lemma = lemminflect.getLemma(word, "VERB")[0]
        question = f"Did {named} {lemma} {' '.join(kept)}?"
    else:
        question = f"{word.capitalize()} {named} {' '.join(kept)}?"
    length = words[verb][2] + (stop.start() if stop else len(text) - words[verb][2])
    clause = text[:length].rstrip(".!? ")
    return question, (start, start + len(clause))


def _past(word: str) -> bool:
    if not word.isalpha() or not word.islower() or word in _AUXILIARIES:
        return False
    lemmas = lemminflect.getAllLemmas(word)
    if set(lemmas) - {"VERB", "AUX"}:
        return False
    lemma = lemmas.get("VERB", ("",))[0]
    return word in lemminflect.getAllInflections(lemma, "VERB").get("VBD", ()) if lemma else False


def _common(word: str, text: str) -> bool:
    """A first word that is an ordinary noun, so that only its place gave it a capital."""
    lower = word.casefold()
    return bool(set(lemminflect.getAllLemmas(lower)) & {"NOUN", "ADJ"}) and not re.search(rf"(?<!^)\b{word}\b", text)
