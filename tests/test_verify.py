"""What ``pincite verify`` finds: nothing in an honest answer, something in every tampered one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from fakes import FakeEncoder
from making import write

from qa.corpus import read
from qa.index import Request, build, open_index
from qa.pipeline import Pincite
from qa.reader.load import load_reader
from qa.settings import Settings
from qa.types import Document
from qa.verify import changed, faults

FILES = {
    "bridge.txt": "The old bridge\n\nThe bridge was closed in 1904. Its cables had rusted badly.\n",
    "hall.txt": "The bridge was closed in June. The council met in the hall.\n",
    "page.html": "<title>News</title><h1>News</h1><p>The bridge was closed to traffic by the mayor.</p>",
}
Json = dict[str, Any]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", FILES)


@pytest.fixture
def pincite(tmp_path: Path, docs: Path, fake: FakeEncoder) -> Iterator[Pincite]:
    build(Request(read([docs]), fake, 64, roots=(str(docs),)), tmp_path / "index")
    index = open_index(tmp_path / "index")
    settings = Settings(reader="sentence", min_confidence=0.0)
    opened = Pincite(index, fake, load_reader(settings.reader, index, fake), settings)
    yield opened
    opened.close()


@pytest.fixture
def answer(pincite: Pincite) -> Json:
    """An answer with citations of three documents, as it comes back from JSON."""
    found: Json = json.loads(json.dumps(pincite.ask("When was the bridge closed?").to_json()))
    assert {citation["document"]["id"] for citation in found["citations"]} == set(FILES)
    return found


def bridge(answer: Json) -> Json:
    [first, *_] = [c for c in answer["citations"] if c["document"]["id"] == "bridge.txt" and "1904" in c["quote"]]
    assert isinstance(first, dict)
    return first


def test_a_file_that_is_another_one_now_is_noticed(docs: Path, tmp_path: Path) -> None:
    with ZipFile(docs / "all.zip", "w") as archive:
        archive.writestr("inside.txt", "The bridge was closed.")
    sources = {each.id: each.source for each in read([docs]) if isinstance(each, Document)}
    assert [changed(source) for source in sources.values()] == [None] * 4
    (docs / "hall.txt").write_text(FILES["hall.txt"].replace("June", "July"), encoding="utf-8")  # as long as before
    (docs / "bridge.txt").write_text("shorter", encoding="utf-8")
    (docs / "page.html").unlink()
    (docs / "all.zip").write_bytes(b"")
    assert changed(sources["hall.txt"]) == "hall.txt has changed since it was indexed"
    assert changed(sources["bridge.txt"]) == "bridge.txt has changed since it was indexed"
    assert changed(sources["page.html"]) == "page.html cannot be read any more"
    assert changed(sources["all.zip/inside.txt"]) is None
    assert changed(replace(sources["hall.txt"], path="")) is None  # it came from no file


def test_an_untouched_answer_has_no_faults(answer: Json, pincite: Pincite) -> None:
    assert list(faults(answer, pincite)) == []


def test_an_answer_that_found_nothing_has_no_faults(pincite: Pincite) -> None:
    none = pincite.ask("When was the bridge closed?", only=[]).to_json()
    assert none["text"] is None
    assert list(faults(none, pincite)) == []


def _set(field: str, value: Any) -> Callable[[Json], None]:
    return lambda citation: citation.__setitem__(field, value)


def _add(field: str, more: int) -> Callable[[Json], None]:
    return lambda citation: citation.__setitem__(field, citation[field] + more)


TAMPERED: dict[str, tuple[Callable[[Json], None], str]] = {
    "another word": (lambda c: c.__setitem__("quote", c["quote"].replace("1904", "1905")), "does not have this quote"),
    "another case": (lambda c: c.__setitem__("quote", c["quote"].upper()), "does not have this quote"),
    "no quote": (_set("quote", ""), "does not have this quote"),
    "a quote that is no text": (_set("quote", None), "does not have this quote"),
    "start": (_add("start", 1), "does not have this quote"),
    "end": (_add("end", -1), "does not have this quote"),
    "end beyond the text": (_set("end", 10**9), "wrong kind"),
    "start below nought": (_set("start", -5), "wrong kind"),
    "end before start": (_set("end", 0), "wrong kind"),
    "a fraction": (lambda c: c.__setitem__("start", float(c["start"])), "wrong kind"),
    "digits in a string": (lambda c: c.__setitem__("start", str(c["start"])), "wrong kind"),
    "span before the quote": (_set("span_start", 0), "outside its quote"),
    "span behind the quote": (lambda c: c.__setitem__("span_end", c["end"] + 1), "outside its quote"),
    "span backwards": (lambda c: c.update(span_start=c["end"], span_end=c["start"]), "wrong kind"),
    "line": (_add("line", 1), "line or page"),
    "page": (_set("page", 1), "line or page"),
    "sha256": (lambda c: c["document"].__setitem__("sha256", "0" * 64), "has changed since"),
    "unknown id": (lambda c: c["document"].__setitem__("id", "../../secret.txt"), "is not in the index"),
    "another document": (lambda c: c["document"].__setitem__("id", "hall.txt"), "hall.txt has changed"),
    "an id that is a list": (lambda c: c["document"].__setitem__("id", ["bridge.txt"]), "wrong kind"),
    "a document that is a string": (_set("document", "bridge.txt"), "wrong kind"),
    **{
        f"{field} is {value}": (_set(field, value), "wrong kind")
        for field in ("start", "end", "span_start", "span_end")
        for value in (True, False)
    },
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_citation_is_caught(answer: Json, pincite: Pincite, name: str) -> None:
    tamper, expected = TAMPERED[name]
    citation = bridge(answer)
    before = copy.deepcopy(citation)
    tamper(citation)
    assert citation != before or any(type(citation[key]) is not type(before[key]) for key in before)
    own = [fault for fault in faults(answer, pincite) if fault.startswith(f"citation {citation['number']}: ")]
    assert len(own) == 1
    assert expected in own[0]


@pytest.mark.parametrize("field", ["document", "quote", "start", "end", "span_start", "span_end", "page", "line"])
def test_a_missing_field_is_caught(answer: Json, pincite: Pincite, field: str) -> None:
    citation = bridge(answer)
    del citation[field]
    assert f"citation {citation['number']}: it lacks a field, or one is of the wrong kind" in [*faults(answer, pincite)]


@pytest.mark.parametrize("field", ["id", "sha256"])
def test_a_missing_field_of_the_document_is_caught(answer: Json, pincite: Pincite, field: str) -> None:
    del bridge(answer)["document"][field]
    [fault] = faults(answer, pincite)
    assert "lacks a field" in fault


def test_a_boolean_for_a_line_is_caught(answer: Json, pincite: Pincite) -> None:
    [first] = [citation for citation in answer["citations"] if citation["line"] == 1][:1]
    first["line"] = True
    assert list(faults(answer, pincite))


@pytest.mark.parametrize("citation", [None, 5, "quote", ["quote"], {}])
def test_a_citation_that_is_none_is_caught(answer: Json, pincite: Pincite, citation: object) -> None:
    answer["citations"].append(citation)
    assert "citation ?: it lacks a field, or one is of the wrong kind" in [*faults(answer, pincite)]


@pytest.mark.parametrize("citations", [None, "none", 3, {}, {"number": 1}, True])
def test_citations_that_are_no_list_are_caught(answer: Json, pincite: Pincite, citations: object) -> None:
    answer["citations"] = citations
    assert list(faults(answer, pincite)) == ["it has no list of citations"]


def test_an_answer_without_citations_is_caught(answer: Json, pincite: Pincite) -> None:
    answer["citations"] = []
    assert "its text and its citations do not go together" in [*faults(answer, pincite)]
    del answer["citations"]
    assert list(faults(answer, pincite)) == ["it has no list of citations"]


def test_citations_without_an_answer_are_caught(answer: Json, pincite: Pincite) -> None:
    answer["text"] = None
    assert list(faults(answer, pincite)) == ["its text and its citations do not go together"]


@pytest.mark.parametrize("text", ["The bridge is open.", "", 5])
def test_a_tampered_text_is_caught(answer: Json, pincite: Pincite, text: object) -> None:
    answer["text"] = text
    assert list(faults(answer, pincite)) == ["its text is not a quote it cites"]


def test_a_tampered_text_of_one_of_the_answers_is_caught(answer: Json, pincite: Pincite) -> None:
    for found in answer["answers"]:
        honest = found["text"]
        found["text"] = honest + " Perhaps."
        assert list(faults(answer, pincite)) == ["an answer's text is not the quote it cites"]
        found["text"] = honest


def test_an_answer_that_cites_another_quote_is_caught(answer: Json, pincite: Pincite) -> None:
    first, second, *_ = answer["answers"]
    first["citation"], second["citation"] = second["citation"], first["citation"]
    assert list(faults(answer, pincite)) == ["an answer's text is not the quote it cites"] * 2


@pytest.mark.parametrize("number", [None, 99, "1"])
def test_an_answer_that_cites_nothing_is_caught(answer: Json, pincite: Pincite, number: object) -> None:
    answer["answers"][0]["citation"] = number
    assert list(faults(answer, pincite)) == ["an answer's text is not the quote it cites"]


@pytest.mark.parametrize("where", ["citation", "number", "answers"])
def test_fields_of_the_wrong_kind_are_caught(answer: Json, pincite: Pincite, where: str) -> None:
    if where == "citation":
        answer["answers"][0]["citation"] = [1]
    elif where == "number":
        answer["citations"][0]["number"] = [1]
    else:
        answer["answers"] = 5
    assert list(faults(answer, pincite))


@pytest.mark.parametrize("where", ["answer", "answers"])
def test_a_tampered_span_text_is_caught(answer: Json, pincite: Pincite, where: str) -> None:
    if where == "answer":
        answer["span"] = "in 2031"
    else:
        answer["answers"][0]["span"] = "in 2031"
    assert list(faults(answer, pincite))


def test_a_changed_file_is_caught(answer: Json, pincite: Pincite, docs: Path) -> None:
    path = docs / "bridge.txt"
    path.write_bytes(path.read_bytes() + b"One more line.\n")
    found = list(faults(answer, pincite))
    cited = [c["number"] for c in answer["citations"] if c["document"]["id"] == "bridge.txt"]
    assert [fault.split(":")[0] for fault in found] == [f"citation {number}" for number in cited]
    assert all("bridge.txt has changed since" in fault for fault in found)


def test_a_file_that_has_gone_is_caught(answer: Json, pincite: Pincite, docs: Path) -> None:
    (docs / "bridge.txt").unlink()
    found = list(faults(answer, pincite))
    assert found
    assert all("cannot be read" in fault for fault in found)


def test_a_file_that_came_back_as_it_was_is_right(answer: Json, pincite: Pincite, docs: Path) -> None:
    (docs / "bridge.txt").unlink()
    write(docs, FILES)
    assert list(faults(answer, pincite)) == []
