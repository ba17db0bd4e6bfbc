"""The trained reader: which passages answer a question, and with which words.

``SpanModel.load(path)`` takes the packaged base model's word embeddings and the shipped weights;
``read(question, passages)`` scores each passage by itself. It runs on OpenVINO (``neural_light``), where what else is
read changes nothing, or without that on torch (``neural_model``), where it moves a score by rounding only.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from qa.errors import ReaderError
from qa.reader.neural_pieces import Window, windows
from qa.runtime import compiled
from qa.runtime.minilm import SHA256, verified_dir
from qa.runtime.weights import FloatArray, file_sha256

if TYPE_CHECKING:
    from qa.reader.neural_model import ReaderNet

WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"
TOP = 5
MAX_SPAN = 30
"""Longest span, in word pieces."""
_REMEMBERED = 8192
"""Readings kept, so that a question asked again, or a passage that two forms of it find, is not read again."""


@dataclass(frozen=True, slots=True)
class SpanScore:
    """Characters ``[start, end)`` of the passage's text that may answer."""

    start: int
    end: int
    score: float
    """Log odds of this span against "no answer here": comparable between passages; 0 = even."""


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the model makes of one passage."""

    answer_logit: float
    """Log odds that the passage answers at all."""
    null_score: float
    """Log probability that no span of the passage answers; 0 is certain."""
    spans: tuple[SpanScore, ...]
    """Best first, not overlapping; empty only where the passage has no word."""


class Scores(NamedTuple):
    """The network's scores for one window."""

    spans: FloatArray
    """Shape [places, ``MAX_SPAN``]: ``spans[i, k]`` is that of places ``i`` to ``i + k``; -inf past the end."""
    null: float
    answer: float


Doubles: TypeAlias = npt.NDArray[np.float64]
Offsets: TypeAlias = npt.NDArray[np.int64]

ScoreWindows: TypeAlias = Callable[[Sequence[Window]], Iterable[Scores]]
"""The scores of every window, in order."""

Asked: TypeAlias = tuple[str, str, str]
"""Question, context and text."""

CutWindows: TypeAlias = Callable[[Asked], Sequence[Window]]
"""The windows of one passage; one at least."""


def cut_windows(asked: Asked) -> list[Window]:
    """The windows of the trained reader."""
    question, context, text = asked
    return windows(question, [(context, text)])[0]


