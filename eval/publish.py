"""Put the published numbers where they are shown: README, the reader's results and its model card.

    python eval/publish.py [--check]

They come from ``eval/results`` (``eval/run.py``), ``training/results.json`` (``training.evaluate --out``) and
``bench/results.json`` (``bench --out``). What stands between ``<!-- numbers: NAME -->`` and ``<!-- end -->`` is made
anew; ``--check`` changes nothing, and fails where something would change.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILES = ("README.md", "training/README.md", "training/MODEL_CARD.md")
_BLOCK = re.compile(r"(<!-- numbers: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
Json = Mapping[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail where a text is not up to date")
    args = parser.parse_args()
    found = results(ROOT)
    stale = [name for name in FILES if _put(ROOT / name, found, write=not args.check)]
    for name in stale if args.check else ():
        print(f"{name} does not show the results that are published: run `python eval/publish.py`", file=sys.stderr)
    return int(args.check and bool(stale))


def results(root: Path) -> dict[str, Json]:
    """What was measured, by set; ``reader`` is what the network does with the right passage before it, ``bench`` how
    fast everything is."""
    found = {file.stem: _json(file) for file in sorted((root / "eval" / "results").glob("*.json"))}
    return {
        **found,
        "reader": _json(root / "training" / "results.json"),
        "bench": _json(root / "bench" / "results.json"),
    }


def filled(text: str, found: Mapping[str, Json]) -> str:
    """``text`` with every block made of these results; raises ``KeyError`` for a block that is not known."""
    return _BLOCK.sub(lambda match: f"{match[1]}{BLOCKS[match[2]](found).strip()}\n{match[3]}", text)


def own(found: Mapping[str, Json]) -> str:
    """Our own questions."""
    measures = _answers(found["innovation"])
    rows = [
        ("an acceptable answer stands in the text shown (answer-in-text@1)", "answer-in-text@1"),
        ("a passage with the answer among the first 5 (success@5)", "success@5"),
        ("refusal precision", "refusal-precision"),
        ("refusal recall", "refusal-recall"),
        ("confidence tells answerable from not (AUROC)", "AUROC-answerable"),
        ("confidence less share of right answers (ECE)", "ECE"),
        ("citations that hold, character by character", "citation-validity"),
    ]
    lines = ["| measure | value | 95 % interval | n |", "|---|---:|---|---:|"]
    for label, name in rows:
        one = measures[name]
        lines.append(f"| {label} | {one['value']:.3f} | {one['low']:.3f} – {one['high']:.3f} | {one['n']} |")
    right, shown = _right(found["innovation"]), measures["AUROC-right"]["n"]
    lines += ["", f"Of {shown} answers shown {right} are right."]
    return "\n".join(lines)


def public(found: Mapping[str, Json]) -> str:
    """Public collections as open corpora."""
    sets = [
        ("xquad_en", "XQuAD-en, 185 paragraphs, {n} questions"),
        ("chunking_eval", "Chroma's chunking evaluation, 5 corpora, {n} questions"),
        ("cranfield", "Cranfield, 1,400 abstracts, {n} queries that ask for no single answer"),
    ]
    lines = ["| | BM25 alone | dense alone | fused | fused, then read |", "|---|---:|---:|---:|---:|"]
    for name, label in sets:
        of = {way: one["measures"]["success@1"]["value"] for way, one in found[name]["ways"].items()}
        best = max(of.values())
        cells = [f"**{of[way]:.3f}**" if of[way] == best else f"{of[way]:.3f}" for way in _WAYS]
        cells[-1] += f" ({_gain(found[name], 'success@1')})"
        lines.append(f"| {label.format(n=found[name]['questions'])} | {' | '.join(cells)} |")
    whole = "; ".join(f"{label.split(',')[0]} {_gain(found[name], 'nDCG@10')}" for name, label in sets)
    open_corpus = _answers(found["xquad_en"])
    shown = open_corpus["AUROC-right"]["n"]
    refused = found["xquad_en"]["questions"] - shown
    lines += [
        "",
        "In brackets: what reading adds to fusion, question by question, with its 95 % interval. Of the whole ranking",
        f"(nDCG@10) it adds: {whole}.",
        "",
        f"On XQuAD-en the sentence shown holds the answer for {open_corpus['answer-in-text@1']['value']:.3f} of the"
        f" questions; {refused} of the {found['xquad_en']['questions']}",
        f"are refused, and of the others {_right(found['xquad_en']) / shown:.3f} are right.",
    ]
    return "\n".join(lines)


def spans(found: Mapping[str, Json]) -> str:
    """The network alone."""
    given = found["reader"]["xquad_en"]
    return (
        f"The reader, given the right paragraph of XQuAD-en, finds the exact words for {given['em'][0]:.3f} of the"
        f" questions (F1 {given['f1'][0]:.3f});"
    )


def reader(found: Mapping[str, Json]) -> str:
    """Every number that was aimed at."""
    mine, wide, net = _answers(found["innovation"]), _answers(found["xquad_en"]), found["reader"]
    given, squad = net["xquad_en"], net["squad2_five_articles"]
    answerable, held = squad["answerable_only"], net["held_out"]["all"]
    refusals = " / ".join(f"{mine[name]['value']:.3f}" for name in ("refusal-precision", "refusal-recall"))
    right, area, right_wide = (mine["answer-in-text@1"], mine["AUROC-answerable"], wide["answer-in-text@1"])
    asked = found["innovation"]["questions"]
    rows = [
        ("our own set, test half", right["n"], "answer-in-text@1", f"**{right['value']:.3f}**", "0.92"),
        ("", asked, "refusal precision / recall", f"**{refusals}**", "0.88 / 0.88"),
        ("", area["n"], "AUROC of answerable", f"**{area['value']:.3f}**", "0.93"),
        ("XQuAD-en, gold paragraph given", given["n"], "EM / F1", _pair(given), "0.60 / 0.73"),
        ("XQuAD-en as an open corpus", right_wide["n"], "answer-in-text@1", f"{right_wide['value']:.3f}", "0.85"),
        ("SQuAD 2.0, five articles", squad["n"], "F1 at the best threshold", f"{squad['f1']:.3f}", "0.60"),
        ("", "", "AUROC of answerable", f"{squad['auroc']['answer_logit']:.3f}", "0.70"),
        ("", answerable["n"], "EM / F1 of the answerable", _pair(answerable), ""),
        ("held-out groups", int(held["n"]), "EM / F1", f"{held['em']:.3f} / {held['f1']:.3f}", ""),
    ]
    lines = ["| on | n | measure | ships | wanted |", "|---|---:|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows])


def card(found: Mapping[str, Json]) -> str:
    """The same in words."""
    mine, wide, net = _answers(found["innovation"]), _answers(found["xquad_en"]), found["reader"]
    given, squad = net["xquad_en"], net["squad2_five_articles"]
    area = squad["auroc"]["answer_logit"]
    unanswerable = mine["refusal-recall"]["n"]
    refused = round(mine["refusal-recall"]["value"] * unanswerable)
    return "\n".join(
        [
            "**Measured** (README.md here has the commands, and what was read before): given the right paragraph of",
            f"XQuAD-en ({given['n']} questions) EM {given['em'][0]:.3f}, F1 {given['f1'][0]:.3f}; five articles of"
            f" SQuAD 2.0 ({squad['n']:,}) F1 {squad['f1']:.3f}",
            f"at the best threshold, AUROC of answerable {area:.3f}. In Pincite: the sentence shown"
            f" answers {wide['answer-in-text@1']['value']:.3f} of",
            f"XQuAD-en's questions over all its paragraphs, and {mine['answer-in-text@1']['value']:.3f} of the"
            f" {mine['answer-in-text@1']['n']} answerable ones of our own test",
            f"half, where {refused} of {unanswerable} unanswerable ones are refused and"
            f" {mine['refusal-precision']['n'] - refused} of the others too. Expected calibration error:",
            f"{mine['ECE']['value']:.3f} there, {wide['ECE']['value']:.3f} on XQuAD-en.",
        ]
    )


def speed(found: Mapping[str, Json]) -> str:
    """All that was timed, beside what it is held to."""
    lines = ["| | Pincite | beside it | ratio | goal |", "|---|---:|---:|---:|---:|"]
    for row in found["bench"]["rows"]:
        beside = row["against"] if row["theirs"] is None else f"{row['theirs']:.3g} {row['against']}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        lines.append(f"| {row['name']} | {row['ours']:.3g} {row['unit']} | {beside} | {ratio} | {row['goal']} |")
    return "\n".join(lines)


BLOCKS: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
    "own": own,
    "public": public,
    "spans": spans,
    "reader": reader,
    "card": card,
    "speed": speed,
}
_WAYS = ("lexical", "dense", "hybrid", "answers")


def _put(file: Path, found: Mapping[str, Json], *, write: bool) -> bool:
    """Whether the file's text changes."""
    before = file.read_text(encoding="utf-8")
    after = filled(before, found)
    if write:
        file.write_text(after, encoding="utf-8")
    return after != before


def _answers(one: Json) -> Json:
    measures: Json = one["ways"]["answers"]["measures"]
    return measures


def _right(one: Json) -> int:
    """Answers shown that hold an acceptable one."""
    shown = _answers(one)["answer-in-text@1"]
    right: int = round(shown["value"] * shown["n"])
    return right


def _gain(one: Json, measure: str) -> str:
    (change,) = [each for each in one["reading"] if each["measure"] == measure]
    value, low, high = (f"{change[name]:+.3f}".replace("-", "−") for name in ("difference", "low", "high"))
    return f"{value} [{low}, {high}]"


def _pair(one: Json) -> str:
    """EM and F1, each with half of its 95 % interval."""
    return " / ".join(f"{one[name][0]:.3f} ± {one[name][1]:.3f}" for name in ("em", "f1"))


def _json(file: Path) -> Json:
    value: Json = json.loads(file.read_text(encoding="utf-8"))
    return value


if __name__ == "__main__":
    sys.exit(main())
