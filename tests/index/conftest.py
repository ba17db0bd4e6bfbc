"""Small indexes made with the fake encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fakes import FakeEncoder
from making import document

from qa.index import IndexReport, Request, build
from qa.types import Document

Build = Callable[..., IndexReport]

TEXTS = {
    "hall.txt": "The council met in the old hall. It voted for a new roof of copper.",
    "tower.txt": "The tower was built in 1904. It leans a little to the east.",
    "bridge.txt": "Copper was stolen from the bridge. The bridge is closed until June.",
}


def documents(texts: dict[str, str] | None = None) -> list[Document]:
    return [document(text, id=name, title=name) for name, text in sorted((texts or TEXTS).items())]


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
