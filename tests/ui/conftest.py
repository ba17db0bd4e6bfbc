"""One app for all tests of the REST API and its guards, over documents that are harmless and hostile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake import FakeEngine, read_corpus
from hostile import hostile_documents
from starlette.testclient import TestClient

from qa.types import Failure
from qa.ui.folders import Folders
from qa.ui.security import protect
from qa.ui.server import create_app
from qa.ui.service import Service


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> FakeEngine:
    folder: Path = tmp_path_factory.mktemp("documents")
    return FakeEngine([*read_corpus(), *hostile_documents(folder)], [Failure("old <b>.doc", "not UTF-8 <i>text</i>")])


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    home = tmp_path_factory.mktemp("home")
    return Folders(sets=home / "sets", runs=home / "runs")


@pytest.fixture(scope="session")
def client(engine: FakeEngine, folders: Folders) -> Iterator[TestClient]:
    app = create_app(Service(lambda progress: engine), folders=folders)
    with TestClient(protect(app, hosts={"testserver"}, token=None), raise_server_exceptions=False) as client:
        while client.get("/api/v1/status").json()["state"] == "loading":
            pass
        yield client
