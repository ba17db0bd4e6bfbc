"""An index as a user keeps it: built from folders, added to, taken from, mended."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from fakes import FakeEncoder
from making import files, ids, write

from qa import library, updates
from qa.corpus.discover import Found
from qa.errors import CorpusError, EncoderError, IndexDamaged, IndexMissing, IndexOutdated, SourceUnknown
from qa.index import open_index
from qa.index.manifest import CURRENT, FORMAT, ORIGIN, current_generation, file_sha256, write_current
from qa.settings import corpus_dir
from qa.types import Document, Failure

TEXTS = {
    "hall.txt": "The council met in the old hall.",
    "tower.txt": "The tower was built in 1904.",
    "bridge.txt": "Copper was stolen from the bridge.",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", TEXTS)


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, fake: FakeEncoder) -> list[str]:
    """Has the library load the fake encoder under any name but "gone"; returns the names it was asked for."""
    names: list[str] = []

    def load(name: str) -> FakeEncoder:
        if name == "gone":
            raise EncoderError("no model 'gone'")
        names.append(name)
        fake.name = name
        return fake

    monkeypatch.setattr(library, "load_encoder", load)
    return names


def damage(index_dir: Path) -> None:
    """The manifest is gone, and with it what it said of roots and encoder."""
    (current_generation(index_dir)[0] / "manifest.json").unlink()
    with pytest.raises(IndexDamaged):
        open_index(index_dir)


class TestIndexPaths:
    def test_it_holds_what_is_named_and_nothing_else(self, docs: Path, index_dir: Path) -> None:
        assert library.index_paths([docs], index_dir).documents == 3
        assert library.index_paths([docs / "hall.txt"], index_dir).documents == 1
        assert ids(index_dir) == ["hall.txt"]

    def test_without_paths_it_brings_the_index_up_to_date(self, docs: Path, index_dir: Path, fake: FakeEncoder) -> None:
        library.index_paths([docs], index_dir)
        before = len(fake.encoded)
        (docs / "hall.txt").unlink()
        (docs / "tower.txt").rename(docs / "spire.txt")
        write(docs, {"bridge.txt": "The bridge is closed.", "new.txt": "A gate of iron."})
        report = library.index_paths([], index_dir)
        assert ids(index_dir) == ["bridge.txt", "new.txt", "spire.txt"]
        # The title, a document's first line here, stays the same where only the name changes.
        assert sorted(fake.encoded[before:]) == ["A gate of iron.", "The bridge is closed."]
        assert report.embedded == 2

    def test_without_paths_or_index_it_takes_the_corpus_that_comes_along(self, index_dir: Path) -> None:
        library.index_paths([], index_dir)
        assert ids(index_dir) == sorted(path.name for path in corpus_dir().glob("*.txt"))

    def test_relative_paths_are_good_from_anywhere(
        self, docs: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(docs.parent)
        library.index_paths([Path("docs"), Path("docs/../docs")], index_dir)
        monkeypatch.chdir("/")
        library.index_paths([], index_dir)
        assert ids(index_dir) == sorted(TEXTS)
        assert open_index(index_dir).manifest.roots == (str(docs), str(docs))

    def test_files_that_are_not_read_are_reported_and_kept(self, docs: Path, index_dir: Path) -> None:
        write(docs, {"photo.jpg": b"\xff\xd8", "empty.txt": ""})
        report = library.index_paths([docs], index_dir)
        assert [Path(failure.path).name for failure in report.failures] == ["empty.txt", "photo.jpg"]
        index = open_index(index_dir)
        assert index.store.failures() == report.failures
        index.close()

    def test_the_encoder_stays_until_another_is_named(self, docs: Path, index_dir: Path, loaded: list[str]) -> None:
        library.index_paths([docs], index_dir)
        library.index_paths([docs], index_dir, encoder="other")
        library.index_paths([], index_dir)
        library.add([docs], index_dir)
        assert loaded == ["all-MiniLM-L6-v2", "other", "other", "other"]

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("missing", None),
            ("empty", ""),
            ("sources.toml", "[[broken"),
            ("binary.txt", b"\x00"),
            ("latin.txt", b"\xe9"),
        ],
    )
    def test_a_corpus_without_a_document_leaves_the_old_index(
        self, docs: Path, index_dir: Path, tmp_path: Path, name: str, content: str | bytes | None
    ) -> None:
        library.index_paths([docs], index_dir)
        root = tmp_path / "bad"
        if content is not None:
            write(root, {name: content} if content else {".hidden": ""})
        with pytest.raises(CorpusError) as caught:
            library.index_paths([root], index_dir)
        assert str(root) in str(caught.value) and "\n" not in str(caught.value)
        assert ids(index_dir) == sorted(TEXTS)

    def test_an_encoder_that_is_not_there_leaves_the_old_index(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        with pytest.raises(EncoderError):
            library.index_paths([docs], index_dir, encoder="gone")
        assert ids(index_dir) == sorted(TEXTS)


class TestOnlyWhatChangedIsRead:
    @pytest.fixture
    def read(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Ids of the files that were read and parsed, in order."""
        names: list[str] = []
        original = updates.read_found

        def read_found(found: Iterable[Found]) -> Iterator[Document | Failure]:
            found = list(found)
            names.extend(each.id for each in found)
            return original(found)

        monkeypatch.setattr(updates, "read_found", read_found)
        return names

    def test_changes_only(self, docs: Path, index_dir: Path, read: list[str]) -> None:
        library.index_paths([docs], index_dir)
        assert read == sorted(TEXTS)
        read.clear()
        write(docs, {"tower.txt": "It fell.", "new.txt": "A gate."})
        (docs / "hall.txt").touch()
        report = library.index_paths([], index_dir)
        assert read == ["new.txt", "tower.txt"]
        assert (report.documents, ids(index_dir)) == (4, ["bridge.txt", "hall.txt", "new.txt", "tower.txt"])

    def test_an_update_equals_a_new_index(self, docs: Path, index_dir: Path, tmp_path: Path) -> None:
        library.index_paths([docs], index_dir)
        write(docs, {"a.txt": "First of all.", "tower.txt": "It fell.", "deep/hall.txt": "A hall.", "x.jpg": b"\xff"})
        (docs / "bridge.txt").unlink()
        updated = library.index_paths([], index_dir)
        fresh = library.index_paths([docs], tmp_path / "fresh")
        assert (updated.documents, updated.passages, updated.failures) == (
            fresh.documents,
            fresh.passages,
            fresh.failures,
        )
        one, other = open_index(index_dir), open_index(tmp_path / "fresh")
        assert one.hash == other.hash
        assert one.manifest.files["store.db"] == other.manifest.files["store.db"]
        one.close()
        other.close()

    def test_what_sources_toml_says_is_part_of_it(self, docs: Path, index_dir: Path, read: list[str]) -> None:
        library.index_paths([docs], index_dir)
        for content, expected in (
            ('[[source]]\nfile = "hall.txt"\ntitle = "A hall"\n', ["hall.txt"]),
            ('[[source]]\nfile = "hall.txt"\ntitle = "The hall"\n[[source]]\nfile = "no.txt"\n', ["hall.txt"]),
            ('[[source]]\nfile = "no.txt"\n', ["hall.txt"]),
        ):
            read.clear()
            write(docs, {"sources.toml": content})
            report = library.index_paths([], index_dir)
            assert read == expected
            told = [failure.reason for failure in report.failures]
            assert told == (
                ["it speaks of 'no.txt', and there is no such file beside it"] if "no.txt" in content else []
            )

    def test_failures_are_tried_again(self, docs: Path, index_dir: Path, read: list[str]) -> None:
        write(docs, {"empty.txt": "", "photo.jpg": b"\xff"})
        library.index_paths([docs], index_dir)
        read.clear()
        assert len(library.index_paths([], index_dir).failures) == 2
        assert read == ["empty.txt", "photo.jpg"]

    def test_other_code_reads_all_again(
        self, docs: Path, index_dir: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        library.index_paths([docs], index_dir)
        monkeypatch.setattr(library, "code", lambda: "other")
        read.clear()
        library.index_paths([], index_dir)
        assert read == sorted(TEXTS)

    def test_nothing_changed(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        before = current_generation(index_dir)
        assert library.index_paths([], index_dir).documents == 3
        assert current_generation(index_dir) == before


class TestAddAndRemove:
    def test_add(self, docs: Path, index_dir: Path, tmp_path: Path, fake: FakeEncoder) -> None:
        library.index_paths([docs], index_dir)
        before = len(fake.encoded)
        more = write(tmp_path / "more", {"hall.txt": "Another hall.", "gate.txt": "A gate."})
        library.add([more], index_dir)
        assert ids(index_dir) == ["bridge.txt", "gate.txt", "hall.txt", "more/hall.txt", "tower.txt"]
        assert len(fake.encoded) == before + 2
        library.index_paths([], index_dir)
        assert len(ids(index_dir)) == 5

    def test_remove_and_bring_up_to_date(self, docs: Path, index_dir: Path, fake: FakeEncoder) -> None:
        library.index_paths([docs], index_dir)
        before = len(fake.encoded)
        library.remove(["hall.txt", "tower.txt"], index_dir)
        library.index_paths([], index_dir)
        assert ids(index_dir) == ["bridge.txt"]
        assert (docs / "hall.txt").is_file() and len(fake.encoded) == before

    @pytest.mark.parametrize("path", ["docs/hall.txt", "docs", "docs/../docs/hall.txt"])
    def test_what_was_removed_comes_back_if_named_again(
        self, docs: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        monkeypatch.chdir(docs.parent)
        library.index_paths([docs], index_dir)
        library.remove(["hall.txt"], index_dir)
        library.add([Path(path)], index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_naming_all_folders_again_forgets_what_was_removed(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        library.remove(["hall.txt"], index_dir)
        library.index_paths([docs], index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_an_unknown_id_changes_nothing(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        with pytest.raises(SourceUnknown, match=r"no source 'nowhere\.txt'.*`pincite sources` lists them"):
            library.remove(["hall.txt", "nowhere.txt"], index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_the_last_one_stays(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        with pytest.raises(CorpusError, match="one must stay"):
            library.remove(sorted(TEXTS), index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_there_must_be_an_index(self, docs: Path, index_dir: Path) -> None:
        with pytest.raises(IndexMissing):
            library.add([docs], index_dir)
        with pytest.raises(IndexMissing):
            library.remove(["a"], index_dir)

    def test_what_is_not_there_cannot_be_added(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        with pytest.raises(CorpusError, match="is not there"):
            library.add([docs / "nowhere"], index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_what_was_removed_stays_out_when_ids_move(self, docs: Path, index_dir: Path, tmp_path: Path) -> None:
        """Of two folders with a file of the same name, the first names it; without the first, the second does."""
        more = write(tmp_path / "more", {"hall.txt": "Another hall.", "gate.txt": "A gate."})
        library.index_paths([docs, more], index_dir)
        library.remove(["more/hall.txt"], index_dir)
        (docs / "hall.txt").unlink()
        library.index_paths([], index_dir)
        assert ids(index_dir) == ["bridge.txt", "gate.txt", "tower.txt"]


class TestSeveralProcesses:
    """Each adds or removes a document of its own at the same time as the others; whoever is told to waits."""

    CHANGE = """
import sys, time
from pathlib import Path
from fakes import FakeEncoder
from qa import library, updates
from qa.corpus.discover import Found
from qa.errors import IndexBusy
library.load_encoder = lambda name: FakeEncoder()
change, what, index_dir = sys.argv[1], sys.argv[2], Path(sys.argv[3])
while True:
    try:
        library.add([Path(what)], index_dir) if change == "add" else library.remove([what], index_dir)
        break
    except IndexBusy as error:
        assert "is writing the index" in str(error)
        time.sleep(0.02)
"""

    def test_no_update_is_lost(self, docs: Path, index_dir: Path, tmp_path: Path) -> None:
        library.index_paths([docs], index_dir)
        names = [f"new{number}.txt" for number in range(4)]
        more = write(tmp_path / "more", {name: f"Text {name}." for name in names})
        changes = [*(("add", str(more / name)) for name in names), ("remove", "hall.txt"), ("remove", "tower.txt")]
        path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        processes = [
            subprocess.Popen([sys.executable, "-c", self.CHANGE, *change, str(index_dir)], env={"PYTHONPATH": path})
            for change in changes
        ]
        assert [process.wait(timeout=300) for process in processes] == [0] * len(changes)
        assert ids(index_dir) == ["bridge.txt", *names]


class TestMending:
    """The command that an error names mends the index, and does not put other documents in the place of the user's."""

    def test_every_file_of_a_generation(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        count = len(files(index_dir))
        for number in range(count):
            files(index_dir)[number].unlink()
            with pytest.raises(IndexDamaged):
                open_index(index_dir)
            library.index_paths([], index_dir)
            assert ids(index_dir) == sorted(TEXTS)

    @pytest.mark.parametrize("name", [CURRENT, ORIGIN])
    @pytest.mark.parametrize("content", [None, b"", b"\xff"])
    def test_the_files_beside_the_generations(
        self, docs: Path, index_dir: Path, name: str, content: bytes | None
    ) -> None:
        library.index_paths([docs], index_dir)
        if content is None:
            (index_dir / name).unlink()
        else:
            (index_dir / name).write_bytes(content)
        library.index_paths([], index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_all_generations_are_gone(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        shutil.rmtree(current_generation(index_dir)[0])
        library.index_paths([], index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_encoder_and_removed_ids_are_kept(self, docs: Path, index_dir: Path, loaded: list[str]) -> None:
        library.index_paths([docs], index_dir, encoder="other")
        library.remove(["hall.txt"], index_dir)
        damage(index_dir)
        library.index_paths([], index_dir)
        assert ids(index_dir) == ["bridge.txt", "tower.txt"]
        assert set(loaded) == {"other"}

    def test_an_index_of_another_format(self, docs: Path, index_dir: Path) -> None:
        library.index_paths([docs], index_dir)
        generation = current_generation(index_dir)[0]
        path = generation / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": FORMAT + 1}))
        write_current(index_dir, generation.name, file_sha256(path))
        with pytest.raises(IndexOutdated):
            open_index(index_dir)
        library.index_paths([], index_dir)
        assert ids(index_dir) == sorted(TEXTS)


def test_names_that_are_not_utf8_do_not_spoil_the_index(docs: Path, index_dir: Path) -> None:
    try:
        write(docs, {os.fsdecode(b"caf\xe9.txt"): "text"})
        other = write(docs.parent / os.fsdecode(b"d\xe9"), {"a.txt": "text"})
    except (OSError, UnicodeError):
        pytest.skip("this file system takes UTF-8 names only")
    report = library.index_paths([docs, other], index_dir)
    assert [failure.reason for failure in report.failures] == ["its name is not UTF-8: rename it"] * 2
    library.index_paths([], index_dir)
    assert ids(index_dir) == sorted(TEXTS)
