"""FAISS against the same search written out in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.encoder import FloatArray
from qa.index.dense import DenseIndex, write_dense


def unit(vectors: object) -> FloatArray:
    array = np.asarray(vectors, dtype=np.float32)
    return array / np.linalg.norm(array, axis=-1, keepdims=True)


def made(path: Path, rows: Sequence[int], vectors: FloatArray) -> DenseIndex:
    write_dense(path / "x.faiss", np.asarray(rows, dtype=np.int64), vectors)
    return DenseIndex(path / "x.faiss")


def check(
    found: list[tuple[int, float]],
    cosines: dict[int, float],
    k: int,
    only: Sequence[int] | None,
) -> None:
    """``found`` are the ``k`` best of the rows allowed, each with its own cosine; rounding may swap equals."""
    allowed = {row: cosine for row, cosine in cosines.items() if only is None or row in only}
    best = sorted(allowed.values(), reverse=True)[: max(k, 0)]
    assert [score for _, score in found] == pytest.approx(best, abs=1e-6)
    assert len({row for row, _ in found}) == len(found)
    for row, score in found:
        assert score == pytest.approx(allowed[row], abs=1e-6)


def cosines(rows: Sequence[int], vectors: FloatArray, question: FloatArray) -> dict[int, float]:
    return dict(zip(rows, (vectors.astype(np.float64) @ question).tolist(), strict=True))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[DenseIndex, list[int], FloatArray]:
    numbers = np.random.default_rng(7)
    rows = [3 * row + 1 for row in range(200)]
    vectors = unit(numbers.normal(size=(200, 24)))
    return made(tmp_path_factory.mktemp("dense"), rows, vectors), rows, vectors


@pytest.mark.parametrize("k", [1, 10, 200, 1000])
@pytest.mark.parametrize("only", [None, [], [1], [4, 7, 10, 301, 598], [0, 2, 5], [1, 4, 999_999]])
def test_equals_brute_force(world: tuple[DenseIndex, list[int], FloatArray], k: int, only: list[int] | None) -> None:
    index, rows, vectors = world
    question = unit(np.random.default_rng(11).normal(size=24))
    check(index.search(question, k, only), cosines(rows, vectors, question), k, only)


def test_no_filter_is_all_and_an_empty_one_is_nothing(world: tuple[DenseIndex, list[int], FloatArray]) -> None:
    index, rows, vectors = world
    assert len(index.search(vectors[0], 500, None)) == len(rows) == len(index)
    assert index.search(vectors[0], 500, []) == []
    assert index.search(vectors[0], 0) == index.search(vectors[0], -1) == []


def test_ties_go_by_row_even_where_the_list_ends(tmp_path: Path) -> None:
    same = unit([[1, 1, 0, 0]] * 30 + [[1, 0, 0, 0]] + [[1, 1, 0, 0]] * 30)
    index = made(tmp_path, list(range(61)), same)
    question = unit([1, 1, 0, 0])
    for k in (1, 5, 30, 60):
        assert [row for row, _ in index.search(question, k)] == [row for row in range(61) if row != 30][:k]
    assert [row for row, _ in index.search(question, 3, only=list(range(40, 61)))] == [40, 41, 42]


@pytest.mark.parametrize("count", [0, 1])
def test_almost_nothing_in_it(tmp_path: Path, count: int) -> None:
    index = made(tmp_path, list(range(count)), np.eye(4, dtype=np.float32)[:count])
    question = unit([1, 0, 0, 0])
    assert [row for row, _ in index.search(question, 10)] == list(range(count))
    assert len(index) == count
    assert index.vectors([]).shape == (0, 4)


def test_vectors_come_back_as_they_were(world: tuple[DenseIndex, list[int], FloatArray]) -> None:
    index, rows, vectors = world
    assert np.array_equal(index.vectors([rows[5], rows[0], rows[5]]), vectors[[5, 0, 5]])
    assert index.vectors([rows[1]]).dtype == np.float32


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_filter_and_length(world: tuple[DenseIndex, list[int], FloatArray], data: st.DataObject) -> None:
    index, rows, vectors = world
    only = data.draw(st.none() | st.lists(st.sampled_from(rows), unique=True, max_size=20))
    k = data.draw(st.integers(0, 250))
    question = vectors[data.draw(st.integers(0, 199))]
    check(index.search(question, k, only), cosines(rows, vectors, question), k, only)
