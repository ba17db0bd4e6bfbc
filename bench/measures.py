"""What is measured. Ours and what it is held to take turns, so that a busy machine slows both; medians count."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LARGE = 100_000
FILES = 24, 96
QUESTION = "By when is a mature national technology transfer system expected?"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure. ``theirs``: what ours is held to, in the same unit; ``ratio``: ours to theirs as ``goal`` reads."""

    name: str
    ours: float
    unit: str
    theirs: float | None
    against: str
    ratio: float | None
    goal: str


def first_answer(folder: Path, repeat: int) -> list[Row]:
    """A new process that answers one question, and a new process that imports sentence-transformers."""
    index = _five_sources(folder)
    ask = ["-m", "qa", "ask", QUESTION, "--index", str(index), "--json"]
    run_process(ask)  # compiles the networks where that was never done
    pairs = [(run_process(ask), run_process(["-c", "import sentence_transformers"])) for _ in range(repeat)]
    ours, theirs = (median(pair[side].seconds for pair in pairs) for side in (0, 1))
    memory = max(pair[0].megabytes for pair in pairs)
    return [
        Row("first answer", ours, "s", theirs, "s, import sentence_transformers", ours / theirs, "<= 0.15"),
        Row("memory of it", memory, "MB", None, "", None, "< 400 MB"),
    ]


def warm(folder: Path, repeat: int) -> list[Row]:
    """Questions never asked before over the five sources, and one question through sentence-transformers."""
    index = _five_sources(folder)
    ours = _work("warm", index)
    theirs = _work("encode-questions")
    p50, p95 = quantiles(ours["seconds"], n=20)[9], quantiles(ours["seconds"], n=20)[18]
    one = median(theirs["seconds"])
    in_a_row, at_once = (len(ours["seconds"]) / seconds for seconds in (sum(ours["seconds"]), ours["together"]))
    note = "ms, SentenceTransformer.encode of the question"
    return [
        Row("warm question, p50", 1000 * p50, "ms", 1000 * one, note, p50 / one, "p50 < 60 ms"),
        Row("warm question, p95", 1000 * p95, "ms", 1000 * one, note, p95 / one, ""),
        Row("questions of a file", at_once, "/s", in_a_row, "/s, the same one by one", at_once / in_a_row, ""),
    ]


def indexing(folder: Path, repeat: int) -> list[Row]:
    """From files to a searchable index, and the same passages through ``SentenceTransformer.encode``, whose loading is
    not counted: of a few passages, ours is a fifth of the time."""
    return [_indexed(folder / str(files), files, repeat) for files in FILES]


def _indexed(folder: Path, files: int, repeat: int) -> Row:
    _work("write-files", folder / "files", files)
    pairs = []
    for turn in range(repeat):
        ours = _work("index", folder / "files", folder / f"index-{turn}")
        pairs.append((ours, _work("encode-passages", folder / f"index-{turn}")))
    rate = median(ours["passages"] / ours["seconds"] for ours, _ in pairs)
    theirs = median(other["passages"] / other["seconds"] for _, other in pairs)
    name = f"indexing {pairs[0][0]['passages']:,} passages, from files"
    note = "passages/s, SentenceTransformer.encode"
    return Row(name, rate, "passages/s", theirs, note, rate / theirs, ">= 2.5")


def search(folder: Path, repeat: int) -> list[Row]:
    """Both searches over 20,000 passages, brute force in numpy, and bm25s."""
    found = _work("search", folder / "search")
    dense, brute, lexical, bm25s = (median(found[name]) for name in ("dense", "brute", "lexical", "bm25s"))
    return [
        Row("dense search", 1000 * dense, "ms", 1000 * brute, "ms, numpy", dense / brute, "<= 1"),
        Row("lexical search", 1000 * lexical, "ms", 1000 * bm25s, "ms, bm25s", lexical / bm25s, "<= 1"),
    ]


def screen(folder: Path, repeat: int) -> list[Row]:
    """From the start of ``app.py`` to its first page, and an import of gradio."""
    _five_sources(folder, folder / "home" / "index")
    pairs = [(_first_page(folder / "home"), run_process(["-c", "import gradio"]).seconds) for _ in range(repeat)]
    ours, theirs = (median(pair[side] for pair in pairs) for side in (0, 1))
    return [Row("first page of the screen", ours, "s", theirs, "s, import gradio", ours / theirs, "<= 1.3")]


def server(folder: Path, repeat: int) -> list[Row]:
    """A server with 100,000 generated passages, asked questions that it was never asked before."""
    index = folder / "large"
    _work("large-index", index, LARGE)
    with _serving("--index", str(index), PINCITE_HOME=str(folder / "home")) as (port, pid):
        _asked(port, QUESTION)
        seconds = [_asked(port, question) for question in _work("questions")[:40]]
        memory = _most_memory(pid)
    return [
        Row(f"memory of a server, {LARGE:,} passages", memory, "MB", None, "", None, "< 700 MB"),
        Row(f"question to it, p50, {LARGE:,} passages", 1000 * median(seconds), "ms", None, "", None, "< 100 ms"),
    ]


def exact(folder: Path, repeat: int) -> list[Row]:
    """Answers to our own questions in the form used here, and in float32."""
    found = _work("exact", _five_sources(folder))
    same = f"float32 ({found['precision']} here)"
    return [
        Row("same first answer", found["same"], "of questions", None, same, None, ""),
        Row("confidence apart", found["apart"], "at most", None, same, None, ""),
        Row("right at first", found["right"], "of questions", found["right_f32"], same, None, ""),
    ]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process took, and what it printed."""

    seconds: float
    megabytes: float
    out: str


def run_process(arguments: list[str], python: str = sys.executable, **environment: str) -> Ran:
    """Runs Python and waits for it; memory is what it had at most, where the system tells."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [python, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    out = process.stdout.read()
    kilobytes = 0
    if hasattr(os, "wait4"):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        kilobytes = used.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    if process.wait():
        raise SystemExit(f"bench: {' '.join(arguments)[:200]} ended with {process.returncode}")
    return Ran(time.perf_counter() - started, kilobytes / 1000, out)


def _work(what: str, *arguments: object) -> Any:
    """What a task of ``bench.work`` found, run in a process of its own."""
    return json.loads(run_process(["-m", "bench.work", what, *map(str, arguments)]).out.splitlines()[-1])


def _five_sources(folder: Path, index: Path | None = None) -> Path:
    index = index or folder / "five"
    if not index.exists():
        run_process(["-m", "qa", "index", str(ROOT / "corpus"), "--index", str(index)])
    return index


def _first_page(home: Path) -> float:
    started = time.perf_counter()
    with _serving(PINCITE_HOME=str(home)):
        return time.perf_counter() - started


@contextmanager
def _serving(*arguments: str, **environment: str) -> Iterator[tuple[int, int]]:
    """A server that gives its first page: its port and the process's number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "qa", "serve", "--port", str(port), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: _answers(port), process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _asked(port: int, question: str) -> float:
    """Seconds until the answer is there; while models are loading, it is asked again."""
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/ask", body, {"Content-Type": "application/json"})
    while True:
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
                return time.perf_counter() - started
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(0.2)


def _most_memory(pid: int) -> float:
    """Megabytes that a process had at most; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), 0.0)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def _until(done: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not done():
        if process.poll() is not None:
            raise SystemExit(f"bench: the screen ended with {process.returncode}")
        time.sleep(0.02)
