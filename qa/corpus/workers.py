"""Worker processes that parse files: what a file does to its parser ends with the worker, and costs the file alone.

Every worker has a limit of memory and every document one of time. Jobs and documents travel as lines of JSON (see
``worker``): nothing that came out of a file is unpickled, and no state of this process is copied.
"""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from qa.corpus.formats import ARCHIVES
from qa.corpus.load import Job, load
from qa.corpus.worker import Item, item_from_json, job_to_json
from qa.runtime.cores import cores
from qa.types import Failure

_AHEAD = 6
"""Files handed out before the first of them is asked for."""
_BUFFERED = 2
"""Documents of one file that wait to be taken."""
_DEATHS = 3
"""Files of one archive that may each cost a worker before the rest of it is given up."""
_START = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from qa.corpus.worker import main
main(int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take: seconds of waiting, and for each megabyte of its file; bytes of address space."""

    seconds: float = 180.0
    seconds_per_megabyte: float = 20.0
    memory: int = 1536 * 1024 * 1024


class Workers:
    """Up to ``count`` worker processes, each started when it is first needed; None: as many as there are cores."""

    def __init__(self, count: int | None = None, limits: Limits = Limits()) -> None:
        self._count = count or min(4, cores())
        self._limits = limits
        self._idle: list[_Worker] = []
        self._all: list[_Worker] = []
        self._threads: ThreadPoolExecutor | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        """End all workers at once, in the middle of what they do."""
        self._closed.set()
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._all:
            worker.end()
        if self._threads:
            self._threads.shutdown(wait=True)

    def in_order(self, jobs: Iterable[Job], is_light: Callable[[Job], bool]) -> Iterator[Item]:
        """What is in the files of ``jobs``, in their order; light ones are read here, the others by workers."""
        waiting: deque[Iterator[Item]] = deque()
        for job in jobs:
            waiting.append(load(job) if is_light(job) else self._handed_out(job))
            if len(waiting) > _AHEAD:
                yield from waiting.popleft()
        while waiting:
            yield from waiting.popleft()

    def _handed_out(self, job: Job) -> Iterator[Item]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="pincite-corpus")
        results: queue.Queue[Item | None] = queue.Queue(_BUFFERED)
        self._threads.submit(self._fill, job, results)
        return iter(results.get, None)

    def _fill(self, job: Job, results: queue.Queue[Item | None]) -> None:
        """Have ``job`` read; in an archive, a new worker goes on behind the document that cost the one before."""
        done = 0
        try:
            for _ in range(_DEATHS):
                try:
                    for item in self._read(job, done):
                        self._put(results, item)
                        done += 1
                    return
                except _Died as died:
                    self._put(results, Failure(died.path, died.reason))
                    done += 1
                if job.path.suffix.lower() not in ARCHIVES or self._closed.is_set():
                    return
            self._put(results, Failure(str(job.path), "too many files in it cannot be read: the rest is left out"))
        except OSError as error:
            self._put(results, Failure(str(job.path), f"no process can be started to read it ({error})"))
        finally:
            self._put(results, None)

    def _read(self, job: Job, skip: int) -> Iterator[Item]:
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker(self._limits)
            self._all.append(worker)
        if self._closed.is_set():
            worker.end()
        yield from worker.read(job, skip)
        if worker.fit:
            self._idle.append(worker)
        else:
            worker.end()

    def _put(self, results: queue.Queue[Item | None], item: Item | None) -> None:
        while not self._closed.is_set():
            try:
                return results.put(item, timeout=0.2)
            except queue.Full:  # who takes them may be gone by now
                continue


class _Died(Exception):
    """The worker ended while it read ``path``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path, self.reason = path, reason


class _Worker:
    """One process; used by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.fit = True
        self._process = subprocess.Popen(
            # -P: what lies in the folder we happen to be in is not imported.
            [sys.executable, "-P", "-c", _START, json.dumps(sys.path), str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def read(self, job: Job, skip: int) -> Iterator[Item]:
        """The documents of ``job`` but the first ``skip``; raises ``_Died``."""
        seconds = self._limits.seconds + self._limits.seconds_per_megabyte * _size(job) / 1e6
        path = str(job.path)
        self._send(json.dumps(job_to_json(job, skip, int(seconds))), path)
        while True:
            line = self._receive(seconds, path)
            if "next" in line:
                path = line["next"]
            elif "done" in line:
                self.fit = not line["retire"]
                return
            else:
                yield item_from_json(line)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:  # what was not sent cannot be any more
                pass

    def _send(self, line: str, path: str) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _Died(path, self._why(0, late=False)) from error

    def _receive(self, seconds: float, path: str) -> dict[str, Any]:
        assert self._process.stdout
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            raise _Died(path, self._why(seconds, late.is_set()))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _why(self, seconds: float, late: bool) -> str:
        ended = self._process.wait()
        if late or ended == -getattr(signal, "SIGXCPU", 0) != 0:
            return f"it takes longer than {seconds:.0f} s to read: it is damaged, or made to take for ever"
        return f"its reader broke down ({ended}): it is damaged, or takes more memory than is allowed"


def _size(job: Job) -> int:
    try:
        return job.path.stat().st_size
    except OSError:
        return 0
