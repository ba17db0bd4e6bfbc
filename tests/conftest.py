"""Fixtures of the whole suite. What loads a model is made once for all tests."""

from __future__ import annotations

import pytest
from fakes import FakeEncoder

from qa.encoder import SentenceTransformerEncoder, load_encoder


@pytest.fixture
def fake() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def encoder() -> SentenceTransformerEncoder:
    """The packaged model, which takes seconds to load."""
    return load_encoder()
