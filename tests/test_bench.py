"""The benchmark of generated corpora still runs; what it measures is not looked at."""

from __future__ import annotations

from pathlib import Path

from bench.scale import asked, document, items, measure
from qa.index import FromFile, Kept


def test_the_same_number_gives_the_same_text() -> None:
    one, again = document(3), document(3)
    assert one == again != document(4)
    assert [one.text[block.start : block.end] for block in one.blocks] == one.text.split("\n\n")


def test_what_is_known_is_kept() -> None:
    given = list(items(3, but=1)({"/g/d000002.txt": "1"}))
    assert [type(item) for item in given] == [FromFile, Kept]


def test_a_small_one(tmp_path: Path) -> None:
    row = measure(tmp_path / "index", 200, 5)
    assert row["recall@10"] == 1.0
    assert asked(tmp_path / "index", 5).keys() <= row.keys()
