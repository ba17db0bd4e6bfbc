"""What is taken over: vectors computed before the process ended, and documents of files that are as they were."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder
from index_texts import TEXTS, Build, documents
from making import document

from qa.index import FromFile, Item, Kept, Marks, Request, build, open_index
from qa.index.embedded import Embedded
from qa.types import Failure

building = import_module("qa.index.build")  # `qa.index.build` is the function of that name
encoding = import_module("qa.index.encoding")

MANY = {f"{number:02}.txt": f"Text of number {number}, which is number {number * number}." for number in range(20)}


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_AT_ONCE", 3)
    monkeypatch.setattr(building, "_WRITTEN_AT_ONCE", 7)


class Stopped(BaseException):
    """As when the user presses Ctrl-C."""


class StoppingEncoder(FakeEncoder):
    """Stops everything when it has embedded so many texts."""

    def __init__(self, most: int, fingerprint: str = "fake-1") -> None:
        super().__init__(fingerprint=fingerprint)
        self._most = most

    def encode(self, texts: Sequence[str], on_done: object = None) -> np.ndarray:
        if len(self.encoded) + len(texts) > self._most:
            raise Stopped
        return super().encode(texts)


def beside(index_dir: Path) -> list[str]:
    return [path.name for path in index_dir.glob("embedded-*")]


class TestEmbeddedOnce:
    def test_what_was_embedded_before_a_stop_is_not_embedded_again(
        self, make: Build, index_dir: Path, small_steps: None
    ) -> None:
        stopping, going_on = StoppingEncoder(13), FakeEncoder()
        with pytest.raises(Stopped):
            make(MANY, encoder=stopping)
        report = make(MANY, encoder=going_on)
        assert len(stopping.encoded) == 12 and report.embedded == len(going_on.encoded) == 8
        assert sorted(stopping.encoded + going_on.encoded) == sorted(f"{name}\n{text}" for name, text in MANY.items())
        assert beside(index_dir) == []
        index = open_index(index_dir)
        expected = FakeEncoder().encode([f"{name}\n{text}" for name, text in sorted(MANY.items())])
        assert np.array_equal(index.dense.vectors(range(20)), expected)
        index.close()

    def test_they_stay_through_another_stop_and_another_encoder(self, make: Build, small_steps: None) -> None:
        for most in (4, 4, 4):
            with pytest.raises(Stopped):
                make(MANY, encoder=StoppingEncoder(most))
        with pytest.raises(Stopped):
            make(MANY, encoder=StoppingEncoder(5, fingerprint="fake-2"))
        assert make(MANY).embedded == 20 - 9

    def test_of_another_encoder_nothing_is_taken(self, make: Build, index_dir: Path, small_steps: None) -> None:
        with pytest.raises(Stopped):
            make(MANY, encoder=StoppingEncoder(12, fingerprint="fake-2"))
        assert make(MANY).embedded == 20
        assert beside(index_dir) == []

    @pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be one" * 100])
    def test_a_damaged_file_costs_its_vectors_only(self, make: Build, index_dir: Path, content: bytes) -> None:
        index_dir.mkdir()
        vectors = Embedded(index_dir, "fake-1")
        vectors.add([b"x" * 32], np.zeros((1, 128), dtype=np.float32))
        vectors.close()
        vectors.path.write_bytes(content)
        assert make(MANY).embedded == 20
        assert beside(index_dir) == []

    SLOW = """
import sys, time
from pathlib import Path
from fakes import FakeEncoder
from index_texts import documents
from test_index_kept import MANY, encoding
from qa.index import Request, build
encoding._AT_ONCE = 2
class Slow(FakeEncoder):
    def encode(self, texts, on_done=None):
        time.sleep(0.3)
        print("\\n".join(texts).replace("\\n", " "), flush=True)
        return super().encode(texts)
