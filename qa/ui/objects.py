"""The objects that the REST API and MCP give, made by the engine. One place, so that both doors say the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from qa.errors import SourceUnknown
from qa.types import Answer, Document, Source, hits_to_json
from qa.ui import models
from qa.ui.places import citation_place, original, original_opens, passage_place, u16
from qa.ui.service import Engine
from qa.ui.trace import trace_of


def answer(engine: Engine, body: models.Ask) -> dict[str, Any]:
    """The contract's answer, and what the screen wants besides."""
    given = engine.ask(body.question, tuple(body.history), top_k=body.top_k, only=_known(engine, body.sources))
    answered = given.to_json()
    read = cache(engine.document)
    if isinstance(body, models.AskBody) and body.places:
        answered["places"] = _places(given, read)
    if isinstance(body, models.AskBody) and body.trace:
        answered["trace"] = trace_of(given, read)
    return answered


def found(engine: Engine, body: models.SearchBody) -> dict[str, Any]:
    """The ranked passages."""
    hits = engine.search(body.question, top_k=body.top_k, mode=body.mode, only=_known(engine, body.sources))
    return {"question": body.question, "hits": hits_to_json(hits)}


def listing(engine: Engine) -> dict[str, Any]:
    """Every document, and what could not be read."""
    listed = [
        described(entry.source) | {"passages": entry.passages, "characters": entry.characters}
        for entry in engine.sources()
    ]
    failures = [{"path": failure.path, "reason": failure.reason} for failure in engine.failures()]
    return {"documents": listed, "failures": failures}


def described(source: Source) -> dict[str, Any]:
    fields = ("id", "title", "publisher", "published", "url", "path", "sha256", "kind", "size")
    return {name: getattr(source, name) for name in fields}


def with_text(document: Document) -> dict[str, Any]:
    """A document with its text, for a browser."""
    text, pages = document.text, list(document.pages)
    return described(document.source) | {
        "text": text,
        "pages": pages,
        "u16_pages": [u16(text, page) for page in pages],
        "original": original(document.source),
        "original_opens": original_opens(document.source),
    }


def _known(engine: Engine, ids: Sequence[str] | None) -> Sequence[str] | None:
    """``ids``, if each is that of a document in the index; raises ``SourceUnknown``."""
    every = {entry.source.id for entry in engine.sources()} if ids else set()
    for id in ids or ():
        if id not in every:
            raise SourceUnknown(f"there is no source {id!r} in the index: list the sources to see their ids")
    return ids


def _places(given: Answer, read: Callable[[str], Document]) -> models.Places:
    return models.Places(
        citations=[citation_place(read(citation.source.id), citation) for citation in given.citations],
        hits=[] if given.answers else [passage_place(read(hit.passage.document_id), hit.passage) for hit in given.hits],
    )
