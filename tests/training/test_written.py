"""The written questions: read with the texts they are about, and apart from them, those of held-out texts apart."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("bm25s")

from training.prepare import examples_of, held_written, question_sets, written_examples
from training.questions import Item, held_groups
from training.written import FILE, INVENTED, fingerprint, read_invented, read_written

TEXTS = [f"The {name} bridge was opened in 19{10 + n} and carries trams over the {name} river." for n, name in
         enumerate("Alder Birch Cedar Dogwood Elm Fir Gorse Hazel Ivy Juniper".split())]  # fmt: skip
ITEMS = [Item("s", "What was opened?", text, [(4, 9)], f"s/{number}") for number, text in enumerate(TEXTS)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    file = tmp_path / "written.jsonl.gz"
    rows = []
    for text in TEXTS:
        at = text.index("trams")
        rows.append(("otherwise", "Is there public transport?", [at, at + 5], text))
        rows.append(("near", "Who designed it?", None, text))
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        for kind, question, answer, text in rows:
            row = {"set": "s", "context": fingerprint(text), "kind": kind, "question": question, "answer": answer}
            lines.write(json.dumps(row) + "\n")
    return file


def test_written_questions_find_their_texts_and_answers(written: Path) -> None:
    found = read_written(ITEMS, written)
    assert len(found) == 20
    kind, item = found[0]
    assert kind == "otherwise" and [item.context[a:b] for a, b in item.spans] == ["trams"]
    assert found[1][1].spans == []
    assert read_written([Item("other", "?", TEXTS[0], [], "other/0")], written) == []


def test_held_out_texts_are_asked_only_in_validation(written: Path) -> None:
    held = held_groups(ITEMS)
    held_texts = {item.context for item in ITEMS if item.group in held}
    validated = list(held_written(ITEMS, written))
    assert {example["passage"] for example in validated} == held_texts
    assert {example["set"] for example in validated} == {"written otherwise", "written near"}
    trained = list(written_examples(ITEMS, Random(1), written))
    assert trained  # a passage may be joined of several texts
    assert not any(text in example["passage"] for text in held_texts for example in trained)


def test_the_file_that_ships_is_whole() -> None:
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    assert (len(rows), sum(row["answer"] is None for row in rows)) == (37_077, 10_884)  # as training/README.md says
    assert len({(row["context"], row["question"]) for row in rows}) == len(rows)
    assert all(0 <= row["answer"][0] < row["answer"][1] for row in rows if row["answer"])
    assert {row["kind"] for row in rows} == {"otherwise", "near", "plain"}
    assert all((row["answer"] is None) == (row["kind"] == "near") for row in rows)
    assert all(row["question"].strip() == row["question"] and len(row["context"]) == 16 for row in rows)


def test_every_question_about_an_invented_text_finds_it() -> None:
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for name, sections in zip(INVENTED, (1_260, 1_120, 980), strict=True):  # as training/README.md says
        texts = read_invented(name)
        assert len({item.context for item in texts}) == len(texts) == sections
        assert {row["context"] for row in rows if row["set"] == name} == {fingerprint(item.context) for item in texts}


def test_the_invented_mix_needs_no_public_sets(tmp_path: Path) -> None:
    items, *others = question_sets(tmp_path / "none", "invented")
    assert len(others) == len(INVENTED) - 1
    items = items[:360]  # embedding all of them takes a minute
    held = {item.context for item in items if item.group in held_groups(items)}
    trained = list(examples_of(items, "invented", Random(1)))
    validated = {example["question"] for example in held_written(items)}
    assert held and len(trained) > 1_400 and len(validated) > 50
    assert not {example["question"] for example in trained} & validated
    rivals = [text for example in trained for _, text in example.get("rivals", [])]
    assert rivals and not any(text in whole for text in rivals for whole in held)
