"""The REST API gives the contract's objects and says plainly what is wrong."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fake import FakeEngine
from hostile import EMOJI, HOSTILE, NAME, PAGES, STRADDLES
from starlette.testclient import TestClient

from qa.errors import IndexDamaged
from qa.ui import service as service_module
from qa.ui.server import create_app
from qa.ui.service import Service

QUESTION = "Which three science and technology cities will be built in Beijing?"


def ask(client: TestClient, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/api/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    given: dict[str, Any] = response.json()
    return given


def test_ask_gives_the_object_of_the_contract_and_nothing_else(client: TestClient, engine: FakeEngine) -> None:
    expected = engine.ask(QUESTION, ("earlier",)).to_json()
    given = ask(client, QUESTION, history=["earlier"])
    assert given == expected
    assert list(given) == list(expected)
    assert given["citations"]


def test_a_refusal_has_no_text_and_a_reason(client: TestClient) -> None:
    given = ask(client, "Who won the 1998 world cup?")
    assert given["text"] is given["span"] is None
    assert given["citations"] == given["answers"] == []
    assert given["reason"] and given["hits"]


def test_history_and_choice_of_sources_reach_the_engine(client: TestClient, engine: FakeEngine) -> None:
    ask(client, "And then what?", history=["a", "b"], sources=["paged.pdf"])
    assert engine.asked[-1] == {"question": "And then what?", "history": ["a", "b"], "only": ["paged.pdf"]}
    ask(client, "And then what?", sources=[])
    assert engine.asked[-1]["only"] == []
    ask(client, "And then what?")
    assert engine.asked[-1]["only"] is None


def test_places_are_where_a_browser_finds_the_quotes(client: TestClient) -> None:
    for question in (QUESTION, "unicode zebra says apples flags", "hostile scripts walrus counted times"):
        given = ask(client, question, places=True)
        assert given["citations"]
        for citation, place in zip(given["citations"], given["places"]["citations"], strict=True):
            text = client.get(f"/api/v1/documents/{quote(place['document_id'])}").json()["text"]
            assert utf16(text, place["u16_start"], place["u16_end"]) == citation["quote"]
            span = text[citation["span_start"] : citation["span_end"]]
            assert utf16(text, place["u16_span_start"], place["u16_span_end"]) == span
            assert place["before"].lstrip("…\u00a0") in text
            assert place["after"].rstrip("…\u00a0") in text


def test_places_of_near_misses_only_where_there_is_no_answer(client: TestClient) -> None:
    given = ask(client, "Who won the 1998 world cup?", places=True)
    assert len(given["places"]["hits"]) == len(given["hits"])
    assert ask(client, QUESTION, places=True)["places"]["hits"] == []


def test_open_original_leads_to_the_web_or_to_our_copy_never_elsewhere(client: TestClient) -> None:
    [web] = ask(client, "unicode zebra says apples flags", places=True)["places"]["citations"]
    assert web["original"].startswith("https://example.org/a?b=1#:~:text=")
    [ours] = ask(client, "hostile scripts walrus counted times", places=True)["places"]["citations"]
    response = client.get(ours["original"])
    assert response.status_code == 200 and HOSTILE in response.text
    [paged] = ask(client, "What does the giraffe weigh, second page?", places=True)["places"]["citations"]
    assert paged["original"] == "api/v1/documents/paged.pdf/original#page=2"
    assert [place["original_opens"] for place in (web, ours, paged)] == [True, False, True]


def utf16(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def test_search_gives_ranked_passages(client: TestClient) -> None:
    given = client.post("/api/v1/search", json={"question": QUESTION, "top_k": 3, "mode": "lexical"}).json()
    assert [hit["rank"] for hit in given["hits"]] == [1, 2, 3]
    assert set(given["hits"][0]) == {"rank", "document_id", "start", "end", "text", "score", "scores"}


def test_documents_are_listed_with_what_could_not_be_read(client: TestClient) -> None:
    given = client.get("/api/v1/documents").json()
    listed = {document["id"]: document for document in given["documents"]}
    assert list(listed) == sorted(listed)
    assert listed["state-council-beijing-hub.txt"]["published"] == "2016-09-18"
    assert listed["paged.pdf"]["passages"] > 0 and listed["paged.pdf"]["kind"] == "pdf"
    assert given["failures"] == [{"path": "old <b>.doc", "reason": "not UTF-8 <i>text</i>"}]


@pytest.mark.parametrize("id", [f"sub dir/{NAME}", "emoji 😀.md", "paged.pdf"])
def test_a_document_is_found_whatever_its_name_holds(client: TestClient, id: str) -> None:
    given = client.get(f"/api/v1/documents/{quote(id)}").json()
    assert given["id"] == id


def test_text_arrives_unchanged(client: TestClient) -> None:
    assert (
        client.get(f"/api/v1/documents/{quote('emoji 😀.md')}")
        .json()["text"]
        .startswith("😀 intro line.\r\n\r\n" + EMOJI)
    )
    paged = client.get("/api/v1/documents/paged.pdf").json()
    assert paged["u16_pages"] == paged["pages"] == [0, len(PAGES[0]), len(PAGES[0] + PAGES[1])]
    assert paged["text"][paged["pages"][2] :].startswith(STRADDLES)


def test_unknown_documents(client: TestClient) -> None:
    for path in ("none.txt", "none.txt/original", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd/original"):
        response = client.get(f"/api/v1/documents/{path}")
        assert response.status_code == 404
        assert "root:" not in response.text


def test_originals_cannot_run_anything(client: TestClient) -> None:
    for id in (f"sub dir/{NAME}", "emoji 😀.md", "long.txt"):
        text = client.get(f"/api/v1/documents/{quote(id)}/original")
        assert text.headers["content-type"] == "application/octet-stream"
        assert text.headers["content-disposition"].startswith("attachment")
        assert text.headers["content-security-policy"].startswith("sandbox")
        assert text.headers["x-content-type-options"] == "nosniff"
    pdf = client.get("/api/v1/documents/paged.pdf/original")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"].startswith("inline")


def test_an_original_that_changed_is_not_shown_as_the_source(client: TestClient, engine: FakeEngine) -> None:
    path = Path(engine.document("paged.pdf").source.path)
    before = path.read_bytes()
    path.write_bytes(before + b"more")
    try:
        response = client.get("/api/v1/documents/paged.pdf/original")
    finally:
        path.write_bytes(before)
    assert response.status_code == 409
    assert response.headers["content-type"].startswith("text/plain")
    assert "has changed" in response.text
    assert client.get("/api/v1/documents/paged.pdf/original").status_code == 200


def test_an_original_that_is_gone_is_said_to_be(client: TestClient) -> None:
    response = client.get("/api/v1/documents/gone.html/original")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/plain")
    assert "pincite index" in response.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "x" * 10_000},
        {"question": "\ud800"},
        {"question": 3},
        {"question": "x", "top_k": 0},
        {"question": "x", "history": "not a list"},
        {"question": "x", "sources": "paged.pdf"},
        {"question": "x", "sources": ["paged.pdf", "nowhere.txt"]},
        {"question": "x", "oops": 1},
        {"question": "?!…"},
    ],
)
def test_bad_input_is_422_and_says_where(client: TestClient, body: dict[str, Any]) -> None:
    response = client.post("/api/v1/ask", content=json.dumps(body))
    assert response.status_code == 422
    [problem, *_] = response.json()["detail"]
    assert problem["loc"][0] == "body" and problem["msg"]


def test_a_bad_mode_and_a_broken_body_are_422(client: TestClient) -> None:
    assert client.post("/api/v1/search", json={"question": "x", "mode": "magic"}).status_code == 422
    assert client.post("/api/v1/search", json={"question": "x", "sources": ["nowhere.txt"]}).status_code == 422
    assert client.post("/api/v1/ask", content=b"{").status_code == 422


def test_an_unexpected_error_says_nothing_of_the_inside(client: TestClient) -> None:
    response = client.post("/api/v1/ask", json={"question": "crash"})
    assert response.status_code == 500
    assert "secret" not in response.text and "passwd" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_without_a_shelf_the_documents_stay_as_they_are(client: TestClient) -> None:
    assert client.get("/api/v1/uploads").json() == {"formats": [], "max_bytes": 0, "max_files": 0}
    for method, path in (("POST", "uploads?name=a.txt"), ("POST", "documents"), ("DELETE", "documents/paged.pdf")):
        assert client.request(method, f"/api/v1/{path}").status_code in {404, 405}


def test_while_loading_questions_are_told_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "_AGAIN", float("inf"))
    may_load, reported = threading.Event(), threading.Event()

    def opener(progress: Any) -> FakeEngine:
        progress("reading", 3, 5)
        reported.set()
        may_load.wait(10)
        raise IndexDamaged("the index is damaged: run `pincite index`")

    with TestClient(create_app(Service(opener))) as client:
        assert reported.wait(10)
        assert client.get("/api/v1/status").json() | {"version": ""} == {
            "state": "loading", "message": "Reading the documents", "done": 3, "total": 5, "version": "", "index": 0,
        }  # fmt: skip
        response = client.post("/api/v1/ask", json={"question": "x"})
        assert (response.status_code, response.json()["state"]) == (503, "loading")
        assert response.headers["retry-after"]
        may_load.set()
        while (state := client.get("/api/v1/status").json())["state"] == "loading":
            pass
        assert state["message"] == "the index is damaged: run `pincite index`"
        assert client.get("/api/v1/documents").json()["state"] == "failed"


def test_fifty_at_once_get_an_answer_or_are_told_it_is_busy(engine: FakeEngine) -> None:
    with TestClient(create_app(Service(lambda progress: engine, at_once=2, waiting=20))) as client:
        while client.get("/api/v1/status").json()["state"] == "loading":
            pass
        with ThreadPoolExecutor(50) as pool:
            asked = [pool.submit(client.post, "/api/v1/ask", json={"question": QUESTION}) for _ in range(50)]
            responses = [each.result() for each in asked]
    statuses = {response.status_code for response in responses}
    assert 200 in statuses and statuses <= {200, 503}
    assert all(r.json()["state"] == "busy" for r in responses if r.status_code == 503)
    assert all(r.json()["text"] for r in responses if r.status_code == 200)


@pytest.mark.parametrize("body", ['{"question": "\\ud800 x"}', '{"question": NaN}', '{"question": 3}', "[", '""'])
def test_what_cannot_be_read_is_told_and_not_sent_back(client: Any, body: str) -> None:
    response = client.post("/api/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert all(set(wrong) == {"type", "loc", "msg"} for wrong in response.json()["detail"])
