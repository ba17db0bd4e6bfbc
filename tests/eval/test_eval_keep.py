"""Keeping a set: near-duplicates, quotes of changed documents, drafts accepted and struck."""

from __future__ import annotations

import argparse
import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from towns import make_document

from qa.errors import QuestionSetError
from qa.eval.anchor import Anchors, reanchor
from qa.eval.cli import add_parser, run
from qa.eval.draft import drafts, propose
from qa.eval.duplicates import Asked, asked, near_duplicates
from qa.eval.edit import accept, add_question, make_line, strike
from qa.eval.sets import read_set
from qa.types import Document, Passage, Span


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("When did the old station open?", "When did the old station open again?", True),
        ("When did the old station open?", "when DID old station OPEN", True),
        ("When did the station open in 1904?", "When did the station open in 1905?", False),
        ("When did the station in Bern open?", "When did the station in Rome open?", False),
        ("When did the station open?", "Who paid for the bridge?", False),
    ],
)
def test_near_duplicates(one: str, other: str, same: bool) -> None:
    found = list(near_duplicates([asked(one, ["x"]), asked(other, ["x"])]))
    assert found == ([(0, 1)] if same else [])


def test_another_answer_or_another_history_is_another_question() -> None:
    texts = "When did the old station open?", "When did the old station open again?"
    for other in (asked(texts[1], ["y"]), asked(texts[1], ["x"], ("Hm?",))):
        assert list(near_duplicates([asked(texts[0], ["x"]), other])) == []


def test_no_pair_is_missed() -> None:
    """Against every pair compared."""
    rng = random.Random(5)
    many = [
        Asked(frozenset(rng.sample("abcdefghij", rng.randint(1, 9))), frozenset(), frozenset(), ()) for _ in range(150)
    ]
    close = [
        (i, j)
        for i, j in itertools.combinations(range(len(many)), 2)
        if len(many[i].words & many[j].words) >= 0.8 * len(many[i].words | many[j].words)
    ]
    first = {j: min(i for i, other in close if other == j) for _, j in close}
    assert {later: earlier for earlier, later in near_duplicates(many)} == first
    assert first


OLD = "The station opened in 1904. It has two platforms and no lift.\nThe café is closed on Mondays."


def anchored(
    tmp_path: Path, quote: str, documents: dict[str, str], answers: tuple[str, ...] = (), write: bool = False
) -> tuple[list[str], dict[str, Any]]:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"id": 1, "question": "?", "answers": answers, "gold": [
        {"document": "a.txt", "quote": quote, "mine": "kept"}]}) + "\n")  # fmt: skip
    said = list(reanchor(path, Anchors(documents.__getitem__, list(documents)), write))
    return said, json.loads(path.read_text())["gold"][0]


@pytest.mark.parametrize(
    ("quote", "text", "now"),
    [
        ("It has two platforms", OLD.replace("two platforms", "two\n  platforms"), "It has two\n  platforms"),
        ('He said: "It\'s open"', "He said: “It’s  open” today.", "He said: “It’s  open”"),
        (
            "The station opened in 1904.",
            OLD.replace("opened in 1904", "first opened in 1904"),
            "The station first opened in 1904.",
        ),
        (
            "has two platforms and no lift",
            OLD.replace("platforms and no lift", "platforms, and no lift either"),
            "has two platforms, and no lift",
        ),
    ],
)
def test_a_quote_is_found_where_it_says_the_same(tmp_path: Path, quote: str, text: str, now: str) -> None:
    said, gold = anchored(tmp_path, quote, {"a.txt": text}, write=True)
    assert " now reads " in said[0]
    assert gold == {"document": "a.txt", "quote": now, "mine": "kept"}


@pytest.mark.parametrize(
    "text",
    [
        OLD.replace("1904", "1905"),  # another year
        OLD.replace("opened in 1904", "was not opened in 1904"),  # a negation
        "The harbour is new. Nothing else is here.",
        "The station opened up in 1904. The station opened so in 1904.",  # two places, as likely
        "",
    ],
)
def test_what_says_something_else_is_lost_and_stays(tmp_path: Path, text: str) -> None:
    quote = "The station opened in 1904."
    said, gold = anchored(tmp_path, quote, {"a.txt": text}, ("1904",), write=True)
    assert said == [
        f"{tmp_path / 'set.jsonl'} line 1: gold 1 is lost: {quote!r} is not in 'a.txt' any more",
    ]
    assert gold["quote"] == quote


