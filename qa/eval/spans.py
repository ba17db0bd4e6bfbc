"""Documents with a table of questions and the ranges that answer them, as chunking studies publish it.

The ``.csv`` of the folder has the columns ``question``, ``references`` (a JSON list of objects with
``content``, ``start_index`` and ``end_index``) and ``corpus_id``, the name of a document of the folder, its
ending left out or not.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qa.corpus import load_file
from qa.errors import QuestionSetError
from qa.eval.fields import field, filled, read_text, short
from qa.eval.sets import Gold, Question, QuestionSet
from qa.types import Document

_COLUMNS = ("question", "references", "corpus_id")


def read_spans(folder: Path) -> QuestionSet:
    """Questions and the documents they name; raises ``QuestionSetError`` naming file, line and cause."""
    tables = sorted(folder.glob("*.csv"))
    if len(tables) != 1:
        raise QuestionSetError(f"{folder}: must hold one .csv file, not {len(tables)}")
    rows = list(_rows(tables[0]))
    if not rows:
        raise QuestionSetError(f"{tables[0]}: there is no question in it")
    named = {filled(row, "corpus_id", where): where for where, row in reversed(rows)}
    documents = {name: _document(folder, name, named[name]) for name in sorted(named)}
    questions = tuple(
        _question(str(number), row, where, documents) for number, (where, row) in enumerate(rows, start=1)
    )
    return QuestionSet(folder.resolve().name, questions, documents=tuple(documents.values()))


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise QuestionSetError(f"{path} line 1: the column {missing[0]!r} is missing")
        for row in reader:
            yield f"{path} line {reader.line_num}", row
    except csv.Error as error:
        raise QuestionSetError(f"{path} line {reader.line_num}: not CSV: {error}") from error


def _document(folder: Path, name: str, where: str) -> Document:
    files = sorted(path for path in folder.iterdir() if path.suffix != ".csv" and name in (path.name, path.stem))
    if not files:
        raise QuestionSetError(f"{where}: there is no document {name!r} in {folder}")
    found = load_file(files[0].name, files[0])
    if not isinstance(found, Document):
        raise QuestionSetError(f"{where}: document {name!r} cannot be read: {found.reason}")
    return found


def _question(id: str, row: Mapping[str, Any], where: str, documents: Mapping[str, Document]) -> Question:
    document = documents[row["corpus_id"]]
    try:
        references = json.loads(filled(row, "references", where))
    except (json.JSONDecodeError, RecursionError) as error:
        raise QuestionSetError(f"{where}: 'references' is not JSON") from error
    if not isinstance(references, list) or not references:
        raise QuestionSetError(f"{where}: 'references' must be a list with something in it")
    gold = tuple(_gold(reference, where, document) for reference in references)
    return Question(id, filled(row, "question", where), (), (), gold, type=row["corpus_id"])


def _gold(reference: object, where: str, document: Document) -> Gold:
    if not isinstance(reference, dict):
        raise QuestionSetError(f"{where}: a reference must be a JSON object")
    content = filled(reference, "content", where)
    start, end = (field(reference, name, int, where) for name in ("start_index", "end_index"))
    if not 0 <= start < end or document.text[start:end] != content:
        raise QuestionSetError(f"{where}: {short(content)!r} does not stand at {start} of {document.id!r}")
    return Gold(document.id, start, end)
