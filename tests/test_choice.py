"""What is shown of all that was found: the best place, and others only where they answer as well."""

from __future__ import annotations

import pytest

from qa.choice import chosen
from qa.types import Extract, Passage, Span


def found(document: str, at: int, score: float, confidence: float) -> Extract:
    """A sentence of its own in a passage of its own."""
    text = f"Sentence {at} of {document}."
    place = Span(at, at + len(text))
    return Extract(Passage(document, *place, text, "", (place,)), place, place, score, confidence)


def shown(*extracts: Extract, least: float = 0.3, most: int = 4) -> list[tuple[str, int]]:
    picked = chosen(extracts, least, most, lambda extract: extract.quote.start == 900)
    return [(extract.passage.document_id, extract.quote.start) for extract in picked]


BEST = found("a", 0, 10.0, 0.9)


@pytest.mark.parametrize(
    ("other", "with_it"),
    [
        (found("b", 0, 9.5, 0.9), True),
        (found("b", 0, 7.6, 0.6), True),
        (found("b", 0, 7.4, 0.9), False),  # far behind
        (found("b", 0, 9.5, 0.4), False),  # likelier wrong than right
        (found("a", 100, 8.6, 0.9), True),
        (found("a", 100, 8.4, 0.9), False),  # in the same document, which has its answer
        (found("b", 900, 9.5, 0.9), False),  # a heading
    ],
)
def test_another_place_is_shown_only_where_it_answers_as_well(other: Extract, with_it: bool) -> None:
    assert shown(BEST, other) == [("a", 0), (other.passage.document_id, other.quote.start)][: 1 + with_it]


def test_other_documents_come_first_then_the_better_places() -> None:
    same, near, far = found("a", 100, 9.9, 0.9), found("b", 0, 9.0, 0.9), found("c", 0, 8.0, 0.9)
    assert shown(BEST, same, near, far) == [("a", 0), ("b", 0), ("c", 0), ("a", 100)]
    assert shown(BEST, same, near, far, most=2) == [("a", 0), ("b", 0)]


def test_a_best_place_that_is_unsure_shows_nothing_whatever_else_is_sure() -> None:
    assert shown(found("a", 0, 10.0, 0.2), found("b", 0, 9.9, 0.9)) == []
    assert shown() == []


def test_a_best_place_may_be_less_likely_than_not_where_little_accuracy_is_asked_for() -> None:
    assert shown(found("a", 0, 10.0, 0.35)) == [("a", 0)]
