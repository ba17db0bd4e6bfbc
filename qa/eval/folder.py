"""A run on disk: every question as a line, the summary, the reports, and TREC's run and qrels."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from qa.errors import QuestionSetError
from qa.eval.fields import field, identifier, json_lines, json_object, read_text
from qa.eval.scoring import Record
from qa.measures.retrieval import scored
from qa.measures.rows import Row

QUESTIONS = "questions.jsonl"
SUMMARY = "summary.json"
STARTED = "started.jsonl"
"""The questions answered so far, in the folder of a run that is not finished."""
TAG = "pincite"

Line: TypeAlias = Mapping[str, Any]
"""A question of a run as ``questions.jsonl`` has it: see ``question_json``."""


def question_json(record: Record) -> dict[str, Any]:
    """A question, what came back and its numbers, for ``json.dumps``."""
    question, row = record.question, record.row
    return {
        "id": question.id,
        "question": question.question,
        "history": list(question.history),
        "type": question.type,
        "split": question.split,
        "answerable": row.answerable,
        "answers": list(question.answers),
        "gold": [gold._asdict() for gold in question.gold],
        "shown": row.shown,
        "text": record.text,
        "span": record.span,
        "cited": list(record.cited) if record.cited else None,
        "confidence": row.confidence,
        "reason": record.reason,
        "stage": record.stage,
        "expected": [each._asdict() for each in record.expected],
        "score": row.score,
        "values": dict(row.values),
        "seconds": None if row.seconds is None else round(row.seconds, 6),
        "ranking": list(record.ranking),
        "relevant": dict(record.relevant),
    }


def write_run(folder: Path, lines: Callable[[], Iterable[Line]], texts: Mapping[str, str]) -> None:
    """Write a run to ``folder``, whole or not at all; ``lines()`` gives its questions, ``texts`` further files by name.

    An earlier run there is replaced; raises ``QuestionSetError`` as ``check_free`` does.
    """
    folder = folder.absolute()
    check_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        draft = Path(scratch, "new")
        draft.mkdir()
        _write(draft / QUESTIONS, (json.dumps(line, ensure_ascii=False) for line in lines()))
        _write(draft / "run.trec", (text for line in lines() for text in _trec_run(line)))
        _write(draft / "qrels.trec", (text for line in lines() for text in _trec_qrels(line)))
        for name, text in texts.items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        _swap(draft, folder, Path(scratch, "old"))


def check_free(folder: Path) -> None:
    """Raises ``QuestionSetError`` unless there is nothing, an empty folder or a run, finished or not."""
    if not folder.exists():
        return
    known = folder.is_dir() and any((folder / name).is_file() for name in (SUMMARY, STARTED))
    if known and any(each.is_dir() for each in folder.iterdir()):  # it would be replaced with all that is in it
        raise QuestionSetError(f"{folder}: holds folders beside its evaluation; name another for --out")
    if not known and (not folder.is_dir() or any(folder.iterdir())):
        raise QuestionSetError(f"{folder}: holds something else than an evaluation; name another for --out")


def _swap(draft: Path, folder: Path, aside: Path) -> None:
    if folder.exists():
        folder.replace(aside)
    try:
        draft.replace(folder)
    except OSError:
        if aside.exists():
            aside.replace(folder)
        raise


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def _trec_run(line: Line) -> Iterator[str]:
    for rank, (id, score) in enumerate(scored(line["ranking"]), start=1):
        yield f"{quote(line['id'])} Q0 {id} {rank} {score} {TAG}"


def _trec_qrels(line: Line) -> Iterator[str]:
    for id, grade in line["relevant"].items():
        yield f"{quote(line['id'])} 0 {id} {grade}"


def read_summary(folder: Path) -> Mapping[str, Any]:
    """What ``summary.json`` of a finished run says; raises ``QuestionSetError`` when it is not one."""
    path = folder / SUMMARY
    if not path.is_file():
        raise QuestionSetError(f"{folder}: {SUMMARY} is missing; this is no finished run")
    return json_object(read_text(path), str(path))


def read_lines(folder: Path) -> Iterator[Line]:
    """The questions of a finished run, one by one; raises ``QuestionSetError`` when it is not one."""
    path = folder / QUESTIONS
    if not path.is_file():
        raise QuestionSetError(f"{folder}: {QUESTIONS} is missing; --out makes a run to compare with")
    for where, line in json_lines(path):
        row_of(line, where)  # a file may have been changed by hand
        yield line


def read_rows(folder: Path) -> list[Row]:
    """The rows of a run written before; raises ``QuestionSetError`` when it is not one."""
    return [row_of(line, str(folder)) for line in read_lines(folder)]


def row_of(line: Line, where: str) -> Row:
    """The numbers in a line; raises ``QuestionSetError`` starting with ``where``."""
    values = field(line, "values", dict, where)
    return Row(
        id=identifier(line, "id", where),
        type=field(line, "type", str, where),
        answerable=field(line, "answerable", bool, where),
        values={name: number(values, name, where) for name in values},
        seconds=None if line.get("seconds") is None else number(line, "seconds", where),
        shown=field(line, "shown", bool, where, None),
        confidence=None if line.get("confidence") is None else number(line, "confidence", where),
    )


def number(line: Line, name: str, where: str) -> float:
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise QuestionSetError(f"{where}: {name!r} must be a number")
    return float(value)
