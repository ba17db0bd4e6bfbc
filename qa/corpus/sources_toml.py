"""``sources.toml``: what a folder says about its documents (title, publisher, date, URL)."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import CorpusError
from qa.types import Failure

FILE_NAME = "sources.toml"


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated about one file; None where nothing is."""

    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None


def read_sources_toml(folder: Path) -> dict[str, Stated]:
    """The entries of ``folder/sources.toml`` by file name; empty where there is no such file.

    Raises ``CorpusError`` if the file is not TOML or an entry has no ``file``.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("source", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise CorpusError(f"{path} cannot be read as TOML ({error}): mend or remove it") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "file" in entry for entry in entries):
        raise CorpusError(f"{path}: every [[source]] needs a `file`; mend or remove it")
    return {str(entry["file"]): _stated(entry) for entry in entries}


def unmatched(folder: Path, entries: Iterable[str]) -> Iterator[Failure]:
    """A failure for each of the names in ``folder/sources.toml`` that name no file in that folder."""
    for name in entries:
        if Path(name).name != name or not (folder / name).exists():
            yield Failure(str(folder / FILE_NAME), f"it speaks of {name!r}, and there is no such file beside it")


def _stated(entry: dict[str, Any]) -> Stated:
    return Stated(
        title=_text(entry.get("title")),
        publisher=_text(entry.get("publisher")),
        published=_date(entry.get("published")),
        url=web_url(_text(entry.get("url"))),
    )


def _text(value: object) -> str | None:
    return " ".join(str(value).split()) or None if value is not None else None


def _date(value: object) -> str | None:
    return value.isoformat() if isinstance(value, datetime.date) else _text(value)


def web_url(url: str | None) -> str | None:
    """``url`` if a browser may be sent there (http or https), else None."""
    return url if url and url.lower().startswith(("http://", "https://")) else None
