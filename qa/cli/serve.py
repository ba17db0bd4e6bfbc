"""``pincite serve`` and ``pincite mcp``."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from qa.cli.common import answering, index_dir
from qa.errors import PinciteError
from qa.index.manifest import read_manifest
from qa.settings import OUR_READERS, Settings, eval_sets_dir, serve_token


def run_serve(args: Namespace) -> int:
    from qa.ui import serve

    serve(
        host=args.host,
        port=args.port,
        index_dir=_named(args),
        questions=_questions(args.questions),
        open_browser=args.open,
        token=serve_token() if args.token is None else args.token,
        settings=_answering(args),
    )
    return 0


def run_mcp(args: Namespace) -> int:
    from qa.ui import serve_stdio

    named = _named(args)
    if sys.stdin.isatty():
        print("pincite: waiting for an MCP client on standard input; the README shows how to add one", file=sys.stderr)
    serve_stdio(named, settings=_answering(args))
    return 0


def _answering(args: Namespace) -> Settings:
    """How questions are answered; a reader that is none is an error now, and not when the first one is asked."""
    settings = answering(args)
    if settings.reader not in OUR_READERS:
        from qa.pipeline import reader_name

        reader_name(settings.reader)
    return settings


def _questions(name: str | None) -> Path | None:
    """The file of the set that is named, which may not be there yet."""
    if name is None:
        return None
    from qa.eval.sets import set_file

    file = set_file(str(Path(name).expanduser()), eval_sets_dir()).absolute()
    if above := next((path for path in file.parents if path.is_file()), None):
        raise PinciteError(f"{above} is a file: name a folder or a .jsonl file with --questions")
    return file


def _named(args: Namespace) -> Path | None:
    """The index that is named, which must be there: a mistyped folder must not fill with the default corpus."""
    if args.index is None:
        return None
    named = index_dir(args)
    read_manifest(named)
    return named
