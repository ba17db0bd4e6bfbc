"""Links that open a source at the quote, and citations that are cut from the text."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import document

from qa.citations import cite, link
from qa.place import place
from qa.types import Document, Extract, Passage, Span

SOURCE = replace(document("x").source, url="https://example.org/report")
AT = "https://example.org/report#:~:text="
LONG = "one two three four five six seven eight nine ten eleven twelve thirteen"


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("state-of-the-art", "state%2Dof%2Dthe%2Dart"),
        ("1,200 robots", "1%2C200%20robots"),
        ("R&D", "R%26D"),
        ("7.5%", "7.5%25"),
        ("café", "caf%C3%A9"),
        ("国务院", "%E5%9B%BD%E5%8A%A1%E9%99%A2"),
        ("a/b?c=d#e", "a%2Fb%3Fc%3Dd%23e"),
        ("two  spaces\tand a tab", "two%20spaces%20and%20a%20tab"),
        (" padded \n", "padded"),
    ],
)
def test_signs_that_mean_something_are_encoded(text: str, fragment: str) -> None:
    assert link(SOURCE, text, None) == AT + fragment


def test_a_quote_of_twelve_words_stands_whole() -> None:
    twelve = LONG.removesuffix(" thirteen")
    assert link(SOURCE, twelve, None) == AT + twelve.replace(" ", "%20")


def test_of_a_longer_quote_the_first_and_last_five_words() -> None:
    assert link(SOURCE, LONG, None) == (AT + "one%20two%20three%20four%20five,nine%20ten%20eleven%20twelve%20thirteen")


def test_commas_and_hyphens_in_the_ends_are_not_taken_for_the_fragments_own() -> None:
    ends = link(SOURCE, f"Well-known, {LONG}, so-called", None).removeprefix(AT)
    assert ends.count(",") == 1
    assert "-" not in ends
    assert [unquote(end) for end in ends.split(",")] == [
        "Well-known, one two three four",
        "ten eleven twelve thirteen, so-called",
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n", "\n  \n"])
def test_the_ends_of_a_quote_on_several_lines_stop_at_its_line_breaks(newline: str) -> None:
    quote = newline.join(["First line", "in the middle of it all", "the very last line"])
    assert link(SOURCE, quote, None) == AT + "First%20line,the%20very%20last%20line"


def test_where_there_are_pages_the_page() -> None:
    assert link(SOURCE, LONG, 12) == "https://example.org/report#page=12"


@pytest.mark.parametrize(("page", "place"), [(None, "#:~:text=word"), (3, "#page=3")])
def test_a_fragment_of_the_address_gives_way(page: int | None, place: str) -> None:
    source = replace(SOURCE, url="https://example.org/report?a=b&c=d#section-2")
    assert link(source, "word", page) == "https://example.org/report?a=b&c=d" + place


def test_a_row_of_csv_is_not_looked_for_in_words_that_the_file_has_not() -> None:
    assert link(replace(SOURCE, kind="csv"), "name: Ada; born: 1815", None) == "https://example.org/report"


def test_without_an_address_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "100% näive #1.txt"
    found = link(replace(SOURCE, url=None, path=str(path)), "word", None)
    address, _, place = found.partition("#")
    assert address.startswith("file:///")
    assert unquote(address.removeprefix("file://")) == path.as_posix()
    assert place == ":~:text=word"


@pytest.mark.parametrize("path", ["", "report.txt", "folder/report.txt"])
def test_without_an_absolute_path_only_the_place(path: str) -> None:
    assert link(replace(SOURCE, url=None, path=path), "word", None) == "#:~:text=word"
    assert link(replace(SOURCE, url=None, path=path), "word", 2) == "#page=2"


def extract(text: Document, quote: str, span: str) -> Extract:
    start = text.text.index(quote)
    inside = text.text.index(span, start)
    place = Span(start, start + len(quote))
    passage = Passage(text.id, 0, len(text.text), text.text, "", (place,))
    return Extract(passage, place, Span(inside, inside + len(span)), 1.0, 0.5)


TEXT = "Title\n\nA first line.\nIt cost €3.5 million – 😀 or so.\nThe end."


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("quote", "span", "line"),
    [
        ("Title", "Title", 1),
        ("A first line.", "first", 3),
        ("It cost €3.5 million – 😀 or so.", "€3.5 million", 4),
        ("The end.", "end", 5),
    ],
)
def test_a_citation_is_cut_from_the_text(newline: str, quote: str, span: str, line: int) -> None:
    whole = Document(SOURCE, TEXT.replace("\n", newline), ())
    cited = cite(7, whole, extract(whole, quote, span))
    assert cited.number == 7
    assert cited.source is SOURCE
    assert cited.quote == quote == whole.text[cited.start : cited.end]
    assert whole.text[cited.span_start : cited.span_end] == span
    assert cited.line == line
    assert cited.page is None
    assert cited.link == link(SOURCE, quote, None)


def test_a_quote_over_line_breaks_keeps_them() -> None:
    whole = Document(SOURCE, TEXT.replace("\n", "\r\n"), ())
    quote = "A first line.\r\nIt cost €3.5 million – 😀 or so."
    cited = cite(1, whole, extract(whole, quote, "cost"))
    assert cited.quote == quote
    assert cited.line == 3
    assert "%0" not in cited.link


@pytest.mark.parametrize(("quote", "page"), [("Title", 1), ("A first line.", 2), ("The end.", 3)])
def test_pages_count_from_one(quote: str, page: int) -> None:
    pages = (0, TEXT.index("A first"), TEXT.index("The end."))
    whole = Document(SOURCE, TEXT, (), pages)
    cited = cite(1, whole, extract(whole, quote, quote))
    assert cited.page == page
    assert cited.link == f"https://example.org/report#page={page}"


def test_the_headings_above_a_quote_in_formats_that_mark_them() -> None:
    text = "# One\n\n## A\n\nFirst.\n\n## B\n\nSecond.\n\n# Two\n\nThird."
    for kind, expected in (("md", {"First.": ("One", "A"), "Second.": ("One", "B"), "Third.": ("Two",)}), ("txt", {})):
        made = document(text, kind)
        for words in ("First.", "Second.", "Third."):
            quote = Span(text.index(words), text.index(words) + len(words))
            passage = Passage("d", *quote, words, "", (quote,))
            extract = Extract(passage, quote, quote, score=1.0, confidence=1.0)
            assert cite(1, made, extract).headings == expected.get(words, ())


@pytest.mark.parametrize(
    ("kind", "page", "said"),
    [
        ("pdf", 3, "A › B · page 3"),
        ("pptx", 3, "A › B · slide 3"),
        ("csv", None, "A › B · row 7"),
        ("jsonl", None, "A › B · record 7"),
        ("md", None, "A › B · line 7"),
    ],
)
def test_a_place_is_said_in_the_words_of_its_format(kind: str, page: int | None, said: str) -> None:
    source = replace(document("x").source, kind=kind)
    assert place(source, page, 7, ("A", source.title, "B")) == said
    assert place(source, page, 7) == said.removeprefix("A › B · ")


def test_of_a_file_in_an_archive_the_archive_is_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a b.zip", "w") as archive:
        archive.writestr("in/c.txt", "x")
    inside = replace(document("x").source, url=None, path=str(tmp_path / "a b.zip" / "in" / "c.txt"))
    assert link(inside, "One two.", None) == f"{tmp_path.as_uri()}/a%20b.zip#:~:text=One%20two."
    assert link(inside, "One two.", 3) == f"{tmp_path.as_uri()}/a%20b.zip#page=3"
    stated = replace(inside, url="https://example.org/c")
    assert link(stated, "One two.", 3) == "https://example.org/c#page=3"


@given(st.text(alphabet="a\r\n", max_size=30))
def test_lines_are_counted_as_they_end(text: str) -> None:
    one = document(text)
    ends = [match.end() for match in re.finditer(r"\r\n|\r|\n", text)]
    assert [one.line(at) for at in range(len(text) + 1)] == [
        1 + sum(end <= at for end in ends) for at in range(len(text) + 1)
    ]
