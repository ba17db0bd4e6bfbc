"""Examples as tensors: word pieces, segments, and the gold spans in word pieces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from qa.reader.neural_pieces import Window, windows
from training.questions import Example

if TYPE_CHECKING:
    from torch import Tensor

MAX_SPAN = 30
POOL = 24
"""Batches whose examples are sorted by length together, so that a batch needs little padding."""


@dataclass(frozen=True, slots=True)
class Row:
    """A window and its gold spans: (first piece, last piece), counted in the window; none = no answer."""

    window: Window
    spans: list[tuple[int, int]]
    rivals: tuple[Window, ...] = ()
    """The same question with other passages, none of which holds the answer's words."""
    kept: bool = False
    """Whether another network says what is right here (``loss.keeping``), in place of the gold spans."""

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.window, *self.rivals)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors [windows, pieces], the gold spans of each window, the number of the row it is of, and whether it is
    ``Row.kept``."""

    pieces: Tensor
    segments: Tensor
    real: Tensor
    inside: Tensor
    spans: list[list[tuple[int, int]]]
    rows: Tensor
    kept: Tensor


def read_examples(files: Iterable[Path]) -> list[Example]:
    examples: list[Example] = []
    for file in files:
        with file.open(encoding="utf-8") as lines:
            examples += [json.loads(line) for line in lines]
    return examples


def row(example: Example) -> Row | None:
    """The first window that holds a gold span, or the first one where nothing answers.

    None where the answer is too long for any window or longer than ``MAX_SPAN`` pieces.
    """
    cut = windows(example["question"], [(example["heading"], example["passage"])])[0]
    if not example["spans"]:
        return Row(cut[0], [])
    others = windows(example["question"], [(heading, text) for heading, text in example.get("rivals", [])])
    for window in cut:
        spans = [span for start, end in example["spans"] if (span := _pieces(window, start, end))]
        if spans:
            return Row(window, sorted(set(spans)), tuple(first for first, *_ in others))
    return None


def _pieces(window: Window, start: int, end: int) -> tuple[int, int] | None:
    """The pieces that cover characters ``start`` to ``end`` of the passage, if all of them are there."""
    touched = [i for i, (a, b) in enumerate(window.places) if a < end and b > start]
    if not touched or len(touched) > MAX_SPAN:
        return None
    low, high = touched[0], touched[-1]
    whole = window.places[low][0] <= start and (high < len(window.places) - 1 or window.places[high][1] >= end)
    return (window.first + low, window.first + high) if whole else None


def plan(rows: Sequence[Row], size: int, seed: int) -> list[list[int]]:
    """Row numbers of each batch of ``size`` windows (more if its last row has more): shuffled, then sorted by length
    within every ``POOL`` batches."""
    rng = Random(seed)
    order = list(range(len(rows)))
    rng.shuffle(order)
    batches: list[list[int]] = []
    for pool in _filled(order, rows, size * POOL):
        pool.sort(key=lambda i: max(len(window.pieces) for window in rows[i].windows))
        cut = list(_filled(pool, rows, size))
        rng.shuffle(cut)
        batches += cut
    return batches


def _filled(order: Sequence[int], rows: Sequence[Row], size: int) -> Iterator[list[int]]:
    """The order, cut where ``size`` windows are full."""
    part: list[int] = []
    held = 0
    for number in order:
        part.append(number)
        held += len(rows[number].windows)
        if held >= size:
            yield part
            part, held = [], 0
    if part:
        yield part


def collate(rows: Sequence[Row]) -> Batch:
    """Padded to the longest row."""
    import torch

    flat = [(number, window) for number, row in enumerate(rows) for window in row.windows]
    longest = max(len(window.pieces) for _, window in flat)
    pieces = torch.zeros(len(flat), longest, dtype=torch.long)
    segments = torch.zeros(len(flat), longest, dtype=torch.long)
    real = torch.zeros(len(flat), longest, dtype=torch.bool)
    inside = torch.zeros(len(flat), longest, dtype=torch.bool)
    for i, (_, window) in enumerate(flat):
        length = len(window.pieces)
        pieces[i, :length] = torch.tensor(window.pieces)
        segments[i, window.question : length] = 1
        real[i, :length] = True
        inside[i, window.first : window.first + len(window.places)] = True
    spans = [row.spans if window is row.window else [] for row in rows for window in row.windows]
    numbers = [number for number, _ in flat]
    kept = torch.tensor([rows[number].kept for number in numbers])
    return Batch(pieces, segments, real, inside, spans, torch.tensor(numbers), kept)
