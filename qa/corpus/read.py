"""Read documents from disk, one at a time; a file that cannot be read costs nothing but itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qa.corpus.discover import Found, discover
from qa.corpus.formats import PARSERS, Parsed, Unreadable
from qa.corpus.layout import heading_text
from qa.corpus.sources_toml import Stated, read_sources_toml, unmatched
from qa.types import Block, Document, Failure, Source

MAX_BYTES = 200 * 1024 * 1024
_TITLE_MAX = 200


def read(roots: Sequence[Path]) -> Iterator[Document | Failure]:
    """Every document below ``roots``, as ``read_found`` gives them. Raises ``CorpusError`` for a root not there."""
    return read_found(discover(roots))


def read_found(found: Iterable[Found]) -> Iterator[Document | Failure]:
    """The documents in these files, in their order, and a ``Failure`` for each file that is none.

    A ``sources.toml`` that speaks of files that are not there makes a ``Failure`` as well, at the end.
    Raises ``CorpusError`` for a ``sources.toml`` that is broken.
    """
    stated: dict[Path, dict[str, Stated]] = {}
    for each in found:
        if each.folder not in stated:
            stated[each.folder] = read_sources_toml(each.folder)
        yield load(each, stated[each.folder].get(each.path.name, Stated()))
    for folder, entries in stated.items():
        yield from unmatched(folder, entries)


def load_file(id: str, path: Path) -> Document | Failure:
    """One file with what its folder's ``sources.toml`` says of it."""
    return load(Found(id, path, path.parent), read_sources_toml(path.parent).get(path.name, Stated()))


def load(found: Found, stated: Stated) -> Document | Failure:
    """Read and parse one file; ``stated`` goes before what the file says of itself."""
    path = str(found.path).encode("utf-8", "replace").decode()
    if path != str(found.path):
        return Failure(path, "its name is not UTF-8: rename it")
    if found.problem:
        return Failure(path, found.problem)
    suffix = found.path.suffix.lower()
    if suffix not in PARSERS:
        known = " ".join(sorted(PARSERS))
        return Failure(path, f"the format {suffix or 'without an ending'} is not read; known: {known}")
    kind, parse = PARSERS[suffix]
    try:
        if (size := found.path.stat().st_size) > MAX_BYTES:
            return Failure(path, f"it has {size:,} bytes; the limit is {MAX_BYTES:,}: split it")
        data = found.path.read_bytes()
        parsed = parse(data)
    except OSError as error:
        return Failure(path, error.strerror or str(error))
    except Unreadable as error:
        return Failure(path, str(error))
    if not parsed.text.strip():
        return Failure(path, "it is empty" if not data else "there is no text in it")
    return Document(_source(found, stated, kind, data, parsed), parsed.text, parsed.blocks, parsed.pages)


def _source(found: Found, stated: Stated, kind: str, data: bytes, parsed: Parsed) -> Source:
    return Source(
        id=found.id,
        title=stated.title or parsed.title or _title(parsed) or found.path.stem,
        publisher=stated.publisher or parsed.publisher,
        published=stated.published or parsed.published,
        url=stated.url or parsed.url,
        path=str(found.path),
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        size=len(data),
    )


def _title(parsed: Parsed) -> str | None:
    """The first heading, else the first line that is not navigation; None for text without letters."""
    blocks: Sequence[Block] = [block for block in parsed.blocks if block.kind != "boilerplate"]
    headings = [block for block in blocks if block.kind == "heading"]
    for block in (*headings[:1], *blocks[:1]):
        lines = parsed.text[block.start : block.end].lstrip("\ufeff \t\r\n").splitlines()
        title = heading_text(lines[0]) if lines else ""
        if any(character.isalnum() for character in title):
            return title if len(title) <= _TITLE_MAX else title[: _TITLE_MAX - 1].rstrip() + "…"
    return None
