"""Of all that the reader found: what is shown, and the order of the passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.reader.scoring import NEAR, sigmoid
from qa.types import Extract, Hit

_LIKELY = 0.5
_NEAR_HERE = 1.5
"""``NEAR`` within the document of the best one."""


def chosen(
    extracts: Sequence[Extract], least: float, most: int, is_heading: Callable[[Extract], bool]
) -> list[Extract]:
    """The extracts to show, at most ``most``, if the best is at least ``least`` sure: the best, then the next best
    places that answer as well, other documents first, none twice. Headings only where one is the best: they promise
    more than they say.
    """
    sure = [extract for extract in extracts if extract.confidence >= least]
    if not sure or sure[0] is not extracts[0]:
        return []
    also = (extract for extract in sure[1:] if _answers_too(extract, sure[0]) and not is_heading(extract))
    sentences = [sure[0], *also]
    shown: list[Extract] = []
    for extract in _other_documents_first(sentences):
        if len(shown) < most and not any(_same_place(extract, other) for other in shown):
            shown.append(extract)
    return shown


def ranked(hits: Sequence[Hit], extracts: Sequence[Extract]) -> list[Hit]:
    """The hits as the reader ranks them, by the best extract of each; what it did not read follows as it was.

    ``score`` is 1 to 2 for what it read, and the fusion's 0 to 1 for the rest, so that it falls with the rank.
    """
    best: dict[tuple[str, int], float] = {}
    for extract in extracts:
        best.setdefault((extract.passage.document_id, extract.passage.start), extract.score)
    ranked = []
    for hit in hits:
        score = best.get((hit.passage.document_id, hit.passage.start))
        if score is not None:
            hit = replace(hit, score=1 + sigmoid(score), scores={**hit.scores, "reader": score})
        ranked.append(hit)
    ranked.sort(key=lambda hit: -hit.score)  # stable: ties stay in the order of retrieval
    return [replace(hit, rank=rank) for rank, hit in enumerate(ranked, start=1)]


def _answers_too(extract: Extract, best: Extract) -> bool:
    """Whether another place than the best is worth a look: nearly as good, and likelier right than not."""
    here = extract.passage.document_id == best.passage.document_id
    behind = best.score - extract.score
    return extract.confidence >= _LIKELY and behind <= (_NEAR_HERE if here else NEAR)


def _same_place(extract: Extract, other: Extract) -> bool:
    """Whether two extracts overlap, or are the same words twice in one document."""
    if extract.passage.document_id != other.passage.document_id:
        return False
    apart = extract.quote.end <= other.quote.start or other.quote.end <= extract.quote.start
    return not apart or extract.passage.slice(extract.quote) == other.passage.slice(other.quote)


def _other_documents_first(extracts: Sequence[Extract]) -> list[Extract]:
    seen: set[str] = set()
    first: list[Extract] = []
    later: list[Extract] = []
    for extract in extracts:
        (later if extract.passage.document_id in seen else first).append(extract)
        seen.add(extract.passage.document_id)
    return [*first, *later]
