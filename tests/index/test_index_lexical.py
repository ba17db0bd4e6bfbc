"""tantivy against BM25 written out by hand, and against bm25s."""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter
from pathlib import Path

import bm25s
import numpy as np
import pytest

from qa.index.lexical import LexicalIndex, terms, write_lexical

TEXTS = [
    "The council met in the old hall and voted for a new roof of copper.",
    "Copper was stolen from the bridge; the bridge is closed until June.",
    "The tower was built in 1904. It leans a little to the east.",
    "Roof, roof, roof: nothing but roofs of copper, and a roofer who met the council.",
    "A short text.",
    "Nothing here is about any of it at all, and it goes on and on without a single thing to say, for a long while.",
    "Beijing's R&D intensity was 6.2% in 2024; Shanghai's was 4.35%.",
    "the of and",
]
QUESTIONS = [
    "copper roof",
    "Who stole the copper from the bridge?",
    "council council council",
    "R&D intensity of Beijing in 2024",
    "closed bridges and leaning towers",
    "nothing",
]
K1, B = 1.2, 0.75


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("lexical") / "x"
    write_lexical(folder, ((10 * row, text) for row, text in enumerate(TEXTS)))
    return LexicalIndex(folder)


def by_hand(question: str) -> dict[int, float]:
    """Okapi BM25 with the idf ln(1 + (n - df + 0.5) / (df + 0.5)), each term of the question once."""
    bags = [Counter(terms(text)) for text in TEXTS]
    mean = sum(sum(bag.values()) for bag in bags) / len(bags)
    scores: dict[int, float] = {}
    for term in set(terms(question)):
        having = [row for row, bag in enumerate(bags) if bag[term]]
        idf = math.log(1 + (len(bags) - len(having) + 0.5) / (len(having) + 0.5))
        for row in having:
            frequency, length = bags[row][term], sum(bags[row].values())
            part = idf * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / mean))
            scores[10 * row] = scores.get(10 * row, 0.0) + part
    return scores


@pytest.mark.parametrize("question", QUESTIONS)
def test_equals_bm25_by_hand(index: LexicalIndex, question: str) -> None:
    found = dict(index.search(question, 100))
    expected = by_hand(question)
    assert set(found) == set(expected)
    for row, score in expected.items():
        assert found[row] == pytest.approx(score, rel=0.03)  # tantivy keeps lengths in one byte


@pytest.mark.parametrize("question", QUESTIONS)
def test_ranks_as_bm25s_does(index: LexicalIndex, question: str) -> None:
    other = bm25s.BM25(method="lucene", k1=K1, b=B)
    other.index([terms(text) or ["-"] for text in TEXTS], show_progress=False)
    scores = other.get_scores(list(dict.fromkeys(terms(question))))
    expected = [10 * int(row) for row in np.argsort(-scores, kind="stable") if scores[row] > 0]
    assert [row for row, _ in index.search(question, 100)] == expected


def test_best_first_and_no_more_than_asked_for(index: LexicalIndex) -> None:
    everything = index.search("copper roof council", 100)
    assert [score for _, score in everything] == sorted((score for _, score in everything), reverse=True)
    for k in (0, -1, 1, 2):
        assert index.search("copper roof council", k) == everything[: max(k, 0)]


def test_no_filter_is_all_and_an_empty_one_is_nothing(index: LexicalIndex) -> None:
    everything = index.search("copper", 100)
    assert {row for row, _ in everything} == {0, 10, 30}
    assert index.search("copper", 100, []) == []
    assert index.search("copper", 100, [10, 30, 999]) == [hit for hit in everything if hit[0] in (10, 30)]
    assert index.search("copper", 100, [20]) == []
    assert index.search("copper", 1, [10]) == [hit for hit in everything if hit[0] == 10]


