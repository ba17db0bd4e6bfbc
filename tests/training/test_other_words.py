"""Questions said otherwise: a small WordNet made here, and statements turned into yes-or-no questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("lemminflect")

from training import synonyms
from training.synonyms import WordNet, other_words, read_wordnet, with_sister, with_synonyms
from training.yesno import yes_no

# vessel > ship, boat (sisters); ship = craft; a rare second sense of "ship"; build = construct.
NOUNS = """  1 a line of the licence
00000001 06 n 01 vessel 0 002 ~ 00000002 n 0000 ~ 00000003 n 0000 | holds things
00000002 06 n 02 ship 0 craft 0 001 @ 00000001 n 0000 | sails
00000003 06 n 01 boat 0 001 @ 00000001 n 0000 | small
00000004 06 n 02 ship 1 rocket 0 000 | flies
"""
NOUN_INDEX = """  1 a line of the licence
vessel n 1 1 ~ 1 1 00000001
ship n 2 1 @ 2 2 00000002 00000004
craft n 1 1 @ 1 1 00000002
boat n 1 1 @ 1 1 00000003
rocket n 1 0 1 1 00000004
"""
VERBS = "00000009 36 v 02 build 0 construct 0 000 01 + 08 00 | make\n"
VERB_INDEX = "build v 1 0 1 1 00000009\nconstruct v 1 0 1 1 00000009\n"
COUNTS = """ship%1:06:00:: 1 20
ship%1:06:01:: 2 1
craft%1:06:00:: 1 5
boat%1:06:00:: 1 9
rocket%1:06:00:: 1 9
vessel%1:06:00:: 1 9
build%2:36:00:: 1 30
construct%2:36:00:: 1 9
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WordNet]:
    files = {"data.noun": NOUNS, "index.noun": NOUN_INDEX, "data.verb": VERBS, "index.verb": VERB_INDEX}
    for name, text in {**files, "data.adj": "", "index.adj": "", "cntlist.rev": COUNTS}.items():
        (tmp_path / name).write_text(text)
    made = read_wordnet(tmp_path)
    monkeypatch.setattr(synonyms, "wordnet", lambda: made)
    other_words.cache_clear()
    yield made
    other_words.cache_clear()


def test_synonyms_share_a_usual_sense_and_sisters_a_hypernym(net: WordNet) -> None:
    assert net.synonyms("noun", "ship") == ["craft"]  # "rocket": a sense tagged too seldom
    assert net.sisters("ship") == ["boat"]
    assert net.synonyms("verb", "build") == ["construct"]
    assert net.synonyms("noun", "unknown") == net.sisters("unknown") == []


def test_other_words_are_inflected_as_the_word_is(net: WordNet) -> None:
    assert other_words("ships") == ("crafts",)
    assert other_words("ships", sisters=True) == ("boats",)
    assert other_words("built") == ("constructed",)
    assert other_words("building") == ("constructing",)


def test_only_words_of_the_passage_are_said_otherwise(net: WordNet) -> None:
    passage, rng = "The ships were built in Bergen.", Random(0)
    assert with_synonyms("Where were the ships built?", passage, rng, share=1.0) == "Where were the crafts constructed?"
    assert with_synonyms("Where were the ships built?", "Nothing of the kind.", rng) is None
    assert with_sister("Where were the ships built?", passage, rng) == "Where were the boats built?"
    assert with_sister("Where were the ships built?", passage + " So were boats.", rng) is None


@pytest.mark.parametrize(
    ("statement", "question", "clause"),
    [
        ("The fee can be paid in cash.", "Can the fee be paid in cash?", "The fee can be paid in cash"),
        ("Bergen is not a large city, it is wet.", "Is Bergen a large city?", "Bergen is not a large city"),
        (
            "The Norwegian fleet sailed to Iceland in 1904.",
            "Did the Norwegian fleet sail to Iceland in 1904?",
            "The Norwegian fleet sailed to Iceland in 1904",
        ),
    ],
)
def test_a_statement_becomes_a_question_that_its_clause_settles(statement: str, question: str, clause: str) -> None:
    made = yes_no(statement, Random(0))
    assert made is not None
    assert (made[0], statement[slice(*made[1])]) == (question, clause)


@pytest.mark.parametrize(
    "text",
    ["", "Cash.", "He was late for work.", "Although it was late, they sailed on.", "Who was it that sailed there?"],
)
def test_what_is_no_plain_statement_makes_no_question(text: str) -> None:
    assert yes_no(text, Random(0)) is None


def test_the_range_holds_inside_a_longer_passage() -> None:
    text = "Long ago.\nHe left. The harbour was closed for two years. Nobody knows why."
    made = yes_no(text, Random(0))
    assert made is not None
    assert text[slice(*made[1])] == "The harbour was closed for two years"