def test_the_acceptable_answer_must_still_stand_there(tmp_path: Path) -> None:
    text = "The big market square lies behind the old town wall of Bern."
    quote = "The big market square lies behind the old town hall of Bern."
    said, _ = anchored(tmp_path, quote, {"a.txt": text}, ("the old town hall",))
    assert " is lost" in said[0]
    said, _ = anchored(tmp_path, quote, {"a.txt": text}, ("Bern",))
    assert " now reads " in said[0]


def test_a_renamed_document_is_found_by_the_quote(tmp_path: Path) -> None:
    quote = "The station opened in 1904."
    said, gold = anchored(tmp_path, quote, {"b.txt": OLD, "c.txt": "x"})
    assert said[0].endswith("in 'b.txt'; it was 'The station opened in 1904.'")
    assert gold["document"] == "a.txt"  # only said
    assert anchored(tmp_path, quote, {"b.txt": OLD}, write=True)[1]["document"] == "b.txt"
    assert " is lost" in anchored(tmp_path, quote, {"b.txt": OLD, "c.txt": OLD})[0][0]


def test_nothing_is_written_where_nothing_moved(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    anchored(tmp_path, "The station", {"a.txt": OLD}, write=True)
    before = path.stat().st_mtime_ns
    assert list(reanchor(path, Anchors({"a.txt": OLD}.__getitem__, ["a.txt"]), True)) == []
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The station was opened by the king in 1904.", ("When was the station opened by the king?", "1904", "date")),
        ("The bridge was designed by Anna Keller.", ("By whom was the bridge designed?", "Anna Keller", "name")),
        ("Ferries began running to the island on 3 May 1921.", (
            "When did Ferries begin running to the island?", "3 May 1921", "date")),
        ("Several boats were sold on Feb. 26 to the town.", ("When were several boats sold?", "Feb. 26", "date")),
        ("By 2030, the harbour will be twice as large.", (
            "By when will the harbour be twice as large?", "2030", "date")),
        ("The museum holds about 4,000 paintings and prints.", (
            "How many paintings does the museum hold?", "4,000", "figure")),
        ("In 2024, the R&D intensity of Beijing reached 6.58%, up again.", (
            "What did the R&D intensity of Beijing reach in 2024?", "6.58%", "figure")),
        ("Lucerne is a town in central Switzerland, on a lake.", (
            "What is Lucerne?", "a town in central Switzerland", "definition")),
        ("Prices rose, said Anna Keller, director of the Swiss Tourism Office, today.", (
            "Who is director of the Swiss Tourism Office?", "Anna Keller", "name")),
    ],
)  # fmt: skip
def test_patterns(sentence: str, expected: tuple[str, str, str]) -> None:
    assert expected in [tuple(each) for each in propose(sentence)]
    assert all(each.answer in sentence for each in propose(sentence))


@pytest.mark.parametrize(
    "sentence",
    ["It was opened in 1904 by the king himself.", "Opened in 1904", "Was the station opened in 1904 or later on?", ""],
)
def test_no_question_about_it_or_of_what_is_no_sentence(sentence: str) -> None:
    assert list(propose(sentence)) == []


def passage(document: str, *sentences: str, searchable: bool = True) -> Passage:
    text, spans = "", []
    for sentence in sentences:
        spans.append(Span(100 + len(text), 100 + len(text) + len(sentence)))
        text += sentence + " "
    return Passage(document, 100, 100 + len(text), text, "", tuple(spans), searchable)


