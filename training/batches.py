"""Examples as tensors: word pieces, segments, and the gold spans in word pieces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors [batch, pieces], and the gold spans of each row."""

    pieces: Tensor
    segments: Tensor
    real: Tensor
    inside: Tensor
    spans: list[list[tuple[int, int]]]


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
    for window in cut:
        spans = [span for start, end in example["spans"] if (span := _pieces(window, start, end))]
        if spans:
            return Row(window, sorted(set(spans)))
    return None


def _pieces(window: Window, start: int, end: int) -> tuple[int, int] | None:
    """The pieces that cover characters ``start`` to ``end`` of the passage, if all of them are there."""
    touched = [i for i, (a, b) in enumerate(window.places) if a < end and b > start]
    if not touched or len(touched) > MAX_SPAN:
        return None
    low, high = touched[0], touched[-1]
    whole = window.places[low][0] <= start and (high < len(window.places) - 1 or window.places[high][1] >= end)
    return (window.first + low, window.first + high) if whole else None


def plan(lengths: Sequence[int], size: int, seed: int) -> list[list[int]]:
    """Row numbers of each batch: shuffled, then sorted by length within every ``POOL`` batches."""
    rng = Random(seed)
    order = list(range(len(lengths)))
    rng.shuffle(order)
    batches: list[list[int]] = []
    for at in range(0, len(order), size * POOL):
        pool = sorted(order[at : at + size * POOL], key=lambda i: lengths[i])
        cut = [pool[i : i + size] for i in range(0, len(pool), size)]
        rng.shuffle(cut)
        batches += cut
    return batches


def collate(rows: Sequence[Row]) -> Batch:
    """Padded to the longest row."""
    import torch

    longest = max(len(row.window.pieces) for row in rows)
    pieces = torch.zeros(len(rows), longest, dtype=torch.long)
    segments = torch.zeros(len(rows), longest, dtype=torch.long)
    real = torch.zeros(len(rows), longest, dtype=torch.bool)
    inside = torch.zeros(len(rows), longest, dtype=torch.bool)
    for i, row in enumerate(rows):
        window = row.window
        length = len(window.pieces)
        pieces[i, :length] = torch.tensor(window.pieces)
        segments[i, window.question : length] = 1
        real[i, :length] = True
        inside[i, window.first : window.first + len(window.places)] = True
    return Batch(pieces, segments, real, inside, [row.spans for row in rows])
