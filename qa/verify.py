"""Check citations against the files they point into: same file, same words at the same place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa.corpus import load_file
from qa.pipeline import Pincite
from qa.types import Document, Failure


def faults(answer: Mapping[str, Any], pincite: Pincite) -> Iterator[str]:
    """What is wrong with the citations of one answer (as ``ask --json`` gives it), one line for each that fails.

    The files are read and parsed anew; only files that the index names are opened.
    """
    current = lru_cache(maxsize=None)(lambda id: _current(pincite, id))
    citations = answer.get("citations")
    if not isinstance(citations, list):
        yield "it has no list of citations"
        return
    if bool(citations) != (answer.get("text") is not None):
        yield "its text and its citations do not go together"
    for citation in citations:
        try:
            fault = _fault(citation, current)
        except (KeyError, TypeError):
            fault = "it lacks a field, or one is of the wrong kind"
        if fault:
            number = citation.get("number", "?") if isinstance(citation, dict) else "?"
            yield f"citation {number}: {fault}"
    yield from _text_faults(answer, citations)


def _fault(citation: Mapping[str, Any], current: Any) -> str | None:
    document = current(citation["document"]["id"])
    if isinstance(document, str):
        return document
    if citation["document"]["sha256"] != document.source.sha256:
        return f"{document.id} has changed since: its SHA-256 is {document.source.sha256[:12]}…"
    start, end = _range(citation["start"], citation["end"], len(document.text))
    if document.text[start:end] != citation["quote"]:
        return f"{document.id} does not have this quote at {start}-{end}"
    first, last = _range(citation["span_start"], citation["span_end"], len(document.text))
    if not start <= first <= last <= end:
        return f"its span {first}-{last} lies outside its quote {start}-{end}"
    if citation["line"] != document.line(start) or citation["page"] != document.page(start):
        return "its line or page is not that of its quote"
    return None


def _range(start: Any, end: Any, length: int) -> tuple[int, int]:
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= length:
        raise TypeError("not a range of the text")
    return start, end


def _text_faults(answer: Mapping[str, Any], citations: list[Any]) -> Iterator[str]:
    """The answer's own text and the texts of all its answers must be the quotes they cite."""
    quotes = {c.get("number"): c.get("quote") for c in citations if isinstance(c, dict)}
    for found in answer.get("answers") or []:
        if not isinstance(found, dict) or quotes.get(found.get("citation")) != found.get("text"):
            yield "an answer's text is not the quote it cites"
    if answer.get("text") is not None and citations and answer["text"] not in quotes.values():
        yield "its text is not a quote it cites"


def _current(pincite: Pincite, id: str) -> Document | str:
    """The document as its file is now, or why there is none."""
    try:
        source = pincite.document(id).source
    except KeyError:
        return f"{id!r} is not in the index"
    loaded = load_file(id, Path(source.path))
    return f"{source.path} cannot be read: {loaded.reason}" if isinstance(loaded, Failure) else loaded
