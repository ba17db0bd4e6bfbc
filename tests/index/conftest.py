"""Small indexes made with the fake encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes import FakeEncoder
from index_texts import Build, documents

from qa.index import IndexReport, Request, build


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def make(index_dir: Path, fake: FakeEncoder) -> Build:
    """Builds or updates the index in ``index_dir`` from texts by name."""

    def make(
        texts: dict[str, str] | None = None, encoder: FakeEncoder = fake, removed: Sequence[str] = ()
    ) -> IndexReport:
        request = Request(documents(texts), encoder, 16, roots=("/documents",), removed=tuple(removed))
        return build(request, index_dir)

    return make
