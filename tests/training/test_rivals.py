"""Rivals of a passage: near to the question, without the answer, of its own group and of another."""

from __future__ import annotations

from random import Random

from training.questions import Item
from training.rivals import Rivals

CITIES = ("Alba", "Brno", "Cork", "Delft")
SUBJECTS = {
    "trams": "The tram network of {city} was extended to the port last year.",
    "trees": "Eleven hundred lime trees were planted along the avenues of {city}.",
    "tax": "The city council of {city} lowered the tax on dogs.",
}
ITEMS = [
    Item("s", "Which animals became cheaper to keep?", text.format(city=city), [], f"s/{city}")
    for city in CITIES
    for text in SUBJECTS.values()
]


def asked(question: str, city: str, subject: str, answer: str) -> Item:
    text = SUBJECTS[subject].format(city=city)
    at = text.index(answer)
    return Item("s", question, text, [(at, at + len(answer))], f"s/{city}")


def test_the_nearest_of_the_own_group_comes_first_and_another_group_is_heard() -> None:
    item = asked("Was anything done for the trees in Alba?", "Alba", "tax", "lowered the tax")
    (title, first), *others = Rivals(ITEMS, [item]).of(item, Random(0), 3)
    assert title == "Alba" and first == SUBJECTS["trees"].format(city="Alba")
    assert len(others) == 2 and others[0][0] == "Alba" and others[1][0] != "Alba"


def test_what_holds_the_answer_is_no_rival() -> None:
    item = asked("Which animals became cheaper to keep?", "Cork", "tax", "dogs")
    found = Rivals(ITEMS, [item]).of(item, Random(0), 4)
    assert found and not any("dogs" in text for _, text in found)


def test_a_set_of_one_text_has_none() -> None:
    item = asked("Which animals became cheaper to keep?", "Cork", "tax", "dogs")
    [own] = [one for one in ITEMS if one.context == item.context]
    assert Rivals([own], [item]).of(item, Random(0), 2) == []
