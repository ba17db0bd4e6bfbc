"""How an index grows: a generated corpus of any size, built, updated, opened and asked.

::

    python -m bench.scale --passages 20000           # a minute
    python -m bench.scale --passages 1000000         # 25 minutes, 5 GB of disk

Texts are Zipfian words in sentences; vectors are a mixture of clusters, seeded by the text, so nothing is embedded.
What is measured is ours: all of building and searching is the product's own code. Real embeddings cluster less, so
recall on them is lower where lists are used (more than 300,000 passages).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from qa.encoder import FloatArray
from qa.index import FromFile, Item, Kept, Marks, Request, build, open_index
from qa.index.dense import Rows
from qa.retriever import Retriever
from qa.types import Block, Document, Source

_WORDS = 50_000
_SENTENCES = 400
_PER_DOCUMENT = 145  # passages that come of them
_AT_ONCE = 5_000
CLUSTERS = 2_000
DIMENSIONS = 384
SPREAD, ASKED_SPREAD = 0.7, 0.03
"""Noise of a vector around its cluster's centre, and of a question around a vector, in each dimension."""


class SyntheticEncoder:
    """Vectors that follow from the text's checksum: a cluster's centre and noise."""

    dimensions, max_tokens = DIMENSIONS, 256

    name, fingerprint = "synthetic", "synthetic-1"

    def __init__(self) -> None:
        self._centres = np.random.default_rng(0).normal(size=(CLUSTERS, DIMENSIONS)).astype(np.float32)

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        vectors = np.stack([self._vector(zlib.crc32(text.encode())) for text in texts])
        if on_done:
            on_done(len(texts))
        unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def encode_question(self, question: str) -> FloatArray:
        vector: FloatArray = self.encode([question])[0]
        return vector

    def _vector(self, seed: int) -> FloatArray:
        noise = np.random.default_rng(seed).standard_normal(DIMENSIONS, dtype=np.float32)
        vector: FloatArray = self._centres[seed % CLUSTERS] + SPREAD * noise
        return vector

    def prepare(self) -> None:
        return None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(self.token_starts(text)) for text in texts]

    def token_starts(self, text: str) -> list[int]:
        starts: list[int] = []
        at = 0
        for word in text.split(" "):
            starts += range(at, at + max(1, len(word)), 6)
            at += len(word) + 1
        return starts


def document(number: int) -> Document:
    """A text of paragraphs of four sentences, always the same for a number."""
    numbers = np.random.default_rng(number)
    ranks = np.minimum(numbers.zipf(1.3, size=_SENTENCES * 14), _WORDS).reshape(_SENTENCES, 14)
    sentences = [" ".join(f"w{_letters(rank)}" for rank in row).capitalize() + "." for row in ranks.tolist()]
    return generated(number, f"Document {number}", sentences)


def generated(number: int, title: str, sentences: Sequence[str]) -> Document:
    """A document of paragraphs of four of these sentences."""
    paragraphs = [" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4)]
    blocks, at = [], 0
    for paragraph in paragraphs:
        blocks.append(Block(at, at + len(paragraph), "text"))
        at += len(paragraph) + 2
    text = "\n\n".join(paragraphs)
    name = f"d{number:06}.txt"
    source = Source(name, title, None, None, None, f"/g/{name}", f"{number:064x}", "txt", len(text))
    return Document(source, text, tuple(blocks))


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 20)
        letters += "bcdfghjklmnpqrstvwxz"[rest] + "aeiou"[rest % 5]
    return letters


def items(count: int, but: int | None = None) -> Callable[[Marks], Iterator[Item]]:
    """The documents 0 to ``count`` but one, those that are known kept."""

    def items(known: Marks) -> Iterator[Item]:
        for number in range(count):
            file = f"/g/d{number:06}.txt"
            if number != but:
                yield Kept(file, "1") if file in known else FromFile(document(number), file, "1")

    return items


