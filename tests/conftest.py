"""Fixtures of the whole suite. What loads a model is made once for all tests."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest
from fakes import FakeEncoder

from qa.encoder import Encoder, load_encoder, packaged
from qa.reader import neural_light


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c() -> None:
    """A shell has its background commands ignore Ctrl-C, and what they start too: what tests start hears it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Networks compiled by tests are kept in a folder of the tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        for module in (packaged, neural_light):
            patch.setattr(module, "cache_dir", lambda: folder)
        yield


@pytest.fixture
def may_go() -> threading.Event:
    """Set; a test clears it to hold up what waits for it."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def fake() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The packaged model, which takes seconds to load."""
    return load_encoder()
