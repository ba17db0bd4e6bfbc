"""SQuAD 1.1 and 2.0 as an open corpus: every paragraph a document, every answer a place in it.

Format: Rajpurkar et al. 2016 and 2018. ``answer_start`` counts code points, as our offsets do. Gold is the
characters of the answers, those that overlap taken together: annotators mark the same words wider or
narrower.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.errors import QuestionSetError
from qa.eval.fields import field, filled, identifier, json_object, kind_of, read_text, short
from qa.eval.sets import Gold, Question, QuestionSet, made_source, unique
from qa.types import Block, Document

_WORDS = r"\b(who|whom|whose|what|which|when|where|why|how (?:many|much)|how)\b"


def read_squad(path: Path) -> QuestionSet:
    """Questions and documents of a SQuAD file; paragraphs with the same text are one document.

    Raises ``QuestionSetError`` naming file, place and cause.
    """
    documents: dict[str, Document] = {}
    questions: list[tuple[str, Question]] = []
    for where, id, title, paragraph in _paragraphs(path):
        context = filled(paragraph, "context", where)
        whole = (Block(0, len(context), "text"),)
        made = Document(made_source(path, id, title, context), context, whole)
        document = documents.setdefault(context, made)
        for number, line in enumerate(_objects(paragraph, "qas", where), start=1):
            at = f"{where}, question {number}"
            questions.append((at, _question(line, at, document)))
    if not questions:
        raise QuestionSetError(f"{path}: there is no question in it")
    return QuestionSet(path.stem, unique(questions), documents=tuple(documents.values()))


def _paragraphs(path: Path) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Where a paragraph stands, its document id (``003-Title/012``), its article's title, and itself."""
    squad = json_object(read_text(path), str(path))
    for a, article in enumerate(_objects(squad, "data", str(path)), start=1):
        where = f"{path}: article {a}"
        title = field(article, "title", str, where, "").strip() or f"Article {a}"
        for p, paragraph in enumerate(_objects(article, "paragraphs", where), start=1):
            yield f"{where}, paragraph {p}", f"{a:03}-{title.replace('/', '-')}/{p:03}", title, paragraph


def _objects(parent: Mapping[str, Any], name: str, where: str) -> Sequence[Mapping[str, Any]]:
    children: Sequence[Any] = field(parent, name, list, where)
    for number, child in enumerate(children, start=1):
        if not isinstance(child, dict):
            raise QuestionSetError(f"{where}: {name!r} item {number} must be an object, not {kind_of(child)}")
    return children


def _question(line: Mapping[str, Any], where: str, document: Document) -> Question:
    impossible = field(line, "is_impossible", bool, where, False)
    answers = () if impossible else _objects(line, "answers", where)
    marked = [_answer(answer, where, document) for answer in answers]
    if not marked and not impossible:
        raise QuestionSetError(f"{where}: has no answers and is not marked is_impossible")
    text = filled(line, "question", where)
    return Question(
        id=identifier(line, "id", where),
        question=text.strip(),
        history=(),
        answers=tuple(dict.fromkeys(document.text[start:end] for start, end in marked)),
        gold=tuple(Gold(document.id, start, end) for start, end in _merged(marked)),
        type="unanswerable" if impossible else _type(text),
    )


def _answer(line: Mapping[str, Any], where: str, document: Document) -> tuple[int, int]:
    text, start = filled(line, "text", where), field(line, "answer_start", int, where)
    if start < 0 or not document.text.startswith(text, start):
        raise QuestionSetError(f"{where}: the answer {short(text)!r} does not stand at {start}")
    return start, start + len(text)


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges that overlap joined, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _type(question: str) -> str:
    """The first question word, lower case: what is asked for, roughly."""
    found = re.search(_WORDS, question, re.IGNORECASE)
    return found.group(1).lower() if found else "other"
