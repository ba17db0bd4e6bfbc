"""The figure of the member that a question names, in sentences that say "respectively"."""

from __future__ import annotations

import pytest

from qa.reader.respective import own_figure
from qa.types import Span

INTENSITY = (
    "In 2024, the R&D expenditure intensity in Beijing, Shanghai, and Guangdong Province reached 6.58%, 4.35%, and "
    "3.6%, respectively, making them the top three regions."
)
YEARS = "In 2019, 2020 and 2021 it earned $1.5 million, $2 million and $30,000 respectively."


def own(question: str, sentence: str, marked: str) -> str | None:
    start = sentence.index(marked)
    found = own_figure(question, sentence, Span(start, start + len(marked)))
    return None if found is None else sentence[slice(*found)]


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("What was Beijing's R&D intensity in 2024?", "6.58%"),
        ("What was Shanghai's R&D intensity in 2024?", "4.35%"),
        ("what was the intensity of guangdong", "3.6%"),
    ],
)
@pytest.mark.parametrize("marked", ["6.58%", "3.6%", "6.58%, 4.35%, and 3.6%"])
def test_the_members_own_figure(question: str, figure: str, marked: str) -> None:
    assert own(question, INTENSITY, marked) == figure


def test_members_may_be_years() -> None:
    assert own("What did it earn in 2020?", YEARS, "$1.5 million") == "$2 million"
    assert own("What did it earn in 2021?", YEARS, "$1.5 million") == "$30,000"


@pytest.mark.parametrize(
    ("question", "sentence", "marked"),
    [
        ("What were the intensities of Beijing and Shanghai?", INTENSITY, "6.58%"),  # two members
        ("What was Tokyo's intensity?", INTENSITY, "6.58%"),  # none
        ("Which regions had an intensity above Beijing's?", INTENSITY, "Shanghai"),  # no figure was marked
        ("What did Osaka pay?", "Osaka and Kobe paid 1, 2 and 3, respectively.", "1"),  # not as many
        ("What did Osaka pay?", "Osaka and Kobe paid 1 and 2.", "1"),  # not said to be in this order
        ("What did Osaka pay?", "Respectively.", "Resp"),
        ("What did Osaka pay?", "Osaka paid 5, respectively.", "5"),
    ],
)
def test_what_cannot_be_told_stays_as_it_is(question: str, sentence: str, marked: str) -> None:
    assert own(question, sentence, marked) is None
