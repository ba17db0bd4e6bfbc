"""A run's numbers in one value, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from qa import __version__
from qa.eval.folder import Line, row_of
from qa.eval.scoring import STAGES
from qa.measures.compare import Difference, Flip, compare, flips, paired
from qa.measures.rows import Row
from qa.measures.table import Estimate, by_type, estimates
from qa.settings import Settings

MOST_FAILURES = 500
"""Lost questions that a report holds, the first ones; the run's own file has all."""


@dataclass(frozen=True, slots=True)
class About:
    """What was run on what."""

    name: str
    split: str
    mode: str
    """``hybrid``, ``dense`` or ``lexical`` retrieval alone, or ``answers``."""
    questions: int
    answerable: int
    encoder: str
    index_hash: str
    settings: Settings
    key: str = ""
    """The same for runs that would ask the same in the same way: ``qa.eval.journal.run_key``."""
    made: str = ""
    """When it was finished, ISO 8601 in UTC."""
    variant: str = ""
    """What sets it apart from other runs of the same command: "mode=dense"."""
    commit: str | None = None
    """Of the checkout that ran, with ``+`` where files differed from it; None when installed from a package."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a run differs from another one on the questions that both hold."""

    differences: Sequence[Difference]
    flips: Sequence[Flip]
    """Worst first."""
    compared: int
    """Questions that both runs hold."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """The words of the flipped questions, by id."""

    def to_json(self) -> dict[str, Any]:
        return {
            "compared": self.compared,
            "differences": [each._asdict() for each in self.differences],
            "flips": [{**flip._asdict(), "question": self.asked[flip.id]} for flip in self.flips],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A run's numbers, and how they differ from those of an earlier run where one was named."""

    about: About
    estimates: Sequence[Estimate]
    by_type: Mapping[str, Sequence[Estimate]]
    stages: Mapping[str, int]
    comparison: Comparison | None = None
    rows: Sequence[Row] = ()
    failures: Sequence[Line] = ()
    """The lost questions, at most ``MOST_FAILURES``."""
    splits: Mapping[str, str | None] = field(default_factory=dict)
    """Of each question, by id."""


def make_report(about: About, lines: Iterable[Line], before: Sequence[Row] | None = None) -> Report:
    """The numbers of a run from its lines; ``before``: the rows of an earlier run to compare with."""
    rows: list[Row] = []
    lost: Counter[str] = Counter()
    failures: list[Line] = []
    texts: dict[str, str] = {}
    splits: dict[str, str | None] = {}
    for line in lines:
        rows.append(row_of(line, about.name))
        splits[line["id"]] = line.get("split")
        if before is not None:
            texts[line["id"]] = line["question"]
        if line["stage"]:
            lost[line["stage"]] += 1
            if len(failures) < MOST_FAILURES:
                failures.append(line)
    stages: dict[str, int] = {stage: lost[stage] for stage in STAGES}
    comparison = None if before is None else make_comparison(before, rows, texts)
    return Report(about, estimates(rows), by_type(rows), stages, comparison, rows, failures, splits)


def make_comparison(before: Sequence[Row], after: Sequence[Row], texts: Mapping[str, str]) -> Comparison:
    """Two runs side by side; ``texts``: the words of every question, by id."""
    flipped = flips(before, after)
    common = len(paired(before, after)[1])
    return Comparison(compare(before, after), flipped, common, {flip.id: texts[flip.id] for flip in flipped})


def to_json(report: Report) -> dict[str, Any]:
    """Everything, fit for ``json.dumps``; a measure that is undefined is null."""
    about = report.about
    found: dict[str, Any] = {
        "set": about.name,
        "split": about.split,
        "mode": about.mode,
        "variant": about.variant,
        "questions": about.questions,
        "answerable": about.answerable,
        "pincite": __version__,
        "commit": about.commit,
        "made": about.made,
        "key": about.key,
        "encoder": about.encoder,
        "index": about.index_hash,
        "settings": asdict(about.settings),
        "measures": [estimate._asdict() for estimate in report.estimates],
        "by_type": {type: [each._asdict() for each in rows] for type, rows in report.by_type.items()},
        "lost": dict(report.stages),
    }
    if report.comparison:
        found |= report.comparison.to_json()
    return found
