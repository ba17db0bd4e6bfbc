"""What several commands share: opening the index, reading lines of JSON, writing them."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from qa import settings
from qa.cli.terminal import ProgressBars, safe
from qa.errors import IndexMissing, PinciteError, SourceUnknown
from qa.pipeline import Pincite
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.index import IndexReport

_TOLD = 100


def index_dir(args: Namespace) -> Path:
    return args.index.expanduser().absolute() if args.index is not None else settings.index_dir()


def open_pincite(args: Namespace, *, build: bool = True) -> Pincite:
    """The index that is asked for; a first run at the default place builds it, unless ``build`` is False."""
    wanted = answering(args)
    try:
        return Pincite.open(index_dir(args), wanted)
    except IndexMissing:
        if args.index is not None or not build:
            raise
        from qa.library import index_paths  # what reads documents; a question does without

        print("pincite: first run: building the index", file=sys.stderr)
        with ProgressBars() as progress:
            report(index_paths([], index_dir(args), progress=progress))
        return Pincite.open(index_dir(args), wanted)


def answering(args: Namespace) -> Settings:
    """How questions are answered, as far as the command line says."""
    chosen = {"reader": getattr(args, "reader", None), "accuracy": getattr(args, "accuracy", None)}
    return Settings(**{name: value for name, value in chosen.items() if value is not None})


def tell(pincite: Pincite) -> None:
    """Say what the user should know of the confidences that are shown."""
    if pincite.note:
        print(f"pincite: {safe(pincite.note)}", file=sys.stderr)


def known(pincite: Pincite, ids: Sequence[str]) -> list[str]:
    """``ids``, if each is that of a document in the index; raises ``SourceUnknown``."""
    every = {entry.source.id for entry in pincite.sources()}
    for id in ids:
        if id not in every:
            raise SourceUnknown(f"there is no source {id!r} in the index: `pincite sources` lists them")
    return list(ids)


def report(result: IndexReport) -> None:
    """Say on stderr which files could not be read."""
    for failure in result.failures[:_TOLD]:
        print(f"pincite: not read: {safe(failure.path)}: {safe(failure.reason)}", file=sys.stderr)
    if (more := len(result.failures) - _TOLD) > 0:
        print(f"pincite: not read: {more} more files; `pincite sources --health --json` lists them", file=sys.stderr)


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def json_lines(file: Path | None, otherwise: str = "mend it") -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and object of every line that is not blank, of a file or of standard input.

    ``otherwise``: what to do about a line that is no JSON object.
    """
    if file is None:
        yield from _objects(sys.stdin, "standard input", otherwise)
        return
    try:
        with file.open(encoding="utf-8-sig") as lines:
            yield from _objects(lines, str(file), otherwise)
    except (OSError, UnicodeDecodeError) as error:
        raise PinciteError(f"{file} cannot be read ({error}): name a file of JSON lines") from error


def _objects(lines: TextIO, name: str, otherwise: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:  # also numbers and nesting beyond what Python reads
                raise PinciteError(f"{name}, line {number} is not JSON ({error}): {otherwise}") from error
            if not isinstance(value, dict):
                raise PinciteError(f"{name}, line {number} is no JSON object: {otherwise}")
            yield number, value
