"""What an answer shows, asked of small folders with the models that come along: lists whole, reasons, definitions,
one answer from each source, follow-ups, and sane answers over insane passages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from making import write

from qa import library, pipeline
from qa.encoder import DEFAULT_ENCODER, Encoder
from qa.pipeline import Pincite
from qa.types import Answer

FILES = {
    "2019.txt": """The harbour of Lindau

Lindau, 3 March 2019. The harbour of Lindau has 120 berths and employs 45 people. A berth is a place where a ship is \
moored.

The new quay was closed in May because its piles had rusted through. Repairs are to begin in the autumn.

The port authority named four priorities for the coming decade: dredging the channel; rebuilding the western quay; \
shore power for cruise ships; and a rail link to the freight yard.
""",
    "2023.txt": """Lindau harbour today

Lindau, 12 June 2023. The harbour of Lindau now has 180 berths. It employs 62 people and is led by harbour master \
Greta Holm. The rail link will open on 1 October 2026, the port authority said.

Shore power is needed so that ships can switch off their engines while they lie at the quay.

The following vessels are based in the harbour:
- the dredger Alma
- the pilot boat Seewind
- the ferry Stadt Lindau
""",
    "2025.txt": """Rail link delayed

Ulm Courier, 4 February 2025. The rail link to the harbour of Lindau will open in March 2028, the railway announced, \
two years later than planned. The delay is due to unstable ground under the embankment.
""",
    "orbis-2022.txt": """Orbis annual report

Orbis employed 3,400 people at the end of 2022. Revenue reached 512 million euros. The headquarters moved to \
Rotterdam in March 2022.

Research took 9.5 percent of revenue. The company runs 14 plants.
""",
    "orbis-press.txt": """Orbis in figures

The company Orbis has a staff of 3,150. Orbis spends 11 percent of revenue on research and operates plants in nine \
countries.
""",
    "strategy.txt": """Strategy of the harbour

The strategy of the harbour rests on the following commitments:

"""
    + "".join(
        f"- {what} shall be renewed, at a cost that the treasurer of the port has set aside since spring {year}\n"
        for year, what in enumerate(
            "cranes sheds lamps fences bollards buoys sluices ramps pumps ladders".split(), 2001
        )
    )
    + """
The strategy was approved for three reasons. First, the cranes are older than the men who drive them. They squeak. \
Second, the sheds leak. Finally, the treasurer had money left.
""",
    "sources.toml": "".join(
        f'[[source]]\nfile = "{day[:4]}.txt"\npublished = {day}\n' for day in ("2019-03-03", "2023-06-12", "2025-02-04")
    ),
}
Ask = Callable[..., Answer]


@contextmanager
def opened(encoder: Encoder, folder: Path, files: Mapping[str, str]) -> Iterator[Ask]:
    """Asks an index of these files: a question, and those before it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINCITE_HOME", str(folder / "home"))
        for module in (library, pipeline):
            patch.setattr(module, "load_encoder", lambda name=DEFAULT_ENCODER: encoder)
        library.index_paths([write(folder / "docs", files)], folder / "index")
        pincite = Pincite.open(folder / "index")
        yield lambda question, *history: pincite.ask(question, history)
        pincite.close()


@pytest.fixture(scope="module")
def ask(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    with opened(encoder, tmp_path_factory.mktemp("harbour"), FILES) as asked:
        yield asked


def shown(answer: Answer) -> list[tuple[str, str | None]]:
    """Text and date of every answer shown."""
    return [(one.text, answer.citations[one.citation - 1].source.published) for one in answer.answers]


@pytest.mark.parametrize("question", ["Which priorities did the port authority name?", "What are its priorities?"])
def test_a_list_that_runs_over_clauses_is_given_whole(ask: Ask, question: str) -> None:
    answer = ask(question, "What has the port authority of Lindau decided?")
    assert all(item in str(answer.text) for item in ("dredging", "western quay", "shore power", "rail link"))


@pytest.mark.parametrize(
    "question", ["Which vessels are based in the harbour?", "List the vessels based in the harbour of Lindau."]
)
def test_a_list_of_items_is_given_whole(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.text is not None and answer.text.startswith("The following vessels")
    assert all(ship in str(answer.span) for ship in ("Alma", "Seewind", "Stadt Lindau"))


@pytest.mark.parametrize(
    "question",
    [
        "Which commitments does the strategy rest on?",
        "List the things that shall be renewed according to the strategy.",
    ],
)
def test_a_list_longer_than_a_passage_is_given_whole(ask: Ask, question: str) -> None:
    answer = ask(question)
    start = FILES["strategy.txt"].index("The strategy of the harbour rests")
    end = FILES["strategy.txt"].index("\n\nThe strategy was approved")
    assert answer.text == FILES["strategy.txt"][start:end]
    assert (answer.citations[0].start, answer.citations[0].end) == (start, end)
    assert all(hit.passage.end - hit.passage.start < end - start for hit in answer.hits)


def test_the_words_that_answer_are_all_of_a_list_longer_than_a_passage(ask: Ask) -> None:
    answer = ask("What does the strategy of the harbour rest on?")
    assert answer.span == FILES["strategy.txt"].partition("commitments:\n\n")[2].partition("\n\nThe")[0]


def test_reasons_that_are_counted_are_given_whole(ask: Ask) -> None:
    assert ask("What were the three reasons for approving the strategy?").text == (
        "The strategy was approved for three reasons. First, the cranes are older than the men who drive them. They "
        "squeak. Second, the sheds leak. Finally, the treasurer had money left."
    )


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("How many people does Orbis employ?", {"3,400", "3,150"}),
        ("How much of its revenue does Orbis spend on research?", {"9.5 percent", "11 percent"}),
    ],
)
def test_figures_that_disagree_are_both_shown_though_worded_otherwise(
    ask: Ask, question: str, figures: set[str]
) -> None:
    assert {one.span for one in ask(question).answers} == figures


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Why was the new quay closed?", "because its piles had rusted through"),
        ("Why is shore power needed?", "so that ships can switch off their engines"),
        ("Why is the rail link delayed?", "due to unstable ground under the embankment"),
    ],
)
def test_a_reason_is_given_with_its_clause(ask: Ask, question: str, reason: str) -> None:
    assert reason in str(ask(question).text)


