"""Make the published results: every set in every way to search, into ``eval/results``.

    python eval/run.py --data DIR

``DIR`` holds the public test collections, each in a folder as ``eval/README.md`` says; a collection that is not there
is passed over. Our own set comes with the checkout; its test half is asked. What is finished is not run again: the
runs lie below the data folder of Pincite, and only numbers go into ``eval/results``. Stopped, the same command goes
on. ``--limit N`` asks the first N questions of each set, for trying it out. ``--float32`` indexes and asks once more
with networks that compute in float32, and publishes what this processor's quicker products change.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from qa.errors import PinciteError
from qa.eval.engine import PRODUCT, Engine
from qa.eval.plan import Format, Plan
from qa.eval.progress import Meter
from qa.eval.report import Report
from qa.eval.service import run_plan
from qa.eval.variants import Variation, variants
from qa.eval.vary import vary
from qa.library import index_paths
from qa.measures.compare import compare
from qa.reader import trained
from qa.reader.neural import shipped_weights
from qa.runtime import compiled
from qa.runtime.weights import file_sha256
from qa.settings import home

RESULTS = Path(__file__).resolve().parent / "results"
WAYS = {"lexical": "lexical", "dense": "dense", "hybrid": "hybrid", "answers": "hybrid with reader"}
SHOWN = (
    *("success@1", "success@5", "MRR@10", "nDCG@10", "span-recall@5", "span-IoU@5"),
    *("answer-in-text@1", "F1", "refusal-precision", "refusal-recall", "AUROC-right", "seconds-p50"),
)

RANKED = ("success@1", "nDCG@10")


class Set(NamedTuple):
    """A set to publish: its name, what it is, how it is read, and where it lies below ``--data``."""

    name: str
    what: str
    format: Format
    path: str | None


SETS = (
    Set("innovation", "our own questions over the five sources, test half", "set", None),
    Set("xquad_en", "XQuAD-en as an open corpus, every paragraph a document", "squad", "xquad_en/xquad.en.held.json"),
    Set("chunking_eval", "Chroma's chunking evaluation: spans in five corpora", "spans", "chunking_eval"),
    Set("cranfield", "Cranfield: whole abstracts judged", "trec", "cranfield_trec"),
)


def main(argv: Sequence[str] | None = None, engine: Engine = PRODUCT) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the public test collections")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: eval/results")
    parser.add_argument("--only", choices=[each.name for each in SETS], help="this set alone")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N questions of each set")
    parser.add_argument("--float32", action="store_true", help="compare with networks that compute in float32")
    args = parser.parse_args(argv)
    try:
        for each in SETS:
            if args.only in (None, each.name):
                _publish(each, args, engine)
        (args.out / "README.md").write_text(table(args.out), encoding="utf-8")
    except PinciteError as error:
        print(f"eval/run.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("eval/run.py: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def _publish(each: Set, args: argparse.Namespace, engine: Engine) -> None:
    """Run one set in every way and write its numbers."""
    source = args.data / each.path if each.path else None
    if source and not source.exists():
        print(f"{each.name}: {source} is not there; passed over", file=sys.stderr)
        return
    ways = variants(_plan(each, source, args.limit), [Variation("mode", tuple(WAYS))])
    meter = Meter(sys.stderr)
    found: dict[str, Report] = {
        way.plan.mode or "": report for way, (_, report) in zip(ways, vary(ways, engine, progress=meter), strict=True)
    }
    exact = _in_float32(each, source, args, engine, meter) if args.float32 else None
    args.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(numbers(each, found, exact), ensure_ascii=False, indent=1)
    (args.out / f"{each.name}.json").write_text(f"{text}\n", encoding="utf-8")
    print(f"{each.name}: {args.out / each.name}.json", file=sys.stderr)


def _in_float32(each: Set, source: Path | None, args: argparse.Namespace, engine: Engine, meter: Meter) -> Report:
    """The product's index and answers by networks that compute in float32 whatever the processor has."""
    apart = home() / "eval-cache" / "float32"
    with patch.dict(os.environ, PINCITE_HOME=str(apart)), patch.object(compiled, "fast_precision", lambda: "f32"):
        plan = replace(_plan(each, source, args.limit), mode="answers")
        return run_plan(plan, engine, out=apart / "runs" / each.name, progress=meter, reuse=True)


