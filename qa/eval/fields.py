"""Reading what people wrote by hand: every value checked, every error one line with file, line and cause."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qa.errors import QuestionSetError

_REQUIRED: Any = object()
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEPT = "\n\u200c\u200d"
"""Not printable for Python, and harmless: a line's end, and what joins letters and emoji or keeps them apart."""
_KINDS = {str: "a text", list: "a list", int: "a whole number", dict: "an object", bool: "true or false"}


def read_text(path: Path) -> str:
    """A file's content with its line ends as they are, a byte order mark aside."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path}: byte {error.start} is not UTF-8") from error


def numbered_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Where each line of a file stands ("FILE line N") and the line; blank ones are skipped, one is held at a time."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                line = _decoded(raw, f"{path} line {number}", "utf-8-sig" if number == 1 else "utf-8")
                if line.strip():
                    yield f"{path} line {number}", line
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be read: {error.strerror}") from error


def _decoded(raw: bytes, where: str, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{where}: byte {error.start + 1} of the line is not UTF-8") from error


def json_lines(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object of a JSON Lines file and where it stands."""
    for where, line in numbered_lines(path):
        yield where, json_object(line, where)


def json_object(text: str, where: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        at = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}"
        raise QuestionSetError(f"{where}: not JSON: {error.msg}, {at}") from error
    except RecursionError as error:
        raise QuestionSetError(f"{where}: not JSON that can be read: nested too deep") from error
    if not isinstance(value, dict):
        raise QuestionSetError(f"{where}: must be a JSON object, not {kind_of(value)}")
    return value


def field(line: Mapping[str, Any], name: str, kind: type, where: str, default: Any = _REQUIRED) -> Any:
    """A field of the right type; absent or null gives ``default``, without which it is required."""
    value = line.get(name)
    if value is None:
        if default is _REQUIRED:
            raise QuestionSetError(f"{where}: the field {name!r} is missing")
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise QuestionSetError(f"{where}: {name!r} must be {_KINDS[kind]}, not {kind_of(value)}")
    if isinstance(value, str) and _SURROGATE.search(value):
        raise QuestionSetError(f"{where}: {name!r} holds half a surrogate pair")
    return value


def filled(line: Mapping[str, Any], name: str, where: str) -> str:
    """A text with something in it besides white space."""
    value: str = field(line, name, str, where)
    if not value.strip():
        raise QuestionSetError(f"{where}: {name!r} is empty")
    return value


def identifier(line: Mapping[str, Any], name: str, where: str) -> str:
    """An id, given as a text or a whole number."""
    value = line.get(name)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else filled(line, name, where)


def texts(line: Mapping[str, Any], name: str, where: str, default: Any = _REQUIRED) -> tuple[str, ...]:
    """A list of filled texts."""
    values = field(line, name, list, where, default)
    return tuple(filled({name: value}, name, where) for value in values)


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    return "null" if value is None else _KINDS.get(type(value), "a number")


def short(text: str, most: int = 60) -> str:
    """A text's beginning, for a message."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def printable(text: str) -> str:
    """What comes from a file, fit to be shown: a terminal obeys control characters, a reader direction marks."""
    return "".join(char if char.isprintable() or char in _KEPT else "\ufffd" for char in text)
