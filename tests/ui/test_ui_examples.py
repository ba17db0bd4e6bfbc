"""What an empty screen offers: questions drawn from the documents at hand, each of them answered."""

from __future__ import annotations

from pathlib import Path

from fake import FakeEngine, make_document, read_corpus
from starlette.testclient import TestClient

from qa.ui.examples import EXAMPLES, MOST, examples_for

ZEPPELIN = """Contents

The Zeppelin Hangar of Friedrichshafen is a large hall by the lake. It is the home of two airships.
This is the end. Nobody Important was there, and There are the others.
"""


def engine_of(folder: Path, *texts: str) -> FakeEngine:
    for number, text in enumerate(texts):
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
    names = [f"{number:02}.txt" for number in range(len(texts))]
    return FakeEngine([make_document(folder / name, name) for name in names], enough=2)


def test_those_of_the_corpus_that_comes_with_it() -> None:
    assert examples_for(FakeEngine(read_corpus())) == [example.question for example in EXAMPLES]


def test_other_documents_give_questions_of_their_own(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, ZEPPELIN, "nothing to ask here, in lower case is the rule.")
    assert examples_for(engine) == ["What is the Zeppelin Hangar of Friedrichshafen?"]
    assert engine.ask("What is the Zeppelin Hangar of Friedrichshafen?").answers


def test_what_is_not_answered_is_not_offered_and_no_more_than_a_few_are(tmp_path: Path) -> None:
    texts = [f"Lake Number{number} is a lake. Town Number{number} is a town." for number in range(20)]
    engine = engine_of(tmp_path, *texts)
    offered = examples_for(engine)
    assert 0 < len(offered) <= MOST
    assert len(set(offered)) == len(offered)
    unable = FakeEngine(engine.documents(), enough=100)
    assert examples_for(unable) == []
    assert len(unable.asked) <= 12


def test_over_rest_they_are_drawn_once(client: TestClient, engine: FakeEngine) -> None:
    first = client.get("/api/v1/examples").json()
    assert first == {"questions": [example.question for example in EXAMPLES]}
    asked = len(engine.asked)
    assert client.get("/api/v1/examples").json() == first
    assert len(engine.asked) == asked
