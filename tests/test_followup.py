"""Questions that lean on earlier ones, and those that stand by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qa.followup import leans, resolve

BEIJING = "What was Beijing's R&D intensity in 2024?"


@pytest.mark.parametrize(
    ("question", "earlier", "asked"),
    [
        ("And Shanghai's?", BEIJING, "What was Shanghai's R&D intensity in 2024?"),
        ("and Shanghai’s?", BEIJING, "What was Shanghai's R&D intensity in 2024?"),
        ("What about Shanghai?", BEIJING, "What was Shanghai's R&D intensity in 2024?"),
        ("What about 2030?", BEIJING, "What was Beijing's R&D intensity in 2030?"),
        ("And in 2030?", BEIJING, "What was Beijing's R&D intensity in 2030?"),
        ("How about 2030?", "How many robots will be made by 2027?", "How many robots will be made by 2030?"),
        ("And Tokyo?", "How many people live in Osaka?", "How many people live in Tokyo?"),
        ("And the EU?", "How many people does the US have?", "How many people does the EU have?"),
        ("What about Shanghai in 2030?", BEIJING, "What was Shanghai's R&D intensity in 2030?"),
        ("And in June?", "How many ships came to Hull in May 1904?", "How many ships came to Hull in June 1904?"),
        ("And in May 1905?", "How many ships came in June 1904?", "How many ships came in May 1905?"),
        ("And to Leith in May?", "How many ships came to Hull in June?", "How many ships came to Leith in May?"),
        ("And the intensity in Shanghai?", BEIJING, "What was Shanghai's R&D intensity in 2024?"),
        ("and shanghai's?", BEIJING, "What was Shanghai's R&D intensity in 2024?"),
    ],
)
def test_the_new_name_or_year_stands_in_the_old_ones_place(question: str, earlier: str, asked: str) -> None:
    assert resolve(question, [earlier]) == [asked]


@pytest.mark.parametrize(
    ("question", "earlier", "old"),
    [
        ("What about inflation in Norway?", "How high is unemployment in Sweden?", "Sweden"),
        ("And exports to Japan?", "How large were imports from China?", "China"),
        ("And the GDP of France?", BEIJING, "Beijing"),
        ("And Shanghai's GDP in 2030?", BEIJING, "Beijing"),
        ("And exports in 2030?", "How large were imports in 2027?", "2027"),
    ],
)
def test_what_is_asked_anew_of_another_name_is_not_put_in_the_old_question(
    question: str, earlier: str, old: str
) -> None:
    joined, alone = resolve(question, [earlier])
    assert alone == question.partition("And ")[2] or alone == question.partition("What about ")[2]
    assert joined.startswith(alone) and joined != alone
    assert old not in joined


def test_a_month_stands_for_no_name() -> None:
    [asked, *_] = resolve("And in June?", ["How many ships came to Hull?"])
    assert "Hull" in asked and "June" in asked
    [asked, *_] = resolve("And Hull?", ["How many ships came in June?"])
    assert "Hull" in asked and "June" in asked


@pytest.mark.parametrize("question", ["What about today's?", "And what's?", "And it's?"])
def test_not_every_possessive_is_a_name(question: str) -> None:
    assert all("Beijing" in form or form == question for form in resolve(question, [BEIJING])[:1])


def test_a_bare_why_is_asked_with_what_went_before() -> None:
    [asked] = resolve("Why?", ["When did the council close the bridge?"])
    assert asked.startswith("Why?")
    assert "council close the bridge" in asked
    assert "When" not in asked


def test_a_question_that_points_back_is_asked_with_and_without_the_old_one() -> None:
    question = "How much did it grow last year?"
    with_old, plain = resolve(question, ["What was the revenue of SMIC in 2023?"])
    assert with_old.startswith(question)
    assert "revenue of SMIC in 2023" in with_old
    assert plain == question


def test_how_much_did_it_grow() -> None:
    asked = resolve("How much did it grow?", ["What was the revenue of SMIC in 2023?"])
    assert asked[0].startswith("How much did it grow?")
    assert "revenue of SMIC in 2023" in asked[0]


@pytest.mark.parametrize(
    "question",
    [
        "Who chairs JoyGovAI?",
        "Who won the World Cup in 2018?",
        "who won the world cup in 2018?",
        "Who wrote Hamlet?",
        "Where does Ana Müller live?",
        "When was the Eiffel Tower built?",
        "What is the capital of France?",
        "What is the minimum wage in Norway?",
        "Explain photosynthesis in green plants.",
        "How many robots did Kuka sell in 2019?",
        "How many lakes are there in Finland?",
        "How many lakes will there be in Finland?",
    ],
)
def test_a_new_topic_never_drags_the_old_one_in(question: str) -> None:
    assert not leans(question)
    assert resolve(question, [BEIJING]) == [question]
    assert resolve(question, [BEIJING, "And Shanghai's?", "What about 2030?"]) == [question]


def test_a_whole_question_behind_an_and_is_still_asked() -> None:
    assert any("chairs" in form for form in resolve("And who chairs JoyGovAI?", [BEIJING]))


def test_a_short_new_topic_without_a_name_is_asked_by_itself_too() -> None:
    assert "What is photosynthesis?" in resolve("What is photosynthesis?", [BEIJING])


def test_chains_of_three() -> None:
    assert resolve("And Shenzhen's?", [BEIJING, "And Shanghai's?"]) == ["What was Shenzhen's R&D intensity in 2024?"]
    assert resolve("And in 2020?", [BEIJING, "And Shanghai's?"]) == ["What was Shanghai's R&D intensity in 2020?"]
    [why] = resolve("Why?", [BEIJING, "And Shanghai's?", "What about 2020?"])
    assert "Shanghai's R&D intensity in 2020" in why
    assert "Beijing" not in why
    assert "2024" not in why


def short(words: int) -> Callable[[str], bool]:
    return lambda form: len(form.split()) <= words


def test_a_long_chain_keeps_its_topic() -> None:
    """However many questions lean on it, and however little may be asked at once."""
    history = [BEIJING, *["Why is that?", "How much did it grow?", "Who measured it there?"] * 8]
    for question in ("Why?", "And how was it counted?"):
        for most in (12, 20, 1000):
            asked, *others = resolve(question, history, short(most))
            assert "Beijing's R&D intensity" in asked
            assert all(len(form.split()) <= min(most, 40) for form in (asked, *others))


def test_what_fits_of_a_long_question_is_taken_along() -> None:
    earlier = f"What was said {'at great length ' * 20}of the harbour of Odessa?"
    [asked] = resolve("Why?", [earlier], short(6))
    assert asked == "Why? (the harbour of Odessa)" or asked.endswith("of Odessa)")
    assert resolve("Why?", [earlier], short(1)) == ["Why?"]


def test_a_form_that_does_not_fit_is_no_form() -> None:
    earlier = f"What was Osaka's share {'of all that was made ' * 20}in 2024?"
    assert resolve("And in 2020?", [earlier])[0].endswith("in 2020?")
    forms = resolve("And in 2020?", [earlier], short(30))
    assert all(len(form.split()) <= 30 and "2020" in form for form in forms)


def test_the_last_topic_counts() -> None:
    history = [BEIJING, "How many people live in Osaka?"]
    assert resolve("And Tokyo?", history) == ["How many people live in Tokyo?"]


@pytest.mark.parametrize("question", ["And Shanghai's?", "Why?", "How much did it grow?", "Who wrote Hamlet?", "", "?"])
@pytest.mark.parametrize("history", [[], [""], ["", "  ", "\n"]])
def test_nothing_to_lean_on(question: str, history: list[str]) -> None:
    assert resolve(question, history) == [question]


def test_blank_strings_in_the_history_do_not_count() -> None:
    assert resolve("And Shanghai's?", ["", BEIJING, " \t"]) == resolve("And Shanghai's?", [BEIJING])
    assert resolve("And in 2020?", [BEIJING, "", "And Shanghai's?", ""]) == [
        "What was Shanghai's R&D intensity in 2020?"
    ]


@pytest.mark.parametrize("earlier", ["?", "Why?", "and", "()", "为什么？", "\\1 $& %s"])
@pytest.mark.parametrize("question", ["Why?", "And Tokyo's?", "What about 2030?", "And \\1?", "它呢？"])
def test_odd_history_is_no_error(question: str, earlier: str) -> None:
    forms = resolve(question, [earlier])
    assert 1 <= len(forms) <= 2
    assert all(form.strip() for form in forms)
    assert resolve(question, [earlier]) == forms


def test_a_form_that_says_nothing_is_not_asked() -> None:
    (form,) = resolve("And by when?", ["Which three bridges will be built in Lyon?"])
    assert form == "by when? (three bridges will be built in Lyon)"
    assert len(resolve("And by when was the bridge built?", ["Which towns are in Lyon?"])) == 2
