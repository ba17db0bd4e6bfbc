"""A TREC collection in a folder: qrels, topics, and documents, as SGML with ``<doc>`` or as files of their own.

Which file is what is seen from its content. Whole documents were judged, so gold is a whole document and a ranking
lists documents; only judged topics are asked.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from qa.corpus import read
from qa.errors import QuestionSetError
from qa.eval.fields import read_text
from qa.eval.sets import Gold, Question, QuestionSet, titled_document
from qa.types import Document

_DOC = re.compile(r"<doc>(.*?)</doc>", re.IGNORECASE | re.DOTALL)
_TOPIC = re.compile(r"<top>(.*?)</top>", re.IGNORECASE | re.DOTALL)
_QREL = re.compile(r"\s*\S+\s+\S+\s+\S+\s+-?\d+\s*")
_SNIFFED = 4000


def read_trec(folder: Path) -> QuestionSet:
    """Judged topics and documents; raises ``QuestionSetError`` naming file and cause."""
    if not folder.is_dir():
        raise QuestionSetError(f"{folder}: there is no such folder")
    kinds: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        kinds[_kind(path)].append(path)
    for kind, what in (("qrels", "lines of topic, 0, document and grade"), ("topics", "<top> elements")):
        if len(kinds[kind]) != 1:
            raise QuestionSetError(f"{folder}: must hold one file with {what}, not {len(kinds[kind])}")
    documents = _documents(kinds["docs"]) if kinds["docs"] else _files(kinds["folder"], folder)
    grades = _grades(kinds["qrels"][0], documents)
    topics = _topics(kinds["topics"][0], grades)
    questions = []
    for id, judged in grades.items():
        relevant = [(documents[name], grade) for name, grade in judged.items() if grade > 0]
        gold = tuple(Gold(document.id, 0, len(document.text), grade) for document, grade in relevant)
        questions.append(Question(id, topics[id], (), (), gold))
    return QuestionSet(folder.resolve().name, tuple(questions), unit="document", documents=tuple(documents.values()))


def _kind(path: Path) -> str:
    if path.is_dir():
        return "folder"
    with path.open("rb") as file:
        start = file.read(_SNIFFED).decode("utf-8", "replace")
    if "<top>" in start.lower():
        return "topics"
    if "<doc>" in start.lower() and "<docno>" in start.lower() and path.suffix.lower() not in (".md", ".txt"):
        return "docs"
    return "qrels" if _QREL.fullmatch(start.splitlines()[0] if start.strip() else "") else "other"


def _documents(paths: list[Path]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for path in paths:
        for match in _DOC.finditer(read_text(path)):
            id = _element(match.group(1), "docno")
            if not id:
                raise QuestionSetError(f"{path}: a <doc> has no <docno>")
            if id in found:
                raise QuestionSetError(f"{path}: the document {id!r} stands in it twice")
            title = _element(match.group(1), "title") or _element(match.group(1), "headline")
            found[id] = titled_document(path, id, " ".join(title.split()), _element(match.group(1), "text"))
    return found


def _files(folders: list[Path], folder: Path) -> dict[str, Document]:
    """Documents by their name below the one folder, its ending left out."""
    if len(folders) != 1:
        raise QuestionSetError(f"{folder}: must hold files with <doc> elements, or one folder of documents")
    found = [each for each in read(folders) if isinstance(each, Document)]
    return {str(Path(document.id).with_suffix("")): document for document in found}


def _grades(path: Path, documents: Mapping[str, Document]) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    names = {Path(id).name: id for id in documents} | {id: id for id in documents}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        if not _QREL.fullmatch(line):
            raise QuestionSetError(f"{path} line {number}: must have topic, 0, document and grade")
        topic, _, document, grade = line.split()
        document = document if document in names else str(Path(document).with_suffix(""))
        if document not in names:
            raise QuestionSetError(f"{path} line {number}: there is no document {document!r}")
        grades[topic][names[document]] = max(int(grade), grades[topic].get(names[document], 0))
    return dict(grades)


def _topics(path: Path, wanted: Mapping[str, object]) -> dict[str, str]:
    """The words of every judged topic; by place, from 1, where qrels do not use the topics' numbers, as Cranfield's."""
    numbered: dict[str, str] = {}
    for match in _TOPIC.finditer(read_text(path)):
        number = re.sub(r"(?i)^number:\s*", "", _element(match.group(1), "num"))
        title = re.sub(r"(?i)^topic:\s*", "", " ".join(_element(match.group(1), "title").split()))
        numbered[number] = title
    for topics in (numbered, {str(n): text for n, text in enumerate(numbered.values(), start=1)}):
        if wanted.keys() <= topics.keys():
            empty = next((id for id in wanted if not topics[id]), None)
            if empty is not None:
                raise QuestionSetError(f"{path}: topic {empty!r} has no <title>")
            return topics
    missing = next(id for id in wanted if id not in numbered)
    raise QuestionSetError(f"{path}: there is no topic {missing!r}, which the qrels judge")


def _element(text: str, name: str) -> str:
    """The text of the first element of that name, tags inside it left out; TREC files often do not close it."""
    found = re.search(rf"<{name}>(.*?)(?:</{name}>|(?=\n<\w+>)|\Z)", text, re.IGNORECASE | re.DOTALL)
    return html.unescape(re.sub(r"<[^<>]*>", "", found.group(1))).strip() if found else ""
