"""SQuAD and BEIR files as open corpora."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qa.errors import QuestionSetError
from qa.eval.beir import read_beir
from qa.eval.sets import Gold
from qa.eval.squad import read_squad

CONTEXT = "  Ærø has 6 001 people 🙂 and one town, Ærøskøbing."


def squad(path: Path, *qas: object, context: str = CONTEXT) -> Path:
    paragraphs = [{"context": context, "qas": list(qas)}]
    path.write_text(json.dumps({"version": "v2.0", "data": [{"title": "Ærø", "paragraphs": paragraphs}]}))
    return path


def qa(id: str, *answers: str, **more: Any) -> dict[str, Any]:
    marked = [{"text": answer, "answer_start": CONTEXT.index(answer)} for answer in answers]
    return {"id": id, "question": " How many people live on Ærø? ", "answers": marked, **more}


def test_a_paragraph_is_a_document_unchanged(tmp_path: Path) -> None:
    questions = read_squad(squad(tmp_path / "s.json", qa("1", "6 001")))
    assert questions.documents is not None
    (document,) = questions.documents
    assert (document.id, document.text) == ("001-Ærø/001", CONTEXT)
    (question,) = questions.questions
    (gold,) = question.gold
    assert document.text[gold.start : gold.end] == "6 001"
    assert (question.question, question.type) == ("How many people live on Ærø?", "how many")


def test_answers_that_overlap_are_one_place_and_all_are_acceptable(tmp_path: Path) -> None:
    path = squad(tmp_path / "s.json", qa("1", "one town", "town", "6 001 people", "town"))
    (question,) = read_squad(path).questions
    assert question.answers == ("one town", "town", "6 001 people")
    assert [CONTEXT[gold.start : gold.end] for gold in question.gold] == ["6 001 people", "one town"]


def test_answers_that_only_touch_are_two_places(tmp_path: Path) -> None:
    (question,) = read_squad(squad(tmp_path / "s.json", qa("1", "one ", "town"))).questions
    assert [CONTEXT[gold.start : gold.end] for gold in question.gold] == ["one ", "town"]


def test_impossible_questions_have_no_gold_whatever_is_listed(tmp_path: Path) -> None:
    (question,) = read_squad(squad(tmp_path / "s.json", qa("1", "town", is_impossible=True))).questions
    assert (question.answers, question.gold, question.type) == ((), (), "unanswerable")


def test_the_same_paragraph_twice_is_one_document(tmp_path: Path) -> None:
    paragraphs = [{"context": CONTEXT, "qas": [qa(id, "town")]} for id in "ab"]
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    questions = read_squad(path)
    assert [document.id for document in questions.documents or ()] == ["001-Article 1/001"]
    assert len({question.gold for question in questions.questions}) == 1


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ({**qa("1", "town"), "answers": [{"text": "town", "answer_start": 0}]}, "'town' does not stand at 0"),
        ({**qa("1", "town"), "answers": [{"text": "town", "answer_start": -13}]}, "does not stand at -13"),
        ({**qa("1", "town"), "answers": [{"text": "town"}]}, "the field 'answer_start' is missing"),
        (qa("1"), "has no answers and is not marked is_impossible"),
        ({"id": "1", "question": "Where?"}, "the field 'answers' is missing"),
        ("town", "'qas' item 1 must be an object, not a text"),
    ],
)
def test_wrong_squad_names_the_place(tmp_path: Path, line: object, cause: str) -> None:
    path = squad(tmp_path / "s.json", line)
    with pytest.raises(QuestionSetError) as caught:
        read_squad(path)
    assert str(caught.value).startswith(f"{path}: article 1, paragraph 1")
    assert cause in str(caught.value)


def test_wrong_json_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text('{"data":\n[,]}')
    with pytest.raises(QuestionSetError, match=r"s\.json: not JSON: .*, line 2"):
        read_squad(path)


def test_squad_without_questions_or_with_an_id_twice(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="there is no question in it"):
        read_squad(squad(tmp_path / "none.json"))
    with pytest.raises(QuestionSetError, match=r"question 2: the id '1' was already used in .* question 1"):
        read_squad(squad(tmp_path / "twice.json", qa("1", "town"), qa("1", "people")))


CORPUS = '{"_id": "d1", "title": "Bees", "text": "They dance."}\n{"_id": "d2", "text": "Ants."}\n'
QUERIES = '{"_id": "q1", "text": "who dances"}\n{"_id": "q2", "text": "ants"}\n{"_id": "q3", "text": "x"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td2\t1\n"


def beir(folder: Path, corpus: str = CORPUS, queries: str = QUERIES, qrels: str = QRELS) -> Path:
    (folder / "qrels").mkdir()
    for name, text in (("corpus.jsonl", corpus), ("queries.jsonl", queries), ("qrels/test.tsv", qrels)):
        (folder / name).write_text(text)
    return folder


def test_beir_judges_whole_documents_with_grades(tmp_path: Path) -> None:
    questions = read_beir(beir(tmp_path))
    first, second = questions.questions  # q3 was not judged
    assert questions.unit == "document"
    assert first.gold == (Gold("d1", 0, 17, 2),)
    assert (second.gold, second.split, second.question) == ((Gold("d2", 0, 5),), "test", "ants")
    bees, ants = questions.documents or ()
    assert (bees.text, [block.kind for block in bees.blocks]) == ("Bees\n\nThey dance.", ["heading", "text"])
    assert [bees.text[block.start : block.end] for block in bees.blocks] == ["Bees", "They dance."]
    assert (ants.text, len(ants.blocks), ants.source.title) == ("Ants.", 1, "d2")


@pytest.mark.parametrize(
    ("files", "where", "cause"),
    [
        ({"corpus": CORPUS + CORPUS}, "corpus.jsonl line 3", "the id 'd1' is used twice"),
        ({"corpus": '{"_id": "d1", "text": 1}'}, "corpus.jsonl line 1", "'text' must be a text"),
        ({"queries": '{"_id": "q1"}'}, "queries.jsonl line 1", "the field 'text' is missing"),
        ({"qrels": "q1\td9\t1"}, "test.tsv line 1", "there is no document 'd9'"),
        ({"qrels": QRELS + "q9\td1\t1"}, "test.tsv line 5", "there is no query 'q9'"),
        ({"qrels": "q1 d1 1"}, "test.tsv line 1", "must have query-id, corpus-id and score"),
        ({"qrels": "q1\td1\thigh"}, "test.tsv line 1", "the score 'high' is not a whole number"),
        ({"qrels": "query-id\tcorpus-id\tscore\n"}, "qrels", "no query is judged"),
    ],
)
def test_wrong_beir_names_file_and_line(tmp_path: Path, files: dict[str, str], where: str, cause: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        read_beir(beir(tmp_path, **files))
    assert f"{where}: " in str(caught.value)
    assert cause in str(caught.value)


def test_a_folder_that_is_not_beir(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"corpus\.jsonl: cannot be read"):
        read_beir(tmp_path)
