"""Measure, print a table, write JSON: ``python -m bench [--only NAME ...] [--repeat N] [--out FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measures import Row, exact, first_answer, indexing, screen, search, server, warm

MEASURES: dict[str, Callable[[Path, int], list[Row]]] = {
    "first-answer": first_answer,
    "warm": warm,
    "indexing": indexing,
    "search": search,
    "screen": screen,
    "server": server,
    "exact": exact,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), metavar="NAME")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, of which the median counts (default: 3)")
    parser.add_argument("--out", type=Path, help="a file for the same as JSON")
    args = parser.parse_args(argv)
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        for name in args.only:
            print(f"{name} …", file=sys.stderr, flush=True)
            rows += MEASURES[name](Path(folder), args.repeat)
    print(table(rows))
    if args.out:
        args.out.write_text(json.dumps({"machine": machine(), "rows": [asdict(row) for row in rows]}, indent=1) + "\n")
    return 0


def table(rows: Sequence[Row]) -> str:
    """A row a line: what, ours, what it is held to, their ratio, and what we want it to be."""
    lines = [("what", "ours", "held to", "ratio", "goal")]
    for row in rows:
        ratio = f"{row.ratio:.3g}" if row.ratio is not None else ""
        against = f"{row.theirs:.4g} {row.against}" if row.theirs is not None else row.against
        lines.append((row.name, f"{row.ours:.4g} {row.unit}", against, ratio, row.goal))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def machine() -> dict[str, object]:
    """What the numbers were measured on."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    raise SystemExit(main())
