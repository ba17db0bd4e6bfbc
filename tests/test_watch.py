"""An index that keeps up with its folders, as files really change under it."""

from __future__ import annotations

import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes import FakeEncoder
from making import ids, write

from qa import library, watch
from qa.errors import IndexMissing
from qa.index import IndexReport, open_index
from qa.index.lock import writing

TEXTS = {"hall.txt": "The council met in the old hall.", "tower.txt": "The tower was built in 1904."}
PATIENCE = 120
"""Seconds after which a test gives up: nothing is measured, and the machine may be busy."""


@dataclass
class Watched:
    docs: Path
    index_dir: Path
    reports: queue.Queue[IndexReport] = field(default_factory=queue.Queue)
    errors: queue.Queue[str] = field(default_factory=queue.Queue)

    def until(self, expected: list[str]) -> None:
        """Wait for updates until the index holds these documents."""
        while ids(self.index_dir) != expected:
            self.reports.get(timeout=PATIENCE)

    def error(self) -> str:
        return self.errors.get(timeout=PATIENCE)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(library, "load_encoder", lambda name: FakeEncoder())
    monkeypatch.setattr(watch, "_QUIET_MS", 50)
    monkeypatch.setattr(watch, "_LOOK_MS", 100)
    monkeypatch.setattr(watch, "_RETRY_S", 0.1)
    made = Watched(write(tmp_path / "docs", TEXTS), tmp_path / "docs" / "my index")
    library.index_paths([made.docs], made.index_dir)
    return made


@pytest.fixture
def watched(made: Watched) -> Iterator[Watched]:
    """Its index is being kept up with its folder."""
    stop = threading.Event()
    options = {"on_report": made.reports.put, "on_error": made.errors.put, "stop": stop}
    thread = threading.Thread(target=watch.watch, args=(made.index_dir,), kwargs=options)
    thread.start()
    yield made
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_files_come_change_move_and_go(watched: Watched) -> None:
    write(watched.docs, {"deep/er/gate.txt": "A gate of iron."})
    watched.until(["deep/er/gate.txt", *TEXTS])
    (watched.docs / "hall.txt").rename(watched.docs / "house.txt")
    watched.until(["deep/er/gate.txt", "house.txt", "tower.txt"])
    shutil.rmtree(watched.docs / "deep")
    watched.until(["house.txt", "tower.txt"])
    write(watched.docs, {"tower.txt": "It fell."})
    watched.reports.get(timeout=PATIENCE)
    index = open_index(watched.index_dir)
    assert index.store.document("tower.txt").text == "It fell."
    index.close()
    assert watched.errors.empty()


def test_what_changed_before_is_seen_and_nothing_else_makes_a_generation(made: Watched) -> None:
    """The index lies in the folder that is watched: writing it is no change."""
    write(made.docs, {"gate.txt": "A gate."})
    stop = threading.Event()
    told: list[IndexReport] = []

    def stop_after_a_while(report: IndexReport) -> None:
        told.append(report)
        write(made.docs, {".hidden.txt": "No document."})
        threading.Timer(2, stop.set).start()

    watch.watch(made.index_dir, on_report=stop_after_a_while, on_error=pytest.fail, stop=stop)
    assert [report.documents for report in told] == [3]


def test_errors_are_told_once_and_survived(watched: Watched) -> None:
    write(watched.docs, {"sources.toml": "[[broken"})
    assert "sources.toml cannot be read as TOML" in watched.error()
    assert ids(watched.index_dir) == sorted(TEXTS)
    (watched.docs / "sources.toml").unlink()
    write(watched.docs, {"gate.txt": "A gate."})
    watched.until(["gate.txt", *sorted(TEXTS)])
    assert watched.errors.empty()


def test_a_folder_that_goes_and_comes_back(made: Watched, tmp_path: Path) -> None:
    index_dir, docs = tmp_path / "index", made.docs
    shutil.rmtree(made.index_dir)
    library.index_paths([docs], index_dir)
    stop = threading.Event()
    watched = Watched(docs, index_dir)
    options = {"on_report": watched.reports.put, "on_error": watched.errors.put, "stop": stop}
    thread = threading.Thread(target=watch.watch, args=(index_dir,), kwargs=options)
    thread.start()
    try:
        docs.rename(tmp_path / "away")
        assert str(docs) in watched.error()
        assert ids(index_dir) == sorted(TEXTS)
        (tmp_path / "away").rename(docs)
        write(docs, {"gate.txt": "A gate."})
        watched.until(["gate.txt", *sorted(TEXTS)])
    finally:
        stop.set()
        thread.join(PATIENCE)


def test_another_writer_is_waited_for(watched: Watched) -> None:
    with writing(watched.index_dir):
        write(watched.docs, {"gate.txt": "A gate."})
        assert "is writing the index" in watched.error()
    watched.until(["gate.txt", *sorted(TEXTS)])


def test_folders_that_are_added_are_watched_too(watched: Watched, tmp_path: Path) -> None:
    more = write(tmp_path / "more", {"one.txt": "One."})

    def until_done(change: Callable[[], object]) -> None:
        while True:
            try:
                change()
                return
            except library.IndexBusy:  # the watch itself is writing
                threading.Event().wait(0.05)

    until_done(lambda: library.add([more], watched.index_dir))
    write(more, {"two.txt": "Two."})
    watched.until(["hall.txt", "one.txt", "tower.txt", "two.txt"])


def test_a_single_file_that_an_editor_replaces(made: Watched, tmp_path: Path) -> None:
    note = write(tmp_path / "notes", {"note.txt": "First."}) / "note.txt"
    index_dir = tmp_path / "index"
    library.index_paths([note], index_dir)
    stop, reports = threading.Event(), queue.Queue[IndexReport]()
    options = {"on_report": reports.put, "on_error": pytest.fail, "stop": stop}
    thread = threading.Thread(target=watch.watch, args=(index_dir,), kwargs=options)
    thread.start()
    try:
        for text in ("Second.", "Third."):
            write(note.parent, {"note.new": text})
            threading.Event().wait(0.5)  # the watch may just be beginning; changes before it are seen all the same
            (note.parent / "note.new").replace(note)
            reports.get(timeout=PATIENCE)
            index = open_index(index_dir)
            assert index.store.document("note.txt").text == text
            index.close()
    finally:
        stop.set()
        thread.join(PATIENCE)


def test_there_must_be_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        watch.watch(tmp_path / "none", on_report=pytest.fail, on_error=pytest.fail)


COMMAND = """
import sys
from fakes import FakeEncoder
from qa import library
from qa.cli import main
library.load_encoder = lambda name: FakeEncoder()
raise SystemExit(main(sys.argv[1:]))
"""


def test_the_command_until_ctrl_c(made: Watched) -> None:
    command = [sys.executable, "-c", COMMAND, "index", str(made.docs), "--index", str(made.index_dir), "--watch"]
    path = ":".join([str(Path(__file__).parent), *sys.path])
    environment = {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, env=environment, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline().startswith("2 documents, 2 passages (0 embedded)")
        write(made.docs, {"gate.txt": "A gate of iron."})
        assert " 3 documents, 3 passages (1 embedded)" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            _, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in err and err.splitlines()[-1].startswith("pincite: no longer watching")
