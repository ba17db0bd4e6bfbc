"""Is a citation exact? Checked against the document's text, never by searching for the quote."""

from __future__ import annotations

from collections.abc import Callable

from qa.types import Answer, Citation


def citation_holds(citation: Citation, text: str) -> bool:
    """The quote stands at its offsets and the span is a non-empty range inside it."""
    inside = 0 <= citation.start <= citation.span_start < citation.span_end <= citation.end <= len(text)
    return inside and text[citation.start : citation.end] == citation.quote


def citation_validity(answer: Answer, text_of: Callable[[str], str]) -> float | None:
    """1.0 when every place shown is cited and every citation holds, else 0.0; None for a refusal.

    ``text_of`` gives a document's text by id and raises ``KeyError`` for an unknown one, which makes 0.0.
    A shown answer must be its citation's quote, and its span the citation's span.
    """
    if not answer.answers:
        return None
    try:
        texts = {citation.number: text_of(citation.source.id) for citation in answer.citations}
    except KeyError:
        return 0.0
    cited = {citation.number: citation for citation in answer.citations}
    if not all(citation_holds(citation, texts[citation.number]) for citation in answer.citations):
        return 0.0
    return float(all(_shows(answer, i, cited, texts) for i in range(len(answer.answers))))


def _shows(answer: Answer, i: int, cited: dict[int, Citation], texts: dict[int, str]) -> bool:
    found = answer.answers[i]
    citation = cited.get(found.citation)
    if citation is None or found.text != citation.quote:
        return False
    return texts[citation.number][citation.span_start : citation.span_end] == found.span
