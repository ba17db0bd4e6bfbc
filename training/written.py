"""Questions written for this reader: in other words than the text, and near misses; and texts invented for it.

``written.jsonl.gz`` stands beside this module: one JSON line ``{"set", "context", "kind", "question", "answer"}``,
where ``context`` begins the SHA-256 of a text in the public sets or of an invented one, and ``answer`` is a character
range of it, null = it does not answer. ``kind``: "otherwise" shares hardly a word with the sentence that answers,
"near" looks answerable, "plain" is a reason, a list, a definition or a search phrase.

``invented.jsonl.gz`` has texts such as people bring to Pincite, plans, bulletins, releases and reports, of places and
bodies that mostly do not exist: one JSON line ``{"set", "title", "context"}`` a section, those of one document in
order.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from training.questions import Item

FILE = Path(__file__).parent / "written.jsonl.gz"
TEXTS = Path(__file__).parent / "invented.jsonl.gz"
INVENTED = "invented", "invented-2", "invented-3"
"""The sets that the invented texts make, as they were added: what was held out of one stays held out."""


def fingerprint(context: str) -> str:
    """How a text is named in the file."""
    return hashlib.sha256(context.encode()).hexdigest()[:16]


def read_written(items: Iterable[Item], file: Path = FILE) -> list[tuple[str, Item]]:
    """(kind, question) for every written question about a text of ``items``, in file order."""
    texts = {fingerprint(item.context): item for item in items}
    found = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            about = texts.get(row["context"])
            if about and about.set == row["set"]:
                spans = [(row["answer"][0], row["answer"][1])] if row["answer"] else []
                found.append((row["kind"], Item(about.set, row["question"], about.context, spans, about.group)))
    return found


def read_invented(name: str, file: Path = TEXTS) -> list[Item]:
    """The invented texts of one set, in file order, each asked nothing but its title; a document is a group."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["set"] == name]
    return [Item(name, row["title"], row["context"], [], f"{name}/{row['title']}") for row in rows]
