"""Asking and scoring, on a product of five lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from qa.eval.relevance import passage_id, relevant_ids
from qa.eval.run import Examiner
from qa.eval.scoring import Record, stage_of_loss
from qa.eval.sets import Gold, Question, QuestionSet
from qa.measures.rows import Row
from qa.settings import Settings
from qa.types import Passage


def question(id: str, text: str, answer: str = "", gold: tuple[Gold, ...] = (), **more: Any) -> Question:
    return Question(id, text, more.pop("history", ()), (answer,) if answer else (), gold, **more)


STATION = Gold("station.txt", 0, 27)
BRIDGE = Gold("station.txt", 28, 66)
QUESTIONS = QuestionSet(
    "town",
    (
        question("right", "When did the station open, opened in which year?", "1904", (STATION,)),
        question("wrong", "What opened after a fire?", "1904", (STATION,)),
        question("refused", "Where are tickets?", "crowns", (Gold("station.txt", 67, 90),)),
        question("lost", "Who paints?", "red", (Gold("harbour.txt", 31, 70),)),
        question("rightly refused", "Who is the mayor?"),
        question("not refused", "Who opened the bridge?"),
        question("cannot be asked", "in the", "1904", (STATION,)),
    ),
)


def ticking() -> Iterator[float]:
    return iter(range(1_000))


def examine(subject: Any, questions: QuestionSet = QUESTIONS, **more: Any) -> dict[str, Record]:
    ticks = ticking()
    examiner = Examiner(subject, Settings(), clock=lambda: next(ticks), **more)
    return {record.question.id: record for records in examiner.evaluate(questions) for record in records}


def test_every_question_has_a_record_in_order(subject: Any) -> None:
    assert list(examine(subject)) == [each.id for each in QUESTIONS.questions]


def test_a_right_answer(subject: Any) -> None:
    record = examine(subject)["right"]
    assert (record.text, record.span, record.stage) == ("The station opened in 1904.", "1904", None)
    assert record.ranking[0] == "station.txt:0-27"
    assert record.relevant == {"station.txt:0-27": 1}
    assert record.row.right
    values = record.row.values
    assert values["success@1"] == values["answer-in-text@1"] == values["EM"] == 1.0
    assert values["citation-validity"] == 1.0
    assert record.row.seconds == 1.0


def test_a_refused_answerable_question_scores_nothing_and_counts(subject: Any) -> None:
    row = examine(subject)["refused"].row
    assert (row.shown, row.right, row.answerable) == (False, False, True)
    assert row.values["answer-in-text@1"] == row.values["F1"] == 0.0
    assert row.values["success@1"] == 1.0
    assert "citation-validity" not in row.values


def test_unanswerable_questions_have_no_retrieval_and_no_answer_values(subject: Any) -> None:
    records = examine(subject)
    assert records["rightly refused"].row.values == {"EM-all": 1.0, "F1-all": 1.0}
    assert records["not refused"].row.values == {"EM-all": 0.0, "F1-all": 0.0, "citation-validity": 1.0}


def test_a_question_that_cannot_be_asked_counts_as_refused(subject: Any) -> None:
    record = examine(subject)["cannot be asked"]
    assert record.reason == "the question has no word in it: type one"
    assert (record.row.shown, record.row.confidence, record.ranking) == (False, 0.0, ())
    assert record.row.values["success@10"] == 0.0


def test_where_each_question_was_lost(subject: Any) -> None:
    stages = {id: record.stage for id, record in examine(subject).items()}
    assert stages == {
        "right": None,
        "wrong": "wrong answer",
        "refused": "refused",
        "lost": "not retrieved",
        "rightly refused": None,
        "not refused": "not refused",
        "cannot be asked": "not retrieved",
    }


@pytest.mark.parametrize(
    ("shown", "first_relevant", "stage"),
    [(True, 13, "not read"), (True, 12, "wrong answer"), (False, 12, "refused"), (None, 1, None)],
)
def test_below_what_the_reader_reads_is_not_read(shown: bool | None, first_relevant: int, stage: str | None) -> None:
    row = Row("1", "", True, {}, 0.1, shown=shown)
    assert stage_of_loss(row, first_relevant, read=12) == stage


def test_history_is_asked_with_the_question(subject: Any) -> None:
    follow_up = question("1", "And opened?", "1904", (STATION,), history=("The station?", "Which year?"))
    assert examine(subject, QuestionSet("s", (follow_up,)))["1"].row.right


def test_retrieval_alone_asks_for_no_answers(subject: Any) -> None:
    records = examine(subject, mode="lexical")
    assert set(subject.modes) == {"lexical"}
    assert records["right"].row.shown is None
    assert "answer-in-text@1" not in records["right"].row.values
    assert records["right"].row.values["success@1"] == 1.0
    assert records["right"].stage is None
    assert records["rightly refused"].row.values == {}


def test_documents_are_ranked_by_their_first_passage(subject: Any, town: Any) -> None:
    whole = Gold("station.txt", 0, len(town["station.txt"].text), 2)
    questions = QuestionSet("s", (question("1", "red bridge opened", gold=(whole,)),), unit="document")
    record = examine(subject, questions, mode="hybrid")["1"]
    assert record.ranking == ("station.txt", "harbour.txt")
    assert record.relevant == {"station.txt": 2}
    assert record.row.values["success@1"] == 1.0


def passage(start: int, end: int, searchable: bool = True) -> Passage:
    return Passage("d", start, end, "x" * (end - start), "", (), searchable)


@pytest.mark.parametrize(
    ("passages", "relevant"),
    [
        ([passage(0, 10), passage(10, 20), passage(20, 30)], {"d:10-20": 1}),  # touching is not overlapping
        ([passage(0, 11), passage(11, 30)], {"d:0-11": 1, "d:11-30": 1}),
        ([passage(0, 15), passage(15, 30, searchable=False)], {"d:0-15": 1}),
        ([passage(0, 30, searchable=False)], {"d:0-30": 1}),
        ([passage(0, 10)], {"d:10-20": 1}),  # in no passage: it can only be missed
    ],
)
def test_a_passage_is_relevant_when_it_overlaps_the_gold(passages: list[Passage], relevant: dict[str, int]) -> None:
    asked = question("1", "?", "x", (Gold("d", 10, 20),))
    assert relevant_ids(asked, lambda _: passages, "passage") == relevant


def test_the_highest_grade_counts() -> None:
    asked = question("1", "?", "x", (Gold("d", 0, 5, 3), Gold("d", 5, 9, 1)))
    assert relevant_ids(asked, lambda _: [passage(0, 10)], "passage") == {"d:0-10": 3}


def test_ids_have_no_white_space_and_stay_apart() -> None:
    assert passage_id("a b/ü\t:1-2.txt", 0, 7) == "a%20b/%C3%BC%09%3A1-2.txt:0-7"
