"""DOCX, PPTX and EPUB: headings, slides and chapters known beforehand, and files made to do harm."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import Iterator, Mapping

import docx
import pptx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from test_corpus_blocks import check

from qa.corpus.formats import PARSERS, Parsed, Unreadable
from qa.corpus.formats.docx import parse_docx
from qa.corpus.formats.epub import parse_epub
from qa.corpus.formats.pptx import parse_pptx


def saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def blocks(parsed: Parsed) -> list[tuple[str, int, str]]:
    check(parsed)
    return [(block.kind, block.level, parsed.text[block.start : block.end]) for block in parsed.blocks]


def package(files: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def replaced(data: bytes, name: str, content: bytes) -> bytes:
    """A package with another part in the place of one of its own."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return package({**{each: archive.read(each) for each in archive.namelist()}, name: content})


class TestDocx:
    def test_headings_paragraphs_and_tables_in_order(self) -> None:
        document = docx.Document()
        document.core_properties.title = "The stated title"
        document.add_heading("The title", 0)
        document.add_heading("Chapter", 1)
        document.add_paragraph("First.\tAfter a tab.")
        table = document.add_table(2, 2)
        for cell, text in zip(
            (c for row in table.rows for c in row.cells), ("City", "Share", "Bonn", "6 %"), strict=True
        ):
            cell.text = text
        document.add_heading("Section", 2)
        document.add_paragraph("Last.")
        document.sections[0].header.paragraphs[0].text = "Running head"
        parsed = parse_docx(saved(document))
        assert parsed.title == "The stated title"
        assert blocks(parsed) == [
            ("heading", 1, "The title"),
            ("heading", 1, "Chapter"),
            ("text", 0, "First. After a tab."),
            ("text", 0, "City | Share"),
            ("text", 0, "Bonn | 6 %"),
            ("heading", 2, "Section"),
            ("text", 0, "Last."),
        ]

    def test_styles_that_are_headings_by_what_they_are_based_on(self) -> None:
        document = docx.Document()
        style = document.styles.add_style("House", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Heading 3"]
        document.add_paragraph("Of the house", style="House")
        contents = document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
        document.add_paragraph("Of the house ... 7", style=contents)
        assert blocks(parse_docx(saved(document))) == [
            ("heading", 3, "Of the house"),
            ("boilerplate", 0, "Of the house ... 7"),
        ]

    def test_what_is_deleted_is_gone_and_what_is_inserted_there(self) -> None:
        document = docx.Document()
        paragraph = document.add_paragraph("kept ")
        for tag, text_tag, text in (("w:ins", "w:t", "inserted"), ("w:del", "w:delText", "deleted")):
            change, run, content = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
            content.text = text
            run.append(content)
            change.append(run)
            paragraph._p.append(change)
        assert blocks(parse_docx(saved(document))) == [("text", 0, "kept inserted")]

    def test_tables_in_tables_and_cells_of_paragraphs(self) -> None:
        document = docx.Document()
        cell = document.add_table(1, 1).rows[0].cells[0]
        cell.text = "Outer."
        inner = cell.add_table(1, 2).rows[0].cells
        inner[0].text, inner[1].text = "a", "b"
        long = document.add_table(1, 1).rows[0].cells[0]
        long.text = "Long. " * 50
        long.add_paragraph("Second.")
        found = [text for _, _, text in blocks(parse_docx(saved(document)))]
        assert found == ["Outer.", "a | b", ("Long. " * 50).strip(), "Second."]

    def test_other_files_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="encrypted, or of the format before 2007"):
            parse_docx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
        for data in (b"", b"PK\x03\x04", b"no zip", package({"a.txt": "x"})):
            with pytest.raises((zipfile.BadZipFile, KeyError, ValueError)):
                parse_docx(data)


class TestPptx:
    def test_slides_are_pages(self) -> None:
        presentation = pptx.Presentation()
        for number in range(1, 21):
            slide = presentation.slides.add_slide(presentation.slide_layouts[1])
            slide.shapes.title.text = f"Title {number}"
            slide.placeholders[1].text = f"Point a of {number}\nPoint b of {number}"
            slide.notes_slide.notes_text_frame.text = f"Note of {number}."
        parsed = parse_pptx(saved(presentation))
        check(parsed)
        assert len(parsed.pages) == 20
        for number in range(1, 21):
            for text in (f"Title {number}\n", f"Point b of {number}\n", f"Note of {number}."):
                assert sum(start <= parsed.text.index(text) for start in parsed.pages) == number
        assert blocks(parsed)[:4] == [
            ("heading", 1, "Title 1"),
            ("text", 0, "Point a of 1"),
            ("text", 0, "Point b of 1"),
            ("text", 0, "Note of 1."),
        ]

    def test_tables_groups_charts_and_slides_without_text(self) -> None:
        presentation = pptx.Presentation()
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        table = slide.shapes.add_table(1, 2, 0, 0, Inches(2), Inches(1)).table
        table.cell(0, 0).text, table.cell(0, 1).text = "Bonn", "6 %"
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "In a group"
        presentation.slides.add_slide(presentation.slide_layouts[6])
        chart = CategoryChartData()
        chart.categories = ["2019"]
        chart.add_series("Share", (1,))
        last = presentation.slides.add_slide(presentation.slide_layouts[6])
        drawn = last.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(2), Inches(2), chart).chart
        drawn.has_title = True
        drawn.chart_title.text_frame.text = "A chart of shares"
        parsed = parse_pptx(saved(presentation))
        assert [text for _, _, text in blocks(parsed)] == ["Bonn | 6 %", "In a group", "A chart of shares"]
        assert parsed.warnings == ("no text on slides 2",)
        assert sum(start <= parsed.text.index("A chart") for start in parsed.pages) == 3


CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
BOOK = """<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A book</dc:title>
<dc:creator>An author</dc:creator><dc:date>2020-05-01T00:00</dc:date></metadata><manifest>
<item id="b" href="two%20b.xhtml"/><item id="a" href="one.xhtml"/><item id="c" href="gone.xhtml"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>"""
EPUB = {
    "META-INF/container.xml": CONTAINER,
    "OPS/book.opf": BOOK,
    "OPS/two b.xhtml": '<?xml version="1.0" encoding="utf-8"?><html><h1>Two</h1><p>After — it.</p></html>',
    "OPS/one.xhtml": "<html><h1>One</h1><p>Before it.</p></html>",
}


class TestEpub:
    def test_chapters_in_the_order_of_the_spine(self) -> None:
        parsed = parse_epub(package(EPUB))
        assert [text for _, _, text in blocks(parsed)] == ["One", "Before it.", "Two", "After — it."]
        assert (parsed.title, parsed.publisher, parsed.published) == ("A book", "An author", "2020-05-01")
        assert len(parsed.warnings) == 1 and "OPS/gone.xhtml" in parsed.warnings[0]

    def test_an_encrypted_book_is_refused_and_encrypted_fonts_do_not_matter(self) -> None:
        locked = '<encryption><CipherReference URI="{}"/></encryption>'
        with pytest.raises(Unreadable, match="encrypted"):
            parse_epub(package({**EPUB, "META-INF/encryption.xml": locked.format("OPS/one.xhtml")}))
        assert parse_epub(package({**EPUB, "META-INF/encryption.xml": locked.format("OPS/font.ttf")})).text


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port and what connected to it."""
    connected: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connected.append(server.accept())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], connected
        stop.set()
        thread.join()


class TestEntities:
    SECRET = "the secret of the house"

    def dtd(self, port: int, secret: object) -> bytes:
        return (
            (
                '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file://{}"><!ENTITY net SYSTEM "http://127.0.0.1:{}/x">'
                '<!ENTITY a "{}"><!ENTITY b "{}"><!ENTITY c "{}"><!ENTITY % p SYSTEM "http://127.0.0.1:{}/p"> %p;]>'
            )
            .format(secret, port, "ha" * 500, "&a;" * 500, "&b;" * 500, port)
            .encode()
        )

    def test_of_a_docx(self, tmp_path: object, listener: tuple[int, list[object]]) -> None:
        """Neither file nor network is read, nothing is expanded, and the file is refused in so many words."""
        port, connected = listener
        secret = tmp_path / "secret.txt"  # type: ignore[operator]
        secret.write_text(self.SECRET)
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        body = f"<w:document {space}><w:body><w:p><w:r><w:t>&file;&net;&c;</w:t></w:r></w:p></w:body></w:document>"
        data = replaced(saved(docx.Document()), "word/document.xml", self.dtd(port, secret) + body.encode())
        with pytest.raises(Unreadable, match=r"word/document\.xml in it declares entities"):
            parse_docx(data)
        # The same through the parser itself, as if the check had not found them.
        try:
            text = "".join(docx.Document(io.BytesIO(data)).element.body.itertext())
        except etree.XMLSyntaxError:  # newer libraries see what it is up to
            text = ""
        assert self.SECRET not in text and len(text) < 1000
        assert connected == []

    def test_of_an_epub(self, tmp_path: object, listener: tuple[int, list[object]]) -> None:
        port, connected = listener
        secret = tmp_path / "secret.txt"  # type: ignore[operator]
        secret.write_text(self.SECRET)
        dtd = self.dtd(port, secret).decode()
        page = f"{dtd}<html><p>Text &file; &net; &c;</p></html>"
        book = dtd + BOOK.replace("A book", "A book &file;&net;")
        parsed = parse_epub(package({**EPUB, "OPS/one.xhtml": page, "OPS/book.opf": book}))
        assert self.SECRET not in parsed.text + (parsed.title or "") and len(parsed.text) < 20_000
        assert connected == []


@pytest.mark.parametrize("kind", ["docx", "pptx", "epub"])
def test_a_bomb_is_refused(kind: str) -> None:
    bomb = package({"word/document.xml": bytes(30 * 1024 * 1024)})
    assert len(bomb) < 1_000_000
    with pytest.raises(Unreadable, match="that is no document"):
        PARSERS[f".{kind}"][1](bomb)
