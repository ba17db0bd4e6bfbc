"""Train the reader.

    python -m training.train --run DIR --examples broad.jsonl close.jsonl --held held.jsonl

The files are gone through in the order given, each shuffled within itself; with ``--keep``, all of them as one, mixed
with examples that are to be read as a network reads them that was trained before. The rate warms up, stays, and falls
linearly to nothing over the last part (``--decay``). ``DIR`` keeps a checkpoint (safetensors, every
``--minutes``) and ``log.jsonl``; the same command goes on where it stopped. A file ``DIR/decay-now`` makes the
run skip to its decay; a number of steps in it makes the decay that short; the weights from before it stay in
``DIR/before-decay.safetensors``, from which ``--start`` trains on. Uses a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from qa.reader.neural import WEIGHTS
from qa.reader.neural_model import ReaderNet, from_base, load_net
from qa.reader.neural_pieces import base_dir
from qa.runtime.weights import read_tensors
from training.batches import Batch, Row, collate, plan, read_examples, row
from training.learn import WAYS, choose, drop
from training.loss import KINDS, loss, with_kept
from training.measures import validate
from training.questions import Example


class Trainer:
    """A network in bfloat16 for the arithmetic, its weights in float32 for the updates.

    ``exact``: all in float32, which is quicker where the processor has no bfloat16. ``dropout``: as ``drop`` has it.
    ``teacher``: the network that says what is right of rows that are kept.
    """

    def __init__(
        self,
        device: str,
        rate: float,
        seed: int,
        way: str = "layers",
        *,
        dropout: float = 0.0,
        exact: bool = False,
        teacher: ReaderNet | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.device = device
        self.rate = rate
        self.step = 0
        net = ReaderNet()
        net.load_state_dict(from_base(read_tensors(base_dir() / "model.safetensors")), strict=False)
        choose(net, way)
        self.master = {name: p.detach().clone().to(device) for name, p in net.named_parameters() if p.requires_grad}
        drop(net, dropout)
        self.net = net.to(device=device, dtype=torch.float32 if exact else torch.bfloat16)
        self.teacher = teacher and teacher.to(device)
        self.trained = {name: p for name, p in self.net.named_parameters() if p.requires_grad}
        plain = [p for p in self.master.values() if p.ndim > 1]
        bare = [p for p in self.master.values() if p.ndim == 1]
        groups = [{"params": plain, "weight_decay": 0.01}, {"params": bare, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6, fused=True)

    def update(self, batch: Batch, factor: float, kind: str = "joint") -> tuple[float, float]:
        """One step at ``factor`` of the rate; the two losses. ``kind``: as ``loss`` has it."""
        self.net.train()
        inputs = [part.to(self.device) for part in (batch.pieces, batch.segments, batch.real, batch.inside)]
        scores = self.net(*inputs)
        if self.teacher is None:
            span, answer = loss(scores, batch, kind)
        else:
            with torch.no_grad():
                taught = self.teacher(*inputs)
            span, answer = with_kept(scores, taught, batch, kind)
        torch.autograd.backward(span + answer)
        for name, weight in self.trained.items():
            self.master[name].grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(list(self.master.values()), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * factor
        self.optimizer.step()
        self._copy()
        self.step += 1
        return span.item(), answer.item()

    def adopt(self, weights: dict[str, Tensor]) -> None:
        """Take over these weights, by the names of ``ReaderNet``."""
        with torch.no_grad():
            for name, weight in self.master.items():
                weight.copy_(weights[name])
        self._copy()

    def _copy(self) -> None:
        with torch.no_grad():
            for name, weight in self.trained.items():
                weight.copy_(self.master[name])

    def save(self, path: Path, note: dict[str, Any]) -> None:
        """Weights, the optimizer's moments and ``note``, written beside and renamed."""
        tensors: dict[str, Tensor] = {f"weight/{name}": p for name, p in self.master.items()}
        for name, p in self.master.items():
            for kind, value in self.optimizer.state.get(p, {}).items():
                tensors[f"{kind}/{name}"] = value
        fresh = path.with_suffix(".new")
        save_file({k: v.contiguous().cpu() for k, v in tensors.items()}, fresh, {"note": json.dumps(note)})
        fresh.replace(path)

    def load(self, path: Path) -> dict[str, Any]:
        """Go on from a checkpoint; returns its note."""
        with safe_open(path, framework="pt") as file:
            note: dict[str, Any] = json.loads(file.metadata()["note"])
            stored = set(file.keys())
            with torch.no_grad():
                for name, p in self.master.items():
                    p.copy_(file.get_tensor(f"weight/{name}"))
                    kinds = [kind for kind in ("step", "exp_avg", "exp_avg_sq") if f"{kind}/{name}" in stored]
                    if kinds:
                        state = {kind: file.get_tensor(f"{kind}/{name}").to(self.device) for kind in kinds}
                        self.optimizer.state[p] = state
        self.step = note["step"]
        self._copy()
        return note


