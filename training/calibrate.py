"""Fit what joins a reader's evidence: which candidate is best, and how likely it answers.

    python -m training.calibrate --data DIR --reader trained

``DIR`` holds the question sets (see README.md here). Public questions come from the groups that the reader's own
training left out, asked over all the texts of those groups; a part of them is also asked with a name or year swapped,
in other words, or as a yes-or-no question; so are the questions that were written about those texts. (Those about
invented texts are not: asked of many texts at once they seldom say which is meant.) With them go our own: the
development half of ``eval/sets/innovation``, whose test half is not read, and ``eval/sets/fitting``. Writes
``qa/reader/trained.json`` or ``qa/reader/sentence.json``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from qa.asked import forms
from qa.corpus import read
from qa.corpus.layout import blocks_of
from qa.eval.calibrate import shown_table
from qa.library import build
from qa.pipeline import Pincite
from qa.reader import sentence, trained
from qa.reader.evidence import OF_PASSAGE, term_weight
from qa.reader.question import analyse
from qa.reader.scoring import Candidate, Linear, Scorer
from qa.reader.similarity import Similarity
from qa.reading import BESIDE
from qa.settings import Settings
from qa.types import Document, Source, Span
from training.negatives import Neighbours, swapped
from training.questions import Item, heading, held_groups, read_items
from training.synonyms import with_synonyms
from training.written import read_written
from training.yesno import yes_no

SETS = ("squad2_eleven_articles", "squadshifts-wiki", "nq_open_oracle", "timeqa")
"""PolicyQA is left out: its forty sites answer one another's questions, so a right answer often counts as wrong."""
TELLING = {"trained": ["answers", "agreement", "named"], "sentence": ["sentence_cosine", "agreement", "named"]}
"""What the confidence model may read: few inputs, since there are few questions to fit it on."""
PER_SET = 130
SWAPPED, OTHER_WORDS, YES_NO = 0.33, 0.25, 0.25
OWN_SETS = (Path("eval/sets/innovation/questions.jsonl"), Path("eval/sets/fitting/questions.jsonl"))
PENALTY = 10.0
_MISSED = 0.005
"""Share of the unread passages whose best place may lie further above what is known of them."""
OWN_WEIGHT = 4.0
WEIGHTS = {"sentence": sentence.WEIGHTS, "trained": trained.WEIGHTS}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Known:
    """A question and where its answers stand: (document id, span); nowhere = the sources do not answer."""

    question: str
    group: str
    gold: tuple[tuple[str, Span], ...]
    history: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A question and what the reader proposed: inputs, passage and whether it answers, for each candidate."""

    group: str
    own: bool
    answerable: bool
    inputs: list[dict[str, float]]
    passages: list[int]
    right: list[bool]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", choices=sorted(WEIGHTS), required=True)
    parser.add_argument("--cache", type=Path, help="a file for what the reader proposed, to fit again at once")
    args = parser.parse_args()
    rows = _cached(args.cache, lambda: [*_collect(*public(args.data), args.reader), *_own(args.reader)])
    rank = fit_rank(rows)
    confidence, shown = fit_confidence(rows, rank, TELLING[args.reader])
    reach = fit_reach(rows, rank)
    report_reading(rows, rank, reach)
    fitted: dict[str, object] = {
        **{
            name: {"weights": dict(model.weights), "bias": model.bias}
            for name, model in (("rank", rank), ("confidence", confidence))
        },
        "shown": shown,
        "reach": reach,
    }
    WEIGHTS[args.reader].write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def fit_rank(rows: Sequence[Read]) -> Linear:
    """A conditional logit (McFadden 1974), without our own questions: the right candidates' share among all of their
    question is to be large, and the weights of the inputs, brought to a spread of 1, small (``PENALTY``)."""
    names = list(rows[0].inputs[0])
    asked = [
        (np.array([[one[name] for name in names] for one in row.inputs]), np.array(row.right, dtype=bool))
        for row in rows
        if not row.own and any(row.right) and not all(row.right)
    ]
    spread = np.concatenate([matrix for matrix, _ in asked]).std(axis=0)
    spread[spread == 0] = 1

    def lost(weights: Floats) -> tuple[float, Floats]:
        loss, slope = PENALTY * weights @ weights / 2, PENALTY * weights
        for matrix, right in asked:
            inputs = matrix / spread
            share = softmax(inputs @ weights)
            among = np.where(right, share, 0) / share[right].sum()
            loss -= np.log(share[right].sum())
            slope = slope + (share - among) @ inputs
        return float(loss), slope

    weights = minimize(lost, np.zeros(len(names)), jac=True, method="L-BFGS-B").x / spread
    rank = Linear({name: round(float(w), 4) for name, w in zip(names, weights, strict=True)})
    print("rank:", rank.weights)
    for own in (False, True):
        chosen = [row for row in rows if row.own == own and row.answerable]
        print(f"  right first, own={own}: {np.mean([_best(row, rank)[1] for row in chosen]):.3f} of {len(chosen)}")
    return rank


def fit_reach(rows: Sequence[Read], rank: Linear) -> float:
    """``Scorer.reach``: how far the best place of a passage lies above what is known before it is read, but for one
    passage in two hundred; of those that are not read at first."""
    known = _known(rank)
    leads: dict[tuple[int, int], float] = {}
    for number, row in enumerate(rows):
        for passage, inputs in zip(row.passages, row.inputs, strict=True):
            if passage > Settings().read_first:
                lead = rank(inputs) - known(inputs)
                leads[number, passage] = max(leads.get((number, passage), lead), lead)
    return round(float(np.quantile(list(leads.values()), 1 - _MISSED)), 2)


def _known(rank: Linear) -> Linear:
    """As much of the ranking as is known before a passage is read."""
    return Linear({name: rank.weights[name] for name in OF_PASSAGE}, rank.bias)


def report_reading(rows: Sequence[Read], rank: Linear, reach: float) -> tuple[list[int], int]:
    """What reading in steps, as ``Pincite`` does it, reads for each question, and for how many another place comes
    first than if all were read; and how far a sentence's cosine lies above its passage's, which the trained reader
    goes by."""
    known, reads, others = _known(rank), [], 0
    for row in rows:
        scores: dict[int, float] = {}
        before: dict[int, float] = {}
        for passage, inputs in zip(row.passages, row.inputs, strict=True):
            scores[passage] = max(scores.get(passage, -np.inf), rank(inputs))
            before[passage] = known(inputs)
        rest, count, read, best = sorted(scores), Settings().read_first, 0, -np.inf
        while rest:
            best = max(best, *(scores[passage] for passage in rest[:count]))
            read += len(rest[:count])
            rest, count = [one for one in rest[count:] if before[one] + reach >= best - BESIDE], read
        reads.append(read)
        others += best < max(scores.values())
    leads = [one["sentence_cosine"] - one["passage_cosine"] for row in rows for one in row.inputs]
    print(f"read in steps: {np.mean(reads):.1f} passages, half of the questions {np.median(reads):.0f} or fewer")
    print(f"another place first for {others} of {len(rows)}")
    print(f"sentence cosine above the passage's: {np.quantile(leads, 0.999):.2f} one time in a thousand")
    return reads, others


def fit_confidence(
    rows: Sequence[Read], rank: Linear, names: Sequence[str]
) -> tuple[Linear, tuple[tuple[float, float], ...]]:
    """Logistic regression on the best candidate's inputs: does it answer? And how good what is shown would be."""
    inputs = [_best(row, rank)[0] for row in rows]
    labels = np.array([_best(row, rank)[1] for row in rows])
    matrix = np.array([[one[name] for name in names] for one in inputs])
    mean, scale = matrix.mean(0), matrix.std(0) + 1e-9
    model = LogisticRegression(C=0.2, max_iter=5000)
    weights = np.array([OWN_WEIGHT if row.own else 1.0 for row in rows])
    held = cross_val_predict(
        model,
        (matrix - mean) / scale,
        labels,
        groups=[row.group for row in rows],
        cv=GroupKFold(8),
        method="predict_proba",
        params={"sample_weight": weights},
    )[:, 1]
    for own in (False, True):
        _report([row for row in rows if row.own == own], held[[row.own == own for row in rows]],
                labels[[row.own == own for row in rows]], own)  # fmt: skip
    model.fit((matrix - mean) / scale, labels, sample_weight=weights)
    slopes = model.coef_[0] / scale
    bias = float(model.intercept_[0] - (slopes * mean).sum())
    confidence = Linear({name: round(float(w), 4) for name, w in zip(names, slopes, strict=True)}, round(bias, 4))
    print("confidence:", confidence)
    # Over our own questions alone: a public one has more right answers among its many texts than the one marked.
    mine = np.array([row.own for row in rows])
    return confidence, shown_table(held[mine], labels[mine])


