"""Lost questions as the screen lists them: what was asked, expected and given, and where both stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from pydantic import BaseModel

from qa.types import Document
from qa.ui.models import Place
from qa.ui.places import span_place
from qa.ui.service import Engine

MOST = 500
"""Lost questions given, the first ones."""


class Shown(BaseModel):
    """A quote and where it stands; ``place`` is null where the document is gone or has changed."""

    document_id: str
    quote: str
    place: Place | None


class Lost(BaseModel):
    """A question that was answered wrongly, not at all, or although the sources do not answer it."""

    id: str
    question: str
    history: list[str]
    type: str
    stage: str
    answers: list[str]
    confidence: float | None
    reason: str | None
    span: str | None
    expected: list[Shown]
    given: Shown | None


def lost_questions(lines: Iterable[Mapping[str, Any]], engine: Engine) -> list[Lost]:
    """The lost questions among the lines of a run, in their order, at most ``MOST``."""

    @lru_cache(maxsize=64)
    def read(id: str) -> Document | None:
        try:
            return engine.document(id)
        except KeyError:
            return None

    return [_lost(line, read) for line in islice((line for line in lines if line["stage"]), MOST)]


def _lost(line: Mapping[str, Any], read: Any) -> Lost:
    gold = line["gold"]
    expected = [
        _shown(read(quote["document_id"]), quote["document_id"], place["start"], place["end"], quote["quote"])
        for place, quote in zip(gold, line["expected"], strict=False)
    ]
    given = None
    if line.get("cited") and line["text"]:
        id, start, end = line["cited"]
        given = _shown(read(id), id, start, end, line["text"])
    fields = ("id", "question", "history", "type", "stage", "answers", "confidence", "reason", "span")
    return Lost(**{name: line[name] for name in fields}, expected=expected, given=given)


def _shown(document: Document | None, id: str, start: int, end: int, quote: str) -> Shown:
    """The quote as the document has it, where it still stands there; ``quote`` may be cut short."""
    if document is None or not document.text.startswith(quote[:40], start) or end > len(document.text):
        return Shown(document_id=id, quote=quote, place=None)
    return Shown(document_id=id, quote=document.text[start:end], place=span_place(document, start, end))
