"""Why this answer: what each search ranked, the order they made together, what the reader made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qa.types import Answer, Citation, Document, Extract, Hit
from qa.ui import models
from qa.ui.places import passage_place, u16

Read = Callable[[str], Document]
"""A document by its id."""


def trace_of(answer: Answer, read: Read) -> models.Trace | None:
    """The trace of ``answer`` for a person; None where the engine keeps none."""
    trace = answer.trace
    if trace is None:
        return None
    best = _best_extracts(trace.extracts)
    rows = [_row(hit, best.get(_key(hit)), answer.citations, read) for hit in trace.retrieved[: trace.read]]
    rows.sort(key=lambda row: row.reader.rank if row.reader else len(rows) + 1)  # stable: unread ones as retrieved
    return models.Trace(
        question=trace.question,
        forms=[models.Form(question=question, confidence=confidence) for question, confidence in trace.forms],
        confidence=answer.confidence,
        threshold=trace.threshold,
        passages=rows,
    )


def _key(hit: Hit) -> tuple[str, int]:
    return hit.passage.document_id, hit.passage.start


def _best_extracts(extracts: Sequence[Extract]) -> Mapping[tuple[str, int], tuple[int, Extract]]:
    """The reader's best extract of each passage and the passage's rank by it, by document and start."""
    best: dict[tuple[str, int], tuple[int, Extract]] = {}
    for extract in extracts:
        best.setdefault((extract.passage.document_id, extract.passage.start), (len(best) + 1, extract))
    return best


def _row(
    hit: Hit, read_as: tuple[int, Extract] | None, citations: Sequence[Citation], read: Read
) -> models.TracedPassage:
    document = read(hit.passage.document_id)
    return models.TracedPassage(
        document_id=document.id,
        fused=models.Ranked(rank=hit.rank, score=round(hit.score, 4)),
        dense=_ranked(hit, "dense"),
        lexical=_ranked(hit, "lexical"),
        reader=_read_as(*read_as, citations, document.text) if read_as else None,
        place=passage_place(document, hit.passage),
    )


def _ranked(hit: Hit, side: str) -> models.Ranked | None:
    """None where that search did not propose the passage."""
    if side not in hit.ranks:
        return None
    return models.Ranked(rank=hit.ranks[side], score=round(hit.scores[side], 4))


def _read_as(rank: int, extract: Extract, citations: Sequence[Citation], text: str) -> models.ReadAs:
    shown = [c.number for c in citations if c.source.id == extract.passage.document_id and _cites(c, extract)]
    quote = text[extract.quote.start : extract.quote.end]
    return models.ReadAs(
        rank=rank,
        score=round(extract.score, 4),
        quote=quote,
        u16_span_start=u16(quote, extract.span.start - extract.quote.start),
        u16_span_end=u16(quote, extract.span.end - extract.quote.start),
        confidence=round(extract.confidence, 4),
        why_not=extract.why_not,
        citation=shown[0] if shown else None,
    )


def _cites(citation: Citation, extract: Extract) -> bool:
    return citation.start < extract.quote.end and extract.quote.start < citation.end
