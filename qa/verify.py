"""Check citations against the files they point into: same file, same words at the same place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from qa.corpus import Workers, archive_of, load_file
from qa.pipeline import Pincite
from qa.types import Document, Failure, Source

_QUICK = 16 * 1024 * 1024
"""Bytes that are hashed before anybody would notice."""
Current = Callable[[str], Document | str]
"""Id of a document -> the document as its file is now, or why there is none."""


def changed(source: Source) -> str | None:
    """Why a quote from this document may not stand in its file as it is now; None where it does.

    A quick look, file by file: of a large one only the size is compared, and a file in an archive is not looked at.
    """
    path = Path(source.path)
    if not path.is_absolute() or archive_of(path):
        return None
    try:
        size = path.stat().st_size
        same = size == source.size and (size > _QUICK or sha256(path.read_bytes()).hexdigest() == source.sha256)
    except OSError:
        return f"{source.id} cannot be read any more"
    return None if same else f"{source.id} has changed since it was indexed"


@contextmanager
def current_documents(pincite: Pincite) -> Iterator[Current]:
    """The documents of an index as their files are now, each read once for many answers."""
    with Workers() as workers:
        yield lru_cache(maxsize=64)(lambda id: _current(pincite, id, workers))


def faults(answer: Mapping[str, Any], pincite: Pincite, current: Current | None = None) -> Iterator[str]:
    """What is wrong with the citations of one answer (as ``ask --json`` gives it), one line for each that fails.

    The files are read and parsed anew, by ``current`` if given; only files that the index names are opened.
    """
    if current is None:
        with current_documents(pincite) as documents:
            yield from faults(answer, pincite, documents)
        return
    citations = answer.get("citations")
    if not isinstance(citations, list):
        yield "it has no list of citations"
        return
    for citation in citations:
        try:
            fault = _fault(citation, current)
        except (KeyError, TypeError):
            fault = "it lacks a field, or one is of the wrong kind"
        if fault:
            number = citation.get("number", "?") if isinstance(citation, dict) else "?"
            yield f"citation {number}: {fault}"
    yield from _text_faults(answer, citations)


def _fault(citation: Mapping[str, Any], current: Current) -> str | None:
    document = current(_text(citation["document"]["id"]))
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
    place = [citation["line"], citation["page"]]
    if place != [document.line(start), document.page(start)] or bool in map(type, place):
        return "its line or page is not that of its quote"
    return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _range(start: Any, end: Any, length: int) -> tuple[int, int]:
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= length:
        raise TypeError("not a range of the text")
    return start, end


def _text_faults(answer: Mapping[str, Any], citations: Sequence[Any]) -> Iterator[str]:
    """What the answer says, and each of its answers, must be the quote and the span it cites."""
    if bool(citations) != (answer.get("text") is not None):
        yield "its text and its citations do not go together"
    cited = [_cited(citation) for citation in citations]
    answers = answer.get("answers")
    if not isinstance(answers, list) or bool(answers) != bool(citations):
        yield "it has no list of answers, or one that does not go with its citations"
        return
    for found in answers:
        if not isinstance(found, dict) or [found.get(name) for name in ("citation", "text", "span")] not in cited:
            yield "an answer's text is not the quote it cites"
    if answer.get("text") is not None and cited and [answer["text"], answer.get("span")] != cited[0][1:]:
        yield "its text is not a quote it cites"


def _cited(citation: Any) -> list[Any]:
    """Number, quote and span of a citation; empty for one that is none, of which a fault has been told."""
    try:
        first, last = citation["span_start"] - citation["start"], citation["span_end"] - citation["start"]
        return [citation["number"], citation["quote"], citation["quote"][first:last]]
    except (KeyError, TypeError):
        return []


def _current(pincite: Pincite, id: str, workers: Workers) -> Document | str:
    """The document as its file is now, or why there is none."""
    try:
        source = pincite.document(id).source
    except (KeyError, UnicodeEncodeError):
        return f"{id!r} is not in the index"
    loaded = load_file(id, Path(source.path), workers)
    return f"{source.path} cannot be read: {loaded.reason}" if isinstance(loaded, Failure) else loaded
