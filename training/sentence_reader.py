"""Fit the sentence reader's two linear models and write ``qa/reader/sentence.json``.

    python training/sentence_reader.py --data DIR

``DIR`` holds question sets as JSON Lines (gzip): ``{"id", "question", "context", "answers": [{"text", "start"}],
"group"}``. The ranking model learns from them alone: pairs of the sentence that answers and one that does not, out of
what retrieval really found. The confidence model learns from them and from the development half of our own set; its
test half is not read here.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from qa.corpus import read
from qa.corpus.layout import blocks_of
from qa.library import build
from qa.pipeline import Pincite
from qa.reader.evidence import Evidence
from qa.reader.question import analyse
from qa.reader.sentence import WEIGHTS, Linear, SentenceReader, confidence_inputs
from qa.types import Document, Source, Span

SETS = ("squad2_eleven_articles",)
PER_SET = 1_200
OWN_SET = Path("eval/sets/innovation/questions.jsonl")
NEGATIVES = 8
OWN_WEIGHT = 8.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the evidence of every candidate sentence, and which of them answer."""

    group: str
    own: bool
    evidence: list[Evidence]
    right: list[bool]


@dataclass(frozen=True, slots=True)
class Known:
    question: str
    group: str
    gold: tuple[tuple[str, Span], ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="a folder for what retrieval found, to fit again at once")
    args = parser.parse_args()
    asked = [row for name in SETS for row in _cached(args.cache, name, lambda name=name: _public(args.data, name))]
    asked += _cached(args.cache, "own", _own)
    rank = fit_rank([row for row in asked if not row.own])
    confidence = fit_confidence(asked, rank)
    fitted = {
        name: {"weights": dict(model.weights), "bias": model.bias}
        for name, model in (("rank", rank), ("confidence", confidence))
    }
    WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def fit_rank(asked: Sequence[Asked]) -> Linear:
    """Logistic regression on the difference of a right and a wrong sentence's evidence."""
    rng = np.random.default_rng(0)
    rows = []
    for row in asked:
        matrix, right = np.array(row.evidence), np.array(row.right, dtype=bool)
        if right.any() and not right.all():
            wrong = matrix[~right]
            for good in matrix[right]:
                rows.extend(good - bad for bad in wrong[rng.permutation(len(wrong))[:NEGATIVES]])
    differences = np.array(rows)
    signs = rng.choice([-1, 1], len(differences))
    model = LogisticRegression(fit_intercept=False, C=1.0, max_iter=2000).fit(differences * signs[:, None], signs)
    rank = Linear({name: round(float(w), 4) for name, w in zip(Evidence._fields, model.coef_[0], strict=True)})
    print("rank:", rank.weights)
    for own in (False, True):
        _report_rank([row for row in asked if row.own == own and any(row.right)], rank, own)
    return rank


def _report_rank(asked: Sequence[Asked], rank: Linear, own: bool) -> None:
    if asked:
        hits = [row.right[int(np.argmax([rank(e._asdict()) for e in row.evidence]))] for row in asked]
        print(f"  right sentence first, own={own}: {np.mean(hits):.3f} of {len(hits)} (those retrieved)")


def fit_confidence(asked: Sequence[Asked], rank: Linear) -> Linear:
    """Logistic regression on the best sentence's evidence: does it answer?"""
    rows, labels, groups, weights, own = [], [], [], [], []
    for row in asked:
        if row.evidence:
            scores = [rank(evidence._asdict()) for evidence in row.evidence]
            best = int(np.argmax(scores))
            rows.append(confidence_inputs(row.evidence[best], scores[best], scores))
            labels.append(row.right[best])
            groups.append(row.group)
            weights.append(OWN_WEIGHT if row.own else 1.0)
            own.append(row.own)
    names = list(rows[0])
    matrix = np.array([[row[name] for name in names] for row in rows])
    mean, scale = matrix.mean(0), matrix.std(0) + 1e-9
    model = LogisticRegression(C=0.1, max_iter=2000)
    _report_confidence(model, (matrix - mean) / scale, np.array(labels), np.array(groups), np.array(own))
    model.fit((matrix - mean) / scale, labels, sample_weight=weights)
    slopes = model.coef_[0] / scale
    bias = float(model.intercept_[0] - (slopes * mean).sum())
    confidence = Linear({name: round(float(w), 4) for name, w in zip(names, slopes, strict=True)}, round(bias, 4))
    print("confidence:", confidence)
    return confidence


