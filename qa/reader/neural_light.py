"""The trained reader on OpenVINO."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from qa.reader.neural import MAX_SPAN, Scores, ScoreWindows
from qa.reader.neural_pieces import Window
from qa.runtime import compiled
from qa.runtime.bert import reader_model
from qa.runtime.minilm import word_embeddings
from qa.runtime.weights import FloatArray, file_sha256, read_tensors
from qa.settings import cache_dir

_STEP = 32


def load_light(weights_path: Path, precision: compiled.Precision | None = None) -> ScoreWindows:
    """The network with these weights; raises ``ValueError`` or ``KeyError`` where they are not the reader's."""
    looked_up = read_tensors(weights_path, ("positions.weight", "segments.weight"))
    words, positions, segments = word_embeddings(), looked_up["positions.weight"], looked_up["segments.weight"]
    network = compiled.load(_recipe(weights_path), cache_dir(), precision)

    def embedded(window: Window) -> FloatArray:
        length = len(window.pieces)
        parts = np.repeat(segments, [window.question, length - window.question], axis=0)
        total: FloatArray = words[window.pieces] + positions[:length] + parts
        return total

    def score(flat: Sequence[Window]) -> Iterator[Scores]:
        outputs = network.run(embedded(window) for window in flat)
        for window, (spans, null, answer) in zip(flat, outputs, strict=True):
            inside = slice(window.first, window.first + len(window.places))
            yield Scores(_by_length(spans[0, inside, inside]), float(null[0, 0]), float(answer[0, 0]))

    return score


def compile_light(weights_path: Path) -> None:
    """Compile the network unless that was done; errors as ``load_light``."""
    compiled.compile_ahead(_recipe(weights_path), cache_dir())


def _recipe(weights_path: Path) -> compiled.Recipe:
    weights = file_sha256(weights_path)
    return compiled.Recipe("reader", weights, lambda: reader_model(read_tensors(weights_path)), _STEP)


def _by_length(square: FloatArray) -> FloatArray:
    """Scores by first and last place, shape [n, n], as scores by first place and length, shape [n, ``MAX_SPAN``]."""
    places = len(square)
    wide = np.full((places, places + MAX_SPAN), -np.inf, dtype=np.float32)
    wide[:, :places] = square
    rows = np.arange(places)[:, None]
    banded: FloatArray = wide[rows, rows + np.arange(MAX_SPAN)]
    return banded
