"""Fusion by numbers worked out by hand, and search over a small index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from making import document

from qa.index import OpenIndex, Request, build, open_index
from qa.retriever import MODES, Mode, Retriever, fuse

TEXTS = {
    "bridge.txt": "Copper was stolen from the bridge. The bridge is closed until June.",
    "hall.txt": "The council met in the old hall. It voted for a new roof of copper.",
    "nav.html": "Home copper News copper",
    "tower.txt": "The tower was built in 1904. It leans a little to the east.",
    "twin.txt": "The council met in the old hall. It voted for a new roof of copper.",
}
SCORES = st.dictionaries(st.integers(0, 30), st.floats(-1, 1), max_size=12)


class TestFuse:
    def test_by_hand(self) -> None:
        dense = {1: 0.9, 2: 0.5, 3: 0.7, 4: 0.6}
        lexical = {2: 8.0, 3: 2.0}
        # dense brought to 0..1: 1 -> 1, 2 -> 0, 3 -> 0.5, 4 -> 0.25; lexical divided by 8: 2 -> 1, 3 -> 0.25
        assert fuse(dense, lexical, 0.6, 8.0) == pytest.approx({1: 0.6, 2: 0.4, 3: 0.4, 4: 0.15})

    def test_where_no_passage_has_all_the_words_they_count_less(self) -> None:
        dense, lexical = {1: 0.9, 2: 0.5}, {2: 8.0}
        assert fuse(dense, lexical, 0.5, 16.0) == pytest.approx({1: 0.5, 2: 0.25})
        assert fuse(dense, lexical, 0.5, 4.0) == pytest.approx({1: 0.5, 2: 0.5})  # a short one may have more

    def test_a_single_passage_or_equal_ones_count_in_full(self) -> None:
        assert fuse({7: -0.3}, {}, 0.6, 1.0) == pytest.approx({7: 0.6})
        assert fuse({1: 0.2, 2: 0.2}, {2: 3.0}, 0.5, 3.0) == pytest.approx({1: 0.5, 2: 1.0})

    def test_what_only_one_side_proposes(self) -> None:
        assert fuse({1: 0.4, 2: 0.2}, {3: 5.0}, 0.5, 5.0) == pytest.approx({1: 0.5, 2: 0.0, 3: 0.5})
        assert fuse({}, {3: 5.0, 4: 2.5}, 0.6, 0.0) == pytest.approx({3: 0.4, 4: 0.2})
        assert fuse({}, {}, 0.6, 0.0) == {}

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(
        dense=SCORES,
        lexical=SCORES.map(lambda scores: {row: abs(score) for row, score in scores.items()}),
        full=st.floats(0, 2),
    )
    def test_bounds_and_ends(self, dense: dict[int, float], lexical: dict[int, float], full: float) -> None:
        for share in (0.0, 0.6, 1.0):
            fused = fuse(dense, lexical, share, full)
            assert set(fused) == set(dense) | set(lexical)
            assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())
        by_dense, by_lexical = fuse(dense, lexical, 1.0, full), fuse(dense, lexical, 0.0, full)
        for one in dense:
            for other in dense:
                assert dense[one] <= dense[other] or by_dense[one] >= by_dense[other]
        for one in lexical:
            for other in lexical:
                assert lexical[one] <= lexical[other] or by_lexical[one] >= by_lexical[other]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIndex]:
    folder: Path = tmp_path_factory.mktemp("retriever") / "index"
    made = [
        document(f"<nav>{text}</nav>" if name == "nav.html" else text, name.rpartition(".")[2], name, title="T")
        for name, text in TEXTS.items()
    ]
    build(Request(made, FakeEncoder(), 16), folder)
    opened = open_index(folder)
    yield opened
    opened.close()


@pytest.fixture
def retriever(index: OpenIndex) -> Retriever:
    return Retriever(index, FakeEncoder(), pool=50, dense_share=0.6)


QUESTION = "Who stole the copper of the bridge?"


@pytest.mark.parametrize("mode", MODES)
def test_best_first_with_ranks_and_ties_in_order(retriever: Retriever, mode: Mode) -> None:
    hits = retriever.search(QUESTION, 100, mode)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    order = [(-hit.score, hit.passage.document_id, hit.passage.start) for hit in hits]
    assert order == sorted(order)  # ids are in the order of the index here
    assert hits[0].passage.document_id == "bridge.txt"
    assert [hit.passage.document_id for hit in hits].count("nav.html") == 0
    for k in (0, -1, 1, 3):
        assert retriever.search(QUESTION, k, mode) == hits[: max(k, 0)]


def test_scores_are_what_they_say(retriever: Retriever) -> None:
    encoder = FakeEncoder()
    hits = retriever.search(QUESTION, 100)
    question = encoder.encode([QUESTION])[0]
    lexical = {hit.passage: hit.score for hit in retriever.search(QUESTION, 100, "lexical")}
    for hit in hits:
        assert hit.scores["dense"] == pytest.approx(float(encoder.encode([hit.passage.embedded_text])[0] @ question))
        assert hit.scores.get("lexical") == lexical.get(hit.passage)
    fused = fuse(
        {row: hit.scores["dense"] for row, hit in enumerate(hits)},
        {row: hit.scores["lexical"] for row, hit in enumerate(hits) if "lexical" in hit.scores},
        0.6,
        retriever.index.lexical.full_score(QUESTION),
    )
    assert [hit.score for hit in hits] == pytest.approx([fused[row] for row in range(len(hits))], abs=1e-6)


@pytest.mark.parametrize("pool", [1, 2, 50])
def test_ranks_are_those_of_the_two_searches(index: OpenIndex, pool: int) -> None:
    retriever = Retriever(index, FakeEncoder(), pool, 0.6)
    sides: tuple[Mode, Mode] = ("dense", "lexical")
    alone = {side: [hit.passage for hit in retriever.search(QUESTION, pool, side)] for side in sides}
    hits = retriever.search(QUESTION, pool)
    for hit in hits:
        ranks = {side: found.index(hit.passage) + 1 for side, found in alone.items() if hit.passage in found}
        assert hit.ranks == ranks


@pytest.mark.parametrize("pool", [1, 2, 50])
def test_the_ends_of_the_fusion_are_the_two_sides(index: OpenIndex, pool: int) -> None:
    dense, lexical = (Retriever(index, FakeEncoder(), pool, share) for share in (1.0, 0.0))
    best = dense.search(QUESTION, pool, "dense")
    assert [hit.passage for hit in dense.search(QUESTION, pool)][:1] == [best[0].passage]
    ordered = [hit.scores["dense"] for hit in dense.search(QUESTION, pool)]
    assert ordered == sorted(ordered, reverse=True)
    found = lexical.search(QUESTION, pool, "lexical")
    assert [hit.passage for hit in lexical.search(QUESTION, len(found))] == [hit.passage for hit in found]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pool", [1, 2, 3, 50])
def test_asking_for_more_changes_nothing_above(index: OpenIndex, pool: int, mode: Mode) -> None:
    """Not even a score or a rank, though the two searches propose more."""
    retriever = Retriever(index, FakeEncoder(), pool, 0.6)
    every = retriever.search(QUESTION, 100, mode)
    larger = Retriever(index, FakeEncoder(), 50, 0.6).search(QUESTION, 100, mode)
    assert len(every) == len(larger) and {hit.passage for hit in every} == {hit.passage for hit in larger}
    assert [hit.score for hit in every] == sorted((hit.score for hit in every), reverse=True)
    for k in range(1, len(every)):
        fewer = retriever.search(QUESTION, k, mode)
        assert [(hit, hit.ranks) for hit in fewer] == [(hit, hit.ranks) for hit in every[:k]]


def indexed(folder: Path, texts: list[str]) -> OpenIndex:
    """A document for each text, in order."""
    made = [document(text, id=f"{number:02}.txt", title="T") for number, text in enumerate(texts)]
    build(Request(made, FakeEncoder(), 64), folder)
    return open_index(folder)


def test_what_only_the_words_propose_has_its_cosine_too(tmp_path: Path) -> None:
    """Stop words count for the fake encoder only, the name for the words only."""
    texts = ["It was in the house of the man who was in it.", "Zanzibar", "Nothing else at all."]
    question = "It was in the house of the man in Zanzibar, was it?"
    index = indexed(tmp_path / "index", texts)
    (nearest,) = Retriever(index, FakeEncoder(), 1, 1.0).search(question, 1)
    (named,) = Retriever(index, FakeEncoder(), 1, 0.0).search("in the of it was Zanzibar", 1)
    assert (nearest.passage.text, named.passage.text) == (texts[0], "Zanzibar")
    encoder = FakeEncoder()
    cosine = float(encoder.encode(["in the of it was Zanzibar"])[0] @ encoder.encode(["T\nZanzibar"])[0])
    assert named.scores["dense"] == pytest.approx(cosine)
    index.close()


def test_ties_go_by_the_order_of_the_index_and_of_no_set(tmp_path: Path) -> None:
    texts = [f"Filler number {number}." for number in range(20)]
    for twin in (1, 8, 17):
        texts[twin] = "The council met in the old hall."
    index = indexed(tmp_path / "index", texts)
    for mode in MODES:
        hits = Retriever(index, FakeEncoder(), 3, 0.6).search("council in the old hall", 3, mode)
        assert [hit.passage.document_id for hit in hits] == ["01.txt", "08.txt", "17.txt"]
    index.close()


@pytest.mark.parametrize("mode", MODES)
def test_only(retriever: Retriever, mode: Mode) -> None:
    everything = {hit.passage for hit in retriever.search("copper council tower", 100, mode)}
    for only in ([], ["nowhere.txt"], ["nav.html"]):
        assert retriever.search("copper council tower", 100, mode, only) == ()
    for only in (["hall.txt"], ["tower.txt", "bridge.txt"], list(TEXTS)):
        found = retriever.search("copper council tower", 100, mode, only)
        assert {hit.passage for hit in found} == {one for one in everything if one.document_id in only}


def test_twins_tie_in_the_order_of_the_index(retriever: Retriever) -> None:
    first, second = retriever.search("the council met in the old hall", 2)
    assert (first.passage.document_id, second.passage.document_id) == ("hall.txt", "twin.txt")
    assert first.score == second.score


def test_the_order_of_what_is_allowed_does_not_matter(retriever: Retriever) -> None:
    one = retriever.search(QUESTION, 10, only=["hall.txt", "bridge.txt"])
    assert one == retriever.search(QUESTION, 10, only={"bridge.txt", "hall.txt"})


def test_an_empty_index(tmp_path: Path) -> None:
    build(Request([document("<nav>Menu</nav>", "html", "a.html")], FakeEncoder(), 16), tmp_path / "index")
    index = open_index(tmp_path / "index")
    for mode in MODES:
        assert Retriever(index, FakeEncoder(), 50, 0.6).search("menu", 5, mode) == ()
    index.close()


def test_a_large_index_against_brute_force(tmp_path: Path) -> None:
    """Two hundred documents of chance words: the dense side's order is that of the cosines in numpy."""
    numbers = np.random.default_rng(3)
    words = ["roof", "hall", "gate", "iron", "east", "west", "june", "vote", "paid", "lake", "snow", "wolf"]
    texts = {f"{number:03}.txt": " ".join(numbers.choice(words, 9)) + "." for number in range(200)}
    build(Request([document(t, id=n, title="T") for n, t in texts.items()], FakeEncoder(), 64), tmp_path / "index")
    index = open_index(tmp_path / "index")
    encoder = FakeEncoder()
    question = encoder.encode(["iron gate in the snow"])[0]
    cosines = {name: float(encoder.encode([f"T\n{text}"])[0] @ question) for name, text in texts.items()}
    hits = Retriever(index, encoder, 50, 0.6).search("iron gate in the snow", 60, "dense")
    best = sorted(cosines.values(), reverse=True)[:60]
    assert [hit.score for hit in hits] == pytest.approx(best, abs=1e-6)
    assert [hit.score for hit in hits] == pytest.approx([cosines[hit.passage.document_id] for hit in hits], abs=1e-6)
    index.close()
