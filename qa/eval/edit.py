"""Changing a question set's file: add a question, take one out, each whole or not at all.

A line with ``"draft": true`` is a proposal: it stands in the file, and is never asked or counted until the mark
is taken off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from qa.errors import QuestionSetError
from qa.eval.fields import json_lines, read_text

_STRUCK = "struck.txt"
Line = Mapping[str, Any]
"""A question as our own format has it, whatever else stands in it too."""


def make_line(
    question: str,
    answers: Sequence[str],
    gold: Iterable[tuple[str, str]],
    *,
    history: Sequence[str] = (),
    type: str = "",
    draft: bool = False,
    note: str = "",
) -> dict[str, Any]:
    """A question fit for ``add_question``; ``gold``: document id and quote of each place that answers.

    The id is made of the question, its history and its answers: the same question and answer is one line. No
    answers and no gold: the sources do not answer. A question whose answer was found wrong, and whose right one
    is not known yet, is a draft with a note.
    """
    made_of = json.dumps([question, list(history), list(answers)], ensure_ascii=False)
    line: dict[str, Any] = {
        "id": hashlib.sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()[:12],
        "question": question,
        "history": list(history),
        "answers": list(answers),
        "gold": [{"document": document, "quote": quote} for document, quote in gold],
        "type": type,
    }
    return line | ({"draft": True} if draft else {}) | ({"note": note} if note else {})


def add_question(path: Path, line: Line) -> str:
    """Put a question at the end of the set's file, which is made where there is none; its id.

    A question of the same id is replaced. Raises ``QuestionSetError`` where the file is broken: nothing is
    written into a file that cannot be read.
    """
    add_questions(path, [line])
    return str(line["id"])


def add_questions(path: Path, lines: Sequence[Line]) -> None:
    """Put many in at once, as ``add_question`` does."""
    ids = {line["id"] for line in lines}
    rewrite(path, lambda old: [*(line for line in old if line.get("id") not in ids), *lines])


def remove_question(path: Path, id: str) -> Line | None:
    """Take a question out of the set's file; it is returned, fit for ``add_question``. None: there was none."""
    taken: list[Line] = []

    def without(lines: list[Line]) -> list[Line]:
        taken.extend(line for line in lines if str(line.get("id")) == id)
        return [line for line in lines if str(line.get("id")) != id]

    rewrite(path, without)
    return taken[0] if taken else None


def accept(path: Path, ids: Collection[str] | None) -> list[str]:
    """Take the mark off drafts (None: off all of them), so that they count; the ids accepted.

    Raises ``QuestionSetError`` naming an id that is no draft; nothing is changed then.
    """
    chosen: list[str] = []

    def accepted(lines: list[Line]) -> list[Line]:
        chosen.extend(_drafts(path, lines, ids))
        return [_unmarked(line) if _is_draft_of(line, chosen) else line for line in lines]

    rewrite(path, accepted)
    return chosen


def strike(path: Path, ids: Collection[str] | None) -> list[str]:
    """Take drafts out (None: all of them); the ids struck. Raises as ``accept`` does: what was accepted stays.

    Their questions are kept in ``struck.txt`` beside the file, so that they are not proposed again.
    """
    chosen: list[str] = []
    questions: list[str] = []

    def kept(lines: list[Line]) -> list[Line]:
        chosen.extend(_drafts(path, lines, ids))
        questions.extend(str(line.get("question")) for line in lines if _is_draft_of(line, chosen))
        return [line for line in lines if not _is_draft_of(line, chosen)]

    rewrite(path, kept)
    with path.with_name(_STRUCK).open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{' '.join(question.split())}\n" for question in questions)
    return chosen


def _is_draft_of(line: Line, ids: Collection[str]) -> bool:
    return line.get("draft") is True and str(line.get("id")) in ids


def struck(path: Path) -> list[str]:
    """The questions that were struck from the set in ``path``."""
    file = path.with_name(_STRUCK)
    return read_text(file).splitlines() if file.exists() else []


def _drafts(path: Path, lines: Sequence[Line], ids: Collection[str] | None) -> list[str]:
    drafts = [str(line.get("id")) for line in lines if line.get("draft") is True]
    for id in ids or ():
        if id not in drafts:
            raise QuestionSetError(f"{path}: {id!r} is no draft in it; `pincite eval draft SET` lists them")
    return drafts if ids is None else [id for id in drafts if id in ids]


def _unmarked(line: Line) -> Line:
    return {name: value for name, value in line.items() if name != "draft"}


def rewrite(path: Path, change: Callable[[list[Line]], list[Line]]) -> None:
    """The lines of the file changed and the file put in the old one's place, one process at a time.

    Raises ``QuestionSetError`` where a line cannot be read, or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock")):
            old = [line for _, line in json_lines(path)] if path.exists() else []
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in change(old))
            draft = path.with_name(f".{path.name}.new")
            draft.write_text(text, encoding="utf-8", newline="\n")
            draft.replace(path)
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be written: {error.strerror}") from error
