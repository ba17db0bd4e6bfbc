"""Questions that people save from the screen: checked against the documents, kept as a set, taken out again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fake import FakeEngine
from starlette.testclient import TestClient

from qa.eval.sets import read_set
from qa.ui.folders import Folders

DOCUMENT = "state-council-beijing-hub.txt"
QUOTE = "By 2017, a primary innovation hub will be set up."
LINE = {
    "question": "When is a primary hub set up?",
    "answers": ["2017"],
    "gold": [{"document": DOCUMENT, "quote": QUOTE}],
}


def lines(folders: Folders, name: str = "mine") -> list[dict[str, Any]]:
    path = folders.sets / name / "questions.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


@pytest.fixture(autouse=True)
def empty(folders: Folders) -> None:
    for path in folders.sets.glob("*/questions.jsonl"):
        path.unlink()


def test_a_saved_question_is_one_that_an_evaluation_reads(
    client: TestClient, engine: FakeEngine, folders: Folders
) -> None:
    response = client.post("/api/v1/eval/questions", json={**LINE, "history": ["What is planned?"]})
    assert response.status_code == 201
    saved = read_set(folders.sets / "mine" / "questions.jsonl", lambda id: engine.document(id).text)
    [question] = saved.questions
    text = engine.document(DOCUMENT).text
    assert (question.id, question.question, question.history) == (
        response.json()["id"], LINE["question"], ("What is planned?",),
    )  # fmt: skip
    assert [text[gold.start : gold.end] for gold in question.gold] == [QUOTE]


def test_undo_takes_it_out_again_and_leaves_the_others(client: TestClient, folders: Folders) -> None:
    client.post("/api/v1/eval/questions", json={"question": "Who won the cup?"})
    id = client.post("/api/v1/eval/questions", json=LINE).json()["id"]
    assert client.delete(f"/api/v1/eval/questions/{id}").json() == {"id": id, "set": "mine"}
    assert [line["question"] for line in lines(folders)] == ["Who won the cup?"]
    assert client.delete(f"/api/v1/eval/questions/{id}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gold": []}, "no gold"),
        ({"answers": []}, "no answers"),
        ({"gold": [{"document": "none.txt", "quote": "x 2017"}]}, "no document 'none.txt'"),
        ({"gold": [{"document": DOCUMENT, "quote": "By 2018, a primary"}]}, "is not in document"),
        ({"answers": ["2018"]}, "stands in no quote"),
    ],
)
def test_what_does_not_hold_is_not_saved(
    client: TestClient, folders: Folders, changes: dict[str, Any], message: str
) -> None:
    response = client.post("/api/v1/eval/questions", json={**LINE, **changes})
    assert response.status_code == 422
    assert message in response.json()["detail"]
    assert lines(folders) == []


@pytest.mark.parametrize("name", ["innovation", "../mine", "mine/../innovation", "mine..", "", "MINE"])
def test_only_sets_of_ones_own_can_be_changed(client: TestClient, folders: Folders, name: str) -> None:
    assert client.post("/api/v1/eval/questions", json={**LINE, "set": name}).status_code == 422
    assert client.delete("/api/v1/eval/questions/x", params={"set": name}).status_code == 422
    assert client.post("/api/v1/eval/questions", json={**LINE, "set": "mine-two"}).status_code == 201
    assert len(lines(folders, "mine-two")) == 1


def test_a_draft_is_kept_and_never_asked(client: TestClient, engine: FakeEngine, folders: Folders) -> None:
    note = "Answered wrongly: <b>it</b>"
    client.post("/api/v1/eval/questions", json={"question": "When?", "draft": True, "note": note})
    client.post("/api/v1/eval/questions", json=LINE)
    assert [line.get("note") for line in lines(folders)] == [note, None]
    saved = read_set(folders.sets / "mine" / "questions.jsonl", lambda id: engine.document(id).text)
    assert [question.question for question in saved.questions] == [LINE["question"]]


def test_a_broken_set_is_an_error_that_names_the_line_and_stays_as_it_is(client: TestClient, folders: Folders) -> None:
    path = folders.sets / "mine" / "questions.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not JSON\n", encoding="utf-8")
    response = client.post("/api/v1/eval/questions", json=LINE)
    assert response.status_code == 500
    assert "line 1" in response.json()["detail"]
    assert path.read_text(encoding="utf-8") == "not JSON\n"
