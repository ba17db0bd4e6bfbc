"""A list is quoted whole, with what announces it; what only stands beside a list is not."""

from __future__ import annotations

import pytest

from qa.reader.lists import whole_list
from qa.types import Passage, Span

START = 70


def made(*parts: str) -> Passage:
    """A passage of sentences, each with the white space before it."""
    text, spans = "", []
    for part in parts:
        text += part[: len(part) - len(part.lstrip())]
        spans.append(Span(START + len(text), START + len(text) + len(part.strip())))
        text += part.strip()
    return Passage("d.txt", START, START + len(text), text, "", tuple(spans))


def found(passage: Passage, first: int, last: int | None = None, asked: bool = True) -> tuple[str, str] | None:
    sentences = passage.sentences
    quote = Span(sentences[first].start, sentences[first if last is None else last].end)
    whole = whole_list(passage, quote, asked=asked)
    return None if whole is None else (passage.slice(whole[0]), passage.slice(whole[1]))


BULLETS = made(
    "The town has a port.",
    "\nIts goals are:",
    "\n- dredging the channel",
    "\n- a new quay.",
    " It opens in May.",
    " It is long.",
    "\n- shore power",
    "\n\nThe council met in March.",
)
ITEMS = "- dredging the channel\n- a new quay. It opens in May. It is long.\n- shore power"


@pytest.mark.parametrize("asked", [True, False])
def test_what_announces_a_list_is_given_with_it(asked: bool) -> None:
    assert found(BULLETS, 1, asked=asked) == (f"Its goals are:\n{ITEMS}", ITEMS)
    assert found(BULLETS, 0, 1, asked=asked) == (f"The town has a port.\nIts goals are:\n{ITEMS}", ITEMS)


@pytest.mark.parametrize("item", [2, 3, 4, 5, 6])
def test_an_item_is_given_with_its_list_if_one_is_asked_for(item: int) -> None:
    assert found(BULLETS, item) == (f"Its goals are:\n{ITEMS}", ITEMS)
    assert found(BULLETS, item, asked=False) is None


@pytest.mark.parametrize("number", [0, 7])
def test_what_stands_beside_a_list_stays_as_it_is(number: int) -> None:
    assert found(BULLETS, number) is None


def test_items_may_be_clauses_or_short_lines_without_a_mark() -> None:
    clauses = made("The goals are:", " dredging the channel;", " shore power; and", " a new quay.", " The council met.")
    assert found(clauses, 0) == (
        "The goals are: dredging the channel; shore power; and a new quay.",
        "dredging the channel; shore power; and a new quay.",
    )
    lines = made("The ships are:", "\nAlma", "\nSeewind", "\nThey lie in the harbour.")
    assert found(lines, 0) == ("The ships are:\nAlma\nSeewind", "Alma\nSeewind")


def test_a_second_list_is_another() -> None:
    two = made("Ships:", "\n- Alma", "\nFerries:", "\n- Lindau")
    assert found(two, 0) == ("Ships:\n- Alma", "- Alma")
    assert found(two, 3) == ("Ferries:\n- Lindau", "- Lindau")


@pytest.mark.parametrize("passage", [made("He said:", " The council met."), made("The goals are:"), made("One.")])
def test_where_no_list_follows_there_is_none(passage: Passage) -> None:
    assert found(passage, 0) is None


def test_a_list_that_nothing_announces_is_none() -> None:
    assert found(made("- Alma", "\n- Seewind"), 1) is None