def measure(index_dir: Path, passages: int, questions: int, updates: bool = True) -> dict[str, object]:
    encoder = SyntheticEncoder()
    count = max(2, passages // _PER_DOCUMENT)
    stages: dict[str, float] = {}

    def progress(stage: str, done: int, total: int) -> None:
        stages.setdefault(stage, time.perf_counter())

    def request(count: int, but: int | None = None) -> Request:
        return Request(items(count, but), encoder, 128, roots=("/g",), code="bench")

    first = build(request(count), index_dir, progress)
    ended, used = time.perf_counter(), time.process_time()
    times = [*stages.values(), ended]
    row: dict[str, object] = {"passages": first.passages, "documents": first.documents, "build CPU s": round(used, 1)}
    row |= {f"{stage} s": round(b - a, 1) for stage, a, b in zip(stages, times[:-1], times[1:], strict=True)}
    changes = (("add one", request(count + 1)), ("remove one", request(count + 1, but=count // 2)))
    for name, changed in changes if updates else ():
        before = time.process_time()
        row[f"{name} s"] = round(build(changed, index_dir).seconds, 1)
        row[f"{name} CPU s"] = round(time.process_time() - before, 2)
    row["peak RSS while building MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row["disk MB"] = sum(path.stat().st_size for path in index_dir.rglob("*") if path.is_file()) >> 20
    command = [sys.executable, "-m", "bench.scale", "--asked", str(index_dir), "--questions", str(questions)]
    return {**row, **json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)}


def asked(index_dir: Path, questions: int) -> dict[str, object]:
    """In a process of its own, so that memory and opening are those of a reader."""
    before = _resident()
    started = time.perf_counter()
    index = open_index(index_dir)
    row: dict[str, object] = {"open s": round(time.perf_counter() - started, 3)}
    row["RSS of opening MB"] = _resident() - before
    numbers = np.random.default_rng(1)
    rows = sorted(numbers.choice(len(index.dense), questions, replace=False).tolist())
    known = index.store.passages(rows)
    rows = [row for row in rows if row in known]
    vectors = index.dense.vectors(rows)
    vectors += ASKED_SPREAD * numbers.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    truth = exact(lambda some: index.dense.vectors(some.tolist()), len(index.dense), vectors, 10)
    times, shares = [], []
    for vector, best in zip(vectors, truth, strict=True):
        started = time.perf_counter()
        found = index.dense.search(vector, 10)
        times.append(time.perf_counter() - started)
        shares.append(len({one for one, _ in found} & best) / 10)
    row |= _percentiles("dense", times) | {"recall@10": round(float(np.mean(shares)), 4)}
    retriever = Retriever(index, SyntheticEncoder(), pool=50, dense_share=0.6)
    texts = [" ".join(known[one].text.split()[:12]) for one in rows]
    sources = [entry.source.id for entry in index.store.sources()]
    for name, only in (("hybrid", None), ("one source", sources[:1]), ("half the sources", sources[::2])):
        times = []
        for text in texts[: max(10, questions // 5)]:
            started = time.perf_counter()
            retriever.search(text, 10, only=only)
            times.append(time.perf_counter() - started)
        row |= _percentiles(name, times)
    row["RSS at end MB"] = _resident()
    return row


def exact(stored: Callable[[Rows], FloatArray], count: int, vectors: FloatArray, k: int) -> list[set[int]]:
    """The ``k`` nearest of ``count`` rows to each vector, by brute force; ``stored``: the vectors of some rows."""
    scores = np.full((len(vectors), k), -2.0, dtype=np.float32)
    rows = np.full((len(vectors), k), -1, dtype=np.int64)
    for start in range(0, count, _AT_ONCE):
        some = np.arange(start, min(start + _AT_ONCE, count))
        both = np.hstack([scores, vectors @ stored(some).T])
        names = np.hstack([rows, np.tile(some, (len(vectors), 1))])
        best = np.argpartition(-both, k, axis=1)[:, :k]
        scores, rows = np.take_along_axis(both, best, 1), np.take_along_axis(names, best, 1)
    return [set(row) for row in rows.tolist()]


def _percentiles(name: str, times: Sequence[float]) -> dict[str, object]:
    p50, p95 = np.percentile(np.array(times) * 1000, [50, 95])
    return {f"{name} p50 ms": round(float(p50), 2), f"{name} p95 ms": round(float(p95), 2)}


def _resident() -> int:
    """Megabytes of this process in memory, pages of mapped files included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--no-updates", action="store_true", help="leave out adding a document and removing one")
    parser.add_argument("--asked", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.asked is not None:
        print(json.dumps(asked(args.asked, args.questions)))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder) / "index", args.passages, args.questions, not args.no_updates), indent=1))


if __name__ == "__main__":
    main()