class SpanModel:
    """The loaded network. Safe to use from several threads."""

    def __init__(self, score: ScoreWindows, cut: CutWindows = cut_windows) -> None:
        self._score = score
        self._cut = cut
        self._read: OrderedDict[Asked, PassageReading] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def load(cls, weights_path: Path = WEIGHTS, precision: compiled.Precision | None = None) -> SpanModel:
        """The weights at ``weights_path`` on the packaged base model; raises ``ReaderError`` or ``EncoderError``.

        The file of that name with the suffix ``.json`` names base model and weights by their SHA-256. ``precision``:
        None = the fast one of this processor; without OpenVINO it is always float32.
        """
        _check(weights_path)
        try:
            if compiled.available():
                from qa.reader.neural_light import load_light

                return cls(load_light(weights_path, precision))
            return cls(_load_torch(weights_path))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise _bad(weights_path, str(error).partition("\n")[0]) from error

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each ``(context, text)``, in order; offsets point into ``text``."""
        return self.read_each([(question, context, text) for context, text in passages])

    def read_each(self, asked: Sequence[Asked]) -> list[PassageReading]:
        """One reading for each ``(question, context, text)``, in order: many questions at once."""
        with self._lock:
            known = {one: self._read[one] for one in asked if one in self._read}
        new = [one for one in dict.fromkeys(asked) if one not in known]
        if new:
            known |= zip(new, readings(self._score, [self._cut(one) for one in new]), strict=True)
        with self._lock:
            for one in asked:
                self._read[one] = known[one]
                self._read.move_to_end(one)
            while len(self._read) > _REMEMBERED:
                self._read.popitem(last=False)
        return [known[one] for one in asked]


def compile_ahead(weights_path: Path = WEIGHTS) -> None:
    """Compile the network now, if that was never done here, so that the first question need not; what is wrong with
    the weights is said to who reads with them."""
    if compiled.available():
        from qa.reader.neural_light import compile_light

        with suppress(OSError, ValueError, KeyError, RuntimeError):
            compile_light(weights_path)


def read_windows(
    net: ReaderNet, cut: Sequence[Sequence[Window]], *, top: int = TOP, device: str = "cpu"
) -> list[PassageReading]:
    """What a network in torch makes of the windows of each passage."""
    from qa.reader.neural_model import score_windows

    return readings(lambda flat: score_windows(net, flat, device), cut, top)


def readings(score: ScoreWindows, cut: Sequence[Sequence[Window]], top: int = TOP) -> list[PassageReading]:
    """One reading for the windows of each passage: the best of all its windows counts."""
    flat = [window for cuts in cut for window in cuts]
    # The longest first: what is computed side by side then ends at about the same time.
    order = sorted(range(len(flat)), key=lambda i: -len(flat[i].pieces))
    scored = dict(zip(order, score([flat[i] for i in order]), strict=True))
    in_order = (scored[i] for i in range(len(flat)))
    return [_reading(cuts, list(islice(in_order, len(cuts))), top) for cuts in cut]


def shipped_weights() -> str:
    """SHA-256 of the weights that ship, as stated beside them; raises ``ReaderError`` where it is not."""
    try:
        return str(json.loads(WEIGHTS.with_suffix(".json").read_bytes())["weights_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _bad(WEIGHTS, str(error)) from error


def _check(weights_path: Path) -> None:
    """The weights are those their ``.json`` names, and so is the base model."""
    verified_dir()
    try:
        config = json.loads(weights_path.with_suffix(".json").read_bytes())
        if config["base_sha256"] != SHA256:
            raise _bad(weights_path, f"trained on another base model, SHA-256 {str(config['base_sha256'])[:12]}…")
        if config["weights_sha256"] != file_sha256(weights_path):
            raise _bad(weights_path, "they are not those that were shipped")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _bad(weights_path, str(error)) from error


def _bad(weights_path: Path, why: str) -> ReaderError:
    return ReaderError(f"the reader's weights {weights_path} cannot be used ({why}): install pincite anew")


def _load_torch(weights_path: Path) -> ScoreWindows:
    from qa.reader.neural_model import load_net, score_windows

    net = load_net(weights_path)
    return lambda flat: score_windows(net, flat)


def _reading(cuts: Sequence[Window], scored: Sequence[Scores], top: int) -> PassageReading:
    """Of all windows of a passage: the best counts, and a span is scored against the null of its own window."""
    parts = [_spans(window, scores) for window, scores in zip(cuts, scored, strict=True)]
    values, start, end = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    found: list[SpanScore] = []
    while len(found) < top and len(values):
        best = int(values.argmax())  # the first of equals
        found.append(SpanScore(int(start[best]), int(end[best]), float(values[best])))
        apart = (end <= start[best]) | (start >= end[best])
        values, start, end = values[apart], start[apart], end[apart]
    null = min(_null(values) for values, _, _ in parts)
    return PassageReading(max(scores.answer for scores in scored), null, tuple(found))


def _null(values: Doubles) -> float:
    """Log probability that none of the spans with these log odds answers."""
    most = float(values.max(initial=0.0))
    return -(most + float(np.log(np.exp(-most) + np.exp(values - most).sum())))


def _spans(window: Window, scores: Scores) -> tuple[Doubles, Offsets, Offsets]:
    """Every possible span of a window: log odds against "no answer", first and last character."""
    flat = scores.spans.ravel()
    possible = np.flatnonzero(np.isfinite(flat))
    first, more = np.divmod(possible, MAX_SPAN)
    places = np.array(window.places, dtype=np.int64).reshape(-1, 2)
    return flat[possible].astype(np.float64) - scores.null, places[first, 0], places[first + more, 1]
