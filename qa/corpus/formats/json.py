"""JSON and JSON lines: the text field of each record, a record a line, so that a citation's line is the record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from qa.corpus.formats.encoding import decode
from qa.corpus.formats.parsed import Draft, Parsed, Unreadable, folded, iso_date
from qa.corpus.layout import blocks_of
from qa.corpus.sources_toml import web_url

TEXT_FIELDS = (
    "text content body passage paragraph article abstract transcript description summary message answer".split()
)
TITLE_FIELDS = ("title", "headline", "heading", "subject", "name")
_NO_TEXT = f"no record in it has a text field ({', '.join(TEXT_FIELDS)})"
_TOLD = 5


def parse_json(data: bytes) -> Parsed:
    """A record, a list of records, or an object with such a list in it. Raises ``Unreadable`` where there is none."""
    decoded = decode(data)
    try:
        value = json.loads(decoded.text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    records = _records(value)
    draft = Draft()
    for record in records:
        _write(record, draft)
    if not draft.blocks:
        raise Unreadable(_NO_TEXT)
    only = records[0] if len(records) == 1 else {}
    return Parsed(
        draft.text,
        tuple(draft.blocks),
        title=_field(only, TITLE_FIELDS),
        published=iso_date(_field(only, ("published", "date"))),
        url=web_url(_field(only, ("url", "link"))),
        warnings=decoded.warnings,
    )


def parse_jsonl(data: bytes) -> Parsed:
    """A record a line; a line that is none stays empty and is told. Raises ``Unreadable`` where all are."""
    decoded = decode(data)
    draft = Draft()
    bad: list[int] = []
    lines = decoded.text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError):
            value = None
        before = len(draft.blocks)
        _write(value if isinstance(value, dict) else {}, draft)
        if line.strip() and len(draft.blocks) == before:
            bad.append(number)
    if not draft.blocks:
        raise Unreadable(_NO_TEXT)
    warnings = decoded.warnings
    if bad:
        shown = ", ".join(map(str, bad[:_TOLD])) + (f" and {len(bad) - _TOLD} more" if len(bad) > _TOLD else "")
        warnings += (f"no text field on line {shown}",)
    return Parsed(draft.text, tuple(draft.blocks), warnings=warnings)


def _records(value: Any) -> list[dict[str, Any]]:
    """The records of the level of ``value`` that has most text: a wrapper's own few words are no document."""
    level, best, most = [value], [], 0
    while level:
        objects = [each for each in level if isinstance(each, dict)]
        size = sum(len(_field(each, TEXT_FIELDS) or "") for each in objects)
        if size > most:
            best, most = objects, size
        level = [child for each in level for child in _children(each)]
    return best


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _write(record: Mapping[str, Any], draft: Draft) -> None:
    """Title and paragraphs of a record on one line, each a block of its own."""
    text = _field(record, TEXT_FIELDS) or ""
    if text:
        draft.add(_field(record, TITLE_FIELDS) or "", "heading", 2, end=" ")
    for block in blocks_of(text):
        draft.add(text[block.start : block.end], end=" ")
    draft.write("\n")


def _field(record: Mapping[str, Any], names: list[str] | tuple[str, ...]) -> str | None:
    """The first of these fields that is text."""
    return next((value for name in names if isinstance(value := record.get(name), str) and folded(value)), None)
