"""The questions of a run as they are answered: appended to a file, so that a run that was stopped goes on.

The first line says which run it is; a file of another run is begun anew. A last line that a killed process left
half-written is cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import qa
from qa.eval.engine import Subject
from qa.eval.folder import Line
from qa.eval.sets import QuestionSet
from qa.pipeline import Mode, reader_name
from qa.settings import Settings, calibration_file

_NOT_ASKED = ("cli", "ui", "corpus", "eval")
"""Parts of the package that have no say in what an open index answers, but for these modules of ``eval``:"""
_SCORING = ("relevance.py", "run.py", "scoring.py")


def run_key(questions: QuestionSet, subject: Subject, mode: Mode | None, settings: Settings) -> str:
    """The same for runs that would ask the same questions of the same index in the same way, with the same code."""
    reader = reader_name(settings.reader)
    fitted = calibration_file(reader)
    parts = (code_key(), subject.index_hash, mode, questions.unit, asdict(settings), reader)
    digest = hashlib.sha256(repr(parts).encode())
    digest.update(fitted.read_bytes() if fitted.is_file() else b"")
    for question in questions.questions:
        digest.update(repr(question).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


@cache
def code_key() -> str:
    """Changes with the code and the weights that answer questions and score them."""
    package = Path(qa.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        part = path.relative_to(package).parts[0]
        counts = part not in _NOT_ASKED or (part == "eval" and path.name in _SCORING)
        if counts and path.suffix in (".py", ".json", ".safetensors"):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass
class Journal:
    """An open journal; ``ids``: the questions in it, each once."""

    path: Path
    ids: set[str]
    _file: BinaryIO

    def add(self, line: Line) -> None:
        """Append a question; a process killed afterwards does not lose it."""
        self._file.write(_bytes(line))
        self._file.flush()
        self.ids.add(line["id"])

    def lines(self) -> Iterator[Line]:
        """Every question so far, in the order they were added; one is held at a time."""
        return _lines(self.path)


@contextmanager
def open_journal(path: Path, key: str) -> Iterator[Journal]:
    """The journal of the run ``key`` at ``path``, with what an earlier process added to it; closed at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = _bytes({"run": key})
    ids: set[str] = set()
    if path.is_file() and _whole(path, head):
        ids = {line["id"] for line in _lines(path)}
    else:
        path.write_bytes(head)
    with path.open("ab") as file:
        yield Journal(path, ids, file)


def _whole(path: Path, head: bytes) -> bool:
    """Whether the file is the journal of that run; what stands after its last whole line is cut off."""
    with path.open("r+b") as file:
        if file.readline() != head:
            return False
        end = file.tell()
        for raw in file:
            if not raw.endswith(b"\n") or not _readable(raw):
                file.truncate(end)
                break
            end += len(raw)
    return True


def _readable(raw: bytes) -> bool:
    try:
        return isinstance(json.loads(raw), dict)
    except ValueError:
        return False


def _lines(path: Path) -> Iterator[Line]:
    seen: set[str] = set()  # two processes that ran the same command wrote some questions twice
    with path.open("rb") as file:
        next(file, None)
        for raw in file:
            line = json.loads(raw)
            if line["id"] not in seen:
                seen.add(line["id"])
                yield line


def _bytes(line: Line) -> bytes:
    return (json.dumps(line, ensure_ascii=False) + "\n").encode()
