"""What a test of the command line needs besides fixtures: what a command did, its standard input, documents."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[Json]:
        """Its output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


Run = Callable[..., Ran]


class Standard(io.TextIOWrapper):
    """A standard input of these bytes, at which no person sits."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")


TEXTS = {
    "hall.txt": "The old hall\n\nThe council met in the old hall in March. It voted for a new roof of copper.\n",
    "tower.md": "# The tower\n\nThe tower was built in 1904 by Anna Weber. It leans to the east.\n",
    "bridge.html": "<title>The bridge</title><p>Copper was stolen from the bridge. It is closed until June.</p>",
}

ROUND = [
    ("Who built the tower?", "Anna Weber", "tower.md", "The tower was built in 1904 by Anna Weber."),
    ("When was the tower built?", "1904", "tower.md", "The tower was built in 1904 by Anna Weber."),
    ("Where does the tower lean?", "to the east", "tower.md", "It leans to the east."),
    ("What did the council vote for?", "a new roof of copper", "hall.txt", "It voted for a new roof of copper."),
]
UNANSWERABLE = ["Who painted the ship?", "When did the mayor marry?", "How deep is the lake?", "Why is grass green?"]
