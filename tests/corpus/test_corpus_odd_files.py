"""Files as other programs write them: what they say must be found, and nothing in them may take for ever."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from qa.corpus import load_file, read
from qa.corpus.formats import PARSERS
from qa.corpus.layout import heading_text
from qa.types import Document


def text_of(ending: str, data: str) -> str:
    return PARSERS[ending][1](data.encode()).text


def test_cells_are_parted_as_the_file_parts_them() -> None:
    assert text_of(".tsv", "office\taddress\nParis\t12 Rue X, 75001 Paris, France\n").splitlines()[1] == (
        "office: Paris; address: 12 Rue X, 75001 Paris, France"
    )
    quoted = '"Name","Text"\n"a","He said; yes; no; maybe; so"\n"b","x; y; z; w; q"\n'
    assert text_of(".csv", quoted).splitlines()[1] == "Name: a; Text: He said; yes; no; maybe; so"
    assert text_of(".csv", "a;b\n1;2,5\n3;4,5\n").splitlines()[1] == "a: 1; b: 2,5"


def test_a_wrapper_of_few_words_does_not_hide_its_records() -> None:
    wrapped = '{"message": "success", "data": [{"text": "The lab opened in 2021."}, {"text": "It closed in 2024."}]}'
    assert text_of(".json", wrapped).split(" \n") == ["The lab opened in 2021.", "It closed in 2024.", ""]


def test_an_empty_plain_part_does_not_hide_the_message() -> None:
    mail = (
        'Subject: S\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b"\n\n--b\n'
        "Content-Type: text/plain\n\n \n--b\nContent-Type: text/html; charset=utf-8\n\n<p>The real text.</p>\n--b--\n"
    )
    assert "The real text." in text_of(".eml", mail)
    empty = PARSERS[".eml"][1](b"Subject: S\nContent-Type: text/plain\n\n\n")
    assert empty.warnings == ("no text of the message was found",)


def test_names_in_archives_may_start_with_a_dot_and_slash(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("./docs/a.txt", "The lab opened in 2021.")
    found = [each for each in read([tmp_path]) if isinstance(each, Document)]
    assert [each.id for each in found] == ["x.zip/docs/a.txt"]
    again = load_file(found[0].id, Path(found[0].source.path))
    assert isinstance(again, Document) and again.text == "The lab opened in 2021."


@pytest.mark.parametrize(
    ("heading", "words"),
    [("Title\n=====", "Title"), ("## Title ##", "Title"), ("A\n--", "A"), ("One\ntwo", "One two"), ("---", "---")],
)
def test_a_headings_marks_are_left_out(heading: str, words: str) -> None:
    assert heading_text(heading) == words


@pytest.mark.parametrize(
    ("ending", "data"),
    [
        (".txt", "Title" + " " * 200_000 + "x\n\nText.\n"),
        (".txt", "Title" + "\n " * 100_000 + "x\n\nText.\n"),
        (".md", "---\ntitle: x" + " " * 200_000 + "y\n---\nText.\n"),
    ],
)
def test_runs_of_blanks_take_no_time(ending: str, data: str) -> None:
    """Each took minutes when every blank was tried as the first; a thousand times the limit here."""
    started = time.process_time()
    assert "Text." in text_of(ending, data)
    heading_text(data)
    assert time.process_time() - started < 20


def test_a_text_box_in_a_cell_is_said_once() -> None:
    docx = pytest.importorskip("docx")
    names = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    content = "<w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent>"
    box = (
        f"<w:r {names}><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{content}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{content}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    document = docx.Document()
    cells = document.add_table(1, 2).rows[0].cells
    cells[0].text, cells[1].text = "left", "right"
    cells[1].paragraphs[0]._p.append(docx.oxml.parse_xml(box))
    out = io.BytesIO()
    document.save(out)
    text = PARSERS[".docx"][1](out.getvalue()).text
    assert "left | right" in text and text.count("In the box.") == 1
