"""Question sets: what is asked, what is acceptable, and where in the documents it stands.

Gold is a range of a document's text, never a passage's number: it stays true however the text is cut. This
module reads our own format, one question a line; ``squad`` and ``beir`` read theirs into the same values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from qa.errors import QuestionSetError
from qa.eval.fields import field, filled, identifier, json_lines, kind_of, short, texts
from qa.settings import bundled_sets_dir
from qa.types import Block, Document, Source

Split: TypeAlias = Literal["dev", "test", "all"]
TextOf: TypeAlias = Callable[[str], str]
"""A document's text by id; raises ``KeyError`` for an unknown one."""


class Gold(NamedTuple):
    """A place that answers: a passage is relevant when it overlaps it. ``grade`` is 1 or more."""

    document_id: str
    start: int
    end: int
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its truth. No answers and no gold: the sources do not answer."""

    id: str
    question: str
    history: tuple[str, ...]
    answers: tuple[str, ...]
    gold: tuple[Gold, ...]
    type: str = ""
    split: str | None = None

    @property
    def answerable(self) -> bool:
        return bool(self.answers or self.gold)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions with unique ids, and what they are about.

    ``unit`` is what a ranking lists: passages, or documents where only whole documents were judged.
    ``documents`` are those that come with the set; None: the questions are about an index that exists.
    """

    name: str
    questions: tuple[Question, ...]
    unit: Literal["passage", "document"] = "passage"
    documents: tuple[Document, ...] | None = None

    @property
    def places_only(self) -> bool:
        """Questions with gold have no answers: only retrieval can be measured."""
        return any(question.gold and not question.answers for question in self.questions)

    def part(self, split: Split) -> QuestionSet:
        """The questions of one split; raises ``QuestionSetError`` when it has none."""
        if split == "all":
            return self
        chosen = tuple(question for question in self.questions if question.split == split)
        if not chosen:
            raise QuestionSetError(f"{self.name}: no question has the split {split!r}; use --split all")
        return replace(self, questions=chosen)


def find_set(name: str, sets_dir: Path) -> Path:
    """The file of a set given as a path (a folder or a ``.jsonl`` file) or as a name: one under ``sets_dir``, or one
    that comes with the product."""
    for path in (Path(name), sets_dir / name, bundled_sets_dir() / name):
        if path.is_dir() and (path / "questions.jsonl").is_file():
            return path / "questions.jsonl"
        if path.is_file():
            return path
    known = sorted(path.parent.name for path in sets_dir.glob("*/questions.jsonl"))
    there = f"the sets in {sets_dir} are: {', '.join(known)}" if known else f"there are no sets in {sets_dir}"
    raise QuestionSetError(f"{name}: no such question set; {there}")


def set_file(name: str, sets_dir: Path) -> Path:
    """The file of a set that may not be there yet: a ``.jsonl`` file, a folder, or a name under ``sets_dir``.

    Raises ``QuestionSetError`` for the name of a set that comes with the product: one's own would hide it.
    """
    path = Path(name)
    if path.suffix == ".jsonl":
        return path
    if len(path.parts) > 1 or path.is_dir():
        return path / "questions.jsonl"
    if sets_dir != bundled_sets_dir() and (bundled_sets_dir() / name).is_dir():
        raise QuestionSetError(f"{name} is a set that comes with Pincite: give yours another name")
    return sets_dir / name / "questions.jsonl"


def not_bundled(path: Path, sets_dir: Path) -> Path:
    """``path``, if a set there may be changed; raises ``QuestionSetError`` for one that comes with the product."""
    ours = bundled_sets_dir()
    if sets_dir != ours and path.is_relative_to(ours):
        raise QuestionSetError(f"{path} comes with Pincite and stays as it is: copy its folder to {sets_dir} first")
    return path


