"""``pincite serve``."""

from __future__ import annotations

from argparse import Namespace

from qa.cli.common import index_dir
from qa.settings import serve_token


def run_serve(args: Namespace) -> int:
    from qa.ui import serve

    serve(
        host=args.host,
        port=args.port,
        index_dir=index_dir(args),
        open_browser=args.open,
        token=args.token or serve_token(),
    )
    return 0
