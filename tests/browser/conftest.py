"""Chromium on a server of our own. Every test fails on console errors, page errors and foreign requests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ui"))  # the fake engine lives there

from chromium import CHROMIUM, DESKTOP, FLAGS, PHONE, TIMEOUT, NewPage, Tab, Watch
from fake import FakeEngine, read_corpus
from hostile import hostile_documents
from served import serving

from qa.types import Failure
from qa.ui.folders import Folders

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> FakeEngine:
    documents = [*read_corpus(), *hostile_documents(tmp_path_factory.mktemp("documents"))]
    return FakeEngine(documents, [Failure("old <b>notes</b>.doc", "it is not <i>UTF-8</i> text")])


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    home = tmp_path_factory.mktemp("home")
    return Folders(sets=home / "sets", runs=home / "runs")


@pytest.fixture(scope="session")
def url(engine: FakeEngine, folders: Folders) -> Iterator[str]:
    with serving(lambda progress: engine, folders=folders) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """One context per device, so that Gradio's files are fetched once; what a page stores is its own."""
    devices = {"desktop": DESKTOP, "phone": PHONE}
    contexts = {name: browser.new_context(locale="en-GB", **device) for name, device in devices.items()}
    for context in contexts.values():
        context.set_default_timeout(TIMEOUT)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def new_page(contexts: dict[str, BrowserContext], watch: Watch) -> Iterator[NewPage]:
    """Opens an empty tab on a device."""
    pages: list[Page] = []

    def make(device: str = "desktop") -> Page:
        page = contexts[device].new_page()
        watch.on(page)
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def own_tabs(contexts: dict[str, BrowserContext]) -> Iterator[dict[str, Tab]]:
    """As ``tabs``, for a module with a server of its own."""
    tabs = {name: Tab(context) for name, context in contexts.items()}
    yield tabs
    for tab in tabs.values():
        tab.close()


@pytest.fixture(scope="session")
def tabs(contexts: dict[str, BrowserContext]) -> Iterator[dict[str, Tab]]:
    """One tab per device, for all tests that need the empty screen, however it became empty."""
    tabs = {name: Tab(context) for name, context in contexts.items()}
    yield tabs
    for tab in tabs.values():
        tab.close()


@pytest.fixture
def page(tabs: dict[str, Tab], watch: Watch, url: str) -> Iterator[Page]:
    """The empty screen on a desktop."""
    yield tabs["desktop"].lend(url, watch)
    tabs["desktop"].take_back(watch)


@pytest.fixture
def phone(tabs: dict[str, Tab], watch: Watch, url: str) -> Iterator[Page]:
    yield tabs["phone"].lend(url, watch)
    tabs["phone"].take_back(watch)
