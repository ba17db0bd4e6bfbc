"""``pincite serve``."""

from __future__ import annotations

from argparse import Namespace

from qa.cli.common import index_dir
from qa.index.manifest import read_manifest
from qa.settings import serve_token


def run_serve(args: Namespace) -> int:
    from qa.ui import serve

    # Only at the usual place is a missing index built: a mistyped folder must not fill with something else.
    named = index_dir(args) if args.index is not None else None
    if named is not None:
        read_manifest(named)

    serve(
        host=args.host,
        port=args.port,
        index_dir=named,
        open_browser=args.open,
        token=args.token or serve_token(),
    )
    return 0
