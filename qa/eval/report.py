"""A run's numbers in one value, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from qa import __version__
from qa.eval.run import STAGES, Record
from qa.measures.compare import Difference, Flip, compare, flips, paired
from qa.measures.rows import Row
from qa.measures.table import Estimate, by_type, estimates
from qa.settings import Settings


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


@dataclass(frozen=True, slots=True)
class Report:
    """A run's numbers, and how they differ from those of an earlier run where one was named."""

    about: About
    estimates: Sequence[Estimate]
    by_type: Mapping[str, Sequence[Estimate]]
    stages: Mapping[str, int]
    differences: Sequence[Difference] = ()
    flips: Sequence[Flip] = ()
    compared: int = 0
    """Questions that both runs hold."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """The words of the flipped questions, by id."""


def make_report(about: About, records: Sequence[Record], before: Sequence[Row] | None) -> Report:
    """The numbers of a run; ``before``: the rows of an earlier run to compare with."""
    rows = [record.row for record in records]
    report = Report(about, estimates(rows), by_type(rows), stages(records))
    if before is None:
        return report
    texts = {record.question.id: record.question.question for record in records}
    flipped = flips(before, rows)
    return replace(
        report,
        differences=compare(before, rows),
        flips=flipped,
        compared=len(paired(before, rows)[1]),
        asked={flip.id: texts[flip.id] for flip in flipped},
    )


def stages(records: Sequence[Record]) -> dict[str, int]:
    """How many questions were lost at each stage."""
    lost = Counter(record.stage for record in records)
    return {stage: lost[stage] for stage in STAGES}


def to_json(report: Report) -> dict[str, Any]:
    """Everything, fit for ``json.dumps``; a measure that is undefined is null."""
    about = report.about
    found: dict[str, Any] = {
        "set": about.name,
        "split": about.split,
        "mode": about.mode,
        "questions": about.questions,
        "answerable": about.answerable,
        "pincite": __version__,
        "encoder": about.encoder,
        "index": about.index_hash,
        "settings": asdict(about.settings),
        "measures": [estimate._asdict() for estimate in report.estimates],
        "by_type": {type: [each._asdict() for each in rows] for type, rows in report.by_type.items()},
        "lost": dict(report.stages),
    }
    if report.differences:
        found["compared"] = report.compared
        found["differences"] = [each._asdict() for each in report.differences]
        found["flips"] = [{**flip._asdict(), "question": report.asked[flip.id]} for flip in report.flips]
    return found
