"""What is shown of all that was found: the best place, and others only where they answer as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.choice import chosen
from qa.types import Extract, Passage, Span


def found(document: str, at: int, score: float, confidence: float) -> Extract:
    """A sentence of its own in a passage of its own."""
    text = f"Sentence {at} of {document}."
    place = Span(at, at + len(text))
    return Extract(Passage(document, *place, text, "", (place,)), place, place, score, confidence)


def shown(*extracts: Extract, least: float = 0.3, most: int = 4, figure: bool = False) -> list[tuple[str, int]]:
    def only_as_best(extract: Extract) -> bool:
        return extract.quote.start == 900

    picked = chosen(extracts, least, most, figure=figure, only_as_best=only_as_best, whole=lambda extract: extract)
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
        (found("b", 900, 9.5, 0.9), False),  # such as a heading
    ],
)
def test_another_place_is_shown_only_where_it_answers_as_well(other: Extract, with_it: bool) -> None:
    assert shown(BEST, other) == [("a", 0), (other.passage.document_id, other.quote.start)][: 1 + with_it]


def figure(
    document: str, score: float, confidence: float, has_type: float = 1.0, why_not: str | None = None
) -> Extract:
    return replace(found(document, 0, score, confidence), inputs={"has_type": has_type}, why_not=why_not)


@pytest.mark.parametrize(
    ("other", "with_it"),
    [
        (figure("b", 4.1, 0.41), True),  # worded otherwise, so it ranks far below and is less sure
        (figure("b", 3.9, 0.41), False),  # too far
        (figure("b", 4.1, 0.39), False),  # too unsure
        (figure("b", 4.1, 0.41, has_type=0.0), False),  # no figure at all
        (figure("b", 4.1, 0.41, why_not="It does not mention Ulm."), False),  # of something else
        (figure("a", 4.1, 0.41), False),  # in the same document
    ],
)
def test_the_figure_that_another_document_gives_is_shown_too(other: Extract, with_it: bool) -> None:
    best = found("a", 100, 10.0, 0.9)
    assert shown(best, other, figure=True) == [("a", 100), ("b", 0)][: 1 + with_it]
    assert shown(best, other) == [("a", 100)]
    assert shown(best, other, figure=True, least=0.5) == [("a", 100)]


def test_of_another_document_only_its_best_place_gives_the_figure() -> None:
    sure, next_best = figure("b", 4.4, 0.45), replace(found("b", 100, 4.2, 0.45), inputs={"has_type": 1.0})
    assert shown(BEST, sure, next_best, figure=True) == [("a", 0), ("b", 0)]


def test_places_that_are_the_same_once_whole_are_shown_once() -> None:
    def whole(extract: Extract) -> Extract:
        return replace(extract, quote=Span(0, 30)) if extract.passage.document_id == "a" else extract

    one, other, third = found("a", 0, 10.0, 0.9), found("a", 20, 9.9, 0.9), found("b", 0, 9.8, 0.9)
    picked = chosen([one, other, third], 0.3, 2, figure=False, only_as_best=lambda _: False, whole=whole)
    assert picked == [whole(one), third]


def test_other_documents_come_first_then_the_better_places() -> None:
    same, near, far = found("a", 100, 9.9, 0.9), found("b", 0, 9.0, 0.9), found("c", 0, 8.0, 0.9)
    assert shown(BEST, same, near, far) == [("a", 0), ("b", 0), ("c", 0), ("a", 100)]
    assert shown(BEST, same, near, far, most=2) == [("a", 0), ("b", 0)]


def test_a_best_place_that_is_unsure_shows_nothing_whatever_else_is_sure() -> None:
    assert shown(found("a", 0, 10.0, 0.2), found("b", 0, 9.9, 0.9)) == []
    assert shown() == []


def test_a_best_place_may_be_less_likely_than_not_where_little_accuracy_is_asked_for() -> None:
    assert shown(found("a", 0, 10.0, 0.35)) == [("a", 0)]
