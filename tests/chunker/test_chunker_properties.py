"""What holds for the passages of every document, whatever stands in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
import tiktoken
from fakes import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from making import HARD_TEXTS, document, not_space, texts

from qa.chunker import chunk
from qa.chunker.units import ENCODING
from qa.encoder import Encoder
from qa.types import Document, Passage

KINDS = ("txt", "md", "html")
BUDGET = 24


def check(document: Document, passages: list[Passage], encoder: Encoder, budget: int = BUDGET) -> None:
    """Every promise of ``qa.chunker`` on one document."""
    text = document.text
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text != ""
        assert passage.document_id == document.id
        assert passage.text == passage.text.strip()
        assert bool(passage.sentences) == passage.searchable
    for before, after in pairwise(passages):
        assert before.end <= after.start
    covered = [offset for passage in passages for offset in range(passage.start, passage.end)]
    assert set(not_space(text)) <= set(covered)
    check_sentences(text, passages)
    check_sizes(passages, encoder, budget)


def check_sentences(text: str, passages: list[Passage]) -> None:
    spans = [span for passage in passages for span in passage.sentences]
    for before, after in pairwise(spans):
        assert before.end <= after.start
    for passage in passages:
        for start, end in passage.sentences:
            assert passage.start <= start < end <= passage.end
            assert text[start:end] == text[start:end].strip()
        if passage.searchable:
            inside = {offset for start, end in passage.sentences for offset in range(start, end)}
            assert {passage.start + offset for offset in not_space(passage.text)} <= inside


def check_sizes(passages: list[Passage], encoder: Encoder, budget: int) -> None:
    counts = encoder.count_tokens([passage.embedded_text for passage in passages])
    assert max(counts, default=0) <= encoder.max_tokens
    count = tiktoken.get_encoding(ENCODING).encode_ordinary
    for passage in passages:
        assert len(passage.sentences) <= 1 or len(count(passage.text)) <= budget


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=120, deadline=None, derandomize=True)
@given(text=texts(), title=st.sampled_from(["", "A title", "A title that is longer than what the encoder reads " * 9]))
def test_any_text(kind: str, text: str, title: str) -> None:
    encoder = FakeEncoder()
    made = document(text, kind, title=title)
    check(made, chunk(made, encoder, BUDGET), encoder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HARD_TEXTS)
def test_hard_text(kind: str, name: str, fake: FakeEncoder) -> None:
    made = document(HARD_TEXTS[name], kind, title="A title")
    check(made, chunk(made, fake, BUDGET), fake)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(text=texts(10), budget=st.sampled_from([16, 128]))
def test_any_text_with_the_real_encoder(encoder: Encoder, text: str, budget: int) -> None:
    made = document(text, title="A title that is longer than what the encoder reads " * 40)
    check(made, chunk(made, encoder, budget), encoder, budget)


@pytest.mark.parametrize(
    "text",
    [
        "한국 " * 62,  # 186 characters, 374 word pieces: there are up to three in a syllable
        "<|endoftext|>" * 200,
        "antidisestablishmentarianism" * 3 + " " + "pneumonoultramicroscopic" * 300,
        "中" * 1_000,
        "ো" * 300 + " ো" * 300,
    ],
    ids=["Korean", "special tokens", "long words", "Chinese", "vowel signs"],
)
def test_hard_text_with_the_real_encoder(encoder: Encoder, text: str) -> None:
    made = document(text, title="A title")
    check(made, chunk(made, encoder, 128), encoder, 128)
