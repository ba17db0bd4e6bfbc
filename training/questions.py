"""The question sets as read from disk, and which of their groups are held out."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

HELD_SHARE = 0.05
UNTITLED = ("qamr", "squadshifts-amazon", "squadshifts-reddit")
"""Sets whose group names say nothing about the text."""


class Example(TypedDict):
    """One line of what training reads."""

    set: str
    kind: str
    question: str
    heading: str
    passage: str
    spans: list[list[int]]
    rivals: NotRequired[list[list[str]]]
    """Heading and text of other passages, none of which holds the answer's words."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question with the text it was asked about; ``spans`` are ranges of ``context``, none = no answer."""

    set: str
    question: str
    context: str
    spans: list[tuple[int, int]]
    group: str


def read_items(file: Path) -> list[Item]:
    """Every question of one set, in file order."""
    name = file.name.removesuffix(".jsonl.gz")
    items = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            spans = sorted({(a["start"], a["start"] + len(a["text"])) for a in row["answers"]})
            items.append(Item(name, row["question"].strip(), row["context"], spans, row["group"]))
    return items


def held_groups(items: list[Item]) -> set[str]:
    """The groups kept for validation: a twentieth, one at least, chosen by hash; none of a set of one group."""
    groups = sorted({item.group for item in items}, key=lambda g: hashlib.sha256(g.encode()).digest())
    return set(groups[: max(1, round(HELD_SHARE * len(groups)))]) if len(groups) > 1 else set()


def heading(item: Item) -> str:
    """The title of the article, story or site, as a chunker would put it in front; "" where there is none."""
    if item.set in UNTITLED:
        return ""
    name = item.group.split("/", 1)[1].removeprefix("/wiki/").split("#")[0]
    if item.set == "fairytaleqa":
        return name.replace("-", " ").title()
    return re.sub(r"\s+", " ", name.replace("_", " ")).strip()
