"""The process that parses files for another: one job a line of JSON in, its documents as lines of JSON out.

A line out is ``{"next": PATH}`` before a document is read, then ``{"document": …}`` or ``{"failure": …}``, and after
the last of a job ``{"done": true}``; ``{"retire": true}`` with it asks for a new worker, this one having grown large.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qa.corpus.load import Job, load
from qa.corpus.sources_toml import Stated
from qa.types import Block, Document, Failure, Source

Item = Document | Failure


def main(memory: int) -> None:
    """Serve until the input ends; ``memory``: bytes of address space."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this decides when it ends
    _limit("RLIMIT_AS", memory)
    _limit("RLIMIT_CORE", 0)
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a parser prints is no answer

    def say(**line: Any) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    for line in sys.stdin:
        job, skip, seconds = job_from_json(json.loads(line))

        def start(path: str, seconds: int = seconds) -> None:
            _limit_computing(seconds)
            say(next=path)

        for item in load(job, skip, start):
            say(**item_to_json(item))
        say(done=True, retire=_peak_memory() > memory // 3)


def job_to_json(job: Job, skip: int, seconds: int) -> dict[str, Any]:
    return {"id": job.id, "path": str(job.path), "stated": asdict(job.stated), "skip": skip, "seconds": seconds}


def job_from_json(fields: dict[str, Any]) -> tuple[Job, int, int]:
    job = Job(fields["id"], Path(fields["path"]), Stated(**fields["stated"]))
    return job, fields["skip"], fields["seconds"]


def item_to_json(item: Item) -> dict[str, Any]:
    if isinstance(item, Failure):
        return {"failure": asdict(item)}
    return {
        "document": {
            "source": asdict(item.source),
            "text": item.text,
            "blocks": item.blocks,
            "pages": item.pages,
            "warnings": item.warnings,
        }
    }


def item_from_json(line: dict[str, Any]) -> Item:
    if "failure" in line:
        return Failure(**line["failure"])
    fields = line["document"]
    return Document(
        Source(**fields["source"]),
        fields["text"],
        tuple(Block(*block) for block in fields["blocks"]),
        tuple(fields["pages"]),
        tuple(fields["warnings"]),
    )


def _limit(name: str, value: int) -> None:
    try:
        import resource

        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard < 0 else min(value, hard), hard))
    except (ImportError, AttributeError, ValueError, OSError):  # not every system has each of them
        return


def _limit_computing(seconds: int) -> None:
    """End this process after ``seconds`` more of computing, should nobody be left to end it."""
    used = sum(os.times()[:2])
    _limit("RLIMIT_CPU", int(used) + seconds + 1)


def _peak_memory() -> int:
    """Bytes that were resident at once, at most; 0 where that is not known."""
    try:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    except ImportError:
        return 0
