"""What to run: which questions, of which index, how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from qa.errors import QuestionSetError
from qa.eval.beir import read_beir
from qa.eval.engine import Engine, Subject, Workshop
from qa.eval.sets import QuestionSet, Split, find_set, read_set
from qa.eval.spans import read_spans
from qa.eval.squad import read_squad
from qa.library import Progress
from qa.pipeline import Mode
from qa.settings import Settings, eval_sets_dir, home, index_dir

Format: TypeAlias = Literal["set", "squad", "beir", "spans"]
"""``set``: our own JSON Lines about an index that exists. The others bring their documents."""

READERS: Mapping[Format, Callable[[Path], QuestionSet]] = {"squad": read_squad, "beir": read_beir, "spans": read_spans}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. ``source``: a set's name, folder or file; for the other formats their file or folder.

    ``mode`` None asks for answers, or retrieves (hybrid) where the questions have none; a mode is retrieval alone.
    """

    source: str = "innovation"
    format: Format = "set"
    index_dir: Path | None = None
    """The index to ask, for ``set`` only; None = the usual one."""
    encoder: str | None = None
    """For the formats that bring their documents; None = the default."""
    split: Split = "all"
    mode: Mode | None = None
    limit: int | None = None
    """At most so many questions, the first ones."""
    settings: Settings = field(default_factory=Settings)

    def mode_for(self, questions: QuestionSet) -> Mode | None:
        """The mode in which ``questions`` are asked."""
        return self.mode or ("hybrid" if questions.places_only else None)

    def to_json(self) -> dict[str, Any]:
        """What was asked for, fit for ``json.dumps``."""
        places = {"source": self.source, "index_dir": str(self.index_dir) if self.index_dir else None}
        return {**asdict(self), **places, "settings": asdict(self.settings)}


@contextmanager
def opened(plan: Plan, engine: Engine, progress: Progress = lambda *_: None) -> Iterator[tuple[QuestionSet, Subject]]:
    """The questions of ``plan`` and the index they are asked of, open; closed again at the end.

    Raises ``QuestionSetError`` or what opening and building an index raise.
    """
    read = READERS.get(plan.format)
    if read is None:
        # A name that is none is known before an index is opened.
        path = find_set(plan.source, eval_sets_dir())
        subject = engine.open(plan.index_dir or index_dir(), plan.settings)
    else:
        whole = read(Path(plan.source))
        workshop = Workshop(engine, home() / "eval-cache", plan.settings, plan.encoder, progress)
        subject = workshop.open(whole.documents or ())
    try:
        if read is None:
            whole = read_set(path, cache(lambda id: subject.document(id).text))
        yield _first(whole.part(plan.split), plan.limit), subject
    finally:
        subject.close()


def _first(questions: QuestionSet, limit: int | None) -> QuestionSet:
    if limit is not None and limit < 1:
        raise QuestionSetError("a limit must be at least 1")
    return questions if limit is None else replace(questions, questions=questions.questions[:limit])
