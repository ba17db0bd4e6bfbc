"""What inverted lists lose on real embeddings: recall against brute force, by the share of lists looked into.

::

    python -m bench.lists --data DIR --vectors FILE.npz

``DIR`` holds question sets as JSON lines with ``context`` and ``question`` (``*.jsonl.gz``): the sentences of the texts
are the passages, the questions are asked. Their vectors are kept in ``FILE.npz``, for another run. There are fewer of
them than lists are used for, so the lists are forced; an index probes the same share of its lists at any size.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
from pathlib import Path

import numpy as np

from qa.encoder import FloatArray, load_encoder
from qa.index.dense import PROBED, DenseIndex, DenseWriter

_SHARES = 1 / 64, 1 / 32, 1 / 16, PROBED, 1 / 4, 1.0
_DEPTHS = 10, 50
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def texts(folder: Path) -> tuple[list[str], list[str]]:
    """The sentences, each once, in order, and the questions."""
    contexts, questions = {}, {}
    for file in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                contexts[row["context"]] = None
                questions[row["question"]] = None
    sentences = dict.fromkeys(part for text in contexts for part in _SENTENCE_END.split(text) if len(part) > 20)
    return list(sentences), list(questions)


def embedded(folder: Path, file: Path, asked: int) -> tuple[FloatArray, FloatArray]:
    """Vectors of the sentences and of ``asked`` questions; read from ``file`` where it is there."""
    if not file.exists():
        sentences, questions = texts(folder)
        some = np.random.default_rng(0).choice(len(questions), min(asked, len(questions)), replace=False)
        encoder = load_encoder()
        np.savez(file, passages=encoder.encode(sentences), questions=encoder.encode([questions[one] for one in some]))
    with np.load(file, allow_pickle=False) as arrays:
        return arrays["passages"], arrays["questions"]


def nearest(passages: FloatArray, questions: FloatArray, k: int) -> list[set[int]]:
    """The ``k`` nearest rows of each question, by brute force."""
    return [set(np.argpartition(-(passages @ question), k)[:k].tolist()) for question in questions]


def recall(index: DenseIndex, questions: FloatArray, best: list[set[int]]) -> float:
    """The share of ``best`` that the index finds among as many, on average."""
    found = [{row for row, _ in index.search(one, len(rows))} for one, rows in zip(questions, best, strict=True)]
    return float(np.mean([len(rows & truth) / len(truth) for rows, truth in zip(found, best, strict=True)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=2_000)
    args = parser.parse_args()
    passages, questions = embedded(args.data, args.vectors, args.questions)
    best = [nearest(passages, questions, depth) for depth in _DEPTHS]
    print(f"{len(passages):,} passages, {len(questions):,} questions")
    print("| share of lists | " + " | ".join(f"recall@{depth}" for depth in _DEPTHS) + " | ms |\n|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "dense"
        writer = DenseWriter(folder, *passages.shape, flat_most=0, exact_most=0)
        writer.add(np.arange(len(passages)), passages)
        writer.finish()
        for share in _SHARES:
            index = DenseIndex(folder, share)
            recalls = [f"{recall(index, questions, rows):.3f}" for rows in best]
            started = time.perf_counter()
            recall(index, questions, best[0])
            spent = (time.perf_counter() - started) / len(questions)
            print(f"| {share:.3f} | " + " | ".join(recalls) + f" | {1000 * spent:.1f} |", flush=True)


if __name__ == "__main__":
    main()
