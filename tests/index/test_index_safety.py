"""Crashes, damage, two writers, and readers that go on reading."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEncoder
from index_texts import TEXTS, Build, documents
from making import document, files, ids

from qa.errors import CorpusError, IndexBusy, IndexDamaged, IndexFolderError, IndexMissing, IndexOutdated
from qa.index import OpenIndex, Request, build, open_index
from qa.index.lock import writing
from qa.index.manifest import CURRENT, FORMAT, ORIGIN, current_generation, file_sha256, write_current

building = import_module("qa.index.build")  # `qa.index.build` is the function of that name
opening = import_module("qa.index.opened")

NEW = {**TEXTS, "new.txt": "A gate of iron."}


def left_over(index_dir: Path) -> list[str]:
    """What lies in an index folder besides what belongs there."""
    kept = {CURRENT, ORIGIN, "lock", current_generation(index_dir)[0].name}
    return sorted(path.name for path in index_dir.iterdir() if path.name not in kept)


class Crash(Exception):
    """Stands for the process ending."""


def crash(*_: object, **__: object) -> None:
    raise Crash


POINTS: list[tuple[str, Callable[[pytest.MonkeyPatch], None]]] = [
    ("embedding", lambda patch: patch.setattr(FakeEncoder, "encode", crash)),
    ("vectors", lambda patch: patch.setattr(building.dense.DenseWriter, "finish", crash)),
    ("lexical", lambda patch: patch.setattr(building.lexical, "write_lexical", crash)),
    ("manifest", lambda patch: patch.setattr(building, "write_manifest", crash)),
    ("rename", lambda patch: patch.setattr(Path, "rename", crash)),
    ("origin", lambda patch: patch.setattr(building, "write_origin", crash)),
    ("current", lambda patch: patch.setattr(building, "write_current", crash)),
    ("replace", lambda patch: patch.setattr(Path, "replace", crash)),
]


@pytest.mark.parametrize("point", [point for _, point in POINTS], ids=[name for name, _ in POINTS])
def test_a_crash_leaves_the_old_index_in_use(
    make: Build, index_dir: Path, monkeypatch: pytest.MonkeyPatch, point: Callable[[pytest.MonkeyPatch], None]
) -> None:
    make()
    with monkeypatch.context() as patch:
        point(patch)
        with pytest.raises(Crash):
            make(NEW)
    assert ids(index_dir) == sorted(TEXTS)
    make(NEW)
    assert ids(index_dir) == sorted(NEW)
    assert left_over(index_dir) == []


@pytest.mark.parametrize("point", [point for _, point in POINTS], ids=[name for name, _ in POINTS])
def test_a_crash_on_the_first_run_leaves_no_index(
    make: Build, index_dir: Path, monkeypatch: pytest.MonkeyPatch, point: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with monkeypatch.context() as patch:
        point(patch)
        with pytest.raises(Crash):
            make()
    with pytest.raises(IndexMissing):
        open_index(index_dir)
    make()
    assert ids(index_dir) == sorted(TEXTS)


def test_what_a_killed_process_left_is_cleaned(make: Build, index_dir: Path) -> None:
    """A process that is killed runs no cleaning of its own."""
    make()
    for name in (".draft/lexical/x", "gen-000007/store.db", f"{CURRENT}.new", f"{ORIGIN}.new"):
        (index_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (index_dir / name).write_bytes(b"half")
    assert ids(index_dir) == sorted(TEXTS)
    make(NEW)
    assert ids(index_dir) == sorted(NEW)
    assert left_over(index_dir) == []


def test_only_generations_are_ever_deleted(make: Build, index_dir: Path) -> None:
    make()
    mine = [index_dir / "gen-ideas" / "notes.txt", index_dir / "gen-1" / "x", index_dir / "notes.txt"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    make(NEW)
    assert [path.read_text() for path in mine] == ["mine"] * 3


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_a_disk_that_cannot_be_written_is_an_error_of_ours(
    make: Build, index_dir: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    make()

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(building.dense.DenseWriter, "finish", refuse)
    with pytest.raises(IndexFolderError, match=f"{error.strerror}.*--index"):
        make(NEW)
    assert ids(index_dir) == sorted(TEXTS)


def test_a_file_where_the_folder_should_be(tmp_path: Path, fake: FakeEncoder) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(IndexFolderError, match="--index"):
            build(Request(documents(), fake, 16), place)
    assert (tmp_path / "file").read_text() == "mine"


def test_documents_that_cannot_be_read_leave_the_old_index(make: Build, index_dir: Path, fake: FakeEncoder) -> None:
    make()
    with pytest.raises(CorpusError):
        build(Request([], fake, 16), index_dir)
    assert ids(index_dir) == sorted(TEXTS)
    assert left_over(index_dir) == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    index_dir = tmp_path_factory.mktemp("whole") / "index"
    build(Request(documents(), FakeEncoder(), 16), index_dir)
    return index_dir


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


class TestDamage:
    def test_there_are_the_files_we_think(self, whole: Path) -> None:
        names = {path.name for path in files(whole)}
        assert {"store.db", "vectors.faiss", "rows.npy", "manifest.json", "meta.json"} <= names

    def test_a_missing_file_is_named_and_mended(self, copy: Path) -> None:
        for number in range(len(files(copy))):
            path = files(copy)[number]
            path.unlink()
            self.expect_damage(copy, path)

    def test_a_flipped_bit_is_found_and_mended(self, copy: Path) -> None:
        for number in range(len(files(copy))):
            path = files(copy)[number]
            content = bytearray(path.read_bytes() or b"x")
            content[len(content) // 2] ^= 1
            path.with_name("altered").write_bytes(content)
            path.with_name("altered").replace(path)
            self.expect_damage(copy, path)

    def test_a_lock_is_no_part_of_an_index(self, copy: Path) -> None:
        """Who opened an index a moment ago may make one again, at any time."""
        locks = [path for path in copy.rglob("*.lock") if path.parent.name == "lexical"]
        assert locks
        for path in locks:
            path.unlink()
        assert ids(copy) == sorted(TEXTS)

    def expect_damage(self, index_dir: Path, path: Path) -> None:
        with pytest.raises(IndexDamaged) as caught:
            open_index(index_dir)
        assert path.name in str(caught.value)
        assert f"run `pincite index --index {index_dir}`" in str(caught.value)
        assert "\n" not in str(caught.value)
        build(Request(documents(), FakeEncoder(), 16), index_dir)
        assert ids(index_dir) == sorted(TEXTS)

    def test_damage_to_a_large_file_is_found_when_it_is_met_and_mended(
        self, copy: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of those, opening looks at the size only."""
        monkeypatch.setattr("qa.index.manifest.check_files.__defaults__", (10_000,))
        path = current_generation(copy)[0] / "store.db"
        size = path.stat().st_size
        path.write_bytes(path.read_bytes()[:100] + b"\xff" * (size - 100))
        index = open_index(copy)
        for read in (index.store.sources, index.store.failures, lambda: index.store.passages([0])):
            with pytest.raises(IndexDamaged, match=rf"store\.db.*run `pincite index --index {copy}`"):
                read()
        with pytest.raises(IndexDamaged, match=r"store\.db is not as it was written"):
            index.check()
        index.close()
        report = build(Request(documents(), FakeEncoder(), 16), copy)
        assert report.embedded == report.passages
        assert ids(copy) == sorted(TEXTS)

    @pytest.mark.parametrize("content", [b"", b"gen-000001", b"\xff\xfe\x00", b"../../etc x", b"gen-000001 abc\n"])
    def test_a_damaged_pointer(self, copy: Path, content: bytes) -> None:
        (copy / CURRENT).write_bytes(content)
        with pytest.raises(IndexDamaged, match="pincite index --index"):
            open_index(copy)

    def test_the_pointer_is_a_folder(self, copy: Path) -> None:
        (copy / CURRENT).unlink()
        (copy / CURRENT).mkdir()
        with pytest.raises(IndexDamaged, match=f"CURRENT cannot be read: .*run `pincite index --index {copy}`"):
            open_index(copy)
        build(Request(documents(), FakeEncoder(), 16), copy)
        assert ids(copy) == sorted(TEXTS)

    def test_the_generation_is_gone(self, copy: Path) -> None:
        shutil.rmtree(current_generation(copy)[0])
        with pytest.raises(IndexDamaged, match=r"manifest\.json is missing"):
            open_index(copy)

    def test_no_index_at_all(self, copy: Path, tmp_path: Path) -> None:
        (copy / CURRENT).unlink()
        for place in (copy, tmp_path / "nowhere"):
            with pytest.raises(IndexMissing, match=f"run `pincite index --index {place}`"):
                open_index(place)

    def test_a_file_that_cannot_be_read(self, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: Path) -> str:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr("qa.index.manifest.file_sha256", refuse)
        with pytest.raises(IndexDamaged, match=r"manifest\.json cannot be read: Permission denied"):
            open_index(copy)

    def test_another_format(self, copy: Path) -> None:
        self.rewrite(copy, format=FORMAT + 1)
        with pytest.raises(IndexOutdated, match=rf"has format {FORMAT + 1}, .* reads {FORMAT}: run `pincite index"):
            open_index(copy)

    def test_fields_of_another_format_do_no_harm(self, copy: Path) -> None:
        self.rewrite(copy, format=FORMAT + 1, something="new", roots=5)
        with pytest.raises(IndexOutdated):
            open_index(copy)

    def rewrite(self, index_dir: Path, **fields: Any) -> None:
        generation = current_generation(index_dir)[0]
        path = generation / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
        write_current(index_dir, generation.name, file_sha256(path))


