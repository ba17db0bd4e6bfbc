"""Join units into passages: as many whole paragraphs as the budget holds, sentences where a paragraph is too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.chunker.units import Unit, count_tokens, units
from qa.encoder import Encoder
from qa.types import Document, Passage, Span

_CONTEXT_SHARE = 4
"""The context may take one part in this many of what the encoder reads."""


def chunk(document: Document, encoder: Encoder, budget: int) -> list[Passage]:
    """The passages of a document, in order and without overlap.

    ``budget``: tiktoken tokens of a passage; a single sentence may exceed it, up to the encoder's limit.
    """
    specials = encoder.count_tokens([""])[0]
    room = encoder.max_tokens - specials - 1  # one for what may change where context and text meet
    row = units(document, encoder, room - room // _CONTEXT_SHARE)
    packer = _Packer(document.text, budget, room - room // _CONTEXT_SHARE)
    passages: list[Passage] = []
    for group in packer.groups(row):
        passages.extend(_fitting(document, group, encoder, room // _CONTEXT_SHARE))
    return passages


@dataclass(slots=True)
class _Packer:
    text: str
    budget: int
    room: int
    group: list[Unit] = field(default_factory=list)
    tokens: int = 0
    pieces: int = 0

    def groups(self, row: Sequence[Unit]) -> Iterator[list[Unit]]:
        """Runs of consecutive units that make one passage each."""
        paragraph_sizes = _paragraph_sizes(row)
        for unit in row:
            tokens = self._tokens_with(unit)
            if self.group and self._breaks_before(unit, tokens, paragraph_sizes[unit.block]):
                yield self.group
                self.group, tokens, self.pieces = [], unit.tokens, 0
            self.group.append(unit)
            self.tokens = tokens
            self.pieces += unit.pieces
        if self.group:
            yield self.group

    def _breaks_before(self, unit: Unit, tokens: int, paragraph: int) -> bool:
        """``tokens``: of the passage if ``unit`` is taken in; ``paragraph``: of the whole block it lies in."""
        last = self.group[-1]
        if (unit.kind == "boilerplate") != (last.kind == "boilerplate"):
            return True
        if tokens > self.budget or self.pieces + unit.pieces > self.room:
            return True
        if unit.kind == "heading" and last.kind != "heading":
            return self.tokens * 3 >= self.budget
        new_paragraph = unit.block != last.block and last.kind != "heading"
        return new_paragraph and self.tokens * 2 >= self.budget and self.tokens + paragraph > self.budget

    def _tokens_with(self, unit: Unit) -> int:
        """Of the passage up to the end of ``unit``: more than the sum of its units, since line breaks count."""
        return count_tokens(self.text[self.group[0].start : unit.end]) if self.group else unit.tokens


def _paragraph_sizes(row: Sequence[Unit]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for unit in row:
        sizes[unit.block] = sizes.get(unit.block, 0) + unit.tokens
    return sizes


def _fitting(document: Document, group: Sequence[Unit], encoder: Encoder, room: int) -> Iterator[Passage]:
    """The passage of a group; in halves if, counted exactly, it is longer than the encoder reads."""
    passage = _passage(document, group, _context(document, group[0], encoder, room))
    if encoder.count_tokens([passage.embedded_text])[0] <= encoder.max_tokens:
        yield passage
    elif len(group) > 1:
        middle = len(group) // 2
        yield from _fitting(document, group[:middle], encoder, room)
        yield from _fitting(document, group[middle:], encoder, room)
    else:
        yield _passage(document, group, "")  # the unit alone fits: it was cut so


def _passage(document: Document, group: Sequence[Unit], context: str) -> Passage:
    start, end = group[0].start, group[-1].end
    searchable = group[0].kind != "boilerplate"
    return Passage(
        document_id=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        context=context if searchable else "",
        sentences=tuple(Span(unit.start, unit.end) for unit in group) if searchable else (),
        searchable=searchable,
    )


def _context(document: Document, first: Unit, encoder: Encoder, room: int) -> str:
    """Title and headings above the first unit; the innermost ones that fit into ``room`` word pieces."""
    own = " ".join(document.text[first.start : first.end].split())
    names = dict.fromkeys((document.source.title, *first.headings))
    kept = [name for name in names if name and name not in own]
    while kept and encoder.count_tokens([" > ".join(kept)])[0] > room:
        kept = kept[1:]
    return " > ".join(kept)
