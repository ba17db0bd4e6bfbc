"""What a ranking lists, and which of it is relevant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from qa.eval.sets import Question
from qa.types import Hit, Passage


def passage_id(document_id: str, start: int, end: int) -> str:
    """``document:start-end``, percent-encoded as in a URL: TREC files part columns by white space."""
    return f"{quote(document_id)}:{start}-{end}"


def relevant_ids(question: Question, passages: Callable[[str], Sequence[Passage]], unit: str) -> dict[str, int]:
    """Id -> grade of everything relevant to the question: what overlaps its gold.

    Passages that are never retrieved count only where no other overlaps, and gold in no passage at all stands
    for itself: it cannot be found, and is missed.
    """
    if unit == "document":
        return {quote(gold.document_id): gold.grade for gold in question.gold}
    relevant: dict[str, int] = {}
    for document_id, start, end, grade in question.gold:
        over = [each for each in passages(document_id) if each.start < end and start < each.end]
        over = [each for each in over if each.searchable] or over
        ids = [passage_id(document_id, each.start, each.end) for each in over]
        for id in ids or [passage_id(document_id, start, end)]:
            relevant[id] = max(grade, relevant.get(id, 0))
    return relevant


def ranking(hits: Sequence[Hit], unit: str) -> tuple[str, ...]:
    """Ids in the order of ``hits``, best first; a document stands where its first passage does."""
    found = [hit.passage for hit in hits]
    if unit == "document":
        return tuple(dict.fromkeys(quote(passage.document_id) for passage in found))
    return tuple(dict.fromkeys(passage_id(each.document_id, each.start, each.end) for each in found))
