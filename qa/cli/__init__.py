"""The command line. ``parser`` says what can be typed, the other modules do it; nothing heavy is imported before."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from qa.cli.parser import make_parser
from qa.errors import PinciteError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 an error of ours, 2 wrong usage."""
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "replace"), (sys.stderr, "replace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    args = make_parser().parse_args(argv)
    try:
        status = int(args.run(args))
        sys.stdout.flush()
        return status
    except PinciteError as error:
        print(f"pincite: {_one_line(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UnicodeDecodeError as error:  # every file is opened with care; what is left is standard input
        print(f"pincite: standard input is not UTF-8 (byte {error.start}): save it as UTF-8", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"pincite: {_one_line(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("pincite: stopped; what was there before is as it was", file=sys.stderr)
        return 130


def _one_line(message: str) -> str:
    from qa.cli.terminal import safe

    return " ".join(safe(message).split())
