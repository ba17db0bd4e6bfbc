"""The state of the documents in words, the same on the command line and on the screen."""

from __future__ import annotations

from collections.abc import Iterator

from qa.health.examined import UNKNOWN_LANGUAGE, Health


def troubles(health: Health) -> Iterator[tuple[str, list[str]]]:
    """Every kind of trouble that there is, with a line for each case."""
    return ((title, lines) for title, lines in _kinds(health) if lines)


def languages(health: Health) -> list[tuple[str, int]]:
    """Names or codes of the languages, and how many documents are in each, most first."""
    most_first = sorted(health.languages.items(), key=lambda item: (-len(item[1]), item[0]))
    return [("not known" if code == UNKNOWN_LANGUAGE else code, len(ids)) for code, ids in most_first]


def _kinds(health: Health) -> Iterator[tuple[str, list[str]]]:
    yield "The index itself is damaged", [health.damage] if health.damage else []
    yield "Files that could not be read", [f"{one.path}: {one.reason}" for one in health.failures]
    yield "Suspected scans", list(health.suspected_scans)
    yield "Pages without text", [f"{one.id}: {_pages(one.pages)} of {one.of}" for one in health.pages_without_text]
    yield "The same text", [" = ".join(ids) for ids in health.duplicates]
    yield "Nearly the same text", [f"{one.id} ~ {one.like} ({one.similarity:.0%})" for one in health.near_duplicates]
    yield "Passages at the encoder's limit", [f"{one.id}: {one.count}" for one in health.at_limit]
    yield "Characters that did not decode", [f"{one.id}: {one.count}" for one in health.not_decoded]
    yield "Noted while reading", [f"{id}: {warning}" for id, every in health.warnings.items() for warning in every]


def _pages(pages: tuple[int, ...]) -> str:
    """As people write them: 1-3, 7."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
