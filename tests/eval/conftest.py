"""The small town whose documents the tests of evaluations ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from towns import HARBOUR, STATION, FakeEngine, FakeSubject, make_document

from qa.types import Document


@pytest.fixture
def town() -> dict[str, Document]:
    return {id: make_document(id, text) for id, text in (("station.txt", STATION), ("harbour.txt", HARBOUR))}


@pytest.fixture
def subject(town: dict[str, Document]) -> FakeSubject:
    return FakeSubject(town)


@pytest.fixture
def fake(town: dict[str, Document]) -> FakeEngine:
    return FakeEngine(town)


@pytest.fixture
def text_of(town: dict[str, Document]) -> Callable[[str], str]:
    return lambda id: town[id].text
