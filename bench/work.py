"""One task in a process of its own: ``python -m bench.work TASK [ARGUMENT ...]`` prints one line of JSON."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SENTENCES = 60
PASSAGES = 20_000


def timed(do: Callable[..., object], *given: object) -> float:
    """Seconds."""
    started = time.perf_counter()
    do(*given)
    return time.perf_counter() - started


def questions() -> list[dict[str, Any]]:
    """Those of our own set that stand alone."""
    lines = (ROOT / "eval" / "sets" / "innovation" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if not row.get("history")]


def sentences() -> list[str]:
    """Those of the five sources, in their order."""
    import re

    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpus").glob("*.txt")))
    return [one for one in re.split(r"(?<=[.!?])\s+", text) if 40 < len(one) < 400]


def warm(index: str) -> Any:
    from qa.pipeline import Pincite

    asked = [row["question"] for row in questions()]

    def opened() -> Pincite:
        """Remembers no question but the first, which are not timed."""
        pincite = Pincite.open(Path(index))
        for question in asked[:20]:
            pincite.ask(question)
        return pincite

    pincite, timed_ones = opened(), asked[20:100]
    seconds = [timed(pincite.ask, question) for question in timed_ones]
    pincite = opened()
    return {"seconds": seconds, "together": timed(lambda: list(pincite.ask_many([(each, ()) for each in timed_ones])))}


def encode_questions() -> Any:
    model = _sentence_transformer()
    asked = [row["question"] for row in questions()][:60]
    return {"seconds": [timed(model.encode, question) for question in asked][10:]}


def write_files(folder: str, files: str) -> Any:
    """Files of shuffled sentences, so that no two passages are the same."""
    every, chance = sentences(), random.Random(0)
    Path(folder).mkdir(parents=True)
    for number in range(int(files)):
        parts = [" ".join(chance.sample(every, 5)) for _ in range(SENTENCES // 5)]
        (Path(folder) / f"{number}.txt").write_text("\n\n".join(parts), encoding="utf-8")
    return {"files": int(files)}


def index(folder: str, index_dir: str) -> Any:
    from qa.library import index_paths

    started = time.perf_counter()
    report = index_paths([Path(folder)], Path(index_dir))
    return {"seconds": time.perf_counter() - started, "passages": report.embedded}


def encode_passages(index_dir: str) -> Any:
    """The texts an index was made of, encoded with default arguments; loading the model is not counted."""
    from qa.index import open_index

    opened = open_index(Path(index_dir))
    ids = [entry.source.id for entry in opened.store.sources()]
    texts = [one.embedded_text for id in ids for one in opened.store.passages_of(id) if one.searchable]
    model = _sentence_transformer()
    model.encode(texts[:8])
    return {"seconds": timed(model.encode, texts), "passages": len(texts)}


def large_index(index_dir: str, passages: str) -> Any:
    """The five sources among generated documents, in an index that the product asks as its own."""
    from bench.among import AmongEncoder, items
    from qa.index import Request, build

    report = build(Request(items(int(passages)), AmongEncoder(), 128), Path(index_dir))
    return {"passages": report.passages}


def search(folder: str) -> Any:
    import bm25s
    import numpy as np

    from qa.index import dense, lexical

    chance = np.random.default_rng(0)
    vectors = chance.standard_normal((PASSAGES, 384), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = [f"word{number}" for number in chance.zipf(1.3, 40 * PASSAGES).clip(max=50_000)]
    texts = [" ".join(words[start : start + 40]) for start in range(0, len(words), 40)]
    asked = [" ".join(words[start : start + 6]) for start in range(0, 6 * 50, 6)]
    Path(folder).mkdir()
    writer = dense.DenseWriter(Path(folder) / dense.FOLDER_NAME, PASSAGES, 384)
    writer.add(np.arange(PASSAGES), vectors)
    writer.finish()
    lexical.write_lexical(Path(folder) / lexical.FOLDER_NAME, enumerate(texts))
    ours = dense.DenseIndex(Path(folder) / dense.FOLDER_NAME), lexical.LexicalIndex(Path(folder) / lexical.FOLDER_NAME)
    other = bm25s.BM25()
    other.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    def brute(vector: Any) -> object:
        scores = vectors @ vector
        best = np.argpartition(-scores, 50)[:50]
        return best[np.argsort(-scores[best])]

    def theirs(question: str) -> object:
        return other.retrieve(bm25s.tokenize(question, show_progress=False), k=50, show_progress=False)

    found: dict[str, list[float]] = {"dense": [], "brute": [], "lexical": [], "bm25s": []}
    for vector, question in zip(vectors[:50], asked, strict=True):
        found["dense"].append(timed(ours[0].search, vector, 50))
        found["brute"].append(timed(brute, vector))
        found["lexical"].append(timed(ours[1].search, question, 50))
        found["bm25s"].append(timed(theirs, question))
    return found


def exact(index_dir: str) -> Any:
    from dataclasses import replace
    from functools import partial

    from qa.encoder.packaged import PackagedEncoder
    from qa.pipeline import Pincite
    from qa.reader.neural import SpanModel
    from qa.reader.trained import TrainedReader
    from qa.runtime import compiled
    from qa.runtime.minilm import verified_dir

    answers = []
    for precision in (None, "f32"):
        encoder = PackagedEncoder("all-MiniLM-L6-v2", verified_dir(), precision)
        pincite = Pincite.open(Path(index_dir), encoder=encoder)
        assert isinstance(pincite.reader, TrainedReader)
        pincite = replace(pincite, reader=replace(pincite.reader, load=partial(SpanModel.load, precision=precision)))
        answers.append([pincite.ask(row["question"]) for row in questions()])
    both = list(zip(*answers, strict=True))
    right = [
        sum(_right(answer, row) for answer, row in zip(side, questions(), strict=True)) / len(both) for side in answers
    ]
    return {
        "precision": compiled.fast_precision(),
        "same": sum(_shown(one) == _shown(other) for one, other in both) / len(both),
        "apart": max(abs(one.confidence - other.confidence) for one, other in both),
        "right": right[0],
        "right_f32": right[1],
    }


def _shown(answer: Any) -> str | None:
    return answer.citations[0].quote if answer.citations else None


def _right(answer: Any, row: dict[str, Any]) -> bool:
    shown = _shown(answer)
    if not row["answers"] or shown is None:
        return not row["answers"] and shown is None
    return any(" ".join(one.lower().split()) in " ".join(shown.lower().split()) for one in row["answers"])


def _sentence_transformer() -> Any:
    from sentence_transformers import SentenceTransformer

    from qa.runtime.minilm import base_dir

    return SentenceTransformer(str(base_dir()))


TASKS: dict[str, Callable[..., Any]] = {
    "warm": warm,
    "encode-questions": encode_questions,
    "write-files": write_files,
    "index": index,
    "encode-passages": encode_passages,
    "large-index": large_index,
    "questions": lambda: [row["question"] for row in questions()],
    "search": search,
    "exact": exact,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
