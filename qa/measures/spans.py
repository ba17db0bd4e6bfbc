"""How much of the gold was retrieved, and how much else with it, counted in characters.

Span recall, precision and intersection over union as in Smith and Troynikov 2024 ("Evaluating Chunking
Strategies for Retrieval"), on characters in place of tokens; a character retrieved twice counts once.
Unlike measures over passages, they can be compared between ways to cut a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Place: TypeAlias = tuple[str, int, int]
"""Document id, start and end."""

DEPTH = 5
MEASURES = ("span-recall@5", "span-precision@5", "span-IoU@5")


def score_spans(gold: Iterable[Place], retrieved: Sequence[Place]) -> dict[str, float]:
    """The three measures (0 to 1) of the first five places retrieved, best first; none without gold."""
    wanted, got = _characters(gold), _characters(retrieved[:DEPTH])
    if not wanted:
        return {}
    common = len(wanted & got)
    values = (common / len(wanted), common / max(len(got), 1), common / len(wanted | got))
    return dict(zip(MEASURES, values, strict=True))


def _characters(places: Iterable[Place]) -> set[tuple[str, int]]:
    return {(document, at) for document, start, end in places for at in range(start, end)}
