"""Where the screen keeps what people give it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from qa.eval.service import SetInfo, list_sets, set_info
from qa.settings import eval_runs_dir, eval_sets_dir

MINE = "mine"
"""What the screen calls the set of the user's own questions."""


@dataclass(frozen=True, slots=True)
class Folders:
    """None of them is served."""

    sets: Path
    """Question sets, a folder each."""
    runs: Path
    """Evaluations that were run, a folder each."""
    questions: Path | None = None
    """The file of the user's own questions; None: that of ``mine`` among the sets."""

    def file(self, name: str) -> Path:
        """The file of a set, which may not be there yet."""
        if name == MINE and self.questions is not None:
            return self.questions
        return self.sets / name / "questions.jsonl"

    def listed(self) -> list[SetInfo]:
        """The sets there are, each under the name that ``file`` takes."""
        mine = self.file(MINE)
        others = [info for info in list_sets(self.sets) if info.name != MINE and info.path != mine]
        return [*others, replace(set_info(mine), name=MINE)] if mine.is_file() else others


def usual_folders(questions: Path | None = None) -> Folders:
    """The folders of this user."""
    return Folders(eval_sets_dir(), eval_runs_dir(), questions)
