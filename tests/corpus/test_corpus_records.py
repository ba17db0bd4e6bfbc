"""CSV, JSON and e-mail: the row, the record and the message, known beforehand."""

from __future__ import annotations

import csv
import io
import json
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_corpus_blocks import check

from qa.corpus.formats import PARSERS, Parsed, Unreadable

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


def blocks(parsed: Parsed) -> list[tuple[str, str]]:
    check(parsed)
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def parse(kind: str, content: str | bytes) -> Parsed:
    return PARSERS[f".{kind}"][1](content.encode() if isinstance(content, str) else content)


class TestCsv:
    def test_a_row_is_a_line_with_the_names_of_its_columns(self) -> None:
        parsed = parse("csv", 'City,Share,Note\r\nBonn,6 %,"two\nlines, and a comma"\r\n\r\nKöln,,"said ""no"""\r\n')
        assert parsed.text.split("\n") == [
            "City; Share; Note",
            "City: Bonn; Share: 6 %; Note: two lines, and a comma",
            "",
            'City: Köln; Note: said "no"',
            "",
        ]
        assert [kind for kind, _ in blocks(parsed)] == ["boilerplate", "text", "text"]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found(self, delimiter: str) -> None:
        rows = [["Name", "Year", "Share"], ["Bonn", "2019", "6.2"], ["Ulm", "2020", "3.1"]]
        parsed = parse("csv", "\n".join(delimiter.join(row) for row in rows))
        assert [text for _, text in blocks(parsed)][1:] == [
            "Name: Bonn; Year: 2019; Share: 6.2",
            "Name: Ulm; Year: 2020; Share: 3.1",
        ]

    def test_without_a_header_cells_stand_alone(self) -> None:
        assert [text for _, text in blocks(parse("csv", "1,2\n3,4\n"))] == ["1; 2", "3; 4"]
        assert [text for _, text in blocks(parse("csv", "a,a\nb,c\n"))] == ["a; a", "b; c"]

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8))
    def test_every_row_is_on_its_line(self, rows: list[list[str]]) -> None:
        file = io.StringIO(newline="")
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
        parsed = parse("csv", file.getvalue())
        check(parsed)
        lines = parsed.text.split("\n")
        assert len(lines) == len(rows) + 1
        for line, row in zip(lines, rows, strict=False):
            for cell in row:
                assert " ".join(cell.split()) in line


class TestJson:
    def test_the_text_field_of_each_record(self) -> None:
        rows = [{"title": "One", "text": "First.\n\nSecond."}, {"id": 2, "content": "Third."}, {"id": 3}]
        for value in (rows, {"data": {"items": rows}, "version": "x"}):
            parsed = parse("json", json.dumps(value))
            assert blocks(parsed) == [("heading", "One"), ("text", "First."), ("text", "Second."), ("text", "Third.")]
            assert parsed.text.splitlines()[1].strip() == "Third."

    def test_one_record_says_what_it_is(self) -> None:
        parsed = parse("json", '{"title": "T", "url": "https://a.example", "date": "2020-01-02", "body": "Text."}')
        assert (parsed.title, parsed.url, parsed.published) == ("T", "https://a.example", "2020-01-02")

    @pytest.mark.parametrize("content", ["[]", "{}", "3", '"text"', '[{"id": 1}]', '{"text": " "}', '{"text": 5}'])
    def test_no_text_field(self, content: str) -> None:
        for kind in ("json", "jsonl"):
            with pytest.raises(Unreadable, match="no record in it has a text field"):
                parse(kind, content)

    def test_nesting_without_end(self) -> None:
        for content in ("[" * 200_000, '{"a":' * 200_000):
            with pytest.raises((Unreadable, ValueError)):
                parse("json", content)

    def test_a_line_is_a_record(self) -> None:
        parsed = parse("jsonl", '\ufeff{"text": "One.\\n\\nTwo."}\r\n\r\n{bad\n{"id": 1}\n[1]\n{"text": "Three."}\n')
        lines = parsed.text.split("\n")
        assert lines[0].split() == ["One.", "Two."] and lines[5].strip() == "Three."
        assert parsed.warnings == ("no text field on line 3, 4, 5",)
        check(parsed)


def mail(**parts: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "The bridge — über alles"
    message["From"] = "Ann Müller <ann@a.example>"
    message["To"] = "bob@b.example"
    message["Date"] = "Mon, 03 May 2021 10:00:00 +0200"
    if "plain" in parts:
        message.set_content(parts["plain"], charset=parts.get("charset", "utf-8"))
    if "html" in parts:
        message.add_alternative(parts["html"], subtype="html")
    return message


class TestEml:
    def test_head_and_message(self) -> None:
        message = mail(plain="Dear Bob,\n\nThe bridge is closed — since Monday.\n", html="<p>Not this one.</p>")
        message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
        parsed = parse("eml", bytes(message))
        assert blocks(parsed)[0] == ("heading", "The bridge — über alles")
        assert (
            "From: Ann Müller <ann@a.example>" in parsed.text and "The bridge is closed — since Monday." in parsed.text
        )
        assert "Not this one" not in parsed.text
        assert (parsed.title, parsed.publisher, parsed.published) == (
            "The bridge — über alles",
            "Ann Müller",
            "2021-05-03",
        )
        assert parsed.warnings == ("attachments are not read: plan.pdf",)

    def test_html_alone(self) -> None:
        assert blocks(parse("eml", bytes(mail(html="<p>Only <b>this</b>: ü.</p>"))))[-1] == ("text", "Only this: ü.")

    def test_other_encodings(self) -> None:
        message = mail(plain="Größe und Übermaß sind verschiedene Dinge.", charset="iso-8859-1")
        assert "Größe und Übermaß" in parse("eml", bytes(message)).text

    def test_what_is_no_mail(self) -> None:
        for content in ("", "plain words\n\nand more", "\0\0"):
            with pytest.raises(Unreadable, match="no header of an e-mail"):
                parse("eml", content)
