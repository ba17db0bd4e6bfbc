"""What of the network is trained: its layers, everything, or low-rank additions to its layers; and dropout meanwhile.

All three begin with the packaged encoder and train the heads in full. ``layers`` is what ships; the other two are
here to be compared with it (``training/README.md``, "Tried"), and ``training.export`` does not take them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from qa.reader.neural_model import LAYERS, ReaderNet

WAYS = ("layers", "all", "adapters")
RANK = 16


class LowRank(nn.Module):
    """``weight + up @ down``, of which only the two are trained (LoRA, Hu et al. 2021); [out, in] like ``weight``."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) * RANK**-0.5)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.up @ self.down


def choose(net: ReaderNet, way: str) -> None:
    """Set which parameters of ``net`` learn, one of ``WAYS``; adapters are added where they are asked for."""
    net.words.weight.requires_grad_(way == "all")
    if way != "adapters":
        return
    for part in (net.positions, net.segments, net.norm, net.layers):
        part.requires_grad_(False)
    for module in net.layers.modules():
        if isinstance(module, nn.Linear):
            parametrize.register_parametrization(module, "weight", LowRank(module.weight))


def drop(net: ReaderNet, rate: float) -> None:
    """Leave out that share of what the embeddings and each half of a layer give, while ``net`` is in training mode;
    where BERT does but for the attention's weights (Devlin et al. 2019, A.2)."""

    def thinned(module: nn.Module, _: object, out: Tensor) -> Tensor:
        return functional.dropout(out, rate, module.training)

    if rate:
        halves = (net.get_submodule(f"layers.{n}.{half}") for n in range(LAYERS) for half in ("attention_out", "outer"))
        for module in (net.norm, *halves):
            module.register_forward_hook(thinned)
