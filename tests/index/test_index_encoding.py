"""Vectors are computed while documents are still read: at the same time, bounded, and with the same result."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

import pytest
from fakes import FakeEncoder
from index_texts import documents
from making import document

from qa.encoder import FloatArray
from qa.errors import EncoderError
from qa.index import Request, build, open_index
from qa.types import Document

encoding = import_module("qa.index.encoding")

TEXTS = {f"{number:02}.txt": f"Text of number {number}, which is number {number % 17}." for number in range(40)}


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_AT_ONCE", 4)


class Told(FakeEncoder):
    """Calls ``before`` with the texts that are to be encoded."""

    def __init__(self, before: Callable[[Sequence[str]], None]) -> None:
        super().__init__()
        self._before = before

    def encode(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> FloatArray:
        self._before(texts)
        return super().encode(texts, on_done)


def test_the_encoder_works_while_documents_are_read(index_dir: Path) -> None:
    """The last documents do not come before the first are being encoded."""
    encodes = threading.Event()

    def given() -> Iterator[Document]:
        for number, one in enumerate(documents(TEXTS)):
            if number == 20:
                assert encodes.wait(60)
            yield one

    report = build(Request(given(), Told(lambda _: encodes.set()), 16), index_dir)
    assert (report.documents, report.embedded) == (40, 40)


def test_no_more_is_read_than_the_encoder_is_waited_for(index_dir: Path) -> None:
    taken, encoded, ahead = 0, 0, []

    def given() -> Iterator[Document]:
        nonlocal taken
        for one in documents(TEXTS):
            taken += 1
            yield one

    def slowly(texts: Sequence[str]) -> None:
        nonlocal encoded
        time.sleep(0.01)
        ahead.append(taken - encoded)
        encoded += len(texts)

    build(Request(given(), Told(slowly), 16), index_dir)
    assert len(ahead) == 10
    assert max(ahead) <= 4 * (encoding._WAITING + 1)


def test_how_long_anything_takes_changes_nothing(tmp_path: Path) -> None:
    made = []
    for seed in (1, 2, 3):
        numbers, portions = random.Random(seed), []

        def given(numbers: random.Random = numbers) -> Iterator[Document]:
            for one in documents(TEXTS):
                time.sleep(numbers.random() / 500)
                yield one

        def before(texts: Sequence[str], numbers: random.Random = numbers, portions: list = portions) -> None:  # type: ignore[type-arg]
            time.sleep(numbers.random() / 100)
            portions.append(list(texts))

        build(Request(given(), Told(before), 16), tmp_path / str(seed))
        index = open_index(tmp_path / str(seed))
        names = ("store.db", "dense/vectors.faiss", "dense/rows.npy")
        made.append((portions, index.hash, [index.manifest.files[name] for name in names]))
        index.close()
    assert made[0] == made[1] == made[2]


def test_what_stops_the_encoder_stops_the_build(index_dir: Path) -> None:
    """Long before all documents are read."""
    taken = 0

    def given() -> Iterator[Document]:
        nonlocal taken
        while taken < 100_000:
            taken += 1
            yield from documents({f"{taken}.txt": f"Text of number {taken}."})

    def fail(_: Sequence[str]) -> None:
        raise EncoderError("the model is gone")

    with pytest.raises(EncoderError, match="the model is gone"):
        build(Request(given(), Told(fail), 16), index_dir)
    assert taken < 100_000


def test_a_text_that_stands_twice_is_embedded_once(index_dir: Path) -> None:
    texts = [f"Text {number % 10}." for number in range(30)]
    given = [document(text, id=f"{number}.txt", title="T") for number, text in enumerate(texts)]
    fake = FakeEncoder()
    report = build(Request(given, fake, 16), index_dir)
    assert (report.passages, report.embedded) == (30, 10)
    assert fake.encoded == texts[:10]


def test_passages_are_told_of_while_documents_are_read(index_dir: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build(Request(documents(TEXTS), FakeEncoder(), 16, expected=40), index_dir, lambda *step: told.append(step))
    files = [done for stage, done, _ in told if stage == "reading"]
    passages = [(done, total) for stage, done, total in told if stage == "embedding"]
    assert files == list(range(1, 41))
    assert passages[-1] == (40, 40)
    assert passages == sorted(passages, key=lambda one: (one[0], one[1]))
    before = [step[2] for step in told[: told.index(("reading", 40, 40))] if step[0] == "embedding"]
    assert not any(before)  # more will come: the total is not known
