"""Our own question sets: what is read, and one clear line for whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa.errors import QuestionSetError
from qa.eval import sets
from qa.eval.sets import Gold, find_set, not_bundled, read_set, set_file

TextOf = Callable[[str], str]
GOOD: dict[str, Any] = {
    "id": "opened",
    "question": "When did the station open?",
    "answers": ["1904"],
    "gold": [{"document": "station.txt", "quote": "The station opened in 1904."}],
}


def write(folder: Path, *lines: object) -> Path:
    path = folder / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_a_question_with_all_its_fields(tmp_path: Path, text_of: TextOf) -> None:
    line = {**GOOD, "history": ["Is there a station?"], "type": "fact", "split": "dev", "note": "kept out"}
    questions = read_set(write(tmp_path, line), text_of)
    (question,) = questions.questions
    assert (question.id, question.type, question.split) == ("opened", "fact", "dev")
    assert question.history == ("Is there a station?",)
    assert question.gold == (Gold("station.txt", 0, 27),)
    assert question.answerable
    assert (questions.name, questions.unit, questions.documents) == (tmp_path.name, "passage", None)


def test_neither_answers_nor_gold_is_unanswerable(tmp_path: Path, text_of: TextOf) -> None:
    line = {"id": 7, "question": "Who built it?", "answers": [], "gold": []}
    (question,) = read_set(write(tmp_path, line), text_of).questions
    assert question.id == "7"
    assert not question.answerable


def test_every_occurrence_of_a_quote_is_gold(tmp_path: Path) -> None:
    line = {**GOOD, "gold": [{"document": "x", "quote": "aba"}]}
    (question,) = read_set(write(tmp_path, line), lambda _: "ababa é aba").questions
    assert question.gold == (Gold("x", 0, 3), Gold("x", 2, 5), Gold("x", 8, 11))


def test_windows_line_ends_a_byte_order_mark_and_blank_lines(tmp_path: Path, text_of: TextOf) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n\r\n")
    assert len(read_set(path, text_of).questions) == 1


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('{"id": "x", ', "not JSON"),
        ("[1]", "must be a JSON object, not a list"),
        ("[" * 100_000, "not JSON"),
        ({**GOOD, "id": None}, "the field 'id' is missing"),
        ({**GOOD, "id": True}, "'id' must be a text, not true or false"),
        ({**GOOD, "question": "  "}, "'question' is empty"),
        ({**GOOD, "question": 5}, "'question' must be a text, not a whole number"),
        ({**GOOD, "answers": "1904"}, "'answers' must be a list, not a text"),
        ({**GOOD, "answers": [1904]}, "'answers' must be a text, not a whole number"),
        ({**GOOD, "answers": [""]}, "'answers' is empty"),
        ({**GOOD, "answers": []}, "has gold but no answers"),
        ({**GOOD, "gold": []}, "has answers but no gold"),
        ({**GOOD, "gold": ["station.txt"]}, "gold 1 must be a JSON object, not a text"),
        ({**GOOD, "gold": [{"document": "station.txt"}]}, "gold 1: the field 'quote' is missing"),
        ({**GOOD, "gold": [{"document": "pier.txt", "quote": "x"}]}, "there is no document 'pier.txt'"),
        (
            {**GOOD, "gold": [*GOOD["gold"], {"document": "station.txt", "quote": "opened in 1905"}]},
            "gold 2: the quote 'opened in 1905' is not in document 'station.txt'",
        ),
        ({**GOOD, "history": "before"}, "'history' must be a list, not a text"),
        ({**GOOD, "split": 1}, "'split' must be a text, not a whole number"),
        ({**GOOD, "type": 0.5}, "'type' must be a text, not a number"),
        ('{"id": "x", "question": "\\ud800", "answers": []}', "half a surrogate pair"),
        (GOOD, "the id 'opened' was already used in"),
    ],
)
def test_what_is_wrong_is_one_line_with_file_line_and_cause(
    tmp_path: Path, text_of: TextOf, line: object, cause: str
) -> None:
    path = write(tmp_path, GOOD, "", line)
    with pytest.raises(QuestionSetError) as caught:
        read_set(path, text_of)
    message = str(caught.value)
    assert message.startswith(f"{path} line 3: ")
    assert cause in message
    assert "\n" not in message


def test_an_empty_set(tmp_path: Path, text_of: TextOf) -> None:
    with pytest.raises(QuestionSetError, match="there is no question in it"):
        read_set(write(tmp_path, ""), text_of)


def test_a_file_that_is_not_utf_8(tmp_path: Path, text_of: TextOf) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"ab\xff")
    with pytest.raises(QuestionSetError, match="line 1: byte 3 of the line is not UTF-8"):
        read_set(path, text_of)


def test_splits(tmp_path: Path, text_of: TextOf) -> None:
    lines = [{**GOOD, "id": name, "split": name} for name in ("dev", "test")]
    questions = read_set(write(tmp_path, *lines), text_of)
    assert [question.id for question in questions.part("dev").questions] == ["dev"]
    assert len(questions.part("all").questions) == 2
    with pytest.raises(QuestionSetError, match="no question has the split 'test'"):
        questions.part("dev").part("test")


def test_a_set_is_found_by_name_folder_or_file(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    folder.mkdir()
    path = write(folder, GOOD)
    assert find_set("town", tmp_path) == path
    assert find_set(str(folder), tmp_path / "elsewhere") == path
    assert find_set(str(path), tmp_path / "elsewhere") == path


def test_a_set_that_comes_with_the_product_is_neither_hidden_nor_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, mine = tmp_path / "ours", tmp_path / "mine"
    monkeypatch.setattr(sets, "bundled_sets_dir", lambda: ours)
    for folder in (ours / "town", mine / "city"):
        folder.mkdir(parents=True)
        write(folder, GOOD)
    with pytest.raises(QuestionSetError, match="town is a set that comes with Pincite: give yours another name"):
        set_file("town", mine)
    with pytest.raises(
        QuestionSetError, match=r"comes with Pincite and stays as it is: copy its folder to .*mine first"
    ):
        not_bundled(find_set("town", mine), mine)
    for folder, name in ((mine, "city"), (ours, "town")):  # a checkout's own sets are there to be worked on
        assert set_file(name, folder) == not_bundled(find_set(name, folder), folder)


def test_an_unknown_set_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "town").mkdir()
    write(tmp_path / "town", GOOD)
    with pytest.raises(QuestionSetError, match=r"city: no such question set; the sets in .* are: town"):
        find_set("city", tmp_path)
    with pytest.raises(QuestionSetError, match="there are no sets in"):
        find_set("city", tmp_path / "nowhere")