build(Request(documents(MANY), Slow(), 16, roots=("/documents",)), Path(sys.argv[1]))
"""

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
    def test_a_killed_process(self, make: Build, index_dir: Path, how: signal.Signals) -> None:
        """The old index works, another process can write, and what was embedded is not embedded again."""
        make(TEXTS)
        here = Path(__file__).parent
        path = os.pathsep.join([str(here), str(here.parent), *sys.path])
        command = [sys.executable, "-c", self.SLOW, str(index_dir)]
        environment = {**os.environ, "PYTHONPATH": path}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            for _ in range(4):
                assert process.stdout.readline()
            process.send_signal(how)
        index = open_index(index_dir)
        assert [entry.source.id for entry in index.store.sources()] == sorted(TEXTS)
        index.close()
        fake = FakeEncoder()
        assert 2 <= make(MANY, encoder=fake).embedded == len(fake.encoded) <= 20 - 6
        assert beside(index_dir) == []


class TestKept:
    """A file that bears the mark it had is not read again; its documents come out as if it had been."""

    def items(self, texts: dict[str, str], kept: Sequence[str]) -> Iterator[Item]:
        for one in documents(texts):
            file = one.source.path
            yield Kept(file, "mark") if one.id in kept else FromFile(one, file, "mark")

    def build(self, index_dir: Path, texts: dict[str, str], kept: Sequence[str] = (), **options: object) -> Marks:
        told: list[Marks] = []

        def given(marks: Marks) -> Iterator[Item]:
            told.append(marks)
            return self.items(texts, [name for name in kept if f"/documents/{name}" in marks])

        request = Request(given, FakeEncoder(), **{"chunk_tokens": 16, "code": "1", **options})  # type: ignore[arg-type]
        build(request, index_dir)
        return told[0]

    def test_an_update_equals_a_new_index(self, index_dir: Path, tmp_path: Path) -> None:
        changed = {**TEXTS, "a.txt": "It comes first. So rows move.", "tower.txt": "It fell."}
        del changed["bridge.txt"]
        self.build(index_dir, TEXTS)
        assert self.build(index_dir, changed, kept=["hall.txt"]) == {f"/documents/{name}": "mark" for name in TEXTS}
        self.build(tmp_path / "fresh", changed)
        updated, fresh = open_index(index_dir), open_index(tmp_path / "fresh")
        assert updated.hash == fresh.hash
        for name in ("store.db", "dense/vectors.faiss", "dense/rows.npy"):
            assert updated.manifest.files[name] == fresh.manifest.files[name]
        assert updated.store.sources() == fresh.store.sources()
        assert [updated.store.passages_of(name) for name in changed] == [fresh.store.passages_of(n) for n in changed]
        updated.close()
        fresh.close()

    @pytest.mark.parametrize("options", [{"code": "2"}, {"chunk_tokens": 17}, {"code": ""}])
    def test_nothing_is_kept_that_would_be_read_otherwise(self, index_dir: Path, options: dict[str, object]) -> None:
        self.build(index_dir, TEXTS)
        assert self.build(index_dir, TEXTS, **options) == {}

    def test_nothing_is_kept_of_a_damaged_index(self, index_dir: Path) -> None:
        self.build(index_dir, TEXTS)
        next(index_dir.glob("gen-*/store.db")).write_bytes(b"x")
        assert self.build(index_dir, TEXTS, kept=list(TEXTS)) == {}

    def test_failures_of_a_file_that_holds_documents_stay_with_it(self, index_dir: Path) -> None:
        inside = document("In it.", id="a.zip/a.txt")
        items: list[Item] = [
            FromFile(inside, "/a.zip", "1"),
            FromFile(Failure("/a.zip/b.pdf", "no"), "/a.zip", "1"),
            FromFile(Failure("/c.pdf", "no"), "/c.pdf", "1"),
        ]
        build(Request(items, FakeEncoder(), 16, code="1"), index_dir)
        told: list[Marks] = []

        def again(marks: Marks) -> list[Item]:
            told.append(marks)
            return [Kept("/a.zip", "1")]

        report = build(Request(again, FakeEncoder(), 16, code="1"), index_dir)
        assert told == [{"/a.zip": "1"}]  # of a file that gave nothing, nothing is kept: it is tried again
        assert (report.documents, report.failures) == (1, (Failure("/a.zip/b.pdf", "no"),))


class TestNothingChanged:
    """The generation in use stays where a new one would be the same."""

    @pytest.fixture
    def request_again(self) -> Request:
        given = [*documents(), Failure("/x.pdf", "no")]
        return Request(given, FakeEncoder(), 16, roots=("/documents",), removed=("/gone.txt",), code="1")

    def generation(self, index_dir: Path) -> str:
        return (index_dir / "CURRENT").read_text().split()[0]

    def test_the_generation_stays(self, index_dir: Path, request_again: Request) -> None:
        first = build(request_again, index_dir)
        second = build(request_again, index_dir)
        assert self.generation(index_dir) == "gen-000001"
        assert second == replace(first, seconds=second.seconds, embedded=0, changed=False)

    @pytest.mark.parametrize(
        "change",
        [
            {"documents": documents()},
            {"documents": [*documents(), Failure("/x.pdf", "another reason")]},
            {"documents": [*documents()[:2], Failure("/x.pdf", "no")]},
            {"documents": [*documents({**TEXTS, "hall.txt": "Other."}), Failure("/x.pdf", "no")]},
            {"documents": [*(FromFile(one, one.source.path, "1") for one in documents()), Failure("/x.pdf", "no")]},
            {"roots": ("/other",)},
            {"removed": ()},
            {"chunk_tokens": 17},
            {"code": "2"},
            {"encoder": FakeEncoder(fingerprint="fake-2")},
        ],
    )
    def test_any_change_makes_a_new_one(
        self, index_dir: Path, request_again: Request, change: dict[str, object]
    ) -> None:
        build(request_again, index_dir)
        build(replace(request_again, **change), index_dir)  # type: ignore[arg-type]
        assert self.generation(index_dir) == "gen-000002"