class TestSeveralProcesses:
    HOLD = """
import sys
from pathlib import Path
from qa.index.lock import writing
with writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""

    def test_a_second_writer_is_told_who_holds_it(self, make: Build, index_dir: Path) -> None:
        make()
        command = [sys.executable, "-c", self.HOLD, str(index_dir)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None and holder.stdin is not None
            assert holder.stdout.readline() == "held\n"
            held = rf"process {holder.pid} \(since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\) is writing the index"
            with pytest.raises(IndexBusy, match=held):
                make(NEW)
            assert ids(index_dir) == sorted(TEXTS)  # reading goes on
            holder.stdin.write("\n")
            holder.stdin.close()
        make(NEW)
        assert ids(index_dir) == sorted(NEW)

    def test_the_lock_may_be_taken_again_by_its_thread_only(self, make: Build, index_dir: Path) -> None:
        with writing(index_dir):
            make()
            with ThreadPoolExecutor(1) as pool, pytest.raises(IndexBusy, match=f"process {os.getpid()} "):
                pool.submit(make, NEW).result()
            make(NEW)
            assert (index_dir / "writer").is_file()
        assert left_over(index_dir) == []
        with ThreadPoolExecutor(1) as pool:
            pool.submit(make).result()
        assert ids(index_dir) == sorted(TEXTS)

    def test_the_lock_of_a_killed_process_is_free(self, make: Build, index_dir: Path) -> None:
        make()
        command = [sys.executable, "-c", self.HOLD, str(index_dir)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            holder.kill()
        make(NEW)
        assert ids(index_dir) == sorted(NEW)

    ALTERNATE = """
