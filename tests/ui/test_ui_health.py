"""The screen tells what `pincite sources --health` tells."""

from __future__ import annotations

from fake import FakeEngine
from starlette.testclient import TestClient

from qa.health import examine, languages, troubles


def test_health_is_that_of_the_command_line(client: TestClient, engine: FakeEngine) -> None:
    given = client.get("/api/v1/health").json()
    health = examine(engine.index)
    assert given["troubles"] == [{"title": title, "cases": cases} for title, cases in troubles(health)]
    assert [(one["name"], one["documents"]) for one in given["languages"]] == languages(health)
    assert given["documents"] == len(engine.sources())
    (failed,) = [one for one in given["troubles"] if one["title"] == "Files that could not be read"]
    assert failed["cases"] == ["old <b>.doc: not UTF-8 <i>text</i>"]
