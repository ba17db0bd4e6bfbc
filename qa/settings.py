"""Where things lie and how they are done. The only module that reads the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

MAX_QUESTION = 2_000
"""Characters a question may have; a longer one is refused, not cut."""


OUR_READERS = ("trained", "sentence")
"""Those that come with Pincite."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be tuned; ``training/fusion.py`` compares dense shares and passage sizes on public sets."""

    chunk_tokens: int = 128
    """Budget of a passage in tiktoken tokens, its context not counted."""
    dense_share: float = 0.5
    """Weight of the dense score in the fusion, 0 to 1; the lexical score has the rest."""
    pool: int = 50
    """Passages each retriever proposes for fusion."""
    reader: str = "trained"
    """``trained``: a small network reads question and passage together; ``sentence``: similarity and words alone; else
    a folder or a name on a model hub: a question-answering model or cross-encoder of transformers."""
    read_passages: int = 16
    """Passages the reader reads, at most."""
    read_first: int = 2
    """Passages read at first; then, of those in which a place may be as good, each time up to as many as were read."""
    max_answers: int = 4
    """Places shown for one question."""
    accuracy: float = 0.8
    """Share of the shown answers that shall be right, 0 to 1: the less is asked, the less is refused."""
    min_confidence: float | None = None
    """Below this probability an answer is not shown; None: the one that reached ``accuracy`` in calibration."""

    def __post_init__(self) -> None:
        if self.chunk_tokens < 16:
            raise ValueError(f"chunk_tokens must be at least 16, not {self.chunk_tokens}")
        if not 0 <= self.dense_share <= 1:
            raise ValueError(f"dense_share must lie between 0 and 1, not {self.dense_share}")
        if not 0 <= self.accuracy <= 1:
            raise ValueError(f"accuracy must lie between 0 and 1, not {self.accuracy}")
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise ValueError(f"min_confidence must lie between 0 and 1, not {self.min_confidence}")
        if not self.reader.strip():
            raise ValueError("reader must not be empty")
        if min(self.pool, self.read_passages, self.read_first, self.max_answers) < 1:
            raise ValueError("pool, read_passages, read_first and max_answers must be at least 1")


def checkout() -> Path | None:
    """The folder of the source checkout this package runs from, or None when installed from a wheel."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "corpus" / "sources.toml").is_file() else None


def corpus_dir() -> Path:
    """The corpus that comes with the product: ``corpus/`` of the checkout, or the copy inside the wheel."""
    root = checkout()
    return root / "corpus" if root else _PACKAGE / "_corpus"


def home() -> Path:
    """The user's data folder for Pincite; ``PINCITE_HOME`` moves it."""
    if chosen := os.environ.get("PINCITE_HOME"):
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("pincite", appauthor=False))


def calibration_file(reader: str = OUR_READERS[0]) -> Path:
    """Where ``pincite calibrate`` keeps a confidence fitted to the user's own questions, for each reader its own."""
    return home() / ("calibration.json" if reader == OUR_READERS[0] else f"calibration-{reader}.json")


def cache_dir() -> Path:
    """Where compiled networks are kept: what is lost there is made again."""
    if os.environ.get("PINCITE_HOME"):
        return home() / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir("pincite", appauthor=False))


def index_dir() -> Path:
    """Where the index lies by default: ``PINCITE_HOME/index``, ``index/`` of a checkout, or the data folder."""
    root = checkout()
    if root and not os.environ.get("PINCITE_HOME"):
        return root / "index"
    return home() / "index"


def serve_token() -> str | None:
    """What a visitor of the served screen must know, from ``PINCITE_TOKEN``; None where it is not set."""
    return os.environ.get("PINCITE_TOKEN") or None


def colours() -> bool:
    """Whether a terminal may be sent colours: not where ``NO_COLOR`` is set (https://no-color.org) or it knows none."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def eval_sets_dir() -> Path:
    """Where question sets are looked up by name: ``eval/sets`` of a checkout, or the data folder."""
    root = checkout()
    return root / "eval" / "sets" if root else home() / "sets"


def bundled_sets_dir() -> Path:
    """Where the question sets are that come with the product."""
    root = checkout()
    return root / "eval" / "sets" if root else _PACKAGE / "_sets"


def eval_runs_dir() -> Path:
    """Where runs made from the screen are kept: ``eval/runs`` of a checkout, or the data folder."""
    root = checkout()
    return root / "eval" / "runs" if root and not os.environ.get("PINCITE_HOME") else home() / "runs"
