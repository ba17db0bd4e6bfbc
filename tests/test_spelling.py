"""Misspelt words: the sources' own words are the dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeEncoder, FakeReader
from making import document

from qa.index import OpenIndex, Request, build, open_index
from qa.pipeline import Pincite
from qa.settings import Settings
from qa.spelling import respelled, with_capitals

TEXTS = {
    "c.txt": "Beijing waits.",
    "a.txt": "The technology market of Shenzhen moved. A circular on technology transfer followed.",
    "b.txt": "Innovation needs demonstration zones. The rural office was closed. Commercialization waits.",
}


class Pieces(FakeEncoder):
    """Its vocabulary has "mural" and "invent" whole, and cuts every other word."""

    def token_starts(self, text: str) -> list[int]:
        return [0] if text in ("mural", "invent") else [0, 1]


@pytest.fixture
def index(tmp_path: Path, fake: FakeEncoder) -> Iterator[OpenIndex]:
    build(Request([document(text, id=id) for id, text in TEXTS.items()], fake, 32), tmp_path / "index")
    opened = open_index(tmp_path / "index")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tecnology transfr", "technology transfer"),  # a letter is missing
        ("technollogy", "technology"),  # one in excess
        ("techonlogy", "technology"),  # two swapped
        ("comercializaton", "commercialization"),  # two wrong in a long word
        ("demonstraton", "demonstration"),  # in the ending, where stems differ
        ("Shenzen's Tecnology", "Shenzhen's Technology"),
        ("Shenzen", "Shenzhen"),
        ("shenzen", "shenzhen"),
        ("bejing", "beijing"),  # stemmed to "beje"
    ],
)
def test_a_misspelt_word_is_mended(index: OpenIndex, typed: str, meant: str) -> None:
    assert respelled(typed, index, Pieces()) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "technology market",  # as it stands in the sources
        "mural",  # a common word, though "rural" is near
        "inventive",  # comes from one
        "Guangzhou",  # nothing near
        "eVTOLs",  # the same, and a capital inside
        "zechnology",  # the first letter is seldom wrong
        "tekhnologie",  # three letters away
        "zone",  # the sources have it in another form
        "2o35 R&D 12345 x1technolgy",  # no words
        "",
        "谁开放了中心",
        "a" * 2000,
    ],
)
def test_what_is_no_slip_stays(index: OpenIndex, typed: str) -> None:
    assert respelled(typed, index, Pieces()) is None


def test_the_mended_question_is_asked_too(index: OpenIndex) -> None:
    reader = FakeReader()
    pincite = Pincite(index, Pieces(), reader, Settings(min_confidence=0.5))
    answer = pincite.ask("tecnology market of shenzen moved")
    assert list(dict.fromkeys(question for question, _ in reader.asked)) == [
        "technology market of Shenzhen moved",
        "tecnology market of shenzen moved",
    ]
    assert answer.text == "The technology market of Shenzhen moved."
    assert answer.question == "tecnology market of shenzen moved"


TOWNS = [
    "Rates rose in Ulm. The Alma sails to Ulm and back, and R&D pays.",
    "Shipping: Lindau has a park. Near Ulm Park they sail; Sails are new. “Fees fell.”",
]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("what rose in ulm?", "what rose in Ulm?"),
        ("Where does ulm's alma go?", "Where does Ulm's Alma go?"),  # the first letter tells nothing
        ("how much r&d is there?", "how much R&D is there?"),
        ("is ulm-lindau a line?", "is Ulm-lindau a line?"),  # only where a line, a sentence or a quotation begins
        ("do the rates and fees rise?", "do the rates and fees rise?"),
        ("which park sails?", "which park sails?"),  # written small elsewhere
        ("is it in tokyo?", "is it in tokyo?"),
        ("Is ulm or Lindau it?", "Is ulm or Lindau it?"),  # its writer uses capitals
        ("2030?", "2030?"),
    ],
)
def test_names_typed_without_capitals_have_those_of_the_sources(typed: str, read: str) -> None:
    assert with_capitals(typed, TOWNS) == read


def test_a_name_typed_without_capitals_is_missed_like_one_with(index: OpenIndex) -> None:
    asked = Pincite(index, Pieces(), FakeReader(), Settings(min_confidence=0.0))
    answer = asked.ask("what moved in shenzhen?")
    assert answer.question == "what moved in shenzhen?"
    assert answer.trace is not None and answer.trace.question == "what moved in Shenzhen?"
