"""Which of the passages found are read: those in which a place may be that comes near the best."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qa.choice import least_figure
from qa.reader import Reader
from qa.reader.question import analyse, asks_figure, says_something
from qa.reader.scoring import why_not
from qa.settings import Settings
from qa.types import Extract, Hit

BESIDE = 0.5
"""Log odds: a passage is read if a place may be in it that ranks so little below the best one found. It may be another
answer, and those are to be shown too."""


def read_likely(
    reader: Reader, question: str, hits: Sequence[Hit], settings: Settings, least: float
) -> tuple[Sequence[Hit], Sequence[Extract]]:
    """What was read, and what was found in it: the first passages, then of those in which a place may be that comes
    near the best, each time up to as many as were read so far, until there are none; then those that may give another
    figure, if the best is at least ``least`` sure. Nothing for a question about nothing."""
    if not says_something(question):
        return (), ()
    hits = hits[: settings.read_passages]
    rest, read, found, count = list(hits), [], [], settings.read_first
    while rest:
        read += rest[:count]
        found = reader.read(question, read)  # it remembers what it has read
        near = found[0].score - BESIDE if found else -math.inf
        rest = [hit for hit in rest[count:] if reader.may_reach(question, hit, near)]
        count = len(read)
    if found and found[0].confidence >= least:
        more = _other_figures(reader, question, hits, read, found[0])[: settings.max_answers]
        if more:
            read += more
            found = reader.read(question, read)
    return read, found


def _other_figures(reader: Reader, question: str, hits: Sequence[Hit], read: Sequence[Hit], best: Extract) -> list[Hit]:
    """The first passage of each document of which nothing was read, where it may give another figure than the ``best``
    place: sources that disagree are all to be shown."""
    asked = analyse(question)
    if not asks_figure(asked):
        return []
    seen = {hit.passage.document_id for hit in read}
    first = {hit.passage.document_id: hit for hit in reversed(hits) if hit.passage.document_id not in seen}
    told = [hit for hit in reversed(first.values()) if why_not(asked, hit.passage) is None]
    least = least_figure(best)
    return [hit for hit in told if reader.may_reach(question, hit, least)]
