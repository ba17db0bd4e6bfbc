"""The reader's network: six BERT layers with heads for answer spans and for "answers at all".

The layers start from all-MiniLM-L6-v2 (Wang et al. 2020, MiniLM), whose word embeddings stay as they are and
are not stored again; the heads follow DPR's reader (Karpukhin et al. 2020, section 6.1) with spans scored
jointly (Fajcik et al. 2021, "Rethinking the Objectives of Extractive Question Answering"). Importing this
module imports torch, so only training and machines without OpenVINO do; ``qa.runtime.bert`` is the same network there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from qa.reader.neural import MAX_SPAN, Scores
from qa.reader.neural_pieces import Window
from qa.runtime.bert import from_checkpoint
from qa.runtime.minilm import base_dir
from qa.runtime.weights import FloatArray

HIDDEN = 384
HEADS = 12
HEAD_WIDTH = HIDDEN // HEADS
LAYERS = 6
INNER = 1536
POSITIONS = 512
VOCABULARY = 30522
PAIR = 64
"""Width of the projections whose product scores how well a start and an end go together."""
BATCH_PIECES = 4096
"""Word pieces, padding counted, that are read at once."""
LOWEST = -1e4
"""Score of what cannot be chosen; finite, so that sums and gradients stay numbers."""


class Layer(nn.Module):
    """A transformer layer, normalised after each half, as in BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_in = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.attention_out = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.inner = nn.Linear(HIDDEN, INNER)
        self.outer = nn.Linear(INNER, HIDDEN)
        self.outer_norm = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """``states`` [batch, pieces, hidden]; ``mask`` [batch, 1, 1, pieces], added to attention scores."""
        batch, pieces, _ = states.shape
        heads = self.attention_in(states).view(batch, pieces, 3, HEADS, HEAD_WIDTH)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(query @ key.transpose(-1, -2) * HEAD_WIDTH**-0.5 + mask, dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, pieces, HIDDEN)
        states = self.attention_norm(states + self.attention_out(mixed))
        inner = functional.gelu(self.inner(states))
        out: Tensor = self.outer_norm(states + self.outer(inner))
        return out


class Outputs(nn.Module):
    """What is read off the last layer."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = nn.Linear(HIDDEN, 2)
        self.pair_start = nn.Linear(HIDDEN, PAIR)
        self.pair_end = nn.Linear(HIDDEN, PAIR)
        self.null = nn.Linear(HIDDEN, 1)
        self.answer_dense = nn.Linear(HIDDEN, HIDDEN)
        self.answer = nn.Linear(HIDDEN, 1)

    def forward(self, states: Tensor, inside: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Scores of starts, ends [batch, pieces], spans [batch, pieces, MAX_SPAN], null and answer [batch].

        ``inside`` is true where a piece belongs to the passage. Span ``[b, i, k]`` runs from piece ``i`` to
        piece ``i + k``, both inside. Scores come out in float32.
        """
        first = states[:, 0]
        start, end = self.ends(states).float().unbind(-1)
        start, end = start.masked_fill(~inside, LOWEST), end.masked_fill(~inside, LOWEST)
        pair_end = functional.pad(self.pair_end(states), (0, 0, 0, MAX_SPAN - 1)).unfold(1, MAX_SPAN, 1)
        pair = torch.einsum("bip,bipk->bik", self.pair_start(states), pair_end).float() / PAIR**0.5
        ends = functional.pad(end, (0, MAX_SPAN - 1), value=LOWEST).unfold(1, MAX_SPAN, 1)
        spans = (start.unsqueeze(-1) + ends + pair).clamp_min(LOWEST)
        answer = self.answer(functional.gelu(self.answer_dense(first))).squeeze(-1).float()
        return start, end, spans, self.null(first).squeeze(-1).float(), answer


class ReaderNet(nn.Module):
    """Word pieces of a question and a passage in, scores out."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, HIDDEN)
        self.words.weight.requires_grad_(False)
        self.positions = nn.Embedding(POSITIONS, HIDDEN)
        self.segments = nn.Embedding(2, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.outputs = Outputs()

    def forward(
        self, pieces: Tensor, segments: Tensor, real: Tensor, inside: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """All arguments [batch, pieces]; ``real`` is false on padding, ``inside`` true on the passage."""
        places = torch.arange(pieces.shape[1], device=pieces.device)
        states = self.words(pieces) + self.positions(places) + self.segments(segments)
        states = self.norm(states)
        mask = torch.zeros(real.shape, dtype=states.dtype, device=states.device)
        mask = mask.masked_fill(~real, LOWEST)[:, None, None, :]
        for layer in self.layers:
            states = layer(states, mask)
        scores: tuple[Tensor, Tensor, Tensor, Tensor, Tensor] = self.outputs(states, inside)
        return scores


def from_base(base: Mapping[str, FloatArray]) -> dict[str, Tensor]:
    """The weights of a BERT checkpoint under the names of ``ReaderNet``, heads left out."""
    embeddings = {"words": "word", "positions": "position", "segments": "token_type"}
    named = from_checkpoint(base)
    named |= {f"{here}.weight": base[f"embeddings.{there}_embeddings.weight"] for here, there in embeddings.items()}
    return {name: torch.tensor(array) for name, array in named.items()}


def load_net(weights_path: Path) -> ReaderNet:
    """The network with the weights at ``weights_path`` and the packaged base model's word embeddings."""
    state = {name: value.float() for name, value in load_file(weights_path).items()}
    base = load_file(base_dir() / "model.safetensors")
    state["words.weight"] = base["embeddings.word_embeddings.weight"].float()
    with torch.device("meta"):
        net = ReaderNet()
    net.load_state_dict(state, assign=True)
    return net.eval()


def score_windows(net: ReaderNet, flat: Sequence[Window], device: str = "cpu") -> Iterator[Scores]:
    """The scores of every window, in order; fastest where windows of like length stand together."""
    net.eval()
    start = 0
    while start < len(flat):
        size = max(1, BATCH_PIECES // max(1, len(flat[start].pieces)))
        with torch.inference_mode():
            yield from _score_batch(net, flat[start : start + size], device)
        start += size


def _score_batch(net: ReaderNet, flat: Sequence[Window], device: str) -> list[Scores]:
    longest = max(len(window.pieces) for window in flat)
    pieces = torch.zeros(len(flat), longest, dtype=torch.long)
    segments, real, inside = (torch.zeros_like(pieces) for _ in range(3))
    for i, window in enumerate(flat):
        length = len(window.pieces)
        pieces[i, :length] = torch.tensor(window.pieces)
        segments[i, window.question : length] = 1
        real[i, :length] = 1
        inside[i, window.first : window.first + len(window.places)] = 1
    inputs = (pieces, segments, real.bool(), inside.bool())
    _, _, spans, null, answer = (part.cpu() for part in net(*(part.to(device) for part in inputs)))
    spans = spans.masked_fill(spans <= LOWEST / 2, -torch.inf)
    return [
        Scores(spans[i, window.first : window.first + len(window.places)].numpy(), null[i].item(), answer[i].item())
        for i, window in enumerate(flat)
    ]
