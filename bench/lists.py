"""What inverted lists lose on real embeddings: recall against brute force, by the share of lists looked into.

::

    python -m bench.lists --data DIR --vectors FILE.npz
    python -m bench.lists --generated 1000000 --questions 200

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

from bench.scale import ASKED_SPREAD, CLUSTERS, DIMENSIONS, SPREAD, exact
from qa.encoder import FloatArray, load_encoder
from qa.index.dense import PROBED, DenseIndex, DenseWriter

_SHARES = 1 / 64, 1 / 32, 1 / 16, PROBED, 1 / 4, 1.0
_DEPTHS = 10, 50
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def texts(folder: Path) -> tuple[list[str], list[str]]:
    """The sentences, each once, in order, and the questions."""
    contexts: dict[str, None] = {}
    questions: dict[str, None] = {}
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
        asked_of = encoder.encode([questions[one] for one in some])
        with file.open("wb") as out:
            np.savez(out, passages=encoder.encode(sentences), questions=asked_of)
    with np.load(file, allow_pickle=False) as kept:
        return kept["passages"], kept["questions"]


def generated(count: int, asked: int) -> tuple[FloatArray, FloatArray]:
    """Clustered vectors, and some of them with noise."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((CLUSTERS, DIMENSIONS), dtype=np.float32)
    passages = centres[rng.integers(CLUSTERS, size=count)]
    for part in np.split(passages, range(50_000, count, 50_000)):  # views
        part += SPREAD * rng.standard_normal(part.shape, np.float32)
    passages /= np.linalg.norm(passages, axis=1, keepdims=True)
    questions = passages[rng.integers(count, size=asked)]
    questions += ASKED_SPREAD * rng.standard_normal(questions.shape, np.float32)
    return passages, questions / np.linalg.norm(questions, axis=1, keepdims=True)


def recall(index: DenseIndex, questions: FloatArray, best: list[set[int]]) -> float:
    """The share of ``best`` that the index finds among as many, on average."""
    found = [{row for row, _ in index.search(one, len(rows))} for one, rows in zip(questions, best, strict=True)]
    return float(np.mean([len(rows & truth) / len(truth) for rows, truth in zip(found, best, strict=True)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--generated", type=int, metavar="N", help="N clustered vectors instead")
    parser.add_argument("--questions", type=int, default=2_000)
    args = parser.parse_args()
    if args.generated:
        passages, questions = generated(args.generated, args.questions)
    elif args.data and args.vectors:
        passages, questions = embedded(args.data, args.vectors, args.questions)
    else:
        parser.error("give --data and --vectors, or --generated")
    best = [exact(passages.__getitem__, len(passages), questions, depth) for depth in _DEPTHS]
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
