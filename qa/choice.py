"""Of all that the reader found: what is shown, and the order of the passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.reader.scoring import sigmoid
from qa.types import Extract, Hit

_LIKELY = 0.5
_NEAR, _NEAR_HERE = 2.5, 1.5
"""Log odds that a place may rank below the best one to be shown beside it, in another document and in the same; of
those farther behind, nearly none answered too in the development half of our own set, though the passage around them
did."""
_FIGURE_LIKELY, _FIGURE_NEAR = 0.4, 6.0
"""The same for the figure or date that another document gives. Its sentence may be worded quite otherwise and so rank
far below, but hiding it would hide that the sources disagree; few others of the kind asked for come so near."""


def chosen(
    extracts: Sequence[Extract],
    least: float,
    most: int,
    *,
    figure: bool,
    only_as_best: Callable[[Extract], bool],
    whole: Callable[[Extract], Extract],
) -> list[Extract]:
    """The extracts to show, at most ``most``, if the best is at least ``least`` sure: the best, then the next best
    places that answer as well, other documents first, none twice.

    ``figure``: whether a figure or date is asked for. ``only_as_best``: says of a place that it is never shown beside
    another. ``whole``: gives an extract with all that belongs to it.
    """
    if not extracts or extracts[0].confidence < least:
        return []
    best, *others = extracts
    leads = _leads(extracts) if figure else ()
    also = [
        other
        for other in others
        if (_answers_too(other, best, least) or (other in leads and _gives_another(other, best, least)))
        and not only_as_best(other)
    ]
    shown: list[Extract] = []
    for extract in map(whole, _other_documents_first([best, *also])):
        if not any(_same_place(extract, other) for other in shown):
            shown.append(extract)
    return shown[:most]


def least_figure(best: Extract) -> float:
    """The least score with which the figure of another document is shown beside ``best``."""
    return best.score - _FIGURE_NEAR


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


def _answers_too(extract: Extract, best: Extract, least: float) -> bool:
    """Whether another place than the best is worth a look: nearly as good, and likelier right than not."""
    here = extract.passage.document_id == best.passage.document_id
    behind = best.score - extract.score
    return extract.confidence >= max(least, _LIKELY) and behind <= (_NEAR_HERE if here else _NEAR)


def _leads(extracts: Sequence[Extract]) -> list[Extract]:
    """The best of each document."""
    return list({extract.passage.document_id: extract for extract in reversed(extracts)}.values())


def _gives_another(lead: Extract, best: Extract, least: float) -> bool:
    """Whether another document's best place gives what is asked for, of all that the question names."""
    kind = lead.inputs.get("has_type", 0.0) == 1 and lead.why_not is None
    return kind and lead.confidence >= max(least, _FIGURE_LIKELY) and lead.score >= least_figure(best)


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
