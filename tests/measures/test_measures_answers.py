"""SQuAD's measures against values worked out from its definition, and an independent spelling of it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.measures.answers import answer_in_text, exact_match, f1, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Quick,  brown\tFOX!", "quick brown fox"),
        ("a an the", ""),
        ("another theatre an", "another theatre"),
        ("25-year", "25year"),
        ("U.S.A.", "usa"),
        ("the-cat", "thecat"),  # punctuation goes before articles: the words are glued first
        ("“quoted”", "“quoted”"),  # only ASCII punctuation is removed
        ("", ""),
    ],
)
def test_normalisation_follows_the_published_steps(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(alphabet="aAnthe THE.,-x9é\n\t", max_size=30))
def test_normalisation_equals_an_independent_spelling(text: str) -> None:
    kept = "".join(char for char in text.lower() if char not in set(string.punctuation))
    # A word in the sense of \b: "é" belongs to words, so runs of alphanumerics are the words.
    words, word = [], ""
    for char in kept + " ":
        if char.isalnum():
            word += char
        else:
            words.append("" if word in ("a", "an", "the") else word)
            words.append(char)
            word = ""
    assert normalise(text) == " ".join("".join(words).split())


@pytest.mark.parametrize(
    ("span", "answers", "exact", "overlap"),
    [
        ("the 1904", ["1904"], 1.0, 1.0),
        ("in June 1904", ["June 1904"], 0.0, 0.8),  # precision 2/3, recall 1
        ("red red blue", ["red blue blue"], 0.0, 2 / 3),  # one red and one blue in common
        ("north", ["south", "north wind"], 0.0, 2 / 3),  # the better answer counts
        ("east", ["west"], 0.0, 0.0),
        (None, ["west"], 0.0, 0.0),  # refused, answerable
        (None, [], 1.0, 1.0),  # refused, not answerable
        ("west", [], 0.0, 0.0),  # answered, not answerable
        ("the", ["a"], 1.0, 1.0),  # both empty once normalised
        ("the", ["west"], 0.0, 0.0),
    ],
)
def test_exact_match_and_f1(span: str | None, answers: list[str], exact: float, overlap: float) -> None:
    assert exact_match(span, answers) == exact
    assert f1(span, answers) == pytest.approx(overlap)


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("It opened in 1904.", ["1904"], 1.0),
        ("It opened in 1904.", ["190"], 0.0),
        ("It cost $5.3 billion.", ["5.3 billion"], 1.0),
        ("It cost US$5.3 billion.", ["$5.3 billion"], 1.0),
        ("It cost 5.3 billion.", ["5"], 0.0),
        ("It cost 12,5 million.", ["5 million"], 0.0),
        ("It cost 1,000.", ["1000"], 1.0),
        ("A 25-year plan.", ["25"], 1.0),
        ("From 2015\u201316 on.", ["2015"], 1.0),
        ("The  Beijing\nhub.", ["beijing hub"], 1.0),
        ("Grade A steel.", ["A"], 1.0),
        ("Another steel.", ["a"], 0.0),
        ("About 40% of it.", ["40%"], 1.0),
        ("Ask the harbourmaster.", ["master"], 0.0),
        ("Ask the HarbourMaster CentreWest.", ["Master Centre"], 1.0),
        ("North.", ["south", "north"], 1.0),
        ("North.", [], 0.0),
        (None, ["north"], 0.0),
    ],
)
def test_answer_in_text_wants_whole_words(text: str | None, answers: list[str], expected: float) -> None:
    assert answer_in_text(text, answers) == expected
