"""A BEIR folder: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/*.tsv`` (Thakur et al. 2021).

Whole documents were judged, so gold is a whole document and a ranking lists documents. Only judged queries
are asked, as everywhere with BEIR. A query's split is the name of its qrels file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qa.errors import QuestionSetError
from qa.eval.fields import field, filled, identifier, json_lines, read_text
from qa.eval.sets import Gold, Question, QuestionSet, titled_document, unique
from qa.types import Document


def read_beir(folder: Path) -> QuestionSet:
    """Queries and documents of a BEIR folder; raises ``QuestionSetError`` naming file, line and cause."""
    documents = _documents(folder / "corpus.jsonl")
    queries = dict(_query(line, where) for where, line in json_lines(folder / "queries.jsonl"))
    files = sorted((folder / "qrels").glob("*.tsv"))
    if not files:
        raise QuestionSetError(f"{folder / 'qrels'}: there is no .tsv file in it")
    questions = unique(pair for file in files for pair in _judged(file, queries, documents))
    if not questions:
        raise QuestionSetError(f"{folder / 'qrels'}: no query is judged")
    return QuestionSet(folder.resolve().name, questions, unit="document", documents=tuple(documents.values()))


def _documents(path: Path) -> dict[str, Document]:
    documents: dict[str, Document] = {}
    for where, line in json_lines(path):
        id = identifier(line, "_id", where)
        if id in documents:
            raise QuestionSetError(f"{where}: the id {id!r} is used twice")
        documents[id] = _document(path, id, line, where)
    return documents


def _document(path: Path, id: str, line: Mapping[str, Any], where: str) -> Document:
    title: str = field(line, "title", str, where, "")
    return titled_document(path, id, title.strip(), field(line, "text", str, where, ""))


def _query(line: Mapping[str, Any], where: str) -> tuple[str, str]:
    return identifier(line, "_id", where), filled(line, "text", where).strip()


def _judged(
    file: Path, queries: Mapping[str, str], documents: Mapping[str, Document]
) -> Iterator[tuple[str, Question]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for where, query_id, document_id, grade in _qrels(file):
        if query_id not in queries:
            raise QuestionSetError(f"{where}: there is no query {query_id!r} in queries.jsonl")
        if document_id not in documents:
            raise QuestionSetError(f"{where}: there is no document {document_id!r} in corpus.jsonl")
        grades[query_id][document_id] = grade
    for id, judged in grades.items():
        gold = (Gold(doc, 0, len(documents[doc].text), grade) for doc, grade in judged.items() if grade > 0)
        yield str(file), Question(id, queries[id], (), (), tuple(gold), split=file.stem)


def _qrels(file: Path) -> Iterator[tuple[str, str, str, int]]:
    """Where, query id, document id and grade of each line; the first may be column names."""
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        where = f"{file} line {number}"
        if number == 1 and cells[-1].lower() == "score":
            continue
        if len(cells) != 3:
            raise QuestionSetError(f"{where}: must have query-id, corpus-id and score")
        try:
            yield where, cells[0], cells[1], int(cells[2])
        except ValueError:
            raise QuestionSetError(f"{where}: the score {cells[2]!r} is not a whole number") from None