def test_proposals_are_drafts_with_the_sentence_as_gold_each_once_and_taking_turns() -> None:
    opened = "The station was opened by the king in 1904."
    more = [f"The bridge at place {n} was closed for repairs in {1900 + n}." for n in range(10)]
    every = [
        passage("a.txt", opened, *more),
        passage("b.txt", opened, "Lucerne is a town in central Switzerland."),
        passage("menu.txt", "The menu was opened by the king in 1901.", searchable=False),
    ]
    lines = drafts(every, 3)
    assert {line["type"] for line in lines} == {"date", "definition", "name"} or len(lines) == 3
    assert all(line["draft"] is True for line in lines)
    whole = drafts(every, 100)
    assert len({line["question"] for line in whole}) == len(whole)
    assert {"menu.txt"} & {line["gold"][0]["document"] for line in whole} == set()
    assert {"document": "a.txt", "quote": opened} in [line["gold"][0] for line in whole]
    assert drafts(every, 100, [line["question"].upper() for line in whole]) == []
    again = [passage("c.txt", "The old station hall was opened by the king in 1904."), *every]
    assert len(drafts(again, 100)) == len(whole) + 1
    again = [passage("c.txt", "The fine station was opened by the king in 1904."), *again]
    assert len(drafts(again, 100)) == len(whole) + 1  # asks nearly the same, with the same answer


def test_only_drafts_are_accepted_or_struck(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "questions.jsonl"
    ids = [add_question(path, make_line(f"Who is {n}?", [], [], draft=n > 0)) for n in range(4)]
    before = path.read_bytes()
    for change in (accept, strike):
        with pytest.raises(QuestionSetError, match="is no draft in it"):
            change(path, [ids[1], ids[0]])
    assert path.read_bytes() == before
    assert accept(path, [ids[2]]) == [ids[2]]
    assert strike(path, None) == [ids[1], ids[3]]
    found = read_set(path, lambda id: "")
    assert [each.id for each in found.questions] == [ids[0], ids[2]]


Command = Callable[..., int]
TEXT = "The old station was opened by the king in 1904.\nThe museum holds about 4,000 paintings.\n"


@pytest.fixture
def command(fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, town: dict[str, Document]) -> Command:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    town["station.txt"] = make_document("station.txt", TEXT)

    def call(*words: object) -> int:
        parser = argparse.ArgumentParser(prog="pincite")
        add_parser(parser.add_subparsers())
        return run(parser.parse_args(["eval", *map(str, words), "--index", str(tmp_path / "town")]), fake.engine)

    return call


def test_draft_accept_and_strike(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.jsonl"
    assert command("draft", mine, "--limit", 2) == 0
    listed = capsys.readouterr().out.splitlines()
    ids = [line.split()[0] for line in listed if "  ->  " in line]
    assert len(ids) == 2 and "2 proposed in" in listed[-2]
    with pytest.raises(QuestionSetError, match="its drafts count when they are accepted"):
        command(mine)
    assert command("accept", mine, ids[0]) == 0
    assert command("strike", mine, ids[1]) == 0
    capsys.readouterr()
    assert command(mine, "--json") == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 1
    assert command("draft", mine) == 0
    again = capsys.readouterr().out
    assert ids[0] not in again and ids[1] not in again  # neither known nor struck ones are proposed
    assert command("strike", mine, "all") == 0
    assert command("check", mine) == 0


def test_check_says_what_moved_and_write_puts_it_in(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.jsonl"
    quotes = ("The old station was  opened by the king in 1904.", "The museum is gone.")
    for number, quote in enumerate(quotes):
        add_question(mine, make_line(f"What about {number}?", [quote.split()[1]], [("station.txt", quote)]))
    before = mine.read_bytes()
    assert command("check", mine) == 1
    out = capsys.readouterr().out
    assert "line 1: gold 1 now reads 'The old station was opened by the king in 1904.'" in out
    assert "line 2: gold 1 is lost: 'The museum is gone.'" in out
    assert "--write" in out
    assert mine.read_bytes() == before
    assert command("check", mine, "--write") == 1  # one is still lost
    out = capsys.readouterr().out
    assert "line 1: gold 1: the quote" not in out and "line 2: gold 1: the quote" in out


@pytest.mark.parametrize("words", [["draft"], ["draft", "a", "b"], ["accept", "a"], ["strike"], ["a", "--write"]])
def test_wrong_usage(command: Command, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command(*words)
    assert caught.value.code == 2
    assert "usage: pincite eval" in capsys.readouterr().err
