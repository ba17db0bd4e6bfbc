"""Files uploaded, added, removed and brought back: within their caps, one change at a time, nothing served."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fake import FakeEngine, FakeLibrary, read_corpus
from starlette.testclient import TestClient

from qa.ui.folders import Folders
from qa.ui.security import protect
from qa.ui.server import create_app
from qa.ui.service import Service
from qa.ui.shelf import Shelf
from qa.ui.uploads import Refused, Uploads

TEXT = b"The zeppelin hangar holds 12 zeppelins and one balloon.\n"


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(read_corpus())


@pytest.fixture
def library(engine: FakeEngine) -> FakeLibrary:
    return FakeLibrary(engine)


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", max_bytes=100_000, max_files=3, max_total=150_000)


@pytest.fixture
def client(engine: FakeEngine, library: FakeLibrary, uploads: Uploads, tmp_path: Path) -> Iterator[TestClient]:
    service = Service(lambda progress: engine)
    folders = Folders(tmp_path / "sets", tmp_path / "runs")
    app = protect(
        create_app(service, folders=folders, shelf=Shelf(service, library, uploads)), hosts={"testserver"}, token=None
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        while client.get("/api/v1/status").json()["state"] == "loading":
            pass
        yield client


def upload(client: TestClient, name: str, data: bytes = TEXT) -> Any:
    return client.post("/api/v1/uploads", params={"name": name}, content=data)


def ended(client: TestClient, response: Any) -> dict[str, Any]:
    """The change that was started, at its end."""
    assert response.status_code == 202, response.text
    while (now := client.get("/api/v1/changes").json())["state"] == "working":
        pass
    assert isinstance(now, dict)
    return now


def visible(uploads: Uploads) -> list[str]:
    """The files that would be indexed."""
    return sorted(path.name for path in uploads.folder.glob("[!.]*"))


def listed(client: TestClient) -> set[str]:
    return {each["id"] for each in client.get("/api/v1/documents").json()["documents"]}


def test_an_uploaded_file_is_asked_after_it_was_added(client: TestClient, uploads: Uploads) -> None:
    assert upload(client, "zeppelin 100%.txt").json() == {"name": "zeppelin 100%.txt", "size": len(TEXT)}
    assert "zeppelin 100%.txt" not in listed(client)
    now = ended(client, client.post("/api/v1/documents", json={"uploads": ["zeppelin 100%.txt"]}))
    assert (now["state"], now["doing"], now["names"]) == ("done", "add", ["zeppelin 100%.txt"])
    assert "zeppelin 100%.txt" in listed(client)
    answer = client.post("/api/v1/ask", json={"question": "How many zeppelins and balloon in the zeppelin hangar?"})
    assert answer.json()["citations"][0]["document"]["path"] == str(uploads.folder / "zeppelin 100%.txt")
    for path in ("uploads/zeppelin 100%.txt", "api/v1/uploads/zeppelin 100%.txt", "gradio_api/file=uploads/x"):
        assert client.get(f"/{path}").status_code in {404, 405}


def test_removed_and_brought_back(client: TestClient, uploads: Uploads) -> None:
    upload(client, "a.txt")
    ended(client, client.post("/api/v1/documents", json={"uploads": ["a.txt"]}))
    assert ended(client, client.delete("/api/v1/documents/a.txt"))["state"] == "done"
    assert "a.txt" not in listed(client)
    assert not (uploads.folder / "a.txt").exists()
    assert ended(client, client.post("/api/v1/documents/restore", json={"ids": ["a.txt"]}))["state"] == "done"
    assert "a.txt" in listed(client)
    assert (uploads.folder / "a.txt").read_bytes() == TEXT


def test_files_elsewhere_are_never_moved_or_deleted(client: TestClient, engine: FakeEngine, uploads: Uploads) -> None:
    path = Path(engine.document("state-council-beijing-hub.txt").source.path)
    ended(client, client.delete("/api/v1/documents/state-council-beijing-hub.txt"))
    assert "state-council-beijing-hub.txt" not in listed(client)
    uploads.sweep()
    assert path.is_file()


def add(client: TestClient, *names: str) -> dict[str, Any]:
    return ended(client, client.post("/api/v1/documents", json={"uploads": list(names)}))


def test_what_cannot_be_read_is_told_and_not_kept(client: TestClient, engine: FakeEngine, uploads: Uploads) -> None:
    upload(client, "good.txt")
    upload(client, "bad.txt", b"?")
    now = add(client, "good.txt", "bad.txt")
    assert now["state"] == "done"
    assert now["failures"] == [{"path": "bad.txt", "reason": "it is <i>not</i> text"}]
    assert "good.txt" in listed(client) and "bad.txt" not in listed(client)
    assert visible(uploads) == ["good.txt"]
    assert engine.failures() == ()  # nothing of it is left for the next update
    assert add(client, "good.txt")["failures"] == []


def test_what_cannot_be_read_does_not_take_the_place_of_what_could_be(client: TestClient, uploads: Uploads) -> None:
    upload(client, "a.txt")
    add(client, "a.txt")
    upload(client, "a.txt", b"?")
    assert [each["path"] for each in add(client, "a.txt")["failures"]] == ["a.txt"]
    assert "a.txt" in listed(client)
    assert (uploads.folder / "a.txt").read_bytes() == TEXT
    upload(client, "a.txt", TEXT * 2)
    add(client, "a.txt")
    upload(client, "a.txt", b"?")
    add(client, "a.txt")
    assert (uploads.folder / "a.txt").read_bytes() == TEXT * 2


def test_a_source_whose_file_has_gone_is_not_said_to_be_back(client: TestClient, uploads: Uploads) -> None:
    upload(client, "a.txt")
    add(client, "a.txt")
    ended(client, client.delete("/api/v1/documents/a.txt"))
    uploads.close()
    now = ended(client, client.post("/api/v1/documents/restore", json={"ids": ["a.txt"]}))
    assert now["state"] == "failed" and now["message"].startswith("a.txt is not back")


def test_a_removed_upload_is_deleted_when_the_server_ends(client: TestClient, uploads: Uploads) -> None:
    upload(client, "a.txt")
    add(client, "a.txt")
    ended(client, client.delete("/api/v1/documents/a.txt"))
    upload(client, "b.txt")
    [kept] = uploads.folder.glob("**/a.txt")
    uploads.close()
    assert not kept.exists()
    assert visible(uploads) == ["b.txt"]


def test_another_server_that_starts_leaves_what_can_be_undone(client: TestClient, uploads: Uploads) -> None:
    upload(client, "a.txt")
    add(client, "a.txt")
    ended(client, client.delete("/api/v1/documents/a.txt"))
    other = Uploads(uploads.folder)
    other.sweep()
    other.close()
    assert ended(client, client.post("/api/v1/documents/restore", json={"ids": ["a.txt"]}))["state"] == "done"
    assert (uploads.folder / "a.txt").read_bytes() == TEXT


def test_what_a_killed_server_left_is_deleted_when_the_next_one_starts(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    code = f"""
import os, pathlib
from qa.ui.uploads import Uploads
folder = pathlib.Path({str(folder)!r})
uploads = Uploads(folder)
folder.mkdir()
(folder / "a.txt").write_text("words")
uploads.put_aside(folder / "a.txt")
os._exit(9)
"""
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 9
    assert len(list(folder.glob("**/a.txt"))) == 1
    Uploads(folder).sweep()
    assert list(folder.glob("**/a.txt")) == []


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a.exe", 415),
        ("noending", 415),
        ("../a.txt", 422),
        ("a/b.txt", 422),
        ("..\\a.txt", 422),
        (".hidden.txt", 422),
        ("", 422),
        ("a\nb.txt", 422),
        ("\u202etxt.exe.txt", 422),
        ("x" * 300 + ".txt", 422),
        ("C:a.txt", 422),
    ],
)
def test_names_that_are_not_taken(client: TestClient, uploads: Uploads, name: str, status: int) -> None:
    response = upload(client, name)
    assert response.status_code == status
    assert response.json()["detail"]
    assert not uploads.folder.exists() or visible(uploads) == []


def test_caps_on_size_number_and_sum(client: TestClient, uploads: Uploads) -> None:
    assert upload(client, "large.txt", b"x" * 100_001).status_code == 413
    assert visible(uploads) == []
    assert upload(client, "first.txt", b"x" * 90_000).status_code == 201
    assert upload(client, "second.txt", b"x" * 70_000).status_code == 413
    add(client, "first.txt")
    assert upload(client, "first.txt", b"x" * 50_000).status_code == 201  # replaced, not added
    for name in ("second.txt", "third.txt"):
        assert upload(client, name).status_code == 201
    assert upload(client, "fourth.txt").status_code == 413
    assert visible(uploads) == ["first.txt", "second.txt", "third.txt"]


def test_other_sites_cannot_upload_or_remove(client: TestClient, uploads: Uploads) -> None:
    headers = {"Origin": "https://evil.example"}
    assert client.post("/api/v1/uploads?name=a.txt", content=TEXT, headers=headers).status_code == 403
    assert client.delete("/api/v1/documents/xinhua-regional-clusters.txt", headers=headers).status_code == 403
    assert not uploads.folder.exists()


def test_one_change_at_a_time(client: TestClient, library: FakeLibrary) -> None:
    upload(client, "a.txt")
    library.may_go.clear()
    started = client.post("/api/v1/documents", json={"uploads": ["a.txt"]})
    assert started.json()["state"] == "working"
    second = client.delete("/api/v1/documents/xinhua-regional-clusters.txt")
    assert (second.status_code, second.json()["state"]) == (503, "busy")
    library.may_go.set()
    assert ended(client, started)["state"] == "done"


def test_a_change_that_fails_says_why_and_the_next_one_works(client: TestClient, uploads: Uploads) -> None:
    upload(client, "broken.txt")
    now = ended(client, client.post("/api/v1/documents", json={"uploads": ["broken.txt"]}))
    assert (now["state"], now["message"]) == ("failed", "process 7 is writing the index: try again when it is done")
    assert visible(uploads) == []
    assert ended(client, client.delete("/api/v1/documents/xinhua-regional-clusters.txt"))["state"] == "done"


def test_what_is_not_there(client: TestClient) -> None:
    assert client.post("/api/v1/documents", json={"uploads": ["never.txt"]}).status_code == 422
    assert client.post("/api/v1/documents", json={"uploads": ["../../etc/passwd"]}).status_code == 422
    assert client.delete("/api/v1/documents/never.txt").status_code == 404
    assert client.post("/api/v1/documents/restore", json={"ids": ["never.txt"]}).status_code == 404


def test_what_was_removed_takes_room_until_it_is_deleted(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 1000

    uploads = Uploads(tmp_path / "uploads", max_total=1500)

    def keep(name: str) -> int:
        with ThreadPoolExecutor(1) as thread:  # a browser's loop may be running in this one
            return thread.submit(asyncio.run, uploads.keep(name, chunks())).result()

    keep("a.txt")
    uploads.put_aside(uploads.folder / "a.txt")
    with pytest.raises(Refused, match="no room"):
        keep("b.txt")
    uploads.close()
    assert keep("b.txt") == 1000