def _report(rows: Sequence[Read], held: np.ndarray, labels: np.ndarray, own: bool) -> None:
    answerable = np.array([row.answerable for row in rows])
    print(
        f"  own={own}: AUROC right {roc_auc_score(labels, held):.3f}, answerable {roc_auc_score(answerable, held):.3f}"
    )
    for least in (0.2, 0.3, 0.4, 0.5, 0.6):
        shown = held >= least
        refused = max(1, (~shown).sum())
        print(
            f"    shown from {least}: answer-in-text@1 {(shown & labels)[answerable].mean():.3f}, "
            f"refusal precision {(~shown & ~answerable).sum() / refused:.3f}, "
            f"recall {(~shown & ~answerable).sum() / max(1, (~answerable).sum()):.3f}"
        )


def _best(row: Read, rank: Linear) -> tuple[dict[str, float], bool]:
    """The inputs of the confidence model for the candidate ranked first, and whether it answers."""
    scores = [rank(one) for one in row.inputs]
    best = int(np.argmax(scores))
    return row.inputs[best], row.right[best]


def public(data: Path) -> tuple[list[Document], list[Known]]:
    """The texts of the public sets' held-out groups, and questions about them: as asked and as written for this, with
    names swapped, in other words."""
    documents: dict[str, Document] = {}
    known: list[Known] = []
    for name in SETS:
        items = read_items(data / f"{name}.jsonl.gz")
        held = held_groups(items)
        kept = [item for item in items if item.group in held]
        for item in kept:
            documents.setdefault(_id(item.context), document(_id(item.context), item.context, heading(item)))
        near, rng = Neighbours(kept), Random(0)
        for item in sorted(kept, key=lambda item: _id(item.question))[:PER_SET]:
            known.append(Known(item.question, f"{name}/{item.group}", _gold(item)))
            known.extend(Known(question, f"{name}/{item.group}", gold) for question, gold in _variants(item, near, rng))
        known.extend(Known(item.question, f"{name}/{item.group}", _gold(item)) for _, item in read_written(kept))
    return list(documents.values()), known


