"""What to run: which questions, of which index, how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from qa.errors import QuestionSetError
from qa.eval.beir import read_beir
from qa.eval.engine import Engine, Subject
from qa.eval.sets import QuestionSet, Split, find_set, read_set
from qa.eval.spans import read_spans
from qa.eval.squad import read_squad
from qa.eval.trec import read_trec
from qa.eval.workshop import Workshop
from qa.library import Progress
from qa.pipeline import Mode
from qa.settings import Settings, eval_sets_dir, home, index_dir

Format: TypeAlias = Literal["set", "squad", "beir", "spans", "trec"]
"""``set``: our own JSON Lines about an index that exists. The others bring their documents."""

_REMEMBERED = 512
"""Documents whose texts are kept at hand."""
READERS: Mapping[Format, Callable[[Path], QuestionSet]] = {
    "squad": read_squad,
    "beir": read_beir,
    "spans": read_spans,
    "trec": read_trec,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. ``source``: a set's name, folder or file; for the other formats their file or folder.

    ``mode`` None asks for answers, or retrieves (hybrid) where the questions have none; ``answers`` asks all the same,
    and the reader's ranking is measured; a mode is retrieval alone.
    """

    source: str = "innovation"
    format: Format = "set"
    index_dir: Path | None = None
    """The index to ask, for ``set`` only; None = the usual one."""
    encoder: str | None = None
    """For an index that is made for the run; None = the default."""
    split: Split = "all"
    mode: Mode | Literal["answers"] | None = None
    limit: int | None = None
    """At most so many questions, the first ones."""
    settings: Settings = field(default_factory=Settings)
    rebuilt: bool = False
    """For ``set`` only: ask an index made of the same documents with this encoder and size of passages."""

    def mode_for(self, questions: QuestionSet) -> Mode | None:
        """The mode of retrieval in which ``questions`` are asked; None asks for answers."""
        if self.mode == "answers":
            return None
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
    workshop = Workshop(engine, home() / "eval-cache", plan.settings, plan.encoder, progress)
    if read := READERS.get(plan.format):
        whole = read(Path(plan.source))
        subject = workshop.open(whole.documents or ())
    else:
        path = find_set(plan.source, eval_sets_dir())  # a name that is none is known before an index is opened
        subject = engine.open(plan.index_dir or index_dir(), plan.settings)
        if plan.rebuilt:
            with closing(subject):
                documents = [subject.document(id) for id in subject.document_ids()]
            own = replace(workshop, encoder=plan.encoder or subject.encoder_name)
            subject = own.open(documents)
    with closing(subject):
        if not read:
            whole = read_set(path, lru_cache(_REMEMBERED)(lambda id: subject.document(id).text))
        yield _first(whole.part(plan.split), plan.limit), subject


def _first(questions: QuestionSet, limit: int | None) -> QuestionSet:
    if limit is not None and limit < 1:
        raise QuestionSetError("a limit must be at least 1")
    return questions if limit is None else replace(questions, questions=questions.questions[:limit])
