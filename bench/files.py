"""Indexing files themselves: many small ones, or a large one, read, cut and stored as `pincite index` does.

::

    python -m bench.files --small 10000              # a minute or two
    python -m bench.files --megabytes 50             # five minutes

Vectors are synthesised (see ``bench.scale``), so what is measured is all but embedding: finding, parsing in worker
processes, cutting, storing, writing. Memory is of all processes together, as resident, looked at twenty times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import threading
import time
from pathlib import Path

from bench.scale import SyntheticEncoder, document
from qa.corpus import discover
from qa.index import IndexReport, Request, build
from qa.updates import code, updated

_LOOK_SECONDS = 0.05


class Memory:
    """The most that this process and its children had resident, together and each, in MB. Use as a context."""

    def __init__(self) -> None:
        self.together = self.largest = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            each = [_resident(pid) for pid in (os.getpid(), *_children())]
            self.together = max(self.together, sum(each))
            self.largest = max(self.largest, *each)


def _children() -> list[int]:
    threads = Path("/proc/self/task").iterdir()
    return [int(pid) for thread in threads for pid in _read(thread / "children").split()]


def _resident(pid: int) -> int:
    lines = [line for line in _read(Path(f"/proc/{pid}/status")).splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) >> 10 if lines else 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""


def write_small(folder: Path, count: int) -> None:
    """Files of a paragraph or two, as text, Markdown, HTML and JSON in turn, a hundred to a folder."""
    for start in range(0, count, 100):
        paragraphs = document(start).text.split("\n\n")
        below = folder / f"{start:06}"
        below.mkdir()
        for number, text in enumerate(paragraphs[: min(100, count - start)], start=start):
            kinds = (
                ("txt", text),
                ("md", f"# Note {number}\n\n{text}\n"),
                ("html", f"<title>Note {number}</title><p>{text}</p>"),
                ("json", json.dumps({"title": f"Note {number}", "text": text})),
            )
            suffix, content = kinds[number % len(kinds)]
            (below / f"note-{number:06}.{suffix}").write_text(content)


def write_large(folder: Path, megabytes: int) -> None:
    """One text file."""
    number = size = 0
    with (folder / "large.txt").open("w") as file:
        while size < megabytes * 1_000_000:
            size += file.write(document(number).text + "\n\n")
            number += 1


def index(docs: Path, index_dir: Path) -> IndexReport:
    """As ``qa.library.index_paths``, without an encoder of weight."""
    found = discover([docs])
    request = Request(updated(found), SyntheticEncoder(), 128, (str(docs),), expected=len(found), code=code())
    return build(request, index_dir)


def measure(docs: Path, index_dir: Path) -> dict[str, object]:
    with Memory() as memory:
        first = index(docs, index_dir)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    row: dict[str, object] = {
        "documents": first.documents,
        "passages": first.passages,
        "failures": len(first.failures),
        "seconds": round(first.seconds, 1),
        "CPU s here": round(used[0].ru_utime + used[0].ru_stime, 1),
        "CPU s of workers": round(used[1].ru_utime + used[1].ru_stime, 1),
        "peak RSS of all processes MB": memory.together,
        "peak RSS of the largest MB": memory.largest,
    }
    print(json.dumps(row), flush=True)  # the changes take their time, too
    row = {}
    some = max(path for path in docs.rglob("*") if path.is_file())
    (docs / "one-more.txt").write_text("One more file. It has two sentences.\n")
    changes = (
        ("add one", lambda: None),
        ("rename one", lambda: some.rename(docs / f"renamed{some.suffix}")),
        ("remove one", (docs / "one-more.txt").unlink),
    )
    for name, change in changes:
        change()
        before = time.process_time()
        report = index(docs, index_dir)
        row[f"{name}: s"], row[f"{name}: CPU s"] = round(report.seconds, 1), round(time.process_time() - before, 1)
        row[f"{name}: embedded"] = report.embedded
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=0, help="how many small files")
    parser.add_argument("--megabytes", type=int, default=0, help="of the large file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder) / "docs"
        docs.mkdir()
        write_small(docs, args.small)
        if args.megabytes:
            write_large(docs, args.megabytes)
        print(json.dumps(measure(docs, Path(folder) / "index")))


if __name__ == "__main__":
    main()
