"""What holds for the blocks of every text: in order, disjoint, and nothing left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import HARD_TEXTS, not_space, texts

from qa.corpus.formats import PARSERS, Parsed, Unreadable

KINDS = ("txt", "md", "html")


def check(parsed: Parsed) -> None:
    for block in parsed.blocks:
        assert 0 <= block.start < block.end <= len(parsed.text)
        assert parsed.text[block.start : block.end] == parsed.text[block.start : block.end].strip()
        assert block.kind in ("heading", "text", "boilerplate")
        assert (1 <= block.level <= 6) if block.kind == "heading" else block.level == 0
    for before, after in pairwise(parsed.blocks):
        assert before.end <= after.start
    inside = {offset for block in parsed.blocks for offset in range(block.start, block.end)}
    assert set(not_space(parsed.text)) <= inside


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(text=texts())
def test_any_text(kind: str, text: str) -> None:
    parsed = PARSERS[f".{kind}"][1](text.encode())
    check(parsed)
    if kind != "html":
        assert parsed.text == text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HARD_TEXTS)
def test_hard_text(kind: str, name: str) -> None:
    parsed = PARSERS[f".{kind}"][1](HARD_TEXTS[name].encode())
    check(parsed)
    assert len("".join(parsed.text.split())) >= 0.9 * len("".join(HARD_TEXTS[name].split()))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.one_of(st.binary(max_size=200), texts(8).map(lambda text: text.encode("utf-16"))))
def test_any_bytes(kind: str, data: bytes) -> None:
    """Bytes that are no text are refused in so many words; nothing else is raised."""
    try:
        parsed = PARSERS[f".{kind}"][1](data)
    except Unreadable as error:
        assert str(error)
    else:
        check(parsed)
        if kind != "html":
            assert parsed.warnings or parsed.text.encode() == data


@settings(max_examples=150, deadline=None, derandomize=True)
@given(words=st.lists(st.text("abcdefgh<>&\"'", min_size=1, max_size=8), max_size=30))
def test_html_keeps_every_word(words: list[str]) -> None:
    """Escaped words in paragraphs come out unescaped, one block each, whatever signs they hold."""
    import html

    parsed = PARSERS[".html"][1]("".join(f"<p>{html.escape(word)}</p>" for word in words).encode())
    assert [parsed.text[block.start : block.end] for block in parsed.blocks] == words
