"""Paragraphs, headings and navigation of plain text, worked out by hand."""

from __future__ import annotations

import pytest

from qa.corpus.layout import blocks_of, ends_sentence, heading_text, looks_like_navigation

PROSE = "The council met on Monday to talk about the new hall and its cost."
MORE = "It did not decide whether the hall is to be built in the east or in the west."


def blocks(text: str) -> list[tuple[str, str, int]]:
    return [(block.kind, text[block.start : block.end], block.level) for block in blocks_of(text)]


def kinds(text: str) -> list[str]:
    return [block.kind for block in blocks_of(text)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_headings_and_paragraphs(end: str) -> None:
    text = f"A short title{end}{end}{PROSE}{end}{end}What follows:{end}{end}{MORE}{end}"
    assert blocks(text) == [
        ("heading", "A short title", 2),
        ("text", PROSE, 0),
        ("heading", "What follows:", 3),
        ("text", MORE, 0),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_that_an_editor_wrapped_are_one_paragraph(end: str) -> None:
    lines = (
        "The council met on Monday to talk about the new hall, what it",
        "will cost, and whether the money that was put aside for it in",
        "the year before is enough.",
    )
    text = end.join(lines)
    assert blocks(text) == [("text", text, 0)]


def test_lines_that_end_as_sentences_are_paragraphs() -> None:
    assert blocks(f"{PROSE}\n{MORE}") == [("text", PROSE, 0), ("text", MORE, 0)]


def test_bullets_are_paragraphs() -> None:
    text = f"{PROSE}\n• the first point of them all, which is long enough to look wrapped\n• the second\n{MORE}"
    assert [kind for kind, *_ in blocks(text)] == ["text"] * 4


def test_outer_white_space_is_in_no_block() -> None:
    assert blocks(f" \n\t {PROSE} \t\n \n") == [("text", PROSE, 0)]
    assert blocks("") == blocks(" \n\r\n\t") == []


def test_menus_before_and_after_the_prose_are_navigation() -> None:
    text = f"Home | News | About\n\nShare this\n\n{PROSE}\n\nRead more\n\n« 1 2 3 »\n"
    assert blocks(text) == [
        ("boilerplate", "Home | News | About", 0),
        ("boilerplate", "Share this", 0),
        ("text", PROSE, 0),
        ("boilerplate", "Read more", 0),
        ("boilerplate", "« 1 2 3 »", 0),
    ]


def test_what_looks_like_a_menu_inside_the_prose_is_text() -> None:
    assert kinds(f"{PROSE}\n\nHome | News | About\n\n{MORE}") == ["text", "heading", "text"]


@pytest.mark.parametrize(
    "text",
    [
        "• apples\n• pears\n• plums\n",
        "1. apples\n2. pears\n3. plums\n",
        "- apples\n\n- pears\n\n- plums\n",
        "a | b | c\nd | e | f\n",
        "1 2 3 4",
    ],
)
def test_a_document_that_is_only_a_list_is_no_navigation(text: str) -> None:
    assert kinds(text) and "boilerplate" not in kinds(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Home › News › Article", True),
        ("<< 1 2 3 >>", True),
        ("Subscribe", True),
        ("Photo credit: A. Person", True),
        ("• About us", True),
        ("A heading of five words", False),
        ("The temperature is > 30 degrees today, they said.", False),
        (PROSE, False),
        ("x | " * 60, False),
    ],
)
def test_looks_like_navigation(line: str, expected: bool) -> None:
    assert looks_like_navigation(line) is expected


def test_a_line_that_almost_is_a_trail_takes_no_time() -> None:
    """With nested repeats over the same blanks this line took longer than anyone would wait."""
    assert not looks_like_navigation((">" + " " * 9) * 13 + "x" * 65)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is.", True),
        ('He said "It is."', True),
        ("Really?)", True),
        ("于是。", True),
        ("And then…  ", True),
        ("It is", False),
        ("It is:", False),
        ("", False),
    ],
)
def test_ends_sentence(text: str, expected: bool) -> None:
    assert ends_sentence(text) is expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("## Two  words ##", "Two words"),
        ("Setext\n===", "Setext"),
        ("Setext\r\n  ---", "Setext"),
        ("two lines\nof it\n---", "two lines of it"),
        ("Learning C#", "Learning C#"),
        ("#hashtag", "#hashtag"),
        ("-5 degrees", "-5 degrees"),
        ("\ufeff# T", "T"),
    ],
)
def test_heading_text(heading: str, expected: str) -> None:
    assert heading_text(heading) == expected
