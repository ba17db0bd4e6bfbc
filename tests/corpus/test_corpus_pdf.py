"""PDF: known text on known pages, in the order it is read in."""

from __future__ import annotations

import io
import random
import zlib
from itertools import pairwise

import pypdf
import pytest
from made_pdf import HEIGHT, Placed, picture, placed, report
from test_corpus_blocks import check

from qa.corpus.formats import Parsed, Unreadable
from qa.corpus.formats.pdf import parse_pdf

FILLER = "The council met in Vienna to talk about the new hall and what it would cost the town over many years. "


def blocks(parsed: Parsed, *kinds: str) -> list[str]:
    return [parsed.text[block.start : block.end] for block in parsed.blocks if not kinds or block.kind in kinds]


def page_of(parsed: Parsed, words: str) -> int:
    at = parsed.text.index(words)
    return sum(start <= at for start in parsed.pages)


def column(left: float, top: float, lines: list[str]) -> list[Placed]:
    return [(left, top + 12 * number, line) for number, line in enumerate(lines)]


def test_every_sentence_is_on_its_page() -> None:
    """Thirty pages, each with sentences of its own, of lengths drawn by chance."""
    chance = random.Random(7)
    pages = [
        [f"Fact {page}.{number} is that {FILLER * chance.randint(0, 3)}ends{page}x{number}." for number in range(4)]
        for page in range(30)
    ]
    parsed = parse_pdf(report(pages, head="The Annual Report"))
    check(parsed)
    assert len(parsed.pages) == 30
    for page, paragraphs in enumerate(pages, start=1):
        for number, paragraph in enumerate(paragraphs):
            assert " ".join(paragraph.split()) in parsed.text
            assert page_of(parsed, f"Fact {page - 1}.{number} is") == page
            assert page_of(parsed, f"ends{page - 1}x{number}.") == page
    assert blocks(parsed, "boilerplate").count("The Annual Report") == 30
    assert {f"Page {page}" for page in range(1, 31)} <= set(blocks(parsed, "boilerplate"))
    assert not any("Annual Report" in text for text in blocks(parsed, "text", "heading"))


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_are_read_one_after_the_other(columns: int) -> None:
    facts = [f"Number {number} stands here: {FILLER}And this is the end of {number}." for number in range(14 * columns)]
    parsed = parse_pdf(report([["# A heading", *facts]], columns))
    check(parsed)
    assert [text for text in blocks(parsed, "text")] == facts
    assert blocks(parsed, "heading") == ["A heading"]


def test_columns_drawn_line_by_line_across_the_page() -> None:
    left = [f"left {n} runs on for quite a while and" for n in range(8)]
    right = [f"right {n} runs on for quite a while and" for n in range(8)]
    rows = [line for pair in zip(column(72, 100, left), column(320, 100, right), strict=True) for line in pair]
    title: list[Placed] = [
        (72, 70, "A title that spans both columns of the page from one side to the other side of it")
    ]
    parsed = parse_pdf(placed([title + rows]))
    assert blocks(parsed) == [title[0][2], " ".join([*left, *right])]


def test_a_page_number_in_the_gutter_parts_nothing() -> None:
    left = [f"left {n} runs on for quite a while and" for n in range(8)]
    right = [f"right {n} runs on for quite a while and" for n in range(8)]
    page = [*column(72, 100, left), *column(320, 100, right), (297.0, 800.0, "1")]
    assert blocks(parse_pdf(placed([page])), "text") == [" ".join([*left, *right])]


def test_rows_of_a_table_stay_together() -> None:
    rows = [
        ("Beijing", "6.2 %", "2019"),
        ("Shanghai", "4.0 %", "2019"),
        ("Guangdong", "2.9 %", "2019"),
        ("All", "2.2 %", "2019"),
    ]
    page = [(72.0 + 150 * n, 100.0 + 14 * r, cell) for r, row in enumerate(rows) for n, cell in enumerate(row)]
    assert blocks(parse_pdf(placed([page]))) == [" ".join(row) for row in rows]


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["a target of inter-", "national trade"], "a target of international trade"),
        (["the Franco-", "German accord"], "the Franco-German accord"),
        (["the year of COVID-", "19 and after"], "the year of COVID-19 and after"),
        (["state-of-the-", "art tools"], "state-of-the-art tools"),
        (["long-term and long-", "term aims"], "long-term and long-term aims"),
        (["a self-", "made house"], "a self-made house"),
        (["the end -", "and after"], "the end - and after"),
        (["a word", "and another"], "a word and another"),
    ],
)
def test_words_at_the_ends_of_lines(lines: list[str], whole: str) -> None:
    parsed = parse_pdf(placed([column(72, 100, lines)]))
    assert blocks(parsed) == [whole]
    check(parsed)


def test_a_paragraph_goes_on_over_the_page_break() -> None:
    """It is one sentence; the word hyphenated at the break is whole, and each half of it on its own page."""
    first = [(72.0, 40.0, "The Report"), (72.0, 700.0, "The agreement was signed in inter-"), (297.0, 800.0, "7")]
    second = [(72.0, 40.0, "The Report"), (72.0, 100.0, "national waters on Monday."), (297.0, 800.0, "8")]
    parsed = parse_pdf(placed([first, second]))
    check(parsed)
    assert blocks(parsed, "text") == ["The agreement was signed in international waters on Monday."]
    assert blocks(parsed, "boilerplate") == ["The Report", "7", "The Report", "8"]
    assert parsed.text[parsed.pages[1] :].startswith("national waters")


