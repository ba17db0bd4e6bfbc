"""A list is quoted whole, with what announces it; what only stands beside a list is not."""

from __future__ import annotations

import pytest

from qa.reader.lists import whole_list, with_list
from qa.reader.question import analyse
from qa.types import Extract, Passage, Span

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


def test_a_heading_behind_the_items_is_none_of_them() -> None:
    marked = made("Its goals are:", "\n- a quay", "\n- shore power", "\n\nHistory", "\nThe town is old.")
    assert found(marked, 0) == ("Its goals are:\n- a quay\n- shore power", "- a quay\n- shore power")
    lines = made("The ships are:", "\nAlma", "\nSeewind", "\n\nHistory", "\nThe town is old.")
    assert found(lines, 0) == ("The ships are:\nAlma\nSeewind", "Alma\nSeewind")


REASONS = made(
    "The port grew.",
    " It did so for three reasons.",
    " First, the channel was dredged.",
    " That took a year.",
    " Second, the quay is new.",
    " Finally, fees fell.",
    " The council met.",
)
COUNTED = "First, the channel was dredged. That took a year. Second, the quay is new. Finally, fees fell."


@pytest.mark.parametrize("sentence", [1, 2, 3, 4, 5])
def test_sentences_that_count_are_a_list(sentence: int) -> None:
    assert found(REASONS, sentence) == (f"It did so for three reasons. {COUNTED}", COUNTED)


@pytest.mark.parametrize(("sentence", "asked"), [(0, True), (6, True), (2, False), (4, False)])
def test_a_sentence_beside_those_that_count_or_not_asked_for_as_a_list_stays(sentence: int, asked: bool) -> None:
    assert found(REASONS, sentence, asked=asked) is None


def test_what_announces_sentences_that_count_is_given_with_them_whatever_is_asked() -> None:
    assert found(REASONS, 1, asked=False) == (f"It did so for three reasons. {COUNTED}", COUNTED)


@pytest.mark.parametrize(
    "sentences",
    [
        ("First, it rained.", " Then the sun shone."),
        ("First, it rained.", " Third, it snowed."),
        ("First Minister Li spoke.", " Second Minister Wu spoke."),
        ("Second, it rained.", " Third, it snowed."),
        ("First, it rained.", " The second bridge opened."),
    ],
)
def test_words_that_count_nothing_on_make_no_list(sentences: tuple[str, ...]) -> None:
    assert found(made(*sentences), 0) is None


GOALS = made(
    "The town is old.",
    " The plan has three goals, phased in.",
    " By 2017, the quay is built.",
    " By 2020, ten ships land.",
    " By 2030, it leads.",
    " The council met.",
)
PHASES = "By 2017, the quay is built. By 2020, ten ships land. By 2030, it leads."


@pytest.mark.parametrize(("sentence", "asked"), [(1, False), (1, True), (2, True), (4, True)])
def test_as_many_sentences_as_are_announced_that_begin_alike_are_a_list(sentence: int, asked: bool) -> None:
    assert found(GOALS, sentence, asked=asked) == (f"The plan has three goals, phased in. {PHASES}", PHASES)


@pytest.mark.parametrize(("sentence", "asked"), [(0, True), (2, False), (5, True)])
def test_a_sentence_beside_those_that_begin_alike_or_not_asked_for_as_a_list_stays(sentence: int, asked: bool) -> None:
    assert found(GOALS, sentence, asked=asked) is None


@pytest.mark.parametrize(
    "sentences",
    [
        ("It has three goals.", " By 2017, it is built.", " By 2020, it grows."),
        ("It has two goals.", " By 2017, it is built.", " By 2020, it grows.", " By 2030, it leads."),
        ("It has two goals.", " By 2017, it is built.", " It grows.", " By 2020, it leads."),
        ("It has two owners.", " The port is one.", " The town is one."),
        ("It has several goals.", " By 2017, it is built.", " By 2020, it grows."),
        ("It grew in 2014.", " By 2017, it is built.", " By 2020, it grows."),
    ],
)
def test_sentences_that_are_not_as_many_or_not_alike_are_no_list(sentences: tuple[str, ...]) -> None:
    assert found(made(*sentences), 0) is None


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("How many goals does the plan have?", False),
        ("What goals does the plan have?", True),
        ("What are the three goals?", True),
    ],
)
def test_who_asks_how_many_gets_the_number_without_the_list(question: str, whole: bool) -> None:
    announcing = GOALS.sentences[1]
    three = Span(announcing.start + len("The plan has "), announcing.start + len("The plan has three"))
    extract = Extract(GOALS, quote=announcing, span=three, score=1.0, confidence=0.9)
    told = with_list(extract, GOALS, analyse(question))
    assert GOALS.slice(told.span) == (PHASES if whole else "three")
    assert (told == extract) is not whole
