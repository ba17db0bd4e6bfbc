"""What is asked of a build, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from qa.encoder import Encoder
from qa.types import Document, Failure

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)``; stages are "reading" (files), "embedding" (passages) and "writing";
total 0 = not known."""


@dataclass(frozen=True, slots=True)
class FromFile:
    """What was read from a file. ``mark`` is another one whenever what is read from that file may be."""

    item: Document | Failure
    file: str
    mark: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read from a file is as it stands in the generation in use."""

    file: str
    mark: str


Item = Document | Failure | FromFile | Kept
Marks = Mapping[str, str]
"""File -> mark, of all whose documents can be taken over."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be indexed, and how.

    ``documents``: all of them, or what gives them when it is told which can be taken over. ``code``: changes whenever
    the same file may be read or cut in another way; without it nothing is taken over but vectors. ``removed``: paths
    of files that are to stay out. ``expected``: how many documents and failures will come; 0 = not known.
    """

    documents: Iterable[Item] | Callable[[Marks], Iterable[Item]]
    encoder: Encoder
    chunk_tokens: int
    roots: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    expected: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What building an index did."""

    documents: int
    passages: int
    """Those that can be retrieved."""
    embedded: int
    """Passages whose vectors were computed; the rest were taken over or stand twice."""
    failures: tuple[Failure, ...]
    seconds: float
    changed: bool = True
    """False where the index was up to date, and was left as it is."""
