"""Offsets and context, as a browser needs them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.types import Source
from qa.ui.places import CONTEXT, context, original, u16

TEXT = "Heading\n\nOne sentence. The quote. Another one.\n\nA whole paragraph.\n\nLast."


@pytest.mark.parametrize("text", ["", "plain", "é漢字", "a😀b𝔘c", "👩‍🔬\r\n\ud800x"])
def test_u16_counts_as_javascript_does(text: str) -> None:
    for offset in range(len(text) + 1):
        assert u16(text, offset) == sum(2 if ord(character) > 0xFFFF else 1 for character in text[:offset])


def around(quote: str, text: str = TEXT) -> tuple[str, str]:
    start = text.index(quote)
    return context(text, start, start + len(quote))


def test_context_is_the_rest_of_the_paragraph() -> None:
    assert around("The quote.") == ("One sentence. ", " Another one.")


def test_a_whole_paragraph_shows_its_neighbours() -> None:
    before, after = around("A whole paragraph.")
    assert before.endswith("Another one.\n\n") and after == "\n\nLast."


def test_context_is_cut_at_words_and_says_so() -> None:
    before, after = around("QUOTE", "word " * 200 + "QUOTE" + " word" * 200)
    assert before.startswith("…\u00a0word ") and after.endswith(" word\u00a0…")
    assert max(len(before), len(after)) <= CONTEXT + 2


def test_context_at_the_edges_and_of_everything() -> None:
    assert around("all", "all") == ("", "")
    assert context("", 0, 0) == ("", "")


def test_only_http_links_leave_the_page() -> None:
    source = Source("a b/c?#%.txt", "t", None, None, "javascript:alert(1)", "/x", "0", "txt", 1)
    assert original(source) == "api/v1/documents/a%20b/c%3F%23%25.txt/original"
    assert original(source, "file:///x#:~:text=a%2Db").endswith("/original")  # a download has no place to jump to
    assert original(replace(source, kind="pdf"), "file:///x#page=3").endswith("/original#page=3")
    assert original(source, "javascript:alert(1)#x").startswith("api/v1/documents/")
    assert original(source, "https://example.org/#:~:text=a") == "https://example.org/#:~:text=a"
