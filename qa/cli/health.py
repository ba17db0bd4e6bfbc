"""``pincite sources --health``."""

from __future__ import annotations

import sys
from argparse import Namespace

from qa.cli.common import open_pincite, print_json
from qa.cli.terminal import Terminal, safe
from qa.health import Health, examine, languages, troubles

_SHOWN = 20


def run_health(args: Namespace) -> int:
    pincite = open_pincite(args)
    try:
        health = examine(pincite.index)
    finally:
        pincite.close()
    if args.json:
        print_json(health.to_json())
    else:
        _show(health, Terminal(sys.stdout))
    return 0


def _show(health: Health, terminal: Terminal) -> None:
    """Every kind of trouble with its first cases; nothing of a kind that there is none of."""
    terminal.line(f"{health.documents} documents, {health.passages} passages")
    found = False
    for title, lines in troubles(health):
        found = True
        terminal.line()
        terminal.line(terminal.style(f"{title}: {len(lines)}", "bold"))
        for line in lines[:_SHOWN]:
            terminal.line("  " + safe(line))
        if len(lines) > _SHOWN:
            terminal.line(f"  … and {len(lines) - _SHOWN} more: --json lists them all")
    terminal.line()
    terminal.line("Languages: " + ", ".join(f"{name} {count}" for name, count in languages(health)))
    if not found:
        terminal.line("Nothing is wrong.")