@pytest.mark.parametrize("step", [1, 2, 7, 8, 9, 50, 900])
@pytest.mark.parametrize("k", [1, 10, 1000])
def test_a_filter_of_any_size_gives_what_filtering_everything_gives(tmp_path: Path, step: int, k: int) -> None:
    """Many rows with the best scores are left out, so that more must be found than at first."""
    texts = {row: f"copper roof{' copper' * (row % 13)} of house {row}" for row in range(0, 2000, 2)}
    write_lexical(tmp_path / "x", texts.items())
    index = LexicalIndex(tmp_path / "x")
    everything = index.search("copper roof", 2000)
    assert len(everything) == len(texts)
    only = [row for row in range(0, 2000, step) if row % 13 < 3]
    expected = [hit for hit in everything if hit[0] in set(only)][:k]
    found = index.search("copper roof", k, only)
    assert [row for row, _ in found] == [row for row, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected])


def test_ties_go_by_row(tmp_path: Path) -> None:
    write_lexical(tmp_path / "x", ((row, "the same words") for row in range(50)))
    index = LexicalIndex(tmp_path / "x")
    assert [row for row, _ in index.search("same words", 7)] == list(range(7))
    assert [row for row, _ in index.search("same words", 3, [40, 12, 30, 31])] == [12, 30, 31]


@pytest.mark.parametrize("question", ["", "   ", "the of and", "?!", "😀", "zzz", "\x00\x01", "中文"])
def test_a_question_without_known_terms_finds_nothing(index: LexicalIndex, question: str) -> None:
    assert index.search(question, 10) == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ('copper" AND', "copper"),
        ("body:copper OR (", "copper"),
        ("copper* cop*", "copper"),
        ("+copper -roof", "copper roof"),
        ("copper~2^5", "copper 2 5"),
        ("[copper TO roof}", "copper roof"),
    ],
)
def test_signs_of_a_query_language_mean_nothing(index: LexicalIndex, question: str, words: str) -> None:
    assert index.search(question, 10) == index.search(words, 10) != []


def test_terms() -> None:
    assert terms("The councils' meetings: Beijing's R&D, café!") == ["council", "meet", "beij", "r", "d", "cafe"]
    assert terms("copper Copper COPPERS") == ["copper"] * 3
    assert terms("") == []


def test_what_a_passage_with_every_word_gets(index: LexicalIndex) -> None:
    """Of 8 texts 3 have copper and 2 a roof: ln(1 + 5.5 / 3.5) and ln(1 + 6.5 / 2.5); a text of mean length that has
    each once gets just that."""
    copper, roof = math.log(1 + 5.5 / 3.5), math.log(1 + 6.5 / 2.5)
    assert index.idf("copper") == pytest.approx(copper) and index.idf("roof") == pytest.approx(roof)
    assert index.idf("zzz") == pytest.approx(math.log(1 + 8.5 / 0.5))
    assert index.full_score("copper roofs of copper") == pytest.approx(copper + roof)
    assert index.full_score("the of") == 0


def test_document_frequency(index: LexicalIndex) -> None:
    assert [index.document_frequency(term) for term in ("copper", "roof", "zzz")] == [3, 2, 0]
    assert len(index) == len(TEXTS)


def test_an_empty_index(tmp_path: Path) -> None:
    write_lexical(tmp_path / "x", [])
    index = LexicalIndex(tmp_path / "x")
    assert (len(index), index.search("copper", 5), index.search("copper", 5, [1])) == (0, [], [])


def test_very_long_words_and_texts(tmp_path: Path) -> None:
    write_lexical(tmp_path / "x", [(0, "a" * 100_000 + " copper"), (1, "word " * 20_000)])
    index = LexicalIndex(tmp_path / "x")
    assert [row for row, _ in index.search("copper", 5)] == [0]
    assert [row for row, _ in index.search("words " * 500, 5)] == [1]


def test_where_nothing_may_be_written(index: LexicalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x"
    write_lexical(folder, ((10 * row, text) for row, text in enumerate(TEXTS)))
    for lock in folder.glob("*.lock"):
        lock.unlink()
    before = sorted(folder.iterdir())
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not Path(path).is_relative_to(folder) and may(path, mode))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    readable = LexicalIndex(folder)
    for question in QUESTIONS:
        assert readable.search(question, 9) == index.search(question, 9)
    assert sorted(folder.iterdir()) == before
    assert list(tmp_path.iterdir()) == [folder]