def test_a_definition(ask: Ask) -> None:
    answer = ask("What is a berth?")
    assert answer.text == "A berth is a place where a ship is moored."
    assert "ship is moored" in str(answer.span)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "When will the rail link open?",
            {("1 October 2026", "2023-06-12"), ("March 2028", "2025-02-04")},
        ),
        ("How many berths does the harbour have?", {("120", "2019-03-03"), ("180", "2023-06-12")}),
        ("How many people does the harbour employ?", {("45", "2019-03-03"), ("62", "2023-06-12")}),
    ],
)
def test_where_sources_disagree_each_is_shown_with_its_date(
    ask: Ask, question: str, expected: set[tuple[str, str]]
) -> None:
    answer = ask(question)
    assert len(answer.answers) == len(expected)  # and nothing that does not answer
    for figure, day in expected:
        assert any(figure in text and day == published for text, published in shown(answer))
    spans = {one.span for one in answer.answers}
    assert all(any(figure in span for span in spans) for figure, _ in expected)


@pytest.mark.parametrize(
    "question", ["Why was the new quay closed?", "What is a berth?", "Who is the harbour master of Lindau?"]
)
def test_what_one_source_answers_is_shown_alone(ask: Ask, question: str) -> None:
    assert len(ask(question).answers) == 1


@pytest.mark.parametrize(
    ("question", "history", "answers"),
    [
        ("And how many people does it employ?", ["How many berths does the harbour of Lindau have?"], ["45", "62"]),
        ("Why?", ["When was the new quay closed?"], ["because its piles had rusted through"]),
        ("And why is it delayed?", ["When will the rail link open?"], ["due to unstable ground"]),
        ("What is a berth?", ["When will the rail link open?"], ["a place where a ship is moored"]),
        ("Who leads the harbour?", ["Why was the new quay closed?", "When will the rail link open?"], ["Greta Holm"]),
    ],
)
def test_follow_ups_and_new_topics(ask: Ask, question: str, history: Sequence[str], answers: Sequence[str]) -> None:
    assert any(words in str(ask(question, *history).text) for words in answers)


ODD = {
    "repeat.txt": "When was the bridge closed? " * 12 + "\n",
    "figures.txt": "7 12 0 1904 3.5 99 100 2024 6 " * 20 + "\n",
    "gold.txt": "gold " * 256 + "\n",
    "english.txt": "The theatre at Gotha was opened in 1931 by the mayor, Paul Reiner. It has 212 seats.\n",
}


@pytest.fixture(scope="module")
def ask_odd(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    with opened(encoder, tmp_path_factory.mktemp("odd"), ODD) as asked:
        yield asked


@pytest.mark.parametrize(
    "question",
    [
        "When was the bridge closed?",  # a passage repeats it
        "gold gold gold gold",
        "How much gold was found?",
        "What is 1904?",
        "7 12 0",
        "谁开放了桥？",
        "桥是什么时候关闭的？",
    ],
)
def test_odd_passages_answer_nothing(ask_odd: Ask, question: str) -> None:
    answer = ask_odd(question)
    assert answer.text is None and answer.reason
    assert answer.hits


def test_beside_odd_passages_the_right_one_answers(ask_odd: Ask) -> None:
    answer = ask_odd("When was the theatre opened?")
    assert (answer.span, len(answer.answers)) == ("1931", 1)


@pytest.mark.parametrize("question", ["When was the theatre opened?", "When was the bridge closed?", "gold gold"])
def test_the_same_question_has_the_same_answer(ask_odd: Ask, question: str) -> None:
    first = ask_odd(question)
    ask_odd("Who was the mayor?")
    assert ask_odd(question) == first


def test_what_a_source_asks_is_never_shown_beside_another(encoder: Encoder, tmp_path: Path) -> None:
    told = "The ferry of Lindau carries 300 passengers."
    asked = "The ferry of Lindau carries 300 passengers on a day in May, who would have thought it?"
    again = "The ferry of Lindau carries 300 passengers on a day in May, as everybody thought."
    with opened(encoder, tmp_path / "one", {"told.txt": told, "asked.txt": asked}) as ask:
        assert [one.text for one in ask("How many passengers does the ferry of Lindau carry?").answers] == [told]
    with opened(encoder, tmp_path / "two", {"told.txt": told, "again.txt": again}) as ask:
        assert len(ask("How many passengers does the ferry of Lindau carry?").answers) == 2
