"""The trained reader: a small network finds the spans, and its scores join those of retrieval and of the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qa.reader.evidence import TermWeight, measure
from qa.reader.neural import PassageReading, SpanModel, SpanScore
from qa.reader.question import Question, analyse
from qa.reader.scoring import Candidate, Scorer, load_scorer
from qa.reader.similarity import Similarity
from qa.types import Extract, Hit, Passage, Span

WEIGHTS = Path(__file__).with_name("trained.json")


@dataclass(frozen=True)
class TrainedReader:
    """``weight``: how much a term tells in this index."""

    similarity: Similarity
    weight: TermWeight
    scorer: Scorer = field(default_factory=lambda: load_scorer(WEIGHTS))
    name: str = "trained"

    @cached_property
    def model(self) -> SpanModel:
        """Loaded when first needed: listing sources or searching does without."""
        return SpanModel.load()

    def least_confidence(self, accuracy: float) -> float:
        return self.scorer.least_confidence(accuracy)

    def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
        """The model's best spans of every hit, one per sentence, best first; ties in the order of hits."""
        asked = analyse(question)
        return self.scorer.extracts(asked, self.candidates(asked, hits))

    def candidates(self, question: Question, hits: Sequence[Hit]) -> list[Candidate]:
        """The places the model proposes, in the order of hits."""
        passages = [(hit.passage.context, hit.passage.text) for hit in hits]
        readings = self.model.read(question.text, passages)
        return [
            candidate
            for hit, reading in zip(hits, readings, strict=True)
            for candidate in self._candidates(question, hit, reading)
        ]

    def _candidates(self, question: Question, hit: Hit, reading: PassageReading) -> Iterator[Candidate]:
        quotes: set[Span] = set()
        cosines = self.similarity(question.text, hit.passage)
        for found in reading.spans:
            span = Span(hit.passage.start + found.start, hit.passage.start + found.end)
            quote = _whole_sentences(hit.passage, span)
            if quote is not None and quote not in quotes:  # spans come best first: the first of a sentence counts
                quotes.add(quote)
                cosine = max(cosines[one] for one in hit.passage.sentences if quote.start <= one.start < quote.end)
                evidence = {**measure(question, hit, quote, self.weight)._asdict(), "sentence_cosine": cosine}
                yield Candidate(hit, quote, span, {**evidence, **_model_inputs(found, reading)})


def _model_inputs(found: SpanScore, reading: PassageReading) -> dict[str, float]:
    return {
        "span": _bounded(found.score),
        "answers": _bounded(reading.answer_logit),
        "null": _bounded(reading.null_score),
    }


def _whole_sentences(passage: Passage, span: Span) -> Span | None:
    """The sentences that ``span`` touches, from the first's start to the last's end; None where it touches none."""
    touched = [sentence for sentence in passage.sentences if sentence.start < span.end and span.start < sentence.end]
    if not touched or not (touched[0].start <= span.start and span.end <= touched[-1].end):
        return None
    return Span(touched[0].start, touched[-1].end)


def _bounded(score: float) -> float:
    """Scores far out tell no more than those at the edge, and would drown the rest."""
    return max(-15.0, min(15.0, score))
