"""What the network reaches on examples, by the measures of ``qa.measures``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qa.measures import statistics
from qa.measures.answers import exact_match, f1
from training.questions import Example

if TYPE_CHECKING:
    from qa.reader.neural import PassageReading
    from qa.reader.neural_model import ReaderNet


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties half; None where one side is empty."""
    if not positive or not negative:
        return None
    score = np.array([*positive, *negative], dtype=float)
    above = np.arange(score.size) < len(positive)
    everyone = np.ones(score.size, dtype=bool)
    return float(statistics.auroc(score, above, everyone)(np.ones((score.size, 1)))[0])


def best_f1(scores: Sequence[float], found: Sequence[str], golds: Sequence[Sequence[str]]) -> dict[str, float]:
    """SQuAD 2.0's F1 over all questions at the best threshold: up to that score the empty answer is given."""
    rows = sorted(
        (score, f1(words, gold) if gold else 0.0, float(not gold))
        for score, words, gold in zip(scores, found, golds, strict=True)
    )
    best = total = sum(shown for _, shown, _ in rows)
    threshold = float("-inf")
    for score, shown, refused in rows:
        total += refused - shown
        if total > best:
            best, threshold = total, score
    return {"f1": round(best / len(rows), 4), "threshold": round(threshold, 3)}


def interval(values: Sequence[float]) -> list[float]:
    """The mean and the half-width of its 95 % interval."""
    mean = sum(values) / len(values)
    spread = (sum((v - mean) ** 2 for v in values) / max(1, len(values) - 1)) ** 0.5
    return [round(mean, 4), round(1.96 * spread / len(values) ** 0.5, 4)]


def support(reading: PassageReading) -> float:
    """One number for "this passage answers": the mean of the answer logit and the best span against the null."""
    return 0.5 * (reading.answer_logit + (reading.spans[0].score if reading.spans else -20.0))


def validate(net: ReaderNet, examples: Sequence[Example], device: str = "cpu") -> dict[str, dict[str, float]]:
    """For each set and all: EM and F1 of the best span on answerable examples, AUROC of answerable."""
    from qa.reader.neural import read_windows
    from qa.reader.neural_pieces import windows

    cut = [windows(e["question"], [(e["heading"], e["passage"])])[0] for e in examples]
    readings = read_windows(net, cut, device=device)
    by_set: dict[str, list[tuple[Example, PassageReading]]] = defaultdict(list)
    for example, reading in zip(examples, readings, strict=True):
        by_set[example["set"]].append((example, reading))
        by_set["all"].append((example, reading))
    return {name: summary(pairs) for name, pairs in sorted(by_set.items())}


def summary(pairs: Sequence[tuple[Example, PassageReading]]) -> dict[str, float]:
    """EM and F1 of the best span where a passage answers, AUROC of answerable where some do not."""
    ems, f1s = [], []
    for example, reading in pairs:
        if example["spans"]:
            text = example["passage"]
            found = text[reading.spans[0].start : reading.spans[0].end] if reading.spans else ""
            golds = [text[a:b] for a, b in example["spans"]]
            ems.append(exact_match(found, golds))
            f1s.append(f1(found, golds))
    found_out = {"n": float(len(pairs))}
    if ems:
        found_out |= {"em": round(sum(ems) / len(ems), 4), "f1": round(sum(f1s) / len(f1s), 4)}
    for name, score in (("auroc", support), ("auroc_answer", lambda r: r.answer_logit)):
        positive = [score(r) for e, r in pairs if e["spans"]]
        negative = [score(r) for e, r in pairs if not e["spans"]]
        if (area := auroc(positive, negative)) is not None:
            found_out[name] = round(area, 4)
    return found_out
