"""Why this answer: the numbers of the trace, next to the answer and never in it."""

from __future__ import annotations

from typing import Any

from fake import FakeEngine
from starlette.testclient import TestClient

QUESTION = "Which three science and technology cities will be built in Beijing?"


def ask(client: TestClient, **more: Any) -> dict[str, Any]:
    response = client.post("/api/v1/ask", json={"question": QUESTION, **more})
    assert response.status_code == 200, response.text
    given: dict[str, Any] = response.json()
    return given


def test_it_comes_only_when_asked_for_and_changes_nothing_else(client: TestClient) -> None:
    plain, traced = ask(client), ask(client, trace=True)
    assert "trace" not in plain
    assert {name: value for name, value in traced.items() if name != "trace"} == plain


def test_it_says_what_each_search_and_the_reader_made_of_every_passage(client: TestClient, engine: FakeEngine) -> None:
    given = ask(client, trace=True)
    trace = engine.ask(QUESTION).trace
    assert trace is not None
    assert given["trace"]["threshold"] == trace.threshold
    assert given["trace"]["confidence"] == given["confidence"]
    assert len(given["trace"]["passages"]) == trace.read
    for row, hit, extract in zip(given["trace"]["passages"], trace.retrieved, trace.extracts, strict=False):
        assert row["document_id"] == hit.passage.document_id
        assert row["fused"]["rank"] == hit.rank
        assert row["lexical"] == {"rank": hit.ranks["lexical"], "score": hit.scores["lexical"]}
        assert row["dense"] is None
        assert row["reader"]["confidence"] == round(extract.confidence, 4)
        assert row["reader"]["quote"] == hit.passage.text
    assert [row["reader"]["rank"] for row in given["trace"]["passages"]] == list(range(1, trace.read + 1))
    cited = [row["reader"]["citation"] for row in given["trace"]["passages"]]
    assert [number for number in cited if number] == [citation["number"] for citation in given["citations"]]


def test_the_words_are_where_a_browser_finds_them(client: TestClient) -> None:
    response = client.post("/api/v1/ask", json={"question": "unicode zebra says apples flags", "trace": True})
    [first, *_] = response.json()["trace"]["passages"]
    units = first["reader"]["quote"].encode("utf-16-le")
    assert first["reader"]["quote"].startswith("🧪👩")
    assert units[: 2 * first["reader"]["u16_span_end"]].decode("utf-16-le") == first["reader"]["quote"][:3]
