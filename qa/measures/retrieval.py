"""Ranked lists against relevance: trec_eval's measures, by way of ir_measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

MEASURES: Mapping[str, str] = {
    "success@1": "Success@1",
    "success@3": "Success@3",
    "success@5": "Success@5",
    "success@10": "Success@10",
    "recall@5": "R@5",
    "recall@10": "R@10",
    "MRR@10": "RR@10",
    "nDCG@10": "nDCG@10",
    "MAP@10": "AP@10",
}
"""Our names -> those of ir_measures."""


def score_rankings(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Question id -> measure -> value (0 to 1) for every question of ``qrels``; 0 without a ranking.

    ``qrels``: question id -> relevant id -> grade (1 and more is relevant; nDCG takes the grade as its
    gain, as trec_eval does). ``rankings``: ids best first. Raises ``ValueError`` when a ranking names an id
    twice.
    """
    import ir_measures

    if not qrels:
        return {}
    names = {ir_measures.parse_measure(theirs): ours for ours, theirs in MEASURES.items()}
    judged = [ir_measures.Qrel(qid, id, grade) for qid, grades in qrels.items() for id, grade in grades.items()]
    ranked = [
        ir_measures.ScoredDoc(qid, id, score)
        for qid, ids in rankings.items()
        if qid in qrels
        for id, score in scored(ids)
    ]
    scores: dict[str, dict[str, float]] = {qid: dict.fromkeys(MEASURES, 0.0) for qid in qrels}
    for metric in ir_measures.iter_calc(list(names), judged, ranked):
        scores[metric.query_id][names[metric.measure]] = metric.value
    return scores


def scored(ids: Sequence[str]) -> Iterable[tuple[str, int]]:
    """Each id with a strictly falling score.

    trec_eval sorts by score and breaks ties by id, so the order is written into the scores.
    """
    if len(set(ids)) < len(ids):
        raise ValueError("a ranking names the same id twice")
    return zip(ids, range(len(ids), 0, -1), strict=True)