def _variants(item: Item, near: Neighbours, rng: Random) -> Iterator[tuple[str, tuple[tuple[str, Span], ...]]]:
    """The question with a name swapped, in other words, and a yes-or-no question of its passage, each by chance."""
    swap = bool(item.spans) and rng.random() < SWAPPED
    if swap and (question := swapped(item, item.context, near.names(item), rng)):
        yield question, ()
    if item.spans and rng.random() < OTHER_WORDS and (said := with_synonyms(item.question, item.context, rng)):
        yield said, _gold(item)
    made = yes_no(item.context, rng) if rng.random() < YES_NO else None
    if made:
        question, clause = made
        said = with_synonyms(question, item.context, rng, 0.8) or question
        yield said, ((_id(item.context), Span(*clause)),)
        if wrong := swapped(replace(item, question=question), item.context, near.names(item), rng):
            yield wrong, ()


def _gold(item: Item) -> tuple[tuple[str, Span], ...]:
    return tuple((_id(item.context), Span(*span)) for span in item.spans)


def _own(reader: str) -> Iterator[Read]:
    documents = {d.id: d for d in read([Path("corpus")]) if isinstance(d, Document)}
    known = []
    lines = [json.loads(line) for file in OWN_SETS for line in file.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line.get("split") != "test":
            gold = tuple(_answer_spans(line, documents))
            known.append(Known(line["question"], "own/" + line["id"], gold, tuple(line["history"]), own=True))
    yield from _collect(list(documents.values()), known, reader)


def _answer_spans(line: dict, documents: dict[str, Document]) -> Iterator[tuple[str, Span]]:  # type: ignore[type-arg]
    """Where an acceptable answer stands inside a gold quote."""
    for gold in line["gold"]:
        quote = documents[gold["document"]].text.index(gold["quote"])
        for answer in line["answers"]:
            if (start := gold["quote"].find(answer)) >= 0:
                yield gold["document"], Span(quote + start, quote + start + len(answer))


def _collect(documents: list[Document], known: Sequence[Known], reader: str) -> Iterator[Read]:
    with tempfile.TemporaryDirectory() as folder:
        build(documents, Path(folder))
        pincite = Pincite.open(Path(folder), Settings(reader="sentence"))  # for retrieval alone
        parts = (Similarity(pincite.encoder), term_weight(pincite.index.lexical), Scorer(Linear({}), Linear({})))
        chosen = trained.TrainedReader(*parts) if reader == "trained" else sentence.SentenceReader(*parts)
        for item in known:
            question = forms(item.question, item.history, pincite.index, pincite.encoder)[0]
            found = pincite.search(question, top_k=pincite.settings.read_passages)
            candidates = chosen.candidates(analyse(question), found)
            if candidates:
                right = [_answers(candidate, item) for candidate in candidates]
                inputs = [dict(candidate.inputs) for candidate in candidates]
                passages = [candidate.hit.rank for candidate in candidates]
                yield Read(item.group, item.own, bool(item.gold), inputs, passages, right)


def _answers(candidate: Candidate, item: Known) -> bool:
    """Whether a gold answer stands in the candidate's quote."""
    return any(
        candidate.hit.passage.document_id == id
        and candidate.quote.start <= span.start
        and span.end <= candidate.quote.end
        for id, span in item.gold
    )


def document(id: str, text: str, title: str) -> Document:
    """A text of a question set as a document."""
    source = Source(id, title, None, None, None, "", "", "txt", len(text))
    return Document(source, text, tuple(blocks_of(text)))


def _id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _cached(file: Path | None, make: Callable[[], list[Read]]) -> list[Read]:
    """What the reader proposed, kept as JSON between fits."""
    if file and file.is_file():
        return [Read(**row) for row in json.loads(file.read_text(encoding="utf-8"))]
    rows = make()
    if file:
        file.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    return rows


if __name__ == "__main__":
    main()