def _report_confidence(model, matrix, labels, groups, own) -> None:  # type: ignore[no-untyped-def]
    weights = np.where(own, OWN_WEIGHT, 1.0)
    held = cross_val_predict(
        model,
        matrix,
        labels,
        groups=groups,
        cv=GroupKFold(5),
        method="predict_proba",
        params={"sample_weight": weights},
    )[:, 1]
    for name, chosen in (("public", ~own), ("own", own)):
        area = roc_auc_score(labels[chosen], held[chosen])
        shown = held[chosen] >= 0.5
        print(
            f"  {name}: AUROC {area:.3f}, shown {shown.mean():.3f}, right of shown {labels[chosen][shown].mean():.3f}, "
            f"right ones shown {shown[labels[chosen]].mean():.3f}"
        )


def _public(data: Path, name: str) -> list[Asked]:
    documents: dict[str, Document] = {}
    known = []
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = sorted((json.loads(line) for line in file), key=lambda line: _order(str(line["id"])))[:PER_SET]
    for line in lines:
        id = hashlib.sha256(line["context"].encode()).hexdigest()[:16]
        documents.setdefault(id, _document(id, line["context"]))
        spans = tuple((id, Span(a["start"], a["start"] + len(a["text"]))) for a in line["answers"])
        known.append(Known(line["question"], f"{name}/{line['group']}", spans))
    return list(_collect(list(documents.values()), known, own=False))


def _own() -> list[Asked]:
    documents = {d.id: d for d in read([Path("corpus")]) if isinstance(d, Document)}
    known = []
    for line in map(json.loads, OWN_SET.read_text(encoding="utf-8").splitlines()):
        if line["split"] == "dev" and not line["history"]:
            known.append(Known(line["question"], "own/" + line["id"], tuple(_answer_spans(line, documents))))
    return list(_collect(list(documents.values()), known, own=True))


def _answer_spans(line: dict, documents: dict[str, Document]) -> Iterator[tuple[str, Span]]:  # type: ignore[type-arg]
    """Where an acceptable answer stands inside a gold quote."""
    for gold in line["gold"]:
        quote = documents[gold["document"]].text.index(gold["quote"])
        for answer in line["answers"]:
            if (start := gold["quote"].find(answer)) >= 0:
                yield gold["document"], Span(quote + start, quote + start + len(answer))


def _collect(documents: list[Document], known: Sequence[Known], own: bool) -> Iterator[Asked]:
    with tempfile.TemporaryDirectory() as folder:
        build(documents, Path(folder))
        pincite = Pincite.open(Path(folder))
        assert isinstance(pincite.reader, SentenceReader)
        for item in known:
            hits = pincite.search(item.question, top_k=pincite.settings.read_passages)
            candidates = pincite.reader.candidates(analyse(item.question), hits)
            right = [
                any(
                    c.hit.passage.document_id == id and c.sentence.start <= s.start and s.end <= c.sentence.end
                    for id, s in item.gold
                )
                for c in candidates
            ]
            yield Asked(item.group, own, [c.evidence for c in candidates], right)


def _document(id: str, text: str) -> Document:
    source = Source(id, "", None, None, None, "", "", "txt", len(text))
    return Document(source, text, tuple(blocks_of(text)))


def _order(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()


def _cached(folder: Path | None, name: str, make) -> list[Asked]:  # type: ignore[no-untyped-def]
    """What retrieval found, kept as JSON between fits."""
    path = folder / f"{name}.json" if folder else None
    if path and path.is_file():
        return [Asked(g, o, [Evidence(*e) for e in ev], r) for g, o, ev, r in json.loads(path.read_text())]
    rows: list[Asked] = make()
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([[row.group, row.own, row.evidence, row.right] for row in rows]))
    return rows


if __name__ == "__main__":
    main()
