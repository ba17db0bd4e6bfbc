"""``pincite sources --health``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator

from qa.cli.common import open_pincite, print_json
from qa.cli.terminal import Terminal, safe
from qa.health import UNKNOWN_LANGUAGE, Health, examine

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
    for title, lines in _troubles(health):
        if lines:
            found = True
            terminal.line()
            terminal.line(terminal.style(f"{title}: {len(lines)}", "bold"))
            for line in lines[:_SHOWN]:
                terminal.line("  " + safe(line))
            if len(lines) > _SHOWN:
                terminal.line(f"  … and {len(lines) - _SHOWN} more: --json lists them all")
    terminal.line()
    terminal.line("Languages: " + ", ".join(f"{_named(code)} {len(ids)}" for code, ids in _most_first(health)))
    if not found:
        terminal.line("Nothing is wrong.")


def _troubles(health: Health) -> Iterator[tuple[str, list[str]]]:
    yield "The index itself is damaged", [health.damage] if health.damage else []
    yield "Files that could not be read", [f"{one.path}: {one.reason}" for one in health.failures]
    yield "Suspected scans", list(health.suspected_scans)
    yield "Pages without text", [f"{one.id}: {_pages(one.pages)} of {one.of}" for one in health.pages_without_text]
    yield "The same text", [" = ".join(ids) for ids in health.duplicates]
    yield "Nearly the same text", [f"{one.id} ~ {one.like} ({one.similarity:.0%})" for one in health.near_duplicates]
    yield "Passages at the encoder's limit", [f"{one.id}: {one.count}" for one in health.at_limit]
    yield "Characters that did not decode", [f"{one.id}: {one.count}" for one in health.not_decoded]
    yield "Noted while reading", [f"{id}: {warning}" for id, every in health.warnings.items() for warning in every]


def _most_first(health: Health) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(health.languages.items(), key=lambda item: (-len(item[1]), item[0]))


def _named(code: str) -> str:
    return "not known" if code == UNKNOWN_LANGUAGE else code


def _pages(pages: tuple[int, ...]) -> str:
    """As people write them: 1-3, 7."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
