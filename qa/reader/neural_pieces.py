"""Question and passage as word pieces, cut into windows, with the exact place of every piece in the passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.runtime.minilm import base_dir, load_tokenizer

__all__ = ["base_dir", "load_tokenizer"]

CLS, SEP = 101, 102
MAX_PIECES = 256
"""Of a whole window: question, context, passage and separators; more by what a question has over ``MAX_QUESTION``."""
MAX_QUESTION = 64
LONGEST_QUESTION = 256
"""Pieces of a question that are read; the encoder, which reads it too, takes no more."""
MAX_CONTEXT = 32
"""Pieces of the context that are read: its last, which are the headings next to the passage."""
OVERLAP = 64
"""Pieces that two windows over one long passage share; longer than the longest span."""
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Window:
    """``[CLS] question [SEP] context [SEP] passage [SEP]``, or without the context where there is none."""

    pieces: list[int]
    question: int
    """Pieces up to and with the first ``[SEP]``: segment 0; the rest is segment 1."""
    first: int
    """Where the passage's pieces begin; they run to the last ``[SEP]``."""
    places: list[tuple[int, int]]
    """Character range in the passage's text, one for each of its pieces."""


def windows(question: str, passages: Sequence[tuple[str, str]]) -> list[list[Window]]:
    """The windows of each ``(context, text)``; one at least, with no place where ``text`` holds no piece."""
    asked = _encoded(question)[0][:LONGEST_QUESTION]
    return [_cut(asked, context, text) for context, text in passages]


def _cut(asked: list[int], context: str, text: str) -> list[Window]:
    head = [CLS, *asked, SEP]
    question = len(head)
    if context:
        head += [*_encoded(context)[0][-MAX_CONTEXT:], SEP]
    pieces, places = _encoded(text)
    room = MAX_PIECES + max(0, len(asked) - MAX_QUESTION) - len(head) - 1
    return [
        Window([*head, *pieces[start : start + room], SEP], question, len(head), places[start : start + room])
        for start in range(0, max(1, len(pieces) - OVERLAP), room - OVERLAP)
    ]


@lru_cache(_REMEMBERED)
def _encoded(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """The pieces of a text and where each stands in it. Passages are read again and again. Not to be changed."""
    encoded = load_tokenizer().encode(text, add_special_tokens=False)
    return encoded.ids, encoded.offsets
