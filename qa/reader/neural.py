"""The trained reader: which passages answer a question, and with which words.

``SpanModel.load(path)`` takes the packaged base model's word embeddings and the shipped weights;
``read(question, passages)`` scores each passage by itself; what else is read with it moves a score by rounding only.
torch is imported when a model is loaded, not with this module.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader.neural_pieces import Window, base_dir, windows

if TYPE_CHECKING:
    from qa.reader.neural_model import ReaderNet

WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"
TOP = 5
BATCH_PIECES = 4096
"""Word pieces, padding counted, that are read at once."""


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


class SpanModel:
    """The loaded network. Safe to use from several threads."""

    def __init__(self, net: ReaderNet) -> None:
        self._net = net

    @classmethod
    def load(cls, weights_path: Path = WEIGHTS) -> SpanModel:
        """The weights at ``weights_path`` on the packaged base model.

        ``weights_path`` with the suffix ``.json`` names the base model's file by its SHA-256. Raises
        ``ValueError`` where the packaged one is another, ``OSError`` where a file is missing.
        """
        import torch
        from safetensors.torch import load_file

        from qa.reader.neural_model import ReaderNet

        config = json.loads(weights_path.with_suffix(".json").read_text(encoding="utf-8"))
        base = base_dir() / "model.safetensors"
        found = hashlib.sha256(base.read_bytes()).hexdigest()
        if found != config["base_sha256"]:
            raise ValueError(f"{base}: the reader was trained on another base model (SHA-256 {found[:12]}…)")
        state = {name: value.float() for name, value in load_file(weights_path).items()}
        state["words.weight"] = load_file(base)["embeddings.word_embeddings.weight"].float()
        with torch.device("meta"):
            net = ReaderNet()
        net.load_state_dict(state, assign=True)
        return cls(net.eval())

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each ``(context, text)``, in order; offsets point into ``text``."""
        return read_windows(self._net, windows(question, passages))

    def read_each(self, asked: Sequence[tuple[str, str, str]]) -> list[PassageReading]:
        """One reading for each ``(question, context, text)``, in order: many questions at once."""
        return read_windows(self._net, [windows(q, [(context, text)])[0] for q, context, text in asked])


def read_windows(
    net: ReaderNet, cut: Sequence[Sequence[Window]], *, top: int = TOP, device: str = "cpu"
) -> list[PassageReading]:
    """One reading for the windows of each passage: the best of all its windows counts."""
    import torch

    flat = [(passage, window) for passage, cuts in enumerate(cut) for window in cuts]
    order = sorted(range(len(flat)), key=lambda i: len(flat[i][1].pieces))
    partial: dict[int, PassageReading] = {}
    net.eval()
    with torch.inference_mode():
        while order:
            longest = len(flat[order[-1]][1].pieces)
            size = max(1, BATCH_PIECES // longest)
            order, taken = order[:-size], order[-size:]
            readings = _read_batch(net, [flat[i][1] for i in taken], top, device)
            partial |= dict(zip(taken, readings, strict=True))
    collected: list[list[PassageReading]] = [[] for _ in cut]
    for i, (passage, _) in enumerate(flat):
        collected[passage].append(partial[i])
    return [_merged(readings, top) for readings in collected]


def _read_batch(net: ReaderNet, cut: Sequence[Window], top: int, device: str) -> list[PassageReading]:
    import torch

    from qa.reader.neural_model import LOWEST

    longest = max(len(window.pieces) for window in cut)
    pieces = torch.zeros(len(cut), longest, dtype=torch.long)
    segments, real, inside = (torch.zeros_like(pieces) for _ in range(3))
    for i, window in enumerate(cut):
        length = len(window.pieces)
        pieces[i, :length] = torch.tensor(window.pieces)
        segments[i, window.question : length] = 1
        real[i, :length] = 1
        inside[i, window.first : window.first + len(window.places)] = 1
    inputs = (pieces, segments, real.bool(), inside.bool())
    _, _, spans, null, answer = net(*(part.to(device) for part in inputs))
    spans, null, answer = spans.cpu(), null.cpu(), answer.cpu()
    flat = spans.flatten(1)
    total = torch.cat([null[:, None], flat], dim=1).logsumexp(1)
    best, places = flat.topk(min(20 * top, flat.shape[1]), dim=1)
    readings = []
    for i, window in enumerate(cut):
        found = []
        for score, place in zip(best[i].tolist(), places[i].tolist(), strict=True):
            first, more = divmod(place, spans.shape[2])
            if score <= LOWEST / 2:
                break
            low, high = first - window.first, first - window.first + more
            start, end = window.places[low][0], window.places[high][1]
            found.append(SpanScore(start, end, score - null[i].item()))
        readings.append(PassageReading(answer[i].item(), (null[i] - total[i]).item(), _apart(found, top)))
    return readings


def _merged(readings: Sequence[PassageReading], top: int) -> PassageReading:
    if len(readings) == 1:
        return readings[0]
    spans = sorted((s for r in readings for s in r.spans), key=lambda s: (-s.score, s.start, s.end))
    answer, null = max(r.answer_logit for r in readings), min(r.null_score for r in readings)
    return PassageReading(answer, null, _apart(spans, top))


def _apart(spans: Sequence[SpanScore], top: int) -> tuple[SpanScore, ...]:
    """The first ``top`` of ``spans``, best first, that do not overlap a better one."""
    kept: list[SpanScore] = []
    for span in spans:
        if len(kept) == top:
            break
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(kept)