import sys
from pathlib import Path
from fakes import FakeEncoder
from index_texts import TEXTS, documents
from test_index_safety import NEW
from qa.index import Request, build
while True:
    for texts in (NEW, TEXTS):
        build(Request(documents(texts), FakeEncoder(), 16), Path(sys.argv[1]))
        print("built", flush=True)
"""

    def test_killed_at_any_moment(self, make: Build, index_dir: Path) -> None:
        """Whatever it was at, one of the two indexes is there, whole, and the next writer cleans up."""
        make()
        here = Path(__file__).parent
        path = os.pathsep.join([str(here), str(here.parent), *sys.path])
        command = [sys.executable, "-c", self.ALTERNATE, str(index_dir)]
        for delay in (0.0, 0.004, 0.011, 0.023, 0.041, 0.067):
            environment = {**os.environ, "PYTHONPATH": path}
            with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == b"built\n"
                time.sleep(delay)
                process.kill()
            assert ids(index_dir) in (sorted(TEXTS), sorted(NEW))
            index = open_index(index_dir)
            index.check()
            assert len(index.dense) == len(index.lexical) == index.manifest.passages
            index.close()
        make(NEW)
        make()
        assert ids(index_dir) == sorted(TEXTS)
        assert left_over(index_dir) == []

    def test_a_reader_goes_on_reading_what_it_opened(self, make: Build, index_dir: Path, fake: FakeEncoder) -> None:
        make()
        reader = open_index(index_dir)
        assert not reader.outdated
        make({"other.txt": "Quite another document about rivers."})
        make({"third.txt": "And a third about mountains."})
        assert self.answers(reader, fake) == ["hall.txt", "hall.txt", sorted(TEXTS)]
        assert reader.store.document("tower.txt").text == TEXTS["tower.txt"]
        assert reader.outdated
        reader.close()
        assert ids(index_dir) == ["third.txt"]

    def test_what_is_open_is_not_outdated_by_damage(self, make: Build, index_dir: Path) -> None:
        make()
        reader = open_index(index_dir)
        for content in (b"", b"gen-9", None):
            (index_dir / CURRENT).write_bytes(content) if content is not None else (index_dir / CURRENT).unlink()
            assert not reader.outdated
        reader.close()

    def answers(self, index: OpenIndex, encoder: FakeEncoder) -> list[Any]:
        (lexical, _), *_ = index.lexical.search("council hall", 1)
        (dense, _), *_ = index.dense.search(encoder.encode(["the council met in the old hall"])[0], 1)
        passages = index.store.passages([lexical, dense])
        documents = [entry.source.id for entry in index.store.sources()]
        return [passages[lexical].document_id, passages[dense].document_id, documents]

    @pytest.mark.parametrize("step", ["read_manifest", "check_files"])
    def test_an_index_replaced_while_it_is_opened(
        self, make: Build, index_dir: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        make()
        original = getattr(opening, step)
        replaced: list[bool] = []

        def replace_first(*args: Any) -> Any:
            if not replaced:
                replaced.append(True)
                old = current_generation(index_dir)[0]
                make(NEW)
                assert not old.exists()
            return original(*args)

        monkeypatch.setattr(opening, step, replace_first)
        assert ids(index_dir) == sorted(NEW)


def test_an_index_folder_may_have_any_name(tmp_path: Path, fake: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("with space", "it's #1?&%41", "索引", "deep/er"):
        place = Path(name)  # relative, too
        build(Request([document("A text.", id="a.txt")], fake, 16), place)
        assert ids(place) == ["a.txt"]
