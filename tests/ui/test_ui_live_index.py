"""The served index changes under the server: files added, rebuilt from outside, opened after all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEncoder, FakeReader
from starlette.testclient import TestClient

from qa import library, pipeline
from qa.ui import service as service_module
from qa.ui.folders import Folders
from qa.ui.server import create_app
from qa.ui.service import Service, default_opener
from qa.ui.shelf import IndexLibrary, Shelf
from qa.ui.uploads import Uploads

BRIDGE = "The old bridge was built of copper in 1904.\n"
HALL = "The town hall was built of stone in 1911.\n"
ZEPPELIN = "The zeppelin hangar was built of tin in 1928.\n"


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch, fake: FakeEncoder) -> None:
    monkeypatch.setattr(library, "load_encoder", lambda name: fake)
    monkeypatch.setattr(pipeline, "load_encoder", lambda name: fake)
    monkeypatch.setattr(pipeline, "load_reader", lambda *parts: FakeReader())
    monkeypatch.setattr(service_module, "_AGAIN", 0.0)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (folder / "hall.txt").write_text(HALL, encoding="utf-8")
    return folder


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    index_dir = tmp_path / "index"
    service = Service(default_opener(index_dir))
    shelf = Shelf(service, IndexLibrary(index_dir), Uploads(tmp_path / "uploads"))
    with TestClient(create_app(service, folders=Folders(tmp_path / "s", tmp_path / "r"), shelf=shelf)) as client:
        yield client


def settled(client: TestClient) -> dict[str, Any]:
    while (now := client.get("/api/v1/status").json())["state"] == "loading":
        pass
    assert isinstance(now, dict)
    return now


def change(client: TestClient, response: Any) -> None:
    assert response.status_code == 202, response.text
    while (now := client.get("/api/v1/changes").json())["state"] == "working":
        pass
    assert now["state"] == "done", now["message"]


def listed(client: TestClient) -> list[str]:
    return [each["id"] for each in client.get("/api/v1/documents").json()["documents"]]


def quoted(client: TestClient, question: str) -> str | None:
    text = client.post("/api/v1/ask", json={"question": question}).json()["text"]
    assert text is None or isinstance(text, str)
    return text


def test_added_removed_and_brought_back_without_a_restart(client: TestClient, docs: Path, tmp_path: Path) -> None:
    library.index_paths([docs], tmp_path / "index")
    client.post("/api/v1/ask", json={"question": "Is it there?"})
    first = settled(client)["index"]
    for name in ("zeppelin.txt", "other.txt"):
        client.post("/api/v1/uploads", params={"name": name}, content=ZEPPELIN.replace("tin", name).encode())
        change(client, client.post("/api/v1/documents", json={"uploads": [name]}))
    assert listed(client) == ["bridge.txt", "hall.txt", "other.txt", "zeppelin.txt"]
    found = quoted(client, "zeppelin hangar was built of zeppelin txt")
    assert found == ZEPPELIN.strip().replace("tin", "zeppelin.txt")
    change(client, client.delete("/api/v1/documents/zeppelin.txt"))
    change(client, client.delete("/api/v1/documents/hall.txt"))
    assert listed(client) == ["bridge.txt", "other.txt"]
    change(client, client.post("/api/v1/documents/restore", json={"ids": ["zeppelin.txt"]}))
    change(client, client.post("/api/v1/documents/restore", json={"ids": ["hall.txt"]}))
    assert listed(client) == ["bridge.txt", "hall.txt", "other.txt", "zeppelin.txt"]
    assert settled(client)["index"] == first + 6
    assert (docs / "hall.txt").is_file()


def test_an_index_rebuilt_from_outside_is_used(client: TestClient, docs: Path, tmp_path: Path) -> None:
    library.index_paths([docs], tmp_path / "index")
    client.post("/api/v1/ask", json={"question": "Is it there?"})
    before = settled(client)["index"]
    (docs / "zeppelin.txt").write_text(ZEPPELIN, encoding="utf-8")
    library.index_paths([docs], tmp_path / "index")
    while client.get("/api/v1/status").json()["index"] == before:
        pass
    assert listed(client) == ["bridge.txt", "hall.txt", "zeppelin.txt"]
    assert quoted(client, "the zeppelin hangar was built of tin") == ZEPPELIN.strip()


def test_an_index_that_could_not_be_opened_is_opened_once_it_can_be(
    client: TestClient, docs: Path, tmp_path: Path
) -> None:
    assert settled(client)["state"] == "failed"
    assert client.post("/api/v1/ask", json={"question": "Is it there?"}).status_code == 503
    library.index_paths([docs], tmp_path / "index")
    while client.post("/api/v1/ask", json={"question": "Is it there?"}).status_code == 503:
        pass
    assert settled(client)["state"] == "ready"
    assert listed(client) == ["bridge.txt", "hall.txt"]


def test_a_selection_is_exact_and_an_empty_one_is_nothing(client: TestClient, docs: Path, tmp_path: Path) -> None:
    library.index_paths([docs], tmp_path / "index")
    client.post("/api/v1/ask", json={"question": "Is it there?"})
    settled(client)
    body = {"question": "What was built of copper in 1904?", "sources": ["hall.txt"]}
    given = client.post("/api/v1/ask", json=body).json()
    assert {hit["document_id"] for hit in given["hits"]} == {"hall.txt"}
    nothing = client.post("/api/v1/ask", json={**body, "sources": []}).json()
    assert (nothing["text"], nothing["hits"]) == (None, [])
    found = client.post("/api/v1/search", json={**body, "sources": ["bridge.txt"]}).json()
    assert {hit["document_id"] for hit in found["hits"]} == {"bridge.txt"}
