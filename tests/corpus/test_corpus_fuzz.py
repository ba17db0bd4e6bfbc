"""Every parser on bytes of every sort: it gives blocks that hold, or refuses; nothing else reaches the caller.

Whole files with bytes changed, left out or put in are what finds faults; random bytes alone never get past a magic
number. Bounded, and the same in every run.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import docx
import pptx
import pytest
from fakes import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_pdf import placed, report
from making import not_space, texts
from test_corpus_blocks import check

from qa.chunker import chunk
from qa.corpus.formats import PARSERS
from qa.corpus.load import Job, load
from qa.corpus.sources_toml import Stated
from qa.types import Document, Failure

SEED_TEXT = "A heading\n\nThe council met in Vienna. It was over by noon — or so. 国务院发布了通知。\n\n- an item\n"
PRINTABLE = st.characters(exclude_categories=("Cs", "Cc"))


def saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def word(paragraphs: list[str]) -> bytes:
    document = docx.Document()
    for number, text in enumerate(paragraphs):
        document.add_paragraph(text, style="Heading 2" if number % 3 == 1 else None)
    if paragraphs:
        document.add_table(1, 1).rows[0].cells[0].text = paragraphs[0]
    return saved(document)


def slides(paragraphs: list[str]) -> bytes:
    presentation = pptx.Presentation()
    for text in paragraphs:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = text, text
    return saved(presentation)


def book(paragraphs: list[str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="b.opf"/></container>')
        archive.writestr("b.opf", '<package><item id="a" href="a.html"/><itemref idref="a"/></package>')
        archive.writestr("a.html", "".join(f"<p>{text}</p>" for text in paragraphs))
    return file.getvalue()


def mail(paragraphs: list[str]) -> bytes:
    message = EmailMessage()
    message["Subject"] = "A subject"
    message.set_content("\n\n".join(paragraphs))
    message.add_alternative("".join(f"<p>{text}" for text in paragraphs), subtype="html")
    return bytes(message)


def pdf(paragraphs: list[str]) -> bytes:
    return placed([[(72.0, 72.0 + 20 * n, text)] for n, text in enumerate(paragraphs)])


MAKERS: dict[str, Callable[[list[str]], bytes]] = {
    "txt": lambda paragraphs: "\n\n".join(paragraphs).encode(),
    "md": lambda paragraphs: "\n\n# H\n\n".join(paragraphs).encode(),
    "html": lambda paragraphs: "".join(f"<div><p>{text}</p></div>" for text in paragraphs).encode(),
    "docx": word,
    "pptx": slides,
    "epub": book,
    "eml": mail,
    "csv": lambda paragraphs: ("name,what\n" + "\n".join(f'"{text}",x' for text in paragraphs)).encode(),
    "json": lambda paragraphs: json.dumps([{"title": "t", "text": text} for text in paragraphs]).encode(),
    "jsonl": lambda paragraphs: "\n".join(json.dumps({"text": text}) for text in paragraphs).encode(),
    "pdf": pdf,
}
SLOW = frozenset(("docx", "pptx", "pdf"))


@cache
def seed(kind: str) -> bytes:
    return (
        report([SEED_TEXT.split("\n\n")] * 3, head="Head") if kind == "pdf" else MAKERS[kind](SEED_TEXT.split("\n\n"))
    )


def read(kind: str, data: bytes, folder: Path) -> Document | Failure:
    path = folder / f"a.{kind}"
    path.write_bytes(data)
    (item,) = load(Job(path.name, path, Stated()))
    return item


def holds(item: Document | Failure) -> None:
    """What every stage behind the corpus builds on."""
    if isinstance(item, Failure):
        assert item.reason and "\n" not in item.reason and len(item.reason) <= 300
        return
    text = item.text
    check(item)  # type: ignore[arg-type]
    text.encode()
    assert all(a <= b for a, b in zip(item.pages, item.pages[1:], strict=False))
    assert all(0 <= start <= len(text) for start in item.pages)
    inside: set[int] = set()
    for passage in chunk(item, FakeEncoder(), 64):
        assert text[passage.start : passage.end] == passage.text
        inside.update(range(passage.start, passage.end))
    assert set(not_space(text)) <= inside


def test_every_format_is_here() -> None:
    assert {kind for kind, _ in PARSERS.values()} == set(MAKERS)


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """``data`` with a few pieces changed, left out, put in or said twice."""
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from((0, 1, 1, 2, 8, 64, 1000)))
        new = draw(st.one_of(st.binary(max_size=8), st.just(data[at : at + length] * 2), st.sampled_from(TOKENS)))
        data = data[:at] + new + data[at + length :]
    return data


TOKENS = [
    b"\0" * 9,
    b"\xff" * 9,
    b"9" * 30,
    b"-1",
    b"<" * 50,
    b"[" * 50,
    b'"',
    b"\r\n",
    b"PK\x01\x02",
    b" obj ",
    b"/Kids [1 0 R]",
]


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_changed_files(kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    holds(read(kind, data.draw(changed(seed(kind))), tmp_path_factory.getbasetemp()))


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=30, deadline=None, derandomize=True)
@given(data=st.binary(max_size=400))
def test_any_bytes(kind: str, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    holds(read(kind, data, tmp_path_factory.getbasetemp()))


@pytest.mark.parametrize("kind", MAKERS)
def test_random_documents(kind: str, tmp_path: Path) -> None:
    """Documents made of text of every sort: passages are slices of the text, and cover it."""
    examples = 8 if kind in SLOW else 40
    paragraph = st.text(PRINTABLE, max_size=60) if kind in SLOW else texts(6)

    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(paragraphs=st.lists(paragraph, max_size=5))
    def run(paragraphs: list[str]) -> None:
        clean = [text.replace("\r", " ") if kind == "eml" else text for text in paragraphs]
        try:
            data = MAKERS[kind](clean)
        except ValueError:  # what cannot be put into such a file cannot come out of it
            return
        holds(read(kind, data, tmp_path))

    run()
