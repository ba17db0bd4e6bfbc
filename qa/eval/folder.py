"""A run on disk: every question, the summary, and TREC's run and qrels."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qa.errors import QuestionSetError
from qa.eval.fields import field, identifier, json_lines
from qa.eval.run import Record
from qa.measures.retrieval import scored
from qa.measures.rows import Row

QUESTIONS = "questions.jsonl"
SUMMARY = "summary.json"
TAG = "pincite"


def write_run(folder: Path, records: Sequence[Record], texts: Mapping[str, str]) -> None:
    """Write a run to ``folder``, whole or not at all; ``texts`` are further files, by name.

    An earlier run there is replaced; raises ``QuestionSetError`` as ``check_free`` does.
    """
    folder = folder.absolute()
    check_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        draft = Path(scratch, "new")
        draft.mkdir()
        for name, text in {**_files(records), **texts}.items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        _swap(draft, folder, Path(scratch, "old"))


def check_free(folder: Path) -> None:
    """Raises ``QuestionSetError`` unless there is nothing, an empty folder or an earlier run."""
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / SUMMARY).is_file()):
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


def _files(records: Sequence[Record]) -> dict[str, str]:
    return {
        QUESTIONS: _lines(json.dumps(question_json(record), ensure_ascii=False) for record in records),
        "run.trec": _lines(
            f"{quote(record.question.id)} Q0 {id} {rank} {score} {TAG}"
            for record in records
            for rank, (id, score) in enumerate(scored(record.ranking), start=1)
        ),
        "qrels.trec": _lines(
            f"{quote(record.question.id)} 0 {id} {grade}" for record in records for id, grade in record.relevant.items()
        ),
    }


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


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
        "confidence": row.confidence,
        "reason": record.reason,
        "stage": record.stage,
        "score": row.score,
        "values": dict(row.values),
        "seconds": round(row.seconds, 6),
        "ranking": list(record.ranking),
    }


def read_rows(folder: Path) -> list[Row]:
    """The rows of a run written before; raises ``QuestionSetError`` when it is not one."""
    path = folder / QUESTIONS
    if not path.is_file():
        raise QuestionSetError(f"{folder}: {QUESTIONS} is missing; --out makes a run to compare with")
    return [_row(line, where) for where, line in json_lines(path)]


def _row(line: Mapping[str, Any], where: str) -> Row:
    values = field(line, "values", dict, where)
    return Row(
        id=identifier(line, "id", where),
        type=field(line, "type", str, where),
        answerable=field(line, "answerable", bool, where),
        values={name: number(values, name, where) for name in values},
        seconds=number(line, "seconds", where),
        shown=field(line, "shown", bool, where, None),
        confidence=None if line.get("confidence") is None else number(line, "confidence", where),
    )


def number(line: Mapping[str, Any], name: str, where: str) -> float:
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise QuestionSetError(f"{where}: {name!r} must be a number")
    return float(value)
