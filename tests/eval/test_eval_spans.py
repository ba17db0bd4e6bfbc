"""Folders of documents with a table of spans."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from qa.errors import QuestionSetError
from qa.eval.sets import Gold
from qa.eval.spans import read_spans

TEXT = "# Pier\n\nThe pier is 40 m long. The pier is 40 m long.\n"
SECOND = TEXT.rindex("The pier")


def reference(start: int, content: str = "The pier is 40 m long.") -> dict[str, object]:
    return {"content": content, "start_index": start, "end_index": start + len(content)}


def folder(path: Path, *rows: tuple[str, object, str], header: str = "question,references,corpus_id") -> Path:
    (path / "pier.md").write_text(TEXT, encoding="utf-8")
    (path / "LICENSE").write_text("not a document that is asked about")
    with (path / "questions.csv").open("w", newline="", encoding="utf-8") as file:
        file.write(f"{header}\n")
        for question, references, corpus_id in rows:
            cell = references if isinstance(references, str) else json.dumps(references)
            csv.writer(file).writerow((question, cell, corpus_id))
    return path


def test_offsets_are_taken_as_they_are(tmp_path: Path) -> None:
    questions = read_spans(folder(tmp_path, ("How long?", [reference(SECOND)], "pier")))
    (question,) = questions.questions
    assert question.gold == (Gold("pier.md", SECOND, SECOND + 22),)
    assert (question.id, question.type, question.answers) == ("1", "pier", ())
    assert questions.places_only
    (document,) = questions.documents or ()
    assert (document.id, document.text) == ("pier.md", TEXT)


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        (("How?", [reference(SECOND + 1)], "pier"), "does not stand at 32 of 'pier.md'"),
        (("How?", [reference(-1, "x")], "pier"), "'x' does not stand at -1"),
        (("How?", [reference(8)], "quay"), "there is no document 'quay'"),
        (("How?", [reference(8)], "LICENSE"), "document 'LICENSE' cannot be read: the format"),
        (("", [reference(8)], "pier"), "'question' is empty"),
        (("How?", "[{", "pier"), "'references' is not JSON"),
        (("How?", [], "pier"), "'references' must be a list with something in it"),
        (("How?", ["x"], "pier"), "a reference must be a JSON object"),
        (("How?", [{"content": "x"}], "pier"), "the field 'start_index' is missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, row: tuple[str, object, str], cause: str) -> None:
    good = ("How long?", [reference(8)], "pier")
    with pytest.raises(QuestionSetError) as caught:
        read_spans(folder(tmp_path, good, row))
    assert "questions.csv line 3: " in str(caught.value)
    assert cause in str(caught.value)


def test_tables_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"must hold one \.csv file, not 0"):
        read_spans(tmp_path)
    with pytest.raises(QuestionSetError, match="there is no question in it"):
        read_spans(folder(tmp_path))
    with pytest.raises(QuestionSetError, match="line 1: the column 'corpus_id' is missing"):
        read_spans(folder(tmp_path, header="question,references"))
    (tmp_path / "questions.csv").write_text('question,references,corpus_id\n"How')
    with pytest.raises(QuestionSetError, match="not CSV"):
        read_spans(tmp_path)