def read_set(path: Path, text_of: TextOf) -> QuestionSet:
    """Our own set, its quotes resolved against the documents; drafts are left out.

    Raises ``QuestionSetError`` naming file, line and cause at the first line that is wrong.
    """
    asked = ((where, line) for where, line in json_lines(path) if not is_draft(line, where))
    questions = unique((where, parse_question(line, where, text_of)) for where, line in asked)
    if not questions:
        drafts = "; its drafts count when they are accepted" if any(True for _ in json_lines(path)) else ""
        raise QuestionSetError(f"{path}: there is no question in it{drafts}")
    return QuestionSet(set_name(path), questions)


def set_name(path: Path) -> str:
    """What the set in a file is called: its folder's name, or its own where it has another than usual."""
    return path.parent.name if path.name == "questions.jsonl" else path.stem


def is_draft(line: Mapping[str, Any], where: str) -> bool:
    """Whether a line is a proposal that nobody has accepted yet."""
    draft: bool = field(line, "draft", bool, where, False)
    return draft


def made_source(path: Path, id: str, title: str, text: str) -> Source:
    """The source of a document that stands inside a file of many."""
    data = text.encode()
    return Source(
        id=id,
        title=title,
        publisher=None,
        published=None,
        url=None,
        path=str(path.absolute()),
        sha256=hashlib.sha256(data).hexdigest(),
        kind="txt",
        size=len(data),
    )


def titled_document(path: Path, id: str, title: str, body: str) -> Document:
    """Title and text, a blank line between; the title is a heading, so that every passage is read with it."""
    text = f"{title}\n\n{body}" if title and body.strip() else title or body
    heading = (Block(0, len(title), "heading", 1),) if title else ()
    rest = (Block(len(text) - len(body), len(text), "text"),) if body.strip() else ()
    return Document(made_source(path, id, title or id, text), text, heading + rest)


def unique(questions: Iterable[tuple[str, Question]]) -> tuple[Question, ...]:
    """The questions, each with where it was read; raises ``QuestionSetError`` when an id comes twice."""
    seen: dict[str, str] = {}
    kept = []
    for where, question in questions:
        if question.id in seen:
            raise QuestionSetError(f"{where}: the id {question.id!r} was already used in {seen[question.id]}")
        seen[question.id] = where
        kept.append(question)
    return tuple(kept)


def parse_question(line: Mapping[str, Any], where: str, text_of: TextOf) -> Question:
    """A line of our own format; raises ``QuestionSetError`` starting with ``where``."""
    answers = texts(line, "answers", where)
    places = field(line, "gold", list, where, ())
    if bool(answers) != bool(places):
        missing, present = ("gold", "answers") if answers else ("answers", "gold")
        raise QuestionSetError(f"{where}: has {present} but no {missing}; neither means unanswerable")
    gold = [
        found
        for number, place in enumerate(places, start=1)
        for found in _gold(place, f"{where}: gold {number}", text_of)
    ]
    return Question(
        id=identifier(line, "id", where),
        question=filled(line, "question", where),
        history=texts(line, "history", where, ()),
        answers=answers,
        gold=tuple(dict.fromkeys(gold)),
        type=field(line, "type", str, where, ""),
        split=field(line, "split", str, where, None),
    )


def _gold(place: object, where: str, text_of: TextOf) -> list[Gold]:
    """Every occurrence of the quote: each says the same words."""
    if not isinstance(place, dict):
        raise QuestionSetError(f"{where} must be a JSON object, not {kind_of(place)}")
    document_id, quote = filled(place, "document", where), filled(place, "quote", where)
    try:
        text = text_of(document_id)
    except KeyError:
        raise QuestionSetError(
            f"{where}: there is no document {document_id!r} in the index: "
            "index the documents that the questions are about, or name their index with --index"
        ) from None
    found = list(occurrences(quote, text))
    if not found:
        raise QuestionSetError(f"{where}: the quote {short(quote)!r} is not in document {document_id!r}")
    return [Gold(document_id, start, start + len(quote)) for start in found]


def occurrences(quote: str, text: str) -> Iterator[int]:
    """Where ``quote`` starts in ``text``, in order, overlaps included."""
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)
