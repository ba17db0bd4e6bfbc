"""The mean of several checkpoints' weights, as a run of its own (model soups, Wortsman et al. 2022).

    python -m training.average --weights A/last.safetensors B/last.safetensors reader.safetensors \\
        --held held.jsonl --out RUN

Each should come of one ancestor, its rate fallen to nothing. Takes checkpoints and exported weights; writes a
checkpoint and its validation, as ``training.train`` does, for ``training.export``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from training.batches import read_examples
from training.measures import validate
from training.train import Trainer, thinned


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--weights", type=Path, nargs="+", required=True)
    parser.add_argument("--held", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint and its log")
    options = parser.parse_args()
    trainer = Trainer("cpu", rate=0.0, seed=1, exact=True)
    trainer.adopt(average(options.weights))
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in options.weights]
    options.out.mkdir(parents=True, exist_ok=True)
    trainer.save(options.out / "last.safetensors", {"step": 0, "total": 0, "averaged": hashes})
    held = validate(trainer.net, thinned(read_examples([options.held]), 1600), "cpu")
    line = json.dumps({"step": 0, "averaged": hashes, "held": held})
    (options.out / "log.jsonl").write_text(line + "\n", encoding="utf-8")
    print(json.dumps(held["all"]))


def average(files: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of each weight, float32; raises ``ValueError`` where two files do not have the same weights."""
    first, *others = (read_weights(file) for file in files)
    for file, other in zip(files[1:], others, strict=True):
        if other.keys() != first.keys():
            raise ValueError(f"{file} does not have the weights of {files[0]}")
    return {name: torch.stack([weight, *(other[name] for other in others)]).mean(0) for name, weight in first.items()}


def read_weights(file: Path) -> dict[str, Tensor]:
    """The trained weights of a checkpoint, or of what ``training.export`` wrote, in float32."""
    tensors = load_file(file)
    named = {name.removeprefix("weight/"): value for name, value in tensors.items() if name.startswith("weight/")}
    return {name: value.float() for name, value in (named or tensors).items()}


if __name__ == "__main__":
    main()
