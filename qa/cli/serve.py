"""``pincite serve`` and ``pincite mcp``."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from qa.cli.common import answering, index_dir
from qa.index.manifest import read_manifest
from qa.settings import OUR_READERS, Settings, serve_token


def run_serve(args: Namespace) -> int:
    from qa.ui import serve

    serve(
        host=args.host,
        port=args.port,
        index_dir=_named(args),
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


def _named(args: Namespace) -> Path | None:
    """The index that is named, which must be there: a mistyped folder must not fill with the default corpus."""
    if args.index is None:
        return None
    named = index_dir(args)
    read_manifest(named)
    return named
