"""What people are told while an index is made."""

from __future__ import annotations

from qa.ui.stages import Stages


def test_passages_indexed_while_documents_are_read_are_told_with_them() -> None:
    stages = Stages()
    steps = [
        ("reading", 0, 9),
        ("embedding", 1280, 0),
        ("reading", 4, 9),
        ("reading", 9, 9),
        ("embedding", 1280, 1400),
        ("embedding", 1400, 1400),
        ("writing", 0, 1),
    ]
    assert [tuple(stages(*step)) for step in steps] == [
        ("Reading the documents", 0, 9),
        ("1,280 passages indexed, documents read", 0, 9),
        ("1,280 passages indexed, documents read", 4, 9),
        ("1,280 passages indexed, documents read", 9, 9),
        ("Indexing the passages", 1280, 1400),
        ("Indexing the passages", 1400, 1400),
        ("Writing the index", 0, 1),
    ]
