"""One file on disk to its documents: one for most, as many as it holds for an archive. Runs in a worker, mostly."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.corpus.formats import ARCHIVES, PARSERS, Parsed, Unreadable
from qa.corpus.layout import heading_text
from qa.corpus.sources_toml import Stated
from qa.types import Block, Document, Failure, Source

MAX_BYTES = 200 * 1024 * 1024
_TITLE_MAX = 200
_NO_TITLE = "csv"
"""The kind whose first line is a row like any other."""
_REASON_MAX = 300
_NOT_TEXT = re.compile("[\ud800-\udfff\0]")
"""What can be stored as no text; it comes out of escapes in damaged files."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read: what it is called, where it lies, what is stated about it."""

    id: str
    path: Path
    stated: Stated
    problem: str | None = None
    """Why it cannot be read, where that is known."""


def load(job: Job, skip: int = 0, on_next: Callable[[str], None] = lambda _: None) -> Iterator[Document | Failure]:
    """The documents in one file, each the moment it is read; ``skip`` leaves out as many at the beginning.

    ``on_next`` is told the path of each before it is read. What ``stated`` says goes before what a file says of
    itself. Nothing is raised: a file that cannot be read, whatever it does to its parser, is a ``Failure``.
    """
    path = str(job.path).encode("utf-8", "replace").decode()
    if path != str(job.path):
        yield Failure(path, "its name is not UTF-8: rename it")
        return
    if job.problem:
        yield Failure(path, job.problem)
        return
    archive = archive_of(job.path)
    if archive is None:
        on_next(path)
        if not skip:
            yield _document(job, lambda: read_bytes(job.path))
        return
    from qa.corpus.archive import members

    inside = job.path.relative_to(archive).as_posix() if job.path != archive else None
    try:
        for number, member in enumerate(members(archive, inside)):
            place = Path(f"{archive}/{member.name.lstrip('/')}")  # a name that is absolute leads nowhere else
            on_next(str(place))
            if number >= skip:
                name = job.id if inside else f"{job.id}/{member.name}"
                stated = job.stated if inside else Stated()
                yield _document(Job(name, place, stated, member.problem), member.read)
    except Exception as error:
        yield Failure(path, _reason(error, "zip"))


def archive_of(path: Path) -> Path | None:
    """The archive that ``path`` is or lies in; None for a file of its own."""
    for each in (path, *path.parents):
        if each.suffix.lower() in ARCHIVES and each.is_file():
            return each
    return None


def read_bytes(path: Path) -> bytes:
    """What is in a regular file, all of one moment; raises ``Unreadable`` or ``OSError``."""
    for _ in range(2):
        # Not to wait for the other end, should it have become a pipe since it was found.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable("it is a device, a pipe or a socket, not a file")
            if before.st_size > MAX_BYTES:
                raise Unreadable(f"it has {before.st_size:,} bytes; the limit is {MAX_BYTES:,}: split it")
            data = file.read(MAX_BYTES + 1)
            after = os.fstat(handle)
        if len(data) == before.st_size == after.st_size and before.st_mtime_ns == after.st_mtime_ns:
            return data
    raise Unreadable("it changed while it was read: index it again when it is finished")


def _document(job: Job, read: Callable[[], bytes]) -> Document | Failure:
    path, suffix = str(job.path), job.path.suffix.lower()
    if job.problem:
        return Failure(path, job.problem)
    if suffix not in PARSERS:
        known = " ".join(sorted({*PARSERS, *ARCHIVES}))
        return Failure(path, f"the format {suffix or 'without an ending'} is not read; known: {known}")
    kind, parse = PARSERS[suffix]
    try:
        data = read()
        if not data:
            return Failure(path, "it is empty")
        parsed = parse(data)
        text = _NOT_TEXT.sub("\ufffd", parsed.text)
        if not text.strip():
            return Failure(path, "there is no text in it")
        source = _source(job, kind, data, parsed)
    except Exception as error:  # parsers of others meet damage in ways of their own
        return Failure(path, _reason(error, kind))
    return Document(source, text, parsed.blocks, parsed.pages, parsed.warnings)


def _reason(error: Exception, kind: str) -> str:
    """Why a file could not be read, on one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, MemoryError):
        return "it takes more memory to read than is allowed: split it"
    if isinstance(error, Unreadable):
        said = str(error)
    else:
        said = f"it is damaged, or no {kind.upper()} ({type(error).__name__}: {error})"
    line = " ".join(_NOT_TEXT.sub("\ufffd", said).split())
    return line if len(line) <= _REASON_MAX else line[: _REASON_MAX - 1] + "…"


def _source(job: Job, kind: str, data: bytes, parsed: Parsed) -> Source:
    stated = job.stated
    return Source(
        id=job.id,
        title=stated.title or _shown(parsed.title) or (None if kind == _NO_TITLE else _title(parsed)) or job.path.stem,
        publisher=stated.publisher or _shown(parsed.publisher),
        published=stated.published or parsed.published,
        url=stated.url or parsed.url,
        path=str(job.path),
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        size=len(data),
    )


def _shown(name: str | None) -> str | None:
    return _shortened(" ".join(_NOT_TEXT.sub("\ufffd", name).split())) or None if name else None


def _title(parsed: Parsed) -> str | None:
    """The first heading, else the first line that is not navigation; None for text without letters."""
    blocks: Sequence[Block] = [block for block in parsed.blocks if block.kind != "boilerplate"]
    headings = [block for block in blocks if block.kind == "heading"]
    for block in (*headings[:1], *blocks[:1]):
        lines = parsed.text[block.start : block.end].lstrip("\ufeff \t\r\n").splitlines()
        title = heading_text(_NOT_TEXT.sub("\ufffd", lines[0])) if lines else ""
        if any(character.isalnum() for character in title):
            return _shortened(title)
    return None


def _shortened(title: str) -> str:
    return title if len(title) <= _TITLE_MAX else title[: _TITLE_MAX - 1].rstrip() + "…"
