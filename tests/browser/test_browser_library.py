"""Files added by drag and drop, sources removed and brought back, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Tab, Watch, ask, check_axe
from fake import FakeEngine, FakeLibrary, read_corpus
from playwright.sync_api import Page, expect
from served import serving

from qa.ui.folders import Folders
from qa.ui.shelf import Shelf
from qa.ui.uploads import Uploads

ZEPPELIN = "The zeppelin hangar holds 12 zeppelins and one balloon.\n"


@pytest.fixture(scope="module")
def served(folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FakeLibrary]]:
    """The address of a server, and its library."""
    library = FakeLibrary(FakeEngine(read_corpus()))
    uploads = Uploads(tmp_path_factory.mktemp("uploads"), max_bytes=100_000)
    with serving(
        lambda progress: library.engine,
        folders=folders,
        shelf_of=lambda service: Shelf(service, library, uploads),
    ) as address:
        yield address, library


@pytest.fixture
def library(served: tuple[str, FakeLibrary]) -> FakeLibrary:
    """As it was at first."""
    library = served[1]
    library.engine.replace(read_corpus(), [])
    library.gone.clear()
    library.may_go.set()
    return library


@pytest.fixture(params=["desktop"])
def sources(
    request: pytest.FixtureRequest,
    own_tabs: dict[str, Tab],
    watch: Watch,
    served: tuple[str, FakeLibrary],
    library: FakeLibrary,
) -> Iterator[Page]:
    """The Sources tab."""
    tab = own_tabs[request.param]
    page = tab.lend(served[0], watch)
    page.get_by_text("Using all 5 sources").wait_for()
    page.get_by_role("tab", name="Sources").click()
    page.get_by_role("button", name="Add files").wait_for()
    yield page
    tab.take_back(watch)


def drop(page: Page, files: dict[str, str]) -> None:
    """Drop files on the tab as a file manager does."""
    page.evaluate(
        """(files) => {
          const data = new DataTransfer();
          for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name));
          const target = document.querySelector('.sources .list');
          for (const type of ['dragenter', 'dragover', 'drop']) {
            target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
          }
        }""",
        files,
    )


def test_dropped_files_are_added_and_can_be_asked(sources: Page) -> None:
    drop(sources, {"zeppelin.txt": ZEPPELIN, "second.txt": "A second file about submarines.\n"})
    expect(sources.locator(".drop .said")).to_have_text("Added 2 files.")
    expect(sources.locator(".list li")).to_have_count(7)
    expect(sources.locator("header .state")).to_have_text("7 sources")
    sources.get_by_role("tab", name="Ask").click()
    ask(sources, "How many zeppelins and balloon in the zeppelin hangar?")
    expect(sources.locator(".card.best mark")).to_have_text(ZEPPELIN.strip())


def test_chosen_files_are_added_with_progress(sources: Page, library: FakeLibrary, tmp_path: Path) -> None:
    path = tmp_path / "zeppelin.txt"
    path.write_text(ZEPPELIN, encoding="utf-8")
    library.may_go.clear()
    with sources.expect_file_chooser() as chooser:
        sources.get_by_role("button", name="Add files").click()
    chooser.value.set_files(path)
    expect(sources.locator(".drop .said")).to_contain_text("Reading the documents: 0 of 1")
    expect(sources.locator(".drop progress")).to_be_visible()
    expect(sources.get_by_role("button", name="Add files")).to_be_disabled()
    library.may_go.set()
    expect(sources.locator(".drop .said")).to_have_text("Added zeppelin.txt.")
    expect(sources.locator(".drop progress")).to_be_hidden()
    expect(sources.get_by_role("button", name="Add files")).to_be_focused()


def test_what_is_not_taken_stays_listed_with_the_reason(sources: Page, watch: Watch) -> None:
    watch.expected += ["status of 415", "status of 422"]
    drop(
        sources, {"virus.exe": "MZ", "<b>x<b>.txt": "x", "large.txt": "x" * 100_001, "bad.txt": "?", "good.txt": "Yes."}
    )
    failed = sources.locator(".failed")
    expect(failed).to_contain_text("4 files could not be read")
    expect(failed).to_contain_text("'<b>x<b>.txt' cannot be the name of a file here")
    expect(failed).to_contain_text("is not read; known:")
    expect(failed).to_contain_text("It is larger than")
    expect(failed).to_contain_text("it is <i>not</i> text")
    said = sources.locator(".drop .said")
    expect(said).to_have_text("Added good.txt. bad.txt could not be read: It is <i>not</i> text.")
    expect(sources.locator(".list li")).to_have_count(6)
    sources.reload()
    sources.get_by_role("tab", name="Sources").click()
    expect(failed).to_contain_text("4 files could not be read")
    sources.get_by_role("button", name="Forget those that were not added").click()
    expect(failed).to_be_hidden()


def test_a_file_that_cannot_be_read_is_not_said_to_be_added(sources: Page) -> None:
    drop(sources, {"bad.txt": "?"})
    said = sources.locator(".drop .said.wrong")
    expect(said).to_have_text("bad.txt could not be read: It is <i>not</i> text.")
    expect(sources.locator(".failed")).to_contain_text("it is <i>not</i> text")
    expect(sources.locator(".list li")).to_have_count(5)
    drop(sources, {"bad.txt": "words"})
    expect(said).to_be_hidden()
    expect(sources.locator(".drop .said")).to_have_text("Added bad.txt.")
    expect(sources.locator(".failed")).to_be_hidden()


def test_a_source_is_removed_and_brought_back(sources: Page) -> None:
    title = "Beijing to intensify efforts to build national sci-tech innovation hub"
    sources.get_by_role("button", name=title, exact=True).click()
    expect(sources.locator(".piece").first).to_be_visible()
    sources.get_by_role("button", name=f"Remove {title}").click()
    expect(sources.locator(".drop .said")).to_contain_text(f"Removed {title}.")
    expect(sources.locator(".list li")).to_have_count(4)
    expect(sources.locator(".viewer")).to_have_attribute("data-open", "false")
    undo = sources.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(sources.locator(".drop .said")).to_have_text(f"{title} is back.")
    expect(sources.locator(".list li")).to_have_count(5)


def test_a_change_that_fails_is_said(sources: Page) -> None:
    drop(sources, {"broken.txt": "words"})
    expect(sources.locator(".drop .said.wrong")).to_contain_text("Process 7 is writing the index")
    expect(sources.get_by_role("button", name="Add files")).to_be_enabled()


def test_a_change_from_elsewhere_is_seen_when_the_window_is_looked_at(sources: Page, library: FakeLibrary) -> None:
    library.engine.replace([each for each in library.engine.documents() if "xinhua" not in each.id])
    sources.wait_for_function(  # the first look has the server open it again
        """() => { window.dispatchEvent(new Event('focus'));
                   return document.querySelectorAll('.list li').length === 4; }""",
        polling=200,
    )
    expect(sources.locator("header .state")).to_have_text("4 sources")


@pytest.mark.parametrize("sources", ["phone"], indirect=True)
def test_on_a_phone_and_for_axe(sources: Page) -> None:
    page = sources
    drop(page, {"a very long name of a file that goes on and on and on.txt": ZEPPELIN})
    expect(page.locator(".list li")).to_have_count(6)
    page.get_by_role("button", name="Remove").first.tap()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check_axe(page)
