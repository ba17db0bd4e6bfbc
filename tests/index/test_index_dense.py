"""FAISS against the same search written out in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.encoder import FloatArray
from qa.index import dense
from qa.index.dense import DenseIndex, DenseWriter


def unit(vectors: object) -> FloatArray:
    array = np.asarray(vectors, dtype=np.float32)
    return array / np.linalg.norm(array, axis=-1, keepdims=True)


def made(path: Path, rows: Sequence[int], vectors: FloatArray, **limits: int) -> DenseIndex:
    writer = DenseWriter(path / "x", *vectors.shape, **limits)
    for start in range(0, len(rows), 77):
        writer.add(np.asarray(rows[start : start + 77], dtype=np.int64), vectors[start : start + 77])
    writer.finish()
    return DenseIndex(path / "x")


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


@pytest.mark.parametrize(("parts", "least"), [(1, 1), (2, 1), (3, 1), (8, 1), (8, 60), (8, 10_000)])
@pytest.mark.parametrize("flat_most", [0, 1000])
def test_answers_do_not_depend_on_the_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int, least: int, flat_most: int
) -> None:
    vectors = unit(np.random.default_rng(5).normal(size=(203, 24)).round(1))  # some are the same
    vectors[100:150] = vectors[50:100]
    index = made(tmp_path, list(range(203)), vectors, flat_most=flat_most)
    expected = [index.search(question, 9) for question in vectors]
    monkeypatch.setattr(dense, "_PARTS", parts)
    monkeypatch.setattr(dense, "_PART_LEAST", least)
    assert [index.search(question, 9) for question in vectors] == expected


@pytest.mark.parametrize("flat_most", [0, 1000])
def test_of_equals_at_the_end_the_first_rows_are_kept(tmp_path: Path, flat_most: int) -> None:
    vectors = unit(np.random.default_rng(6).normal(size=(90, 24)))[np.random.default_rng(8).integers(90, size=400)]
    index = made(tmp_path, list(range(400)), vectors, flat_most=flat_most)
    for question in vectors[:40]:
        every = index.search(question, 400)
        assert every == sorted(every, key=lambda found: (-found[1], found[0]))
        for k in (1, 2, 3, 7, 50):
            assert index.search(question, k) == every[:k]
            assert index.search(question, k, only=range(1, 400)) == [found for found in every if found[0]][:k]


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


@pytest.fixture(scope="module")
def vectors() -> FloatArray:
    """In clusters, as embeddings are."""
    numbers = np.random.default_rng(3)
    centres = numbers.normal(size=(60, 32))
    return unit(centres[numbers.integers(60, size=4000)] + 0.4 * numbers.normal(size=(4000, 32)))


@pytest.fixture(scope="module")
def half(vectors: FloatArray, tmp_path_factory: pytest.TempPathFactory) -> DenseIndex:
    return made(tmp_path_factory.mktemp("half"), range(0, 8000, 2), vectors, flat_most=100)


@pytest.fixture(scope="module")
def lists(vectors: FloatArray, tmp_path_factory: pytest.TempPathFactory) -> DenseIndex:
    folder = tmp_path_factory.mktemp("lists")
    return made(folder, range(0, 8000, 2), vectors, flat_most=100, exact_most=1000)


class TestManyVectors:
    """Half precision and inverted lists, made small by their limits."""

    def questions(self, vectors: FloatArray) -> FloatArray:
        numbers = np.random.default_rng(5)
        return unit(vectors[numbers.integers(4000, size=50)] + 0.1 * numbers.normal(size=(50, 32)))

    def exact(self, vectors: FloatArray, question: FloatArray, only: Sequence[int] | None = None) -> dict[int, float]:
        found = cosines(range(0, 8000, 2), vectors, question)
        return found if only is None else {row: found[row] for row in only if row in found}

    def test_half_precision_is_searched_exactly(self, half: DenseIndex, vectors: FloatArray) -> None:
        kept = half.vectors(range(0, 8000, 2))
        for question in self.questions(vectors):
            check(half.search(question, 10), self.exact(kept, question), 10, None)

    @pytest.mark.parametrize("step", [2, 3, 60, 500, 7000])
    @pytest.mark.parametrize("kind", ["half", "lists"])
    def test_a_filter_is_exact_however_few_it_admits(
        self, request: pytest.FixtureRequest, vectors: FloatArray, kind: str, step: int
    ) -> None:
        index, only = request.getfixturevalue(kind), [*range(1, 8000, step), 4, 444]
        kept = index.vectors(range(0, 8000, 2))
        for question in self.questions(vectors):
            check(index.search(question, 10, only), self.exact(kept, question, only), 10, None)
        assert index.search(vectors[0], 10, []) == []

    def test_lists_find_nearly_all_and_score_as_the_vectors_do(self, lists: DenseIndex, vectors: FloatArray) -> None:
        shares, kept = [], lists.vectors(range(0, 8000, 2))
        for question in self.questions(vectors):
            truth = self.exact(kept, question)
            found = lists.search(question, 10)
            assert len(found) == 10
            assert [score for _, score in found] == pytest.approx([truth[row] for row, _ in found], abs=1e-6)
            best = sorted(truth, key=lambda row: -truth[row])[:10]
            shares.append(len({row for row, _ in found} & set(best)) / 10)
        assert np.mean(shares) > 0.95

    def test_vectors_come_back(self, half: DenseIndex, lists: DenseIndex, vectors: FloatArray) -> None:
        for index in (half, lists):
            assert np.allclose(index.vectors([8, 0]), vectors[[4, 0]], rtol=2**-10, atol=2**-24)
            assert np.allclose(index.vectors(range(0, 8000, 2)), vectors, rtol=2**-10, atol=2**-24)
            with pytest.raises(KeyError):
                index.vectors([0, 1])

    def test_what_is_taken_from_half_precision_stays_as_it_is(
        self, half: DenseIndex, vectors: FloatArray, tmp_path: Path
    ) -> None:
        rows = list(range(0, 8000, 2))
        again = made(tmp_path, rows, half.vectors(rows), flat_most=100)
        assert np.array_equal(again.vectors(rows), half.vectors(rows))

    def test_parts_that_do_not_go_together(self, vectors: FloatArray, tmp_path: Path) -> None:
        made(tmp_path, range(10), vectors[:10])
        np.save(tmp_path / "x" / "rows.npy", np.arange(9))
        with pytest.raises(ValueError, match="9 rows and 10 vectors"):
            DenseIndex(tmp_path / "x")
