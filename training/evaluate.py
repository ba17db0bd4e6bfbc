"""Measure exported weights on test data that training never saw, and on the held-out groups.

    python -m training.evaluate --data DIR [--held held.jsonl] [--weights FILE]

``DIR`` holds ``xquad_en/xquad.en.held.json`` and ``squad2_five_articles/squad2.json``. XQuAD-en: EM and F1 of
the best span, gold paragraph given. SQuAD 2.0, five articles: EM and F1 at the best threshold of
``measures.support`` and the AUROC of "answerable". Nothing is chosen by these numbers but that threshold, as
SQuAD's own script does.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.measures.answers import exact_match, f1
from qa.reader.neural import WEIGHTS, PassageReading, SpanModel
from qa.runtime.weights import file_sha256
from training.batches import read_examples
from training.measures import auroc, best_f1, interval, summary, support


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a SQuAD file; no ``golds`` = the paragraph does not answer."""

    question: str
    text: str
    golds: tuple[str, ...]


def read_squad(file: Path) -> list[Asked]:
    asked = []
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                golds = () if qa.get("is_impossible") else tuple(a["text"] for a in qa["answers"])
                asked.append(Asked(qa["question"], paragraph["context"], golds))
    return asked


def read_all(model: SpanModel, asked: list[Asked]) -> tuple[list[PassageReading], float]:
    """The reading of each question's own paragraph, and the seconds it took."""
    start = time.perf_counter()
    readings = model.read_each([(one.question, "", one.text) for one in asked])
    return readings, time.perf_counter() - start


def best_span(reading: PassageReading, text: str) -> str:
    return text[reading.spans[0].start : reading.spans[0].end] if reading.spans else ""


def spans_given_paragraph(asked: list[Asked], readings: list[PassageReading]) -> dict[str, Any]:
    """EM and F1 over the answerable questions, with the half-width of a 95 % interval."""
    found = [best_span(r, one.text) for one, r in zip(asked, readings, strict=True) if one.golds]
    golds = [one.golds for one in asked if one.golds]
    ems = [exact_match(words, gold) for words, gold in zip(found, golds, strict=True)]
    f1s = [f1(words, gold) for words, gold in zip(found, golds, strict=True)]
    return {"n": len(ems), "em": interval(ems), "f1": interval(f1s)}


def refusals(asked: list[Asked], readings: list[PassageReading]) -> dict[str, Any]:
    """F1 at the best threshold over all questions, AUROC of answerable."""
    texts, golds = [one.text for one in asked], [one.golds for one in asked]
    scores = {
        "support": [support(r) for r in readings],
        "answer_logit": [r.answer_logit for r in readings],
        "span_against_null": [r.spans[0].score if r.spans else -20.0 for r in readings],
        "null_score": [-r.null_score for r in readings],
    }
    areas = {}
    for name, values in scores.items():
        yes = [v for v, gold in zip(values, golds, strict=True) if gold]
        no = [v for v, gold in zip(values, golds, strict=True) if not gold]
        areas[name] = auroc(yes, no)
    found = [best_span(r, text) for r, text in zip(readings, texts, strict=True)]
    return {"n": len(asked), "auroc": areas} | best_f1(scores["support"], found, golds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder with the test sets; left out: held-out only")
    parser.add_argument("--held", type=Path, help="examples written by training.prepare --mix held")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--out", type=Path, help="a file to write the results to, for eval/publish.py")
    options = parser.parse_args()
    model = SpanModel.load(options.weights)
    results: dict[str, Any] = {}
    if options.held:
        results["held_out"] = held_out(model, options.held)
    if options.data:
        asked = read_squad(options.data / "xquad_en" / "xquad.en.held.json")
        readings, seconds = read_all(model, asked)
        results["xquad_en"] = spans_given_paragraph(asked, readings) | {"seconds": round(seconds, 1)}
        asked = read_squad(options.data / "squad2_five_articles" / "squad2.json")
        readings, seconds = read_all(model, asked)
        results["squad2_five_articles"] = refusals(asked, readings) | {
            "answerable_only": spans_given_paragraph(asked, readings),
            "seconds": round(seconds, 1),
        }
    results["network"] = file_sha256(options.weights)[:12]
    print(json.dumps(results, indent=1))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def held_out(model: SpanModel, file: Path) -> dict[str, Any]:
    """The measures of validation for each set and for all."""
    grouped = defaultdict(list)
    examples = read_examples([file])
    readings = model.read_each([(e["question"], e["heading"], e["passage"]) for e in examples])
    for example, reading in zip(examples, readings, strict=True):
        grouped[example["set"]].append((example, reading))
        grouped["all"].append((example, reading))
    return {name: summary(pairs) for name, pairs in sorted(grouped.items())}


if __name__ == "__main__":
    main()
