"""How well a sentence fits a question: a few numbers, each with a plain meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from qa.corpus.layout import ends_sentence
from qa.index.lexical import LexicalIndex, terms
from qa.reader.answer_types import spans_of_type
from qa.reader.mentions import absent
from qa.reader.question import AnalysedQuestion
from qa.types import Hit, Span

_REMEMBERED = 8192
_WHOLE = 256
"""Whole passages remembered: fewer than sentences, since they are longer."""

_YES_OR_NO = "is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
_OFFERS = re.compile(rf"^\W*(?:{_YES_OR_NO})\b|\bor\b", re.IGNORECASE)
_ONLY_ASKS = re.compile(
    r"\W*(?:[\w ]{1,30}[.:)]\W*)?"  # who asks, or the question's number
    rf"(?:{_YES_OR_NO}|who|whom|whose|what|which|when|where|why|how)\b"
    r"(?:[^.!?]|\.(?=\S))*\?\W*",
    re.IGNORECASE,
)

TermWeight = Callable[[str], float]
"""How much a term tells: higher for rarer ones, above 0."""


class Evidence(NamedTuple):
    """What speaks for one sentence; every field lies in 0..1 except the cosine (-1..1)."""

    passage_cosine: float
    retrieved: float
    """The fused score of retrieval."""
    agreement: float
    """How far both searches agree on the passage: 1 over its worse rank of the two, 0 where one did not find it."""
    sentence_overlap: float
    """Share of the question's term weight that stands in the sentence."""
    passage_overlap: float
    """The same for passage and context."""
    best_term: float
    """1 if the question's weightiest term stands in passage or context."""
    pairs: float
    """Share of the question's neighbouring terms that are neighbours in the sentence."""
    has_type: float
    """1 if words of the kind asked for stand in the sentence; 0.5 if no kind is asked for."""
    names_in_passage: float
    """Share of the question's names in passage or context; 1 if it has none."""
    names_in_sentence: float
    numbers_in_passage: float
    """Share of the question's numbers in passage or context; 1 if it has none."""
    numbers_in_sentence: float
    named: float
    """1 if every name of the question stands in the sentence, 0.5 if in passage or context only, where its numbers
    stand too; 0 if anything that it names is nowhere there."""
    is_sentence: float
    """1 if it ends as a sentence does: headings and labels do not."""
    is_question: float
    """1 if it asks rather than tells."""
    length: float
    """Number of words on a logarithmic scale, 1 at 50."""


def measure(question: AnalysedQuestion, hit: Hit, sentence: Span, weight: TermWeight) -> Evidence:
    """The evidence for one or more sentences (offsets into the document) of a hit."""
    text = hit.passage.slice(sentence)
    own = _terms(text)
    spans = spans_of_type(question, text)
    passage = of_passage(question, hit, weight)
    names = _share(question.names, text)
    typed = question.type not in ("other", "list")
    return Evidence(
        **passage,
        sentence_overlap=_overlap(question.terms, set(own), weight),
        pairs=_pairs(question.terms, own),
        has_type=float(bool(spans)) if typed else 0.5,
        names_in_sentence=names,
        numbers_in_sentence=_share(question.numbers, text),
        named=_named(names, passage["names_in_passage"], passage["numbers_in_passage"]),
        is_sentence=float(ends_sentence(text)),
        is_question=float(_asks(text)),
        length=min(1.0, math.log1p(len(text.split())) / math.log1p(50)),
    )


OF_PASSAGE = "passage_cosine retrieved agreement passage_overlap best_term names_in_passage numbers_in_passage".split()
"""The names of ``of_passage``."""


def of_passage(question: AnalysedQuestion, hit: Hit, weight: TermWeight) -> dict[str, float]:
    """The evidence that is the same for all sentences of a hit, by name: what is known before the passage is read."""
    around = f"{hit.passage.context}\n{hit.passage.text}"
    near = set(_terms(around))
    return {
        "passage_cosine": hit.scores.get("dense", 0.0),
        "retrieved": hit.score,
        "agreement": 1 / max(hit.ranks.values()) if {"dense", "lexical"} <= hit.ranks.keys() else 0.0,
        "passage_overlap": _overlap(question.terms, near, weight),
        "best_term": float(max(question.terms, key=weight, default="") in near),
        "names_in_passage": _share(question.names, around),
        "numbers_in_passage": _share(question.numbers, around),
    }


def tells(question: AnalysedQuestion, text: str) -> bool:
    """Whether a text can answer at all: it has letters, and a term that the question does not have. What can be
    answered with yes or no, or offers the answers ("… or …?"), may find them in its own words, but not in a question.
    A source's own question, as a list of them has it, tells nothing.
    """
    if not any(character.isalpha() for character in text) or _ONLY_ASKS.fullmatch(text):
        return False
    if set(_terms(text)).difference(_terms(question.text)):
        return True
    return bool(_OFFERS.search(question.text)) and not _asks(text)


def term_weight(index: LexicalIndex) -> TermWeight:
    """How much terms tell among the passages of an index; remembered, since every candidate asks again."""
    return lru_cache(_REMEMBERED)(index.idf)


@lru_cache(_WHOLE)  # asked again for every place of a passage, and whenever more of them are read
def missing(question: AnalysedQuestion, text: str) -> tuple[str, ...]:
    """The question's names and numbers that ``text`` does not have, as they stand in the question."""
    names = {name: _as_written(name, question.text) for name in absent(question.names, text)}
    return (*names.values(), *absent(question.numbers, text))


def _asks(text: str) -> bool:
    return text.rstrip("\"'”’*_) ").endswith(("?", "？"))


def _as_written(name: str, question: str) -> str:
    match = re.search(re.escape(name), question, re.IGNORECASE)
    return match.group() if match else name


@lru_cache(_REMEMBERED)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(terms(text))


def _overlap(wanted: Iterable[str], found: set[str], weight: TermWeight) -> float:
    weights = {term: weight(term) for term in wanted}
    total = sum(weights.values())
    return sum(value for term, value in weights.items() if term in found) / total if total else 0.0


def _pairs(wanted: tuple[str, ...], found: tuple[str, ...]) -> float:
    pairs = set(pairwise(wanted))
    return len(pairs & set(pairwise(found))) / len(pairs) if pairs else 0.0


def _named(in_sentence: float, in_passage: float, numbers_in_passage: float) -> float:
    return ((in_sentence == 1) + (in_passage == 1)) / 2 if numbers_in_passage == 1 else 0.0


def _share(wanted: Sequence[str], text: str) -> float:
    """The share of names or numbers that stand in a text; 1 if there are none."""
    return 1 - len(absent(wanted, text)) / len(wanted) if wanted else 1.0