def test_numbers_that_do_not_count_the_pages_are_text() -> None:
    """At the top of each page the same words with another number, as in a row of facts: nothing of it is lost."""
    pages = [[(72.0, 60.0, f"The share of the town was {n} percent"), (72.0, 200.0, "Text.")] for n in (3, 9, 4, 1)]
    assert len([text for text in blocks(parse_pdf(placed(pages)), "text", "heading") if "percent" in text]) == 4


def test_a_document_of_one_line_a_page_is_not_all_running_heads() -> None:
    pages = [[(72.0, 60.0, f"This is page {n} of the story.")] for n in range(1, 5)]
    parsed = parse_pdf(placed(pages))
    assert blocks(parsed, "text") == [page[0][2] for page in pages]
    assert [page_of(parsed, page[0][2]) for page in pages] == [1, 2, 3, 4]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages(turn: int) -> None:
    """pypdf turns the page; text that was drawn upright reads the same."""
    upright = placed([column(72, 100, ["The first line of it all goes on and", "on to the second."])])
    reader = pypdf.PdfReader(io.BytesIO(upright))
    writer = pypdf.PdfWriter()
    page = writer.add_page(reader.pages[0])
    page.rotate(turn)
    page.transfer_rotation_to_content()
    file = io.BytesIO()
    writer.write(file)
    assert blocks(parse_pdf(file.getvalue())) == ["The first line of it all goes on and on to the second."]


def test_pages_without_text_are_counted_and_told() -> None:
    writer = pypdf.PdfWriter()
    for data in (report([["One."]]), picture(), report([["Two."]])):
        writer.append(io.BytesIO(data), pages=(0, 1))
    file = io.BytesIO()
    writer.write(file)
    parsed = parse_pdf(file.getvalue())
    assert (page_of(parsed, "One."), page_of(parsed, "Two.")) == (1, 3)
    assert parsed.warnings == ("no text but pictures on page 2: scanned, perhaps, and not read (no OCR)",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (picture(), "it looks scanned, and pictures are not read"),
        (placed([[]]), "there is no text on its 1 pages"),
        (report([["Secret."]], password="open sesame"), "it is encrypted: save it without a password"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        parse_pdf(data)


def test_the_title_it_states() -> None:
    assert parse_pdf(report([["Text."]], title="A true title")).title == "A true title"
    assert parse_pdf(report([["Text."]], title="Microsoft Word - draft3.doc")).title is None
    assert parse_pdf(placed([[(72, 72, "Text.")]])).title is None


def test_what_pdfium_cannot_read_pypdf_may() -> None:
    """A file without its head: PDFium wants it near the beginning, pypdf puts up with less."""
    whole = report([["The first page speaks."], ["The second page is silent."]])
    broken = b"%PDF-9" + b"\n" * 2000 + whole[9:]
    try:
        parsed = parse_pdf(broken)
    except Exception as error:
        pytest.skip(f"pypdf cannot either: {error}")
    check(parsed)
    assert page_of(parsed, "The second page") == 2


def test_a_page_has_lines_in_order() -> None:
    """Lines drawn in any order come out from top to bottom."""
    lines = column(72, 100, [f"line {n} of the text that goes on and" for n in range(20)])
    shuffled = lines[:]
    random.Random(3).shuffle(shuffled)
    assert blocks(parse_pdf(placed([shuffled]))) == [" ".join(text for _, _, text in lines)]


def bomb(objects: int) -> bytes:
    """A page whose content is a great many words, packed into little."""
    content = zlib.compress(b"BT /F1 9 Tf 1 0 0 1 50 50 Tm (word) Tj ET\n" * objects)
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def pdf_of(objects: list[bytes]) -> bytes:
    """A file of these objects, numbered from 1; the first is the catalogue."""
    parts, places, length = [b"%PDF-1.7\n"], [], 9
    for number, body in enumerate(objects, start=1):
        places.append(length)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        length += len(parts[-1])
    data = b"".join(parts)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        len(data),
    )


def test_objects_by_hand_are_a_pdf() -> None:
    assert blocks(parse_pdf(bomb(1))) == ["word"]


CYCLES = {
    "pages that are their own parent": [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>",
    ],
    "two nodes that hold each other": [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 9 >>",
        b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 9 >>",
    ],
    "an object that is itself": [b"<< /Type /Catalog /Pages 2 0 R >>", b"2 0 R"],
    "a form that draws itself": [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /X 4 0 R >> >> >>",
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >> "
        b"/Length 5 >>\nstream\n/X Do\nendstream",
    ],
}


@pytest.mark.parametrize("name", CYCLES)
def test_endless_references_end(name: str) -> None:
    with pytest.raises((Unreadable, pypdf.errors.PyPdfError, RecursionError)):
        parse_pdf(pdf_of(CYCLES[name]))


def test_pages_ascend() -> None:
    parsed = parse_pdf(report([["One."], [], ["Two."]]))
    assert all(a <= b for a, b in pairwise(parsed.pages)) and parsed.pages[0] == 0
    assert HEIGHT > 0
