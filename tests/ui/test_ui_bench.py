"""Evaluations over REST: run, stopped, gone on with, read and compared; one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake import FakeEngine, FakeSubject, read_corpus
from known import HUB, LAX, write_sets
from starlette.testclient import TestClient

from qa.ui.folders import Folders
from qa.ui.server import create_app
from qa.ui.service import Service


@pytest.fixture
def asked() -> list[str]:
    """The questions that were asked."""
    return []


@pytest.fixture
def client(tmp_path: Path, may_go: threading.Event, asked: list[str]) -> Iterator[TestClient]:
    engine = FakeEngine(read_corpus())
    folders = Folders(tmp_path / "sets", tmp_path / "runs")
    write_sets(folders.sets, engine)
    service = Service(lambda progress: engine)
    app = create_app(service, folders=folders, subject_of=lambda engine: FakeSubject(engine, may_go, asked))  # type: ignore[arg-type]
    with TestClient(app) as client:
        while client.get("/api/v1/status").json()["state"] == "loading":
            pass
        yield client


def ended(client: TestClient, response: Any) -> dict[str, Any]:
    """The evaluation that was started, at its end."""
    assert response.status_code == 202, response.text
    while (now := client.get("/api/v1/eval/running").json())["state"] == "working":
        pass
    assert isinstance(now, dict)
    return now


def start(client: TestClient, name: str, **more: Any) -> Any:
    return client.post("/api/v1/eval/runs", json={"set": name, **more})


def test_sets_are_listed_with_what_is_wrong_with_them(client: TestClient) -> None:
    listed = {each["name"]: each for each in client.get("/api/v1/eval/sets").json()}
    assert {name: each["questions"] for name, each in listed.items()} == {"broken": 0, "known": 5, "many": 40}
    assert "line 1" in listed["broken"]["error"] and listed["known"]["error"] is None


def test_a_run_says_what_was_lost_where_and_what_stands_there(client: TestClient) -> None:
    now = ended(client, start(client, "known"))
    assert (now["state"], now["set"]) == ("done", "known")
    found = client.get(f"/api/v1/eval/runs/{now['run']}").json()
    measures = {each["measure"]: each for each in found["summary"]["measures"]}
    assert (measures["answer-in-text@1"]["n"], measures["answer-in-text@1"]["value"]) == (3, pytest.approx(1 / 3))
    assert measures["refusal-recall"]["value"] == 0.5
    lost = {each["id"]: each for each in found["lost"]}
    assert set(lost) == {"wrong", "strict", "lax"}
    assert lost["lax"]["stage"] == "not refused" and lost["lax"]["question"] == LAX
    assert lost["lax"]["given"]["quote"] and lost["lax"]["expected"] == []
    [expected] = lost["strict"]["expected"]
    text = client.get(f"/api/v1/documents/{HUB[0]}").json()["text"]
    place = expected["place"]
    assert text[place["u16_start"] : place["u16_end"]] == expected["quote"] == HUB[1]
    assert found["risk_coverage"][-1][0] == pytest.approx(3 / 5)
    assert sum(each["n"] for each in found["reliability"]) == 3
    [listed] = client.get("/api/v1/eval/runs").json()
    assert (listed["name"], listed["set"], listed["questions"]) == (now["run"], "known", 5)


def test_two_runs_are_compared(client: TestClient) -> None:
    first, second = (ended(client, start(client, "known"))["run"] for _ in range(2))
    assert first != second
    found = client.get(f"/api/v1/eval/runs/{second}", params={"compare": first}).json()
    assert found["comparison"]["compared"] == 5
    assert found["comparison"]["flips"] == []
    moved = {each["measure"] for each in found["comparison"]["differences"] if each["difference"]}
    assert all(measure.startswith("seconds") for measure in moved)
    other = ended(client, start(client, "many"))["run"]
    assert client.get(f"/api/v1/eval/runs/{other}", params={"compare": first}).status_code == 422


def test_one_at_a_time_and_a_stopped_one_goes_on(client: TestClient, may_go: threading.Event) -> None:
    may_go.clear()
    started = start(client, "many")
    busy = start(client, "known")
    assert (busy.status_code, busy.json()["state"]) == (503, "busy")
    client.delete("/api/v1/eval/running")
    may_go.set()
    stopped = ended(client, started)
    assert stopped["state"] == "stopped" and 0 < stopped["total"] == 40
    assert client.get("/api/v1/eval/runs").json() == []
    assert ended(client, start(client, "many"))["state"] == "done"


def test_stop_is_heard_and_progress_told_every_few_questions(
    client: TestClient, may_go: threading.Event, asked: list[str]
) -> None:
    may_go.clear()
    started = start(client, "many")
    while not asked:
        pass
    client.delete("/api/v1/eval/running")
    may_go.set()
    assert ended(client, started)["state"] == "stopped"
    assert len(asked) <= 4
    now = ended(client, start(client, "many"))
    assert (now["state"], now["done"], now["total"]) == ("done", 40, 40)
    assert len(asked) == 40


def test_questions_in_a_folder_of_ones_choice_are_run(tmp_path: Path, may_go: threading.Event) -> None:
    engine = FakeEngine(read_corpus())
    write_sets(tmp_path / "own", engine)
    file = tmp_path / "own" / "known" / "questions.jsonl"
    folders = Folders(tmp_path / "sets", tmp_path / "runs", file)
    write_sets(folders.sets, engine)
    subject_of = lambda engine: FakeSubject(engine, may_go)  # noqa: E731
    app = create_app(Service(lambda progress: engine), folders=folders, subject_of=subject_of)  # type: ignore[arg-type]
    with TestClient(app) as client:
        while client.get("/api/v1/status").json()["state"] == "loading":
            pass
        listed = {each["name"]: each for each in client.get("/api/v1/eval/sets").json()}
        assert set(listed) == {"broken", "known", "many", "mine"}
        assert (listed["mine"]["path"], listed["mine"]["questions"]) == (str(file), 5)
        now = ended(client, start(client, "mine"))
        assert client.get(f"/api/v1/eval/runs/{now['run']}").json()["summary"]["questions"] == 5
        client.post("/api/v1/eval/questions", json={"question": "Who won the cup?"})
        assert "Who won the cup?" in file.read_text(encoding="utf-8")


def test_a_broken_set_fails_with_file_and_line(client: TestClient) -> None:
    now = ended(client, start(client, "broken"))
    assert now["state"] == "failed" and "line 1" in now["message"]
    assert ended(client, start(client, "known"))["state"] == "done"


@pytest.mark.parametrize("name", ["never", "../known", "/etc", "known/questions.jsonl"])
def test_names_that_are_none(client: TestClient, name: str) -> None:
    assert start(client, name).status_code == 404
    assert client.get(f"/api/v1/eval/runs/{name}").status_code == 404
    assert client.post("/api/v1/eval/runs", json={"set": "known", "split": "magic"}).status_code == 422
