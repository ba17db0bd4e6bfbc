"""From file to citation in every format: the right page, row or heading every time, and `verify` holds."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import docx
import pptx
import pytest
from fakes import FakeEncoder
from made_pdf import report
from making import write

from qa.citations import cite
from qa.corpus import read
from qa.index import Request, build, open_index
from qa.pipeline import Pincite
from qa.reader.load import load_reader
from qa.settings import Settings
from qa.types import Citation, Extract, Failure
from qa.verify import current_documents, faults

COUNT = 12
FILLER = "The council talked about the old hall and what it would cost the town over many years. "


def fact(kind: str, number: int) -> str:
    """A sentence that stands once in the whole folder."""
    return f"Item {kind}{number} was opened by the mayor {kind}name{number} in spring."


def pages(kind: str) -> list[list[str]]:
    return [[FILLER * (n % 4) + fact(kind, n), FILLER] for n in range(COUNT)]


def pdf() -> bytes:
    return report(pages("pdf"), head="The Yearly Report")


def columns() -> bytes:
    return report(pages("columns"), columns=2, head="The Yearly Report")


def word() -> bytes:
    document = docx.Document()
    for n in range(COUNT):
        document.add_heading(f"Chapter {n}", 1)
        document.add_paragraph(fact("docx", n))
    return saved(document)


def slides() -> bytes:
    presentation = pptx.Presentation()
    for n in range(COUNT):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = f"Slide {n}", fact("pptx", n)
    return saved(presentation)


def saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def book() -> bytes:
    chapters = {f"{n}.xhtml": f"<html><h1>Chapter {n}</h1><p>{fact('epub', n)}</p></html>" for n in range(COUNT)}
    items = "".join(f'<item id="i{n}" href="{n}.xhtml"/>' for n in range(COUNT))
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(COUNT))
    parts = {
        "META-INF/container.xml": '<container><rootfile full-path="book.opf"/></container>',
        "book.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
        **chapters,
    }
    return zipped({name: content.encode() for name, content in parts.items()})


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "ann@a.example", "The openings"
    message.set_content("\n\n".join(fact("eml", n) for n in range(COUNT)))
    return bytes(message)


def web(kind: str = "html") -> bytes:
    body = "".join(f"<h2>Chapter {n}</h2><p>{fact(kind, n)}</p>" for n in range(COUNT))
    return f"<html><title>Openings</title><body><nav>Home News</nav><main>{body}</main></body></html>".encode()


def marked() -> bytes:
    return "".join(f"# Chapter {n}\n\n{fact('md', n)}\n\n" for n in range(COUNT)).encode()


FILES: dict[str, Callable[[], bytes]] = {
    "a.pdf": pdf,
    "columns.pdf": columns,
    "a.docx": word,
    "a.pptx": slides,
    "a.epub": book,
    "a.csv": lambda: ("number,what\n" + "".join(f'{n},"{fact("csv", n)}"\n' for n in range(COUNT))).encode(),
    "a.eml": mail,
    "a.jsonl": lambda: "".join(json.dumps({"text": fact("jsonl", n)}) + "\n" for n in range(COUNT)).encode(),
    "a.json": lambda: json.dumps([{"text": fact("json", n)} for n in range(COUNT)]).encode(),
    "a.html": web,
    "a.md": marked,
    "a.txt": lambda: "\n".join(fact("txt", n) for n in range(COUNT)).encode("cp1252"),
    "all.zip": lambda: zipped({"in/b.pdf": report(pages("zip")), "in/c.html": web("zipped")}),
}
PLACES: dict[str, Callable[[Citation, int], bool]] = {
    "a.pdf": lambda cited, n: cited.page == n + 1,
    "columns.pdf": lambda cited, n: cited.page == n + 1,
    "a.pptx": lambda cited, n: cited.page == n + 1,
    "all.zip/in/b.pdf": lambda cited, n: cited.page == n + 1,
    "a.docx": lambda cited, n: cited.headings == (f"Chapter {n}",) and cited.page is None,
    "a.epub": lambda cited, n: cited.headings == (f"Chapter {n}",),
    "a.html": lambda cited, n: cited.headings == (f"Chapter {n}",),
    "a.md": lambda cited, n: cited.headings == (f"Chapter {n}",) and cited.line == 4 * n + 3,
    "all.zip/in/c.html": lambda cited, n: cited.headings == (f"Chapter {n}",),
    "a.csv": lambda cited, n: cited.line == n + 2,
    "a.jsonl": lambda cited, n: cited.line == n + 1,
    "a.json": lambda cited, n: cited.line == n + 1,
    "a.txt": lambda cited, n: cited.line == n + 1,
    "a.eml": lambda cited, n: cited.page is None,
}
KINDS = {"columns.pdf": "columns", "all.zip/in/b.pdf": "zip", "all.zip/in/c.html": "zipped"}


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("docs"), {name: make() for name, make in FILES.items()})


@pytest.fixture
def opened(tmp_path: Path, docs: Path) -> Iterator[Callable[[], Pincite]]:
    """Builds the index, or builds it again, and opens it."""
    open_ones: list[Pincite] = []
    encoder = FakeEncoder()

    def make() -> Pincite:
        build(Request(read([docs]), encoder, 64, roots=(str(docs),)), tmp_path / "index")
        index = open_index(tmp_path / "index")
        settings = Settings(reader="sentence", min_confidence=0.0)
        open_ones.append(Pincite(index, encoder, load_reader(settings.reader, index, encoder), settings))
        return open_ones[-1]

    yield make
    for each in open_ones:
        each.close()


def test_every_citation_is_in_its_place(opened: Callable[[], Pincite]) -> None:
    """Of every fact in every document: the sentence is found among the passages and cited; its place is known."""
    pincite = opened()
    assert pincite.failures() == ()
    assert {entry.source.id for entry in pincite.sources()} == set(PLACES)
    checked = 0
    for id, is_right in PLACES.items():
        document = pincite.document(id)
        kind = KINDS.get(id, document.source.kind)
        for number in range(COUNT):
            words = f"{kind}name{number} "
            found = [
                (passage, sentence)
                for passage in pincite.index.store.passages_of(id)
                for sentence in passage.sentences
                if words in document.text[slice(*sentence)]
            ]
            assert len(found) == 1, (id, number)
            passage, sentence = found[0]
            cited = cite(1, document, Extract(passage, sentence, sentence, score=1.0, confidence=1.0))
            assert fact(kind, number) in cited.quote and document.text[cited.start : cited.end] == cited.quote
            assert is_right(cited, number), (id, number, cited.page, cited.line, cited.headings)
            checked += 1
    assert checked == COUNT * len(PLACES)


def test_answers_verify_now_and_after_a_rebuild(opened: Callable[[], Pincite]) -> None:
    pincite = opened()
    answers = []
    for id in PLACES:
        kind = KINDS.get(id, pincite.document(id).source.kind)
        answer = pincite.ask(f"Who opened item {kind}7?", only=[id])
        assert fact(kind, 7) in (answer.text or ""), id
        assert PLACES[id](answer.citations[0], 7)
        answers.append(json.loads(json.dumps(answer.to_json())))
    for at in (pincite, opened()):
        with current_documents(at) as current:
            assert [list(faults(answer, at, current)) for answer in answers] == [[]] * len(answers)


def test_running_heads_are_in_no_answer(opened: Callable[[], Pincite]) -> None:
    pincite = opened()
    for hit in pincite.ask("What does the Yearly Report say on page 3?").hits:
        assert "Yearly Report" not in hit.passage.text and "Page 3" not in hit.passage.text


def test_a_damaged_file_of_every_format_costs_only_itself(tmp_path: Path, docs: Path) -> None:
    """Each file cut in half beside each whole one: all whole ones are read, the others are read or told."""
    for name in FILES:
        whole = (docs / name).read_bytes()
        write(tmp_path, {name: whole, f"half/{name}": whole[: len(whole) // 2], f"junk/{name}": b"\xff\x00junk" * 50})
    found = list(read([tmp_path]))
    read_ids = {item.source.id for item in found if not isinstance(item, Failure)}
    assert set(PLACES) <= read_ids
    told = {Path(item.path).relative_to(tmp_path).as_posix() for item in found if isinstance(item, Failure)}
    for name in FILES:
        assert f"junk/{name}" in told
        assert f"half/{name}" in told | read_ids or name == "all.zip"
    assert all("\n" not in item.reason and len(item.reason) <= 300 for item in found if isinstance(item, Failure))
