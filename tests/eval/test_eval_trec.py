"""TREC collections: SGML or files of their own, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.errors import QuestionSetError
from qa.eval.trec import read_trec

TOPICS = """<xml><top><num> Number: 1</num><title>
dance of
bees &amp; ants</title></top>
<top>
<num> 4
<title> Topic: ferries
<desc> more words
</top></xml>"""
DOCS = """<doc><docno> d1 </docno><title>On
bees</title><text>Bees dance.</text></doc>
<DOC><DOCNO>d2</DOCNO><TEXT>Ferries <b>leave</b> at noon.</TEXT></DOC><doc><docno>d3</docno><text></text></doc>"""
QRELS = "1 0 d1 2\n1 0 d2 0\n4 0 d2 1\n4 0 d3 -1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("topics.xml", TOPICS), ("docs.xml", DOCS), ("qrels.txt", QRELS), ("README.md", "<top>\n")):
        (tmp_path / name).write_text(text if name != "README.md" else "About <doc> and so on")
    return tmp_path


def test_topics_documents_and_grades(folder: Path) -> None:
    found = read_trec(folder)
    assert (found.unit, found.places_only) == ("document", True)
    assert [(each.id, each.question) for each in found.questions] == [("1", "dance of bees & ants"), ("4", "ferries")]
    assert [[(gold.document_id, gold.grade) for gold in each.gold] for each in found.questions] == [
        [("d1", 2)],
        [("d2", 1)],
    ]
    assert [each.text for each in found.documents or ()] == ["On bees\n\nBees dance.", "Ferries leave at noon.", ""]


def test_qrels_that_count_the_topics(folder: Path) -> None:
    (folder / "qrels.txt").write_text("2 0 d2 1\n1 0 d1 1\n")
    assert [(each.id, each.question) for each in read_trec(folder).questions] == [
        ("2", "ferries"),
        ("1", "dance of bees & ants"),
    ]


def test_documents_that_are_files(folder: Path) -> None:
    (folder / "docs.xml").unlink()
    (folder / "docs" / "sub").mkdir(parents=True)
    (folder / "docs" / "d1.txt").write_text("Bees dance.")
    (folder / "docs" / "d2.md").write_text("# Ferries")
    (folder / "docs" / "sub" / "d3.txt").write_text("Nothing.")
    found = read_trec(folder)
    assert {each.id for each in found.documents or ()} == {"d1.txt", "d2.md", "sub/d3.txt"}
    assert found.questions[0].gold[0].document_id == "d1.txt"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("qrels.txt", "1 0 d1 1\n1 0 d9 1\n", r"qrels\.txt line 2: there is no document 'd9'"),
        ("qrels.txt", "1 0 d1 1\n1 d1 1\n", r"qrels\.txt line 2: must have topic, 0, document and grade"),
        ("qrels.txt", "1 0 d1 1\n77 0 d2 1\n", "there is no topic '77', which the qrels judge"),
        ("qrels.txt", "", "must hold one file with lines of topic, 0, document and grade, not 0"),
        ("more.txt", "1 0 d1 1\n", "must hold one file with lines of topic, 0, document and grade, not 2"),
        ("topics.xml", "nothing", "must hold one file with <top> elements, not 0"),
        ("topics.xml", "<top><num>1</num></top><top><num>4</num><title>x</title></top>", "topic '1' has no <title>"),
        ("docs.xml", "<doc><docno></docno><text>x</text></doc>", r"docs\.xml: a <doc> has no <docno>"),
        ("docs.xml", DOCS + DOCS, r"docs\.xml: the document 'd1' stands in it twice"),
        ("docs.xml", "nothing", "or one folder of documents"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, name: str, text: str, said: str) -> None:
    (folder / name).write_text(text)
    with pytest.raises(QuestionSetError, match=said) as caught:
        read_trec(folder)
    assert "\n" not in str(caught.value)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="there is no such folder"):
        read_trec(tmp_path / "nowhere")
