"""A reader that the user names: a question-answering model or a cross-encoder, from a folder or a model hub.

What it ranks by, and how sure it says it is, are the model's own log odds, joined by retrieval's score; nobody has
measured how often they are right. ``pincite calibrate`` does, starting from here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from qa.errors import ReaderError
from qa.reader.cross import CrossReader, Relevance
from qa.reader.evidence import TermWeight
from qa.reader.neural import SpanModel
from qa.reader.scoring import Linear, ScoredReader, Scorer
from qa.reader.similarity import Similarity
from qa.reader.trained import TrainedReader
from qa.runtime.model_folder import ModelFolder, Purpose, find_model

Kind = Literal["QuestionAnswering", "SequenceClassification"]
"""As transformers calls the head of a model."""
_PURPOSE = Purpose(
    "--reader", "the reader that comes with Pincite", "a question-answering model or cross-encoder", ReaderError
)
_REMEMBERED = 8192
_RETRIEVED = 4.0
"""Log odds between the first and the last of the passages: a model that was trained on the right passage alone knows
nothing of passages about something else."""
_LEARNT = dict.fromkeys("sentence_cosine named has_type retrieved agreement".split(), 0.0)
"""What counts nothing until ``pincite calibrate`` finds that it does."""
SPANS = Scorer(
    Linear({"span": 1.0, "retrieved": _RETRIEVED}), Linear({"span": 1.0, "answers": 0.0, "null": 0.0, **_LEARNT})
)
"""Of a span, against "no answer": a sigmoid for each span, so that spans of all passages compare."""
PAIRS = Scorer(
    Linear({"answers": 1.0, "sentence": 1.0, "retrieved": _RETRIEVED}),
    Linear({"answers": 0.5, "sentence": 0.5, **_LEARNT}),
)
"""Passage and sentence count alike: the one has the topic, the other the words."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model that can be a reader."""

    name: str
    """That of the model, with the first digits of its fingerprint."""
    folder: Path
    kind: Kind


def find_reader(name: str) -> Found:
    """The model of that name, its weights not yet loaded.

    Raises ``ReaderError``: no such model, no tokenizer, weights that need unpickling, a model of another kind.
    """
    found = find_model(name, _PURPOSE)
    return Found(f"{Path(found.name).name[:60]}-{found.fingerprint[:12]}", found.path, _kind(found))


def named_reader(name: str, similarity: Similarity, weight: TermWeight) -> ScoredReader:
    """The reader of that name; its weights are loaded when first needed. Raises what ``find_reader`` does."""
    found = find_reader(name)
    if found.kind == "QuestionAnswering":
        return TrainedReader(similarity, weight, SPANS, found.name, partial(_spans, found.folder))
    return CrossReader(similarity, weight, PAIRS, found.name, partial(_relevance, found.folder))


def _kind(found: ModelFolder) -> Kind:
    """By what the model's own configuration says."""
    try:
        config = json.loads((found.path / "config.json").read_bytes())
        architecture = str(config["architectures"][0])
        labels = len(config["id2label"]) if "id2label" in config else int(config.get("num_labels", 2))
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise _wrong(found.path, "its config.json does not say what kind of model it is") from error
    if architecture.endswith(("ForQuestionAnswering", "ForQuestionAnsweringSimple")):
        return "QuestionAnswering"
    if not architecture.endswith("ForSequenceClassification"):
        raise _wrong(found.path, f"it is a {architecture}")
    if labels != 1:
        raise _wrong(found.path, f"it tells {labels} classes apart, where a cross-encoder gives one score")
    return "SequenceClassification"


def _wrong(folder: Path, why: str) -> ReaderError:
    return ReaderError(f"{folder} is no reader ({why}): name a folder of {_PURPOSE.kind} with {_PURPOSE.option}")


def _spans(folder: Path) -> SpanModel:
    from qa.reader.transformer import load_pairs

    pairs = load_pairs(folder, "QuestionAnswering")
    return SpanModel(pairs.span_scores, pairs.windows)


def _relevance(folder: Path) -> Relevance:
    from qa.reader.transformer import load_pairs

    return lru_cache(_REMEMBERED)(load_pairs(folder, "SequenceClassification").relevance)
