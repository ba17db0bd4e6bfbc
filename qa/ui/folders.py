"""Where the screen keeps what people give it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qa.settings import eval_runs_dir, eval_sets_dir


@dataclass(frozen=True, slots=True)
class Folders:
    """None of them is served."""

    sets: Path
    """Question sets, a folder each."""
    runs: Path
    """Evaluations that were run, a folder each."""


def usual_folders() -> Folders:
    """The folders of this user."""
    return Folders(eval_sets_dir(), eval_runs_dir())
