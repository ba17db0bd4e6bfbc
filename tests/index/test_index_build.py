"""Building and updating: what is stored comes back, and only what is new is embedded."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder
from index_texts import TEXTS, Build, documents
from making import document

from qa.chunker import chunk
from qa.errors import CorpusError
from qa.index import Request, build, open_index
from qa.types import Document, Failure


def test_round_trip(index_dir: Path, fake: FakeEncoder) -> None:
    """Every document, passage and vector comes out as it went in, in order."""
    rich = dataclasses.replace(
        document(
            "# A heading\n\nText — with “quotes”, 中文 and 😀.\r\n\n***\n\n" + TEXTS["hall.txt"],
            "md",
            "rich.md",
        ),
        pages=(0, 12, 40),
        warnings=("page 2 has no text", "read as cp1252"),
    )
    rich = dataclasses.replace(
        rich, source=dataclasses.replace(rich.source, publisher="P", published="2020-01", url="https://a.example")
    )
    given: list[Document | Failure] = [*documents(), rich, Failure("/x/b.pdf", "not read"), Failure("/x/a.pdf", "no")]
    report = build(Request(given, fake, 16, ("/x",), ("gone.txt",)), index_dir)
    index = open_index(index_dir)
    passages = [passage for item in given if isinstance(item, Document) for passage in chunk(item, fake, 16)]
    searchable = [passage for passage in passages if passage.searchable]

    assert [index.store.document(item.id) for item in given if isinstance(item, Document)] == given[:4]
    assert [passage for item in given[:4] for passage in index.store.passages_of(item.id)] == passages  # type: ignore[union-attr]
    rows = [row for row, passage in enumerate(passages) if passage.searchable]
    assert index.store.passages(rows) == dict(zip(rows, searchable, strict=True))
    assert index.store.failures() == (Failure("/x/a.pdf", "no"), Failure("/x/b.pdf", "not read"))
    assert [entry.source.id for entry in index.store.sources()] == ["bridge.txt", "hall.txt", "rich.md", "tower.txt"]
    assert {entry.source.id: (entry.passages, entry.characters) for entry in index.store.sources()} == {
        item.id: (sum(p.searchable for p in passages if p.document_id == item.id), len(item.text))
        for item in given
        if isinstance(item, Document)
    }
    expected = FakeEncoder().encode([passage.embedded_text for passage in searchable])
    assert np.array_equal(index.dense.vectors(rows), expected)
    assert len(index.dense) == len(index.lexical) == len(rows) == report.passages == index.manifest.passages
    assert (report.documents, report.failures) == (4, tuple(given[4:]))
    manifest = index.manifest
    assert (manifest.encoder, manifest.fingerprint, manifest.dimensions) == ("fake", "fake-1", 128)
    assert (manifest.roots, manifest.removed, manifest.documents, manifest.chunk_tokens) == (
        ("/x",),
        ("gone.txt",),
        4,
        16,
    )
    index.close()


def test_unknown_ids(make: Build, index_dir: Path) -> None:
    make()
    index = open_index(index_dir)
    with pytest.raises(KeyError):
        index.store.document("nowhere.txt")
    assert index.store.passages_of("nowhere.txt") == ()
    assert index.store.rows_of([]) == index.store.rows_of(["nowhere.txt"]) == []
    assert index.store.passages([]) == index.store.passages([999]) == {}
    index.close()


def test_rows_of_a_document_are_those_that_can_be_retrieved(make: Build, index_dir: Path) -> None:
    make({"a.txt": f"Home | News | More\n\n{TEXTS['hall.txt']}", "b.txt": TEXTS["tower.txt"]})
    index = open_index(index_dir)
    assert [
        index.store.passages([row])[row].document_id for row in index.store.rows_of(["b.txt", "a.txt", "b.txt"])
    ] == [
        *("a.txt" for passage in index.store.passages_of("a.txt") if passage.searchable),
        *("b.txt" for _ in index.store.passages_of("b.txt")),
    ]
    assert not index.store.passages_of("a.txt")[0].searchable
    index.close()


@pytest.mark.parametrize("reach", [0, 1, 30, 10_000])
def test_the_passages_beside_one_are_those_of_its_document_within_reach(
    make: Build, index_dir: Path, reach: int
) -> None:
    make()
    index = open_index(index_dir)
    for entry in index.store.sources():
        passages = index.store.passages_of(entry.source.id)
        for own in passages:
            beside = [one for one in passages if one.end > own.start - reach and one.start < own.end + reach]
            assert index.store.beside(own, reach) == tuple(beside)
    index.close()


class TestUpdate:
    def test_the_same_again_embeds_nothing(self, make: Build, fake: FakeEncoder) -> None:
        first = make()
        assert first.embedded == first.passages == len(fake.encoded) > 3
        again = make()
        assert (again.embedded, again.passages, again.documents) == (0, first.passages, 3)
        assert len(fake.encoded) == first.passages

    def test_a_new_document(self, make: Build, fake: FakeEncoder) -> None:
        make()
        before = len(fake.encoded)
        make({**TEXTS, "new.txt": "A gate of iron."})
        assert fake.encoded[before:] == ["new.txt\nA gate of iron."]

    def test_a_changed_document(self, make: Build, fake: FakeEncoder) -> None:
        make()
        before = len(fake.encoded)
        make({**TEXTS, "tower.txt": "The tower was built in 1904. It leans a little to the west, and falls at last."})
        assert fake.encoded[before:] == ["tower.txt\nIt leans a little to the west, and falls at last."]

    def test_a_renamed_document_has_new_context_only(self, make: Build, fake: FakeEncoder, index_dir: Path) -> None:
        same = {"x.txt": TEXTS["hall.txt"]}
        build(Request([document(same["x.txt"], id="x.txt", title="T")], fake, 16), index_dir)
        before = len(fake.encoded)
        report = build(Request([document(same["x.txt"], id="y.txt", title="T")], fake, 16), index_dir)
        assert (report.embedded, len(fake.encoded)) == (0, before)
        index = open_index(index_dir)
        assert [entry.source.id for entry in index.store.sources()] == ["y.txt"]
        index.close()

    def test_a_removed_document_is_gone(self, make: Build, index_dir: Path, fake: FakeEncoder) -> None:
        make()
        before = len(fake.encoded)
        make({name: text for name, text in TEXTS.items() if name != "hall.txt"})
        assert len(fake.encoded) == before
        index = open_index(index_dir)
        assert index.lexical.search("council hall", 10) == []
        assert len(index.dense) == len(index.lexical) == index.manifest.passages
        index.close()

    def test_removed_files_stay_out(self, make: Build, index_dir: Path) -> None:
        make(removed=["/documents/hall.txt"])
        index = open_index(index_dir)
        assert [entry.source.id for entry in index.store.sources()] == ["bridge.txt", "tower.txt"]
        assert index.manifest.removed == ("/documents/hall.txt",)
        index.close()

    def test_the_same_text_is_embedded_once(self, index_dir: Path, fake: FakeEncoder) -> None:
        twins = [document(TEXTS["hall.txt"], id=name, title="T") for name in ("a.txt", "b.txt")]
        report = build(Request(twins, fake, 64), index_dir)
        assert (report.passages, report.embedded, len(fake.encoded)) == (2, 1, 1)
        index = open_index(index_dir)
        assert [row for row, _ in index.dense.search(fake.encode([TEXTS["hall.txt"]])[0], 5)] == [0, 1]
        index.close()

    def test_another_encoder_embeds_everything(self, make: Build) -> None:
        first = make()
        other = FakeEncoder(fingerprint="fake-2", dimensions=64)
        assert make(encoder=other).embedded == first.passages == len(other.encoded)

    def test_an_update_equals_a_new_index(self, make: Build, index_dir: Path, tmp_path: Path) -> None:
        """Document by document, vector by vector, term by term."""
        make()
        make({**TEXTS, "tower.txt": "It fell.", "new.txt": "A gate."})
        changed = {**TEXTS, "tower.txt": "It fell.", "new.txt": "A gate."}
        build(Request(documents(changed), FakeEncoder(), 16, ("/documents",)), tmp_path / "fresh")
        updated, fresh = open_index(index_dir), open_index(tmp_path / "fresh")
        assert updated.hash == fresh.hash
        rows = list(range(len(fresh.dense)))
        assert np.array_equal(updated.dense.vectors(rows), fresh.dense.vectors(rows))
        assert updated.lexical.search("tower gate copper", 99) == fresh.lexical.search("tower gate copper", 99)
        updated.close()
        fresh.close()


def test_the_hash_changes_with_the_documents_only(make: Build, index_dir: Path) -> None:
    hashes = []
    for texts in (TEXTS, TEXTS, {**TEXTS, "a.txt": "More."}):
        make(texts)
        index = open_index(index_dir)
        hashes.append(index.hash)
        index.close()
    assert hashes[0] == hashes[1] != hashes[2]


def test_progress_is_told(index_dir: Path, fake: FakeEncoder) -> None:
    told: list[tuple[str, int, int]] = []
    build(Request(documents(), fake, 16, expected=3), index_dir, lambda *step: told.append(step))
    count = len(fake.encoded)
    assert told == [
        *(("reading", number, 3) for number in (1, 2, 3)),
        ("embedding", 0, count),
        ("embedding", count, count),
        ("writing", 0, 1),
        ("writing", 1, 1),
    ]


def test_a_document_of_navigation_only(index_dir: Path, fake: FakeEncoder) -> None:
    report = build(Request([document("<nav>Home</nav>", "html", "a.html")], fake, 16), index_dir)
    assert (report.documents, report.passages) == (1, 0)
    index = open_index(index_dir)
    assert index.dense.search(fake.encode(["home"])[0], 5) == index.lexical.search("home", 5) == []
    assert [passage.text for passage in index.store.passages_of("a.html")] == ["Home"]
    index.close()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "there is no document to index in /nowhere: name a folder"),
        ([Failure("/x/a.pdf", "why not")], "/nowhere; /x/a.pdf: why not: name a folder"),
    ],
)
def test_no_document_is_an_error(index_dir: Path, fake: FakeEncoder, given: list[Failure], message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        build(Request(given, fake, 16, ("/nowhere",)), index_dir)


def test_two_documents_of_one_id_are_an_error(make: Build, index_dir: Path, fake: FakeEncoder) -> None:
    make()
    twice = [document("One.", id="a.txt"), document("Other.", id="b.txt"), document("Two.", id="a.txt")]
    with pytest.raises(CorpusError, match=r"two documents have the id 'a\.txt'"):
        build(Request(twice, fake, 16), index_dir)
    index = open_index(index_dir)
    assert len(index.store.sources()) == 3
    index.close()