def _plan(each: Set, source: Path | None, limit: int | None) -> Plan:
    if source:
        return Plan(str(source), each.format, limit=limit)
    index_dir = home() / "eval-cache" / each.name
    index_paths([], index_dir, progress=Meter(sys.stderr))
    return Plan(each.name, index_dir=index_dir, split="test", limit=limit)


def numbers(each: Set, found: Mapping[str, Report], exact: Report | None = None) -> dict[str, Any]:
    """What is published of a set: measures and their intervals, and no text of a document or a question. ``exact``:
    the answers in float32."""
    about = next(iter(found.values())).about
    return {
        "set": each.name,
        "what": each.what,
        "questions": about.questions,
        "answerable": about.answerable,
        "commit": about.commit,
        "made": about.made,
        "made_with": made_with(),
        "encoder": about.encoder,
        "index": about.index_hash,
        "settings": asdict(about.settings),
        "ways": {
            way: {
                "lost": dict(report.stages),
                "measures": {each.measure: each._asdict() for each in report.estimates if each.n},
                "against_lexical": [each._asdict() for each in report.comparison.differences if each.p is not None]
                if report.comparison
                else [],
            }
            for way, report in found.items()
        },
        "reading": reading(found),
        "against_float32": [each._asdict() for each in compare(exact.rows, found["answers"].rows) if each.p is not None]
        if exact
        else [],
    }


def made_with() -> dict[str, str]:
    """What the numbers follow from besides code and settings: the reader's network and ranking, and how products are
    rounded, which differs between processors."""
    return {
        "network": shipped_weights()[:12],
        "ranking": file_sha256(trained.WEIGHTS)[:12],
        "arithmetic": compiled.fast_precision() if compiled.available() else "torch",
    }


def reading(found: Mapping[str, Report]) -> list[dict[str, Any]]:
    """What the reader's ranking changes against fusion alone, question by question; empty unless both ran."""
    if not {"hybrid", "answers"} <= found.keys():
        return []
    changed = compare(found["hybrid"].rows, found["answers"].rows)
    return [each._asdict() for each in changed if each.measure in RANKED and each.p is not None]


def table(out: Path) -> str:
    """The README of the results: a table for each set that was run, in the order of ``SETS``."""
    parts = [
        "# Results\n\nMade by `python eval/run.py --data DIR`; each value with its 95 % interval. Whether a way to"
    ]
    parts[0] += " search differs from `lexical` beyond chance is in the JSON files (Holm-corrected, paired).\n"
    for each in SETS:
        path = out / f"{each.name}.json"
        if path.is_file():
            parts.append(_section(json.loads(path.read_text(encoding="utf-8"))))
    return "\n".join(parts)


def _section(found: Mapping[str, Any]) -> str:
    ways = [way for way in WAYS if way in found["ways"]]
    heads = [WAYS[way] for way in ways]
    lines = [
        f"## {found['set']}\n\n{_sentence(found['what'])}: {found['questions']} questions, "
        f"{found['answerable']} answerable."
        f" Encoder {found['encoder']}, index {found['index']}, commit {found['commit'] or '-'}, {found['made']}.\n",
        f"| measure | {' | '.join(heads)} |",
        f"| --- |{' ---: |' * len(heads)}",
    ]
    for name in SHOWN:
        cells = [_cell(found["ways"][way]["measures"].get(name)) for way in ways]
        if any(cell != "" for cell in cells):
            lines.append(f"| {name} | {' | '.join(cells)} |")
    if found.get("reading"):
        changes = (f"{one['measure']} {one['difference']:+.3f} {_between(one)}" for one in found["reading"])
        lines.append(f"\nReading and ranking by it, against hybrid alone: {', '.join(changes)}.")
    if against := found.get("against_float32"):
        most = min(against, key=lambda one: one["p"])
        lines.append(
            f"\nNetworks as this processor computes them ({found['made_with']['arithmetic']}), against float32: of "
            f"{len(against)} measures the change least likely by chance is {most['measure']} {most['difference']:+.3f} "
            f"{_between(most)}, p = {most['p']:.2f}, {most['p_holm']:.2f} by Holm's correction."
        )
    return "\n".join(lines) + "\n"


def _between(one: Mapping[str, Any]) -> str:
    return f"[{one['low']:+.3f}, {one['high']:+.3f}]"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None or estimate["value"] is None:
        return ""
    return f"{estimate['value']:.3f} [{estimate['low']:.3f}, {estimate['high']:.3f}]"


if __name__ == "__main__":
    sys.exit(main())
