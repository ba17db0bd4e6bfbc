"""A citation either stands at its offsets or does not."""

from dataclasses import replace

import pytest

from qa.measures.citations import citation_holds, citation_validity
from qa.types import Answer, Citation, FoundAnswer, Source

TEXT = "Gates open at 9. The bridge opened in 1904. Tickets are sold inside."
SOURCE = Source("bridge.txt", "Bridge", None, None, None, "/bridge.txt", "0" * 64, "txt", len(TEXT))
GOOD = Citation(1, SOURCE, "The bridge opened in 1904.", 17, 43, 38, 42, None, 1, "")


def answer(citation: Citation, found: FoundAnswer) -> Answer:
    return Answer("When?", (), (found,), (citation,), (), 0.9, None, {})


FOUND = FoundAnswer(GOOD.quote, "1904", 0.9, 1)


def text_of(id: str) -> str:
    return {"bridge.txt": TEXT}[id]


def test_the_fixture_is_right() -> None:
    assert TEXT[17:43] == GOOD.quote
    assert TEXT[38:42] == "1904"
    assert citation_holds(GOOD, TEXT)
    assert citation_validity(answer(GOOD, FOUND), text_of) == 1.0


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, start=16),
        replace(GOOD, end=44),
        replace(GOOD, quote="The bridge opened in 1905."),
        replace(GOOD, span_start=42),  # empty span
        replace(GOOD, span_start=16, span_end=20),  # begins before the quote
        replace(GOOD, span_end=44),  # ends after it
        replace(GOOD, start=-51, quote=TEXT[-51:43]),  # Python would slice this without a word
        replace(GOOD, source=replace(SOURCE, id="unknown.txt")),
    ],
)
def test_a_citation_that_does_not_hold(bad: Citation) -> None:
    assert citation_validity(answer(bad, FOUND), text_of) == 0.0


@pytest.mark.parametrize(
    "found",
    [
        replace(FOUND, text="The bridge opened."),
        replace(FOUND, span="1905"),
        replace(FOUND, citation=2),
    ],
)
def test_what_is_shown_must_be_what_is_cited(found: FoundAnswer) -> None:
    assert citation_validity(answer(GOOD, found), text_of) == 0.0


def test_a_refusal_has_no_citations_to_check() -> None:
    refusal = Answer("When?", (), (), (), (), 0.1, "Nothing is close.", {})
    assert citation_validity(refusal, text_of) is None
