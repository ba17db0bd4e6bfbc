"""The documents that the tests of the index are made of."""

from __future__ import annotations

from collections.abc import Callable

from making import document

from qa.index import IndexReport
from qa.types import Document

Build = Callable[..., IndexReport]

TEXTS = {
    "hall.txt": "The council met in the old hall. It voted for a new roof of copper.",
    "tower.txt": "The tower was built in 1904. It leans a little to the east.",
    "bridge.txt": "Copper was stolen from the bridge. The bridge is closed until June.",
}


def documents(texts: dict[str, str] | None = None) -> list[Document]:
    return [document(text, id=name, title=name) for name, text in sorted((texts or TEXTS).items())]