def factor(step: int, total: int, decay: int, warmup: int) -> float:
    """Share of the rate at ``step``."""
    return min(1.0, (step + 1) / warmup, (total - step) / decay)


def thinned(held: list[Example], about: int) -> list[Example]:
    """Every n-th of the held-out examples, ``about`` so many or more."""
    return held[:: max(1, len(held) // about)]


def load_rows(files: list[Path]) -> list[list[Row]]:
    """The rows of each file, those without a usable window left out."""
    return [[made for example in read_examples([file]) if (made := row(example))] for file in files]


def kept(row: Row) -> Row:
    """The row as the teacher is to say what is right of it, rivals left out."""
    return replace(row, spans=[], rivals=(), kept=True)


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    trainer = Trainer(
        device,
        options.rate,
        options.seed,
        options.learn,
        dropout=options.dropout,
        exact=options.float32,
        teacher=load_net(options.teacher) if options.keep else None,
    )
    files = load_rows(options.examples)
    if options.keep:
        files = [[*chain(*files), *map(kept, chain(*load_rows(options.keep)))]]
    batches: list[list[Row]] = []
    for number, rows in enumerate(files):
        order = plan(rows, options.size, options.seed + number)
        batches += [[rows[i] for i in chosen] for chosen in order]
    held = read_examples([options.held])
    checkpoint = options.run / "last.safetensors"
    total, decay = len(batches), math.ceil(len(batches) * options.decay)
    if checkpoint.exists():
        decay = trainer.load(checkpoint)["decay"]
    elif options.start:
        trainer.load(options.start)
        trainer.step = 0
    log = (options.run / "log.jsonl").open("a", encoding="utf-8")

    def write(**entry: Any) -> None:
        log.write(json.dumps({"step": trainer.step, "time": round(time.time(), 1)} | entry) + "\n")
        log.flush()

    write(start=str(options), rows=[len(rows) for rows in files], steps=total, device=device)
    saved = time.time()
    sums, seen = [0.0, 0.0], 0
    while trainer.step < total:
        signal = options.run / "decay-now"
        if signal.exists():
            trainer.save(options.run / "before-decay.safetensors", {"step": trainer.step, "total": total})
            asked = signal.read_text().strip()
            decay = min(int(asked) if asked else decay, total - trainer.step)
            trainer.step = total - decay
            signal.unlink()
            write(decay=decay)
        batch = collate(batches[trainer.step])
        losses = trainer.update(batch, factor(trainer.step, total, decay, options.warmup), options.loss)
        sums = [a + b for a, b in zip(sums, losses, strict=True)]
        seen += 1
        if trainer.step % 50 == 0:
            write(span=round(sums[0] / seen, 4), answer=round(sums[1] / seen, 4))
            sums, seen = [0.0, 0.0], 0
        if time.time() - saved > 60 * options.minutes or trainer.step == total:
            trainer.save(checkpoint, {"step": trainer.step, "decay": decay, "total": total})
            saved = time.time()
        if trainer.step % options.validate == 0 or trainer.step == total:
            write(held=validate(trainer.net, thinned(held, 1600 if trainer.step == total else 500), device))
    log.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder for checkpoints and log")
    parser.add_argument("--examples", type=Path, nargs="+", required=True)
    parser.add_argument("--held", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="another run's checkpoint to begin with")
    parser.add_argument("--learn", choices=WAYS, default="layers", help="what of the network is trained")
    parser.add_argument("--loss", choices=KINDS, default="joint", help="spans together, or each for itself")
    parser.add_argument("--dropout", type=float, default=0.0, help="share of what a layer gives that is left out")
    parser.add_argument("--float32", action="store_true", help="no bfloat16, for processors without it")
    parser.add_argument(
        "--keep", type=Path, nargs="+", help="examples to be read as before, gone through with the others"
    )
    parser.add_argument("--teacher", type=Path, default=WEIGHTS, help="exported weights; those that ship")
    parser.add_argument("--size", type=int, default=32, help="passages a step")
    parser.add_argument("--rate", type=float, default=2.5e-4)
    parser.add_argument("--warmup", type=int, default=100, help="steps")
    parser.add_argument("--decay", type=float, default=0.4, help="share of the steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=4, help="between checkpoints")
    parser.add_argument("--validate", type=int, default=500, help="steps between validations")
    return parser.parse_args()


if __name__ == "__main__":
    main()
