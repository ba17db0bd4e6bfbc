"""Markdown's structure against what CommonMark says of these texts; the text itself is never touched."""

from __future__ import annotations

import pytest

from qa.corpus.formats.markdown import parse_markdown


def blocks(text: str) -> list[tuple[str, str, int]]:
    parsed = parse_markdown(text.encode())
    assert parsed.text == text
    return [(block.kind, text[block.start : block.end], block.level) for block in parsed.blocks]


def test_headings_of_both_kinds() -> None:
    assert blocks("# One\n\nText.\n\n### Three ###\nText\n\nSetext\n===\n\nof two\nlines\n---\n\n#no heading\n") == [
        ("heading", "# One", 1),
        ("text", "Text.", 0),
        ("heading", "### Three ###", 3),
        ("text", "Text", 0),
        ("heading", "Setext\n===", 1),
        ("heading", "of two\nlines\n---", 2),
        ("text", "#no heading", 0),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(end: str) -> None:
    text = end.join(["# One", "", "A wrapped", "paragraph.", "", "- item", "", "```", "# code", "```", ""])
    assert blocks(text) == [
        ("heading", "# One", 1),
        ("text", f"A wrapped{end}paragraph.", 0),
        ("text", "- item", 0),
        ("text", f"```{end}# code{end}```", 0),
    ]


def test_list_items_are_blocks() -> None:
    assert blocks("* one\n* two\n  goes on\n    * deep\n\n1. first\n\n   second paragraph\n") == [
        ("text", "* one", 0),
        ("text", "* two\n  goes on", 0),
        ("text", "* deep", 0),
        ("text", "1. first", 0),
        ("text", "second paragraph", 0),
    ]


def test_table_rows_are_blocks_and_the_rule_is_not_text() -> None:
    assert blocks("| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |\n\nAfter.\n") == [
        ("text", "| a | b |", 0),
        ("boilerplate", "|---|:-:|", 0),
        ("text", "| 1 | 2 |", 0),
        ("text", "| 3 | 4 |", 0),
        ("text", "After.", 0),
    ]


def test_code_is_one_block() -> None:
    text = "~~~py\n# no heading\n\n- no list\n~~~\n\n    # indented\n\n    code\n\n```\nnever closed\n# still code"
    assert blocks(text) == [
        ("text", "~~~py\n# no heading\n\n- no list\n~~~", 0),
        ("text", "# indented\n\n    code", 0),
        ("text", "```\nnever closed\n# still code", 0),
    ]


def test_block_quotes_with_lazy_continuation() -> None:
    assert blocks("> quoted\nlazily goes on\n> and ends.\n\n> > deeper\n> # Heading\n\nAfter.\n") == [
        ("text", "> quoted\nlazily goes on\n> and ends.", 0),
        ("text", "> > deeper", 0),
        ("heading", "> # Heading", 1),
        ("text", "After.", 0),
    ]


def test_rules_and_link_targets_are_kept_apart() -> None:
    assert blocks("Text.\n\n***\n\n[a]: http://a.example\n\nMore.\n") == [
        ("text", "Text.", 0),
        ("boilerplate", "***\n\n[a]: http://a.example", 0),
        ("text", "More.", 0),
    ]


def test_html_in_it_is_text() -> None:
    assert blocks("<div onclick='x()'>\n*raw*\n</div>\n\nText.\n") == [
        ("text", "<div onclick='x()'>\n*raw*\n</div>", 0),
        ("text", "Text.", 0),
    ]


def test_front_matter_says_what_the_file_is() -> None:
    text = (
        "---\r\nTitle: 'A title'\r\ndate: 2020-05-06T07:08\r\npublisher: House\r\n"
        "url: https://a.example/x\r\nother: [1]\r\n---\r\n# Heading\r\n\r\nText.\r\n"
    )
    parsed = parse_markdown(text.encode())
    assert (parsed.title, parsed.published, parsed.publisher, parsed.url) == (
        "A title",
        "2020-05-06",
        "House",
        "https://a.example/x",
    )
    assert [(block.kind, block.level) for block in parsed.blocks] == [("boilerplate", 0), ("heading", 1), ("text", 0)]
    assert text[parsed.blocks[1].start :].startswith("# Heading")


@pytest.mark.parametrize(
    "text",
    ["---\nno: end\n", "text\n---\ntitle: x\n---\n", "--- \n\n# Heading", "----\ntitle: x\n----\n", "---\n---\n"],
)
def test_what_is_no_front_matter(text: str) -> None:
    assert parse_markdown(text.encode()).title is None


def test_front_matter_gives_no_address_that_is_not_of_the_web() -> None:
    parsed = parse_markdown(b"---\nurl: javascript:alert(1)\ndate: soon\n---\nText.")
    assert (parsed.url, parsed.published) == (None, None)


def test_a_byte_order_mark_hides_no_heading() -> None:
    assert blocks("\ufeff# One\n\nText.") == [("heading", "\ufeff# One", 1), ("text", "Text.", 0)]
    assert blocks("\ufeff\n\nText.") == [("boilerplate", "\ufeff", 0), ("text", "Text.", 0)]


def test_deep_lists_are_text() -> None:
    lines = ["  " * depth + "- item" for depth in range(30)]
    assert blocks("\n".join(lines)) == [("text", "- item", 0)] * 30
