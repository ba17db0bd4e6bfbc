"""The shipped reader: a passage's reading is its own, and strange input gets a sane reading."""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from qa.errors import ReaderError
from qa.reader.neural import WEIGHTS, PassageReading, SpanModel
from qa.reader.neural_pieces import MAX_CONTEXT, load_tokenizer, windows
from qa.runtime.minilm import SHA256

pytestmark = pytest.mark.skipif(not WEIGHTS.exists(), reason="the weights are not there")

PASSAGES = [
    ("Reports > The hub", "The hub in Zürich was opened in 2014 by Ana Müller. It cost 3.5 million francs."),
    ("", "Wheat is sown in October. " * 90),
    ("", "Short."),
    ("", ""),
    ("", "7 " * 400),
    ("", "gold " * 256),
    ("A heading", "Who opened the hub? Who opened the hub? Who opened the hub?"),
]


@cache
def model() -> SpanModel:
    return SpanModel.load()


def numbers(reading: PassageReading) -> list[float]:
    return [reading.answer_logit, reading.null_score, *(span.score for span in reading.spans[:1])]


@pytest.mark.parametrize("question", ["Who opened the hub?", "谁开放了中心?", "?", "who " * 300])
def test_a_reading_does_not_depend_on_the_other_passages(question: str) -> None:
    together = model().read(question, PASSAGES)
    for (context, text), reading in zip(PASSAGES, together, strict=True):
        [alone] = model().read(question, [(context, text)])
        assert numbers(alone) == pytest.approx(numbers(reading), abs=2e-4)
        assert all(math.isfinite(number) for number in numbers(reading))
        assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)
        scores = [span.score for span in reading.spans]
        assert scores == sorted(scores, reverse=True)
        ranges = sorted((span.start, span.end) for span in reading.spans)
        assert all(a[1] <= b[0] for a, b in pairwise(ranges))


def test_twice_the_same() -> None:
    assert model().read("Who opened the hub?", PASSAGES) == model().read("Who opened the hub?", PASSAGES)


def test_the_passage_that_answers_comes_first_with_its_words() -> None:
    readings = model().read("Who opened the hub?", PASSAGES)
    assert max(range(len(readings)), key=lambda i: readings[i].answer_logit) == 0
    span = readings[0].spans[0]
    assert PASSAGES[0][1][span.start : span.end] == "Ana Müller"


def test_no_passages_no_readings() -> None:
    assert model().read("Who opened the hub?", []) == []


def test_another_base_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reader.json").write_text('{"base_sha256": "00"}')
    with pytest.raises(ReaderError, match="another base model"):
        SpanModel.load(tmp_path / "reader.safetensors")


@pytest.mark.parametrize("config", ["", "[]", "{}", '{"base_sha256": 1}', json.dumps({"base_sha256": SHA256})])
def test_what_does_not_belong_together_is_said_in_one_line(tmp_path: Path, config: str) -> None:
    (tmp_path / "reader.json").write_text(config)
    (tmp_path / "reader.safetensors").write_bytes(b"other weights")
    with pytest.raises(ReaderError, match=r"reader's weights .* cannot be used .*: install pincite anew$") as caught:
        SpanModel.load(tmp_path / "reader.safetensors")
    assert "\n" not in str(caught.value)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "reader.json").write_bytes(WEIGHTS.with_suffix(".json").read_bytes())
    (tmp_path / "reader.safetensors").write_bytes(WEIGHTS.read_bytes()[:-1] + b"!")
    with pytest.raises(ReaderError, match="not those that were shipped"):
        SpanModel.load(tmp_path / "reader.safetensors")


def test_a_long_question_is_read_to_its_end() -> None:
    """Beyond 64 pieces, and past a window's usual length; what the passage has of a window stays."""
    opening = "In the report on the hub, which was long and had many parts, " * 8
    passage = ("A heading", "gold " * 150)
    asked = [opening + end for end in ("who opened the hub?", "how much did the hub cost?")]
    for question in asked:
        [[window]] = windows(question, [passage])
        expected = load_tokenizer().encode(question, add_special_tokens=False).ids
        assert len(expected) > 64 and window.pieces[1 : window.question - 1] == expected
        assert len(window.places) == 150
    first, second = (model().read(question, PASSAGES[:1])[0] for question in asked)
    assert first != second and all(math.isfinite(number) for number in numbers(first))


def test_of_a_long_context_the_innermost_headings_are_read() -> None:
    outer = "A general heading about nothing " * 20
    [[long], [cut], [other], [none]] = windows(
        "Where?",
        [
            (context, "It is there.")
            for context in (f"{outer} > Zürich", f"{outer[32:]} > Zürich", f"{outer} > Bern", "")
        ],
    )
    assert long == cut != other
    assert len(long.pieces) == len(none.pieces) + MAX_CONTEXT + 1
