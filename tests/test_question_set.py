"""The question sets on China's innovation plans keep the rules they were written by."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
SETS = ROOT / "eval" / "sets"

FIELDS = {"id", "question", "history", "answers", "gold", "type", "split"}
ANSWERABLE_TYPES = {
    "fact",
    "list",
    "definition",
    "reason",
    "paraphrase",
    "typo",
    "cross-document",
    "follow-up",
}
UNANSWERABLE_TYPES = {"near-miss", "off-topic"}
SPLITS = ("dev", "test")

Question = dict[str, Any]


def load(name: str) -> list[Question]:
    with (SETS / name / "questions.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


ALL: list[Question] = load("innovation")
FITTING: list[Question] = [{"split": "dev", **item} for item in load("fitting")]
EACH = pytest.mark.parametrize("item", ALL + FITTING, ids=[str(item.get("id")) for item in ALL + FITTING])


@cache
def text_of(document: str) -> str:
    with (CORPUS / document).open(encoding="utf-8", newline="") as file:
        return file.read()


def plain(text: str) -> str:
    """The text without case, punctuation or extra spaces, for comparing questions."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", folded).split())


def gold_characters(items: list[Question]) -> set[tuple[str, int]]:
    """Every place (document, character) that a gold quote of these questions covers."""
    covered: set[tuple[str, int]] = set()
    for item in items:
        for gold in item["gold"]:
            document, quote = gold["document"], gold["quote"]
            text = text_of(document)
            start = text.find(quote)
            while start != -1:
                covered.update((document, at) for at in range(start, start + len(quote)))
                start = text.find(quote, start + 1)
    return covered


@EACH
def test_fields(item: Question) -> None:
    assert set(item) == FIELDS
    for name in ("id", "question", "type", "split"):
        assert isinstance(item[name], str)
        assert item[name] == item[name].strip() != ""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item["id"])
    for name in ("history", "answers"):
        assert isinstance(item[name], list)
        assert all(isinstance(entry, str) and entry.strip() for entry in item[name])
    assert len(set(item["answers"])) == len(item["answers"])
    assert isinstance(item["gold"], list)
    for gold in item["gold"]:
        assert set(gold) == {"document", "quote"}
        assert all(isinstance(value, str) and value.strip() for value in gold.values())


@EACH
def test_type_and_split_are_known(item: Question) -> None:
    assert item["type"] in ANSWERABLE_TYPES | UNANSWERABLE_TYPES
    assert item["split"] in SPLITS


@EACH
def test_quotes_and_answers_are_verbatim(item: Question) -> None:
    places = [(gold["document"], gold["quote"]) for gold in item["gold"]]
    assert len(set(places)) == len(places)
    for document, quote in places:
        assert quote in text_of(document)
        assert any(answer in quote for answer in item["answers"]), "gold without an answer"
    for answer in item["answers"]:
        assert any(answer in quote for _, quote in places)


@EACH
def test_unanswerable_means_no_answers_and_no_gold(item: Question) -> None:
    unanswerable = item["type"] in UNANSWERABLE_TYPES
    assert (item["answers"] == []) is unanswerable
    assert (item["gold"] == []) is unanswerable


@EACH
def test_history(item: Question) -> None:
    if item["type"] == "follow-up":
        assert item["history"]
    elif item["type"] != "near-miss":
        assert item["history"] == []


def test_ids_are_unique() -> None:
    assert [name for name, n in Counter(item["id"] for item in ALL + FITTING).items() if n > 1] == []


def test_questions_are_unique() -> None:
    keys = Counter((plain(item["question"]), *(plain(turn) for turn in item["history"])) for item in ALL + FITTING)
    assert [key for key, n in keys.items() if n > 1] == []


def test_size() -> None:
    unanswerable = [item for item in ALL if item["type"] in UNANSWERABLE_TYPES]
    near_misses = [item for item in unanswerable if item["type"] == "near-miss"]
    assert len(ALL) >= 150
    assert len(unanswerable) >= 40
    assert 2 * len(near_misses) >= len(unanswerable)


def test_every_document_is_used() -> None:
    used = {gold["document"] for item in ALL for gold in item["gold"]}
    assert used == {path.name for path in CORPUS.glob("*.txt")}


def test_halves_are_balanced() -> None:
    count = Counter((item["type"], item["split"]) for item in ALL)
    for kind in sorted(ANSWERABLE_TYPES | UNANSWERABLE_TYPES):
        assert count[kind, "dev"] + count[kind, "test"] > 0, kind
        assert abs(count[kind, "dev"] - count[kind, "test"]) <= 2, kind


def test_no_gold_sentence_is_on_both_sides() -> None:
    dev, test = (gold_characters([item for item in ALL + FITTING if item["split"] == split]) for split in SPLITS)
    shared = sorted(dev & test)
    assert shared == []
