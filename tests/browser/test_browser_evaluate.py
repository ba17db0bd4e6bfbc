"""The Evaluate tab: run, stop, read, compare, and every lost question opened at its place."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from typing import Literal

import pytest
from chromium import Tab, Watch, check_axe
from fake import FakeEngine, FakeSubject, read_corpus
from known import HUB, write_sets
from playwright.sync_api import Page, expect
from served import serving

from qa.ui.folders import Folders


@pytest.fixture(scope="module")
def may_go() -> threading.Event:
    """As the common one, for the server that these tests share."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture(scope="module")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    home = tmp_path_factory.mktemp("bench")
    return Folders(home / "sets", home / "runs")


@pytest.fixture(scope="module")
def address(own_folders: Folders, may_go: threading.Event) -> Iterator[str]:
    engine = FakeEngine(read_corpus())
    write_sets(own_folders.sets, engine)
    with serving(lambda progress: engine, folders=own_folders, subject_of=lambda e: FakeSubject(e, may_go)) as address:  # type: ignore[arg-type]
        yield address


@pytest.fixture(params=["desktop"])
def bench(
    request: pytest.FixtureRequest, own_tabs: dict[str, Tab], watch: Watch, address: str, own_folders: Folders
) -> Iterator[Page]:
    """The Evaluate tab, before any run."""
    shutil.rmtree(own_folders.runs, ignore_errors=True)
    tab = own_tabs[request.param]
    page = tab.lend(address, watch)
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_text("How good are the answers?").wait_for()
    yield page
    tab.take_back(watch)


def run(page: Page, name: str) -> None:
    page.get_by_label("Question set").select_option(name)
    page.get_by_role("button", name="Run", exact=True).click()


def test_a_run_is_read_and_its_lost_questions_open_at_their_place(bench: Page) -> None:
    run(bench, "known")
    expect(bench.get_by_role("heading", name="3 questions lost, of 5")).to_be_visible()
    shown = bench.locator(".tiles div", has_text="Right answer shown")
    expect(shown).to_contain_text("33.3 %")
    expect(shown).to_contain_text("n 3")
    expect(bench.locator(".plots svg")).to_have_count(3)
    rows = bench.locator(".lost li")
    expect(rows).to_have_count(3)
    expect(bench.locator(".lost")).to_contain_text("<b>Really</b>?")
    bench.get_by_role("button", name="Refusal: too strict").click()
    expect(rows).to_have_count(1)
    expect(bench.locator(".lost")).to_contain_text("The passage was read, and nothing was shown.")
    place = rows.first.get_by_role("button")
    place.focus()
    bench.keyboard.press("Enter")
    expect(bench.locator(".viewer mark")).to_have_text(HUB[1])
    expect(bench.locator(".viewer mark")).to_be_in_viewport()
    expect(bench.locator(".viewer .note")).to_contain_text("Expected as the answer to “Primary hub when?”")
    bench.keyboard.press("Escape")
    expect(place).to_be_focused()
    bench.get_by_text("All measures").click()
    expect(bench.locator(".measures")).to_contain_text("MRR@10")


def test_a_run_is_compared_with_an_earlier_one(bench: Page) -> None:
    run(bench, "known")
    expect(bench.locator(".tiles")).to_be_visible()
    run(bench, "known")
    compare = bench.get_by_label("Compare with")
    expect(compare.locator("option")).to_have_count(2)
    compare.select_option(index=1)
    expect(bench.locator(".tiles")).to_contain_text("+0.0")
    bench.get_by_text("All measures").click()
    expect(bench.locator(".measures")).to_contain_text("Compared on 5 questions")


def test_a_run_shows_how_far_it_is_and_stops(bench: Page, may_go: threading.Event) -> None:
    may_go.clear()
    run(bench, "many")
    expect(bench.locator(".running .meta")).to_contain_text("of 40")
    expect(bench.get_by_role("button", name="Run", exact=True)).to_be_hidden()
    bench.get_by_role("button", name="Stop").click()
    may_go.set()
    expect(bench.locator(".running .meta")).to_contain_text("Stopped.")
    run(bench, "many")
    expect(bench.get_by_role("heading", name="No question was lost")).to_be_visible()


def test_a_reload_finds_the_run_that_goes_on(bench: Page, may_go: threading.Event) -> None:
    may_go.clear()
    run(bench, "many")
    expect(bench.locator(".running .meta")).to_contain_text("of 40")
    bench.reload()
    bench.get_by_role("tab", name="Evaluate").click()
    expect(bench.locator(".running .meta")).to_contain_text("of 40")
    may_go.set()
    expect(bench.locator(".tiles")).to_be_visible()


def test_a_broken_set_is_said_to_be(bench: Page) -> None:
    run(bench, "broken")
    expect(bench.locator(".running .wrong")).to_contain_text("line 1")


@pytest.mark.parametrize(("bench", "theme"), [("desktop", "dark"), ("phone", "light")], indirect=["bench"])
def test_for_axe_and_on_a_phone(bench: Page, theme: Literal["dark", "light"]) -> None:
    page = bench
    page.emulate_media(color_scheme=theme)
    run(page, "known")
    expect(page.locator(".tiles")).to_be_visible()
    page.get_by_text("All measures").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check_axe(page)
