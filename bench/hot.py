"""The functions a question spends its time in, timed by pytest-benchmark: ``pytest bench/hot.py``.

No test of the product is here, and no time is judged; ``--benchmark-compare`` shows what a change did. What they work
on is the five sources and our own questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count, cycle
from typing import Any

import numpy as np
import pytest

from bench.work import questions
from qa.asked import forms
from qa.library import index_paths
from qa.pipeline import Pincite
from qa.reader.evidence import measure
from qa.reader.neural import MAX_SPAN, TOP, WEIGHTS, Scores, _reading
from qa.reader.neural_light import _recipe
from qa.reader.neural_pieces import windows
from qa.reader.question import analyse
from qa.reader.trained import TrainedReader
from qa.runtime import compiled
from qa.runtime.minilm import DIMENSIONS
from qa.settings import cache_dir, corpus_dir
from qa.types import Hit

Benchmark = Callable[..., Any]


@pytest.fixture(scope="session")
def pincite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pincite]:
    folder = tmp_path_factory.mktemp("hot") / "index"
    index_paths([corpus_dir()], folder)
    opened = Pincite.open(folder)
    opened.warm()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def hits(pincite: Pincite) -> tuple[Hit, ...]:
    return pincite.search(asked()[0], top_k=12)


def asked() -> list[str]:
    return [row["question"] for row in questions()]


def fresh() -> Iterator[str]:
    """Questions none of which was asked before, so that nothing of them is remembered."""
    return (f"{question} {number}" for number, question in zip(count(), cycle(asked()), strict=False))


def test_question(benchmark: Benchmark, pincite: Pincite) -> None:
    new = fresh()
    assert benchmark(lambda: pincite.ask(next(new))).hits


def test_forms(benchmark: Benchmark, pincite: Pincite) -> None:
    new = fresh()
    assert benchmark(lambda: forms(next(new), [], pincite.index, pincite.encoder))


def test_retrieval(benchmark: Benchmark, pincite: Pincite) -> None:
    new = fresh()
    assert benchmark(lambda: pincite.search(next(new), top_k=12))


def test_embedding_a_question(benchmark: Benchmark, pincite: Pincite) -> None:
    new = fresh()
    assert benchmark(lambda: pincite.encoder.encode_question(next(new))).size == DIMENSIONS


def test_reading(benchmark: Benchmark, pincite: Pincite, hits: tuple[Hit, ...]) -> None:
    new = fresh()
    assert benchmark(lambda: pincite.reader.read(next(new), hits))


@pytest.mark.parametrize("precision", ["f32", None])
@pytest.mark.parametrize("passages", [1, 2])
def test_the_network_alone(benchmark: Benchmark, passages: int, precision: compiled.Precision | None) -> None:
    """Passages of 150 word pieces; ``None`` is what this processor does best."""
    network = compiled.load(_recipe(WEIGHTS), cache_dir(), precision)
    texts = np.random.default_rng(0).standard_normal((passages, 150, DIMENSIONS), dtype=np.float32)
    assert len(benchmark(lambda: network.run(texts))) == passages


def test_windows(benchmark: Benchmark, hits: tuple[Hit, ...]) -> None:
    new, passages = fresh(), [(hit.passage.context, hit.passage.text) for hit in hits]
    assert len(benchmark(lambda: windows(next(new), passages))) == len(hits)


def test_best_spans(benchmark: Benchmark, hits: tuple[Hit, ...]) -> None:
    [[window, *_]] = windows(asked()[0], [("", " ".join(hit.passage.text for hit in hits))])
    places = len(window.places)
    scores = np.random.default_rng(0).standard_normal((places, MAX_SPAN), dtype=np.float32)
    for place in range(places):
        scores[place, places - place :] = -np.inf
    assert benchmark(_reading, window, Scores(scores, 0.0, 0.0), TOP).spans


def test_evidence(benchmark: Benchmark, pincite: Pincite, hits: tuple[Hit, ...]) -> None:
    assert isinstance(pincite.reader, TrainedReader)
    question, weight = analyse(asked()[0]), pincite.reader.weight
    assert benchmark(lambda: [measure(question, hit, hit.passage.sentences[0], weight) for hit in hits])


def test_an_answer_as_json(benchmark: Benchmark, pincite: Pincite) -> None:
    answer = pincite.ask(asked()[0])
    assert benchmark(lambda: json.dumps(answer.to_json()))
