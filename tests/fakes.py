"""Stand-ins with meaning: what they return follows from the text alone, so a test can know it beforehand."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from qa.encoder import FloatArray
from qa.types import Extract, Hit, Passage, Span

_TOKENS = r"\w+|[^\w\s]"
_WORD = re.compile(r"\w+")
_PIECE = 6
_LONGEST_WORD = 100
_SYLLABLES = range(0xAC00, 0xD7A4)


class FakeEncoder:
    """Words hashed into vector slots: texts that share more words have the higher cosine.

    Its word pieces have the traits of BERT's that matter: two special ones, long words in pieces of up to six
    characters, a word of more than 100 characters one unknown piece, a Korean syllable three pieces.
    """

    def __init__(
        self, max_tokens: int = 48, dimensions: int = 128, fingerprint: str = "fake-1", tokens: str = _TOKENS
    ) -> None:
        self.name = "fake"
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self._tokens = re.compile(tokens)
        self.encoded: list[str] = []
        """Every text that was ever encoded, in order."""

    def prepare(self) -> None:
        return None

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower()) or [""]:
                vector[zlib.crc32(word.encode()) % self.dimensions] += 1
            vector /= np.linalg.norm(vector)
        self.encoded += texts
        if on_done:
            on_done(len(texts))
        return vectors

    def encode_question(self, question: str) -> FloatArray:
        vector: FloatArray = self.encode([question])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(self.token_starts(text)) for text in texts]

    def token_starts(self, text: str) -> list[int]:
        return [start for match in self._tokens.finditer(text) for start in _pieces(match)]


class FakeReader:
    """Every sentence of the hits is a candidate; its score and confidence are the share of the question's words in
    it, and its span is its longest word."""

    name = "fake"
    calibrated = True
    passed_over = False

    def __init__(self, why_not: str | None = None, reach: float = math.inf) -> None:
        self.why_not = why_not
        self.reach = reach
        """A passage may win whose retrieval score and this come to no less than the best extract's score."""
        self.asked: list[tuple[str, tuple[Hit, ...]]] = []
        """Every question that was ever read for, with its hits."""

    def least_confidence(self, accuracy: float) -> float:
        return accuracy / 2

    def reaches(self, accuracy: float) -> bool:
        return accuracy <= 0.9

    def prepare(self) -> None: ...

    def may_reach(self, question: str, hit: Hit, score: float) -> bool:
        return hit.score + self.reach >= score

    def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
        self.asked.append((question, tuple(hits)))
        found = [self._extract(question, hit.passage, quote) for hit in hits for quote in hit.passage.sentences]
        return sorted(found, key=lambda extract: -extract.score)

    def _extract(self, question: str, passage: Passage, quote: Span) -> Extract:
        text = passage.text[quote.start - passage.start : quote.end - passage.start]
        wanted, words = set(_WORD.findall(question.lower())), list(_WORD.finditer(text))
        share = len(wanted & {word.group().lower() for word in words}) / len(wanted)
        longest = max(words, key=lambda word: len(word.group()))
        span = Span(quote.start + longest.start(), quote.start + longest.end())
        return Extract(passage, quote, span, score=share, confidence=share, why_not=self.why_not)


def _pieces(match: re.Match[str]) -> Iterator[int]:
    if match.end() - match.start() > _LONGEST_WORD:
        yield match.start()
        return
    in_piece = _PIECE
    for offset, character in enumerate(match.group(), start=match.start()):
        if ord(character) in _SYLLABLES:
            yield from (offset, offset, offset)
            in_piece = _PIECE
        elif in_piece == _PIECE:
            yield offset
            in_piece = 1
        else:
            in_piece += 1
