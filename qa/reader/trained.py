"""The trained reader: a small network finds the spans, and its scores join those of retrieval and of the words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from qa.reader.evidence import measure, tells
from qa.reader.loaded import ModelReader
from qa.reader.neural import PassageReading, SpanModel, SpanScore, shipped_weights
from qa.reader.question import AnalysedQuestion
from qa.reader.scoring import Candidate, Scorer, bounded, load_scorer
from qa.types import Hit, Passage, Span

WEIGHTS = Path(__file__).with_name("trained.json")
_COSINE = "sentence_cosine"
_COMPARED = 2
"""Places whose cosine is computed at first."""
_NEARER = 0.3
"""A sentence's cosine is seldom more above its passage's: in calibration, one time in a thousand."""


def _shipped() -> SpanModel:
    return SpanModel.load()


@dataclass(frozen=True)
class TrainedReader(ModelReader[SpanModel]):
    """The model's best spans are the candidates, one per sentence."""

    scorer: Scorer = field(default_factory=lambda: load_scorer(WEIGHTS))
    name: str = "trained"
    load: Callable[[], SpanModel] = field(default=_shipped, repr=False)

    @property
    def network(self) -> str:
        """As ``ScoredReader`` has it; the name of a model that a user names has it already."""
        return shipped_weights() if self.load is _shipped else ""

    def candidates(self, question: AnalysedQuestion, hits: Sequence[Hit]) -> list[Candidate]:
        """The places the model proposes, in the order of hits."""
        passages = [(hit.passage.context, hit.passage.text) for hit in hits]
        readings = self.model.read(question.text, passages)
        found = [one for hit, reading in zip(hits, readings, strict=True) for one in _proposals(hit, reading)]
        inputs = [self._inputs(question, one) for one in found]
        for number, cosine in self._cosines(question, found, inputs).items():
            inputs[number][_COSINE] = cosine
        return [Candidate(one.hit, one.quote, one.span, of) for one, of in zip(found, inputs, strict=True)]

    def _inputs(self, question: AnalysedQuestion, one: _Proposal) -> dict[str, float]:
        """All but the sentence's cosine, for which the passage's stands as yet."""
        evidence = measure(question, one.hit, one.quote, self.weight)._asdict()
        return {**evidence, _COSINE: evidence["passage_cosine"], **_model_inputs(one.found, one.reading)}

    def _cosines(
        self, question: AnalysedQuestion, found: Sequence[_Proposal], inputs: Sequence[dict[str, float]]
    ) -> dict[int, float]:
        """Those of the first places, as ranked without them, and of all that their own might bring before these: a
        sentence costs a third of what a passage costs."""
        scores = [self.scorer.rank(one) for one in inputs]
        telling = [number for number, one in enumerate(found) if tells(question, one.hit.passage.slice(one.quote))]
        first = sorted(telling, key=lambda number: -scores[number])[:_COMPARED]
        cosines = self._nearest(question, found, first)
        best = max(
            (self.scorer.rank({**inputs[n], _COSINE: cosine}) for n, cosine in cosines.items()), default=-math.inf
        )
        nearer = self.scorer.rank.weights.get(_COSINE, 0.0) * _NEARER
        may_win = [number for number, score in enumerate(scores) if score + nearer >= best and number not in cosines]
        return cosines | self._nearest(question, found, may_win)

    def _nearest(self, question: AnalysedQuestion, found: Sequence[_Proposal], places: list[int]) -> dict[int, float]:
        """The cosine of the nearest sentence of each of these places."""
        sentences = [(number, sentence) for number in places for sentence in found[number].sentences]
        texts = [found[number].hit.passage.slice(sentence) for number, sentence in sentences]
        nearest = dict.fromkeys(places, -1.0)
        for (number, _), cosine in zip(sentences, self.similarity(question.text, texts), strict=True):
            nearest[number] = max(nearest[number], cosine)
        return nearest


class _Proposal(NamedTuple):
    """A span the model found, and the sentences around it."""

    hit: Hit
    reading: PassageReading
    found: SpanScore
    sentences: tuple[Span, ...]

    @property
    def span(self) -> Span:
        return Span(self.hit.passage.start + self.found.start, self.hit.passage.start + self.found.end)

    @property
    def quote(self) -> Span:
        return Span(self.sentences[0].start, self.sentences[-1].end)


def _proposals(hit: Hit, reading: PassageReading) -> Iterator[_Proposal]:
    quotes: set[Span] = set()
    for found in reading.spans:
        span = Span(hit.passage.start + found.start, hit.passage.start + found.end)
        one = _Proposal(hit, reading, found, _whole_sentences(hit.passage, span))
        if one.sentences and one.quote not in quotes:  # spans come best first: the first of a sentence counts
            quotes.add(one.quote)
            yield one


def _model_inputs(found: SpanScore, reading: PassageReading) -> dict[str, float]:
    return {
        "span": bounded(found.score),
        "answers": bounded(reading.answer_logit),
        "null": bounded(reading.null_score),
    }


def _whole_sentences(passage: Passage, span: Span) -> tuple[Span, ...]:
    """The sentences that ``span`` touches; none where they do not hold all of it."""
    touched = tuple(one for one in passage.sentences if one.start < span.end and span.start < one.end)
    whole = touched and touched[0].start <= span.start and span.end <= touched[-1].end
    return touched if whole else ()
