"""The five sources among generated documents: an index of any size in which real questions have their answers.

Generated texts are on the sources' subjects, with other names and particulars: words drawn as often as they stand
there, in sentences of a usual length, but in place of every rare one a word of the encoder's vocabulary, by Zipf's law.
Their passages have about as many word pieces as real ones. A vector lies between those of two real passages, and off
both: for a question the passages near its answer have thousands of rivals. Only the sources themselves are embedded.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.scale import generated
from qa.corpus import read
from qa.encoder import DEFAULT_ENCODER, FloatArray, load_encoder
from qa.index import FromFile, Item, Marks
from qa.runtime.minilm import SHA256, load_tokenizer
from qa.types import Document

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
PER_DOCUMENT = 100
"""Passages that come of a generated document, about."""
_SENTENCES = 400
_COMMON = 5
_TITLE = "Generated document"
_NOISE = 0.07
"""In each dimension; the sum of two real vectors is about 1.6 long, and this 1.4."""


class AmongEncoder:
    """The packaged encoder for all but generated texts."""

    def __init__(self) -> None:
        self._real = load_encoder()
        self.name, self.fingerprint = DEFAULT_ENCODER, SHA256
        self.dimensions, self.max_tokens = self._real.dimensions, self._real.max_tokens
        self.count_tokens, self.token_starts = self._real.count_tokens, self._real.token_starts
        paragraphs = [part for one in sources() for part in one.text.split("\n") if len(part) > 80]
        self._near = self._real.encode(paragraphs)

    def prepare(self) -> None:
        return None

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        real = [number for number, text in enumerate(texts) if not text.startswith(_TITLE)]
        vectors = np.stack([self._between(zlib.crc32(text.encode())) for text in texts])
        if real:
            vectors[real] = self._real.encode([texts[number] for number in real])
        if on_done:
            on_done(len(texts))
        return vectors

    def encode_question(self, question: str) -> FloatArray:
        return self._real.encode_question(question)

    def _between(self, seed: int) -> FloatArray:
        chance = np.random.default_rng(seed)
        both = self._near[chance.choice(len(self._near), 2, replace=False)].sum(axis=0)
        both += _NOISE * chance.standard_normal(self.dimensions, dtype=np.float32)
        unit: FloatArray = both / np.linalg.norm(both)
        return unit


def sources() -> list[Document]:
    return [one for one in read([CORPUS]) if isinstance(one, Document)]


def items(passages: int) -> Callable[[Marks], Iterator[Item]]:
    """The sources, and as many generated documents as have about so many passages."""
    real = sources()
    words = Words.of(real)

    def items(known: Marks) -> Iterator[Item]:
        for one in real:
            yield FromFile(one, one.source.path, "1")
        for number in range(passages // PER_DOCUMENT):
            made = document(number, words)
            yield FromFile(made, made.source.path, "1")

    return items


@dataclass(frozen=True, slots=True)
class Words:
    """What texts are made of."""

    here: Sequence[str]
    """The words of the sources, one after another."""
    common: Collection[str]
    """Those that stand there at least ``_COMMON`` times."""
    elsewhere: Sequence[str]
    """Whole words of the encoder's vocabulary, the usual ones first."""

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Words:
        here = [word.strip('.,;:!?"“”()') or word for one in documents for word in one.text.split()]
        common = {word for word, count in Counter(here).items() if count >= _COMMON}
        rare = {word.lower() for word in here} - {word.lower() for word in common}
        vocabulary = sorted(load_tokenizer().get_vocab().items(), key=lambda item: item[1])
        return cls(
            here,
            common,
            [w for w, _ in vocabulary if len(w) > 2 and w.isalpha() and w.isascii() and w.lower() not in rare],
        )

    def draw(self, count: int, chance: np.random.Generator) -> list[str]:
        """So many words."""
        odds = 1 / (np.arange(len(self.elsewhere)) + 2.7)  # Mandelbrot's form of Zipf's law
        others = chance.choice(len(self.elsewhere), size=count, p=odds / odds.sum())
        drawn = [self.here[one] for one in chance.integers(len(self.here), size=count)]
        return [
            word if word in self.common else self.elsewhere[other] for word, other in zip(drawn, others, strict=True)
        ]


def document(number: int, words: Words) -> Document:
    """Always the same for a number."""
    chance = np.random.default_rng(number)
    lengths = chance.integers(10, 32, size=_SENTENCES)
    drawn = iter(words.draw(int(lengths.sum()), chance))
    sentences = [" ".join(next(drawn) for _ in range(length)) + "." for length in lengths.tolist()]
    return generated(number, f"{_TITLE} {number}", sentences)
