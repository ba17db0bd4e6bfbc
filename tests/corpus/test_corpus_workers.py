"""Workers: what they read is what is read here; what breaks them, or takes for ever, costs one file."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest
from making import write

from qa.corpus import load_file, read
from qa.corpus.load import Job, load, read_bytes
from qa.corpus.sources_toml import Stated
from qa.corpus.workers import Limits, Workers
from qa.types import Document, Failure

PAGE = "<title>T</title><h1>One</h1><p>A paragraph — with 😀 and “quotes”.</p>"


def jobs(folder: Path) -> list[Job]:
    return [Job(path.name, path, Stated(publisher="P")) for path in sorted(folder.iterdir())]


def by_workers(folder: Path, workers: Workers) -> list[Document | Failure]:
    with workers:
        return list(workers.in_order(jobs(folder), lambda job: False))


def test_a_worker_reads_what_is_read_here(tmp_path: Path) -> None:
    write(
        tmp_path,
        {f"{n}.html": f"{PAGE}<p>{n}" for n in range(30)} | {"b.txt": "text\r\n\ud7ff", "c.xyz": "", "d.md": ""},
    )
    here = [item for job in jobs(tmp_path) for item in load(job)]
    assert by_workers(tmp_path, Workers(2)) == here
    assert sum(isinstance(item, Document) for item in here) == 31


def test_what_takes_too_long_is_told_and_the_rest_read(tmp_path: Path, slow: None) -> None:
    write(tmp_path, {"a.html": PAGE, "b.html": "<p>sleep", "c.html": PAGE})
    a, b, c = by_workers(tmp_path, Workers(1, Limits(seconds=3)))
    assert isinstance(a, Document) and isinstance(c, Document)
    assert b == Failure(
        str(tmp_path / "b.html"), "it takes longer than 3 s to read: it is damaged, or made to take for ever"
    )


@pytest.mark.skipif(os.name != "posix", reason="no limit of memory here")
def test_what_takes_too_much_memory_is_told_and_the_rest_read(tmp_path: Path, slow: None) -> None:
    write(tmp_path, {"a.html": PAGE, "b.html": "<p>memory", "c.html": PAGE})
    a, b, c = by_workers(tmp_path, Workers(1, Limits(memory=512 * 1024 * 1024)))
    assert isinstance(a, Document) and isinstance(c, Document)
    assert b == Failure(str(tmp_path / "b.html"), "it takes more memory to read than is allowed: split it")


def test_what_ends_its_worker_is_told_and_the_rest_read(tmp_path: Path, slow: None) -> None:
    write(tmp_path, {"a.html": PAGE, "b.html": "<p>exit", "c.html": PAGE})
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for name in ("a.html", "b.html", "c.html"):
            archive.write(tmp_path / name, name)
    found = by_workers(tmp_path, Workers(1))
    assert [type(item) for item in found] == [Document, Failure, Document] * 2
    assert [Path(item.path).name for item in found if isinstance(item, Failure)] == ["b.html", "b.html"]
    assert all("its reader broke down" in item.reason for item in found if isinstance(item, Failure))


def test_who_stops_taking_waits_for_nothing(tmp_path: Path, slow: None) -> None:
    write(tmp_path, {"a.html": PAGE, "b.html": "<p>sleep", "c.html": "<p>sleep"})
    started = time.monotonic()
    with Workers(2) as workers:
        assert isinstance(next(workers.in_order(jobs(tmp_path), lambda job: False)), Document)
    assert time.monotonic() - started < 50  # each sleeps for a minute


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text")
    fstat, calls = os.fstat, []

    def growing(handle: int) -> os.stat_result:
        calls.append(handle)
        with path.open("a") as file:
            file.write("more")
        return fstat(handle)

    monkeypatch.setattr(os, "fstat", growing)
    loaded = load_file("a.txt", path)
    assert loaded == Failure(str(path), "it changed while it was read: index it again when it is finished")
    monkeypatch.undo()
    assert read_bytes(path) == path.read_bytes()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_file_that_became_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    loaded = load_file("a.txt", tmp_path / "a.txt")
    assert loaded == Failure(str(tmp_path / "a.txt"), "it is a device, a pipe or a socket, not a file")


def test_what_lies_in_the_folder_we_are_in_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = "import pathlib; pathlib.Path(__file__).with_name('sprung').touch()"
    write(tmp_path, {"lxml.py": trap, "json.py": trap, "a.html": PAGE})
    monkeypatch.chdir(tmp_path)
    assert isinstance(next(read([tmp_path / "a.html"])), Document)
    assert not (tmp_path / "sprung").exists()


@pytest.fixture
def slow(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """In workers, HTML that speaks of it sleeps, takes memory, or ends the process."""
    folder = tmp_path_factory.mktemp("slow")
    (folder / "sitecustomize.py").write_text(
        "import os, time, qa.corpus.formats.html as html\n"
        "parse = html.parse_html\n"
        "def parse_html(data):\n"
        "    if b'sleep' in data: time.sleep(60)\n"
        "    if b'memory' in data: bytearray(1 << 30)\n"
        "    if b'exit' in data: os._exit(3)\n"
        "    return parse(data)\n"
        "html.parse_html = parse_html\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
