"""The Sources tab, hostile documents, phones, and what assistive technology meets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from chromium import NewPage, ask, check_axe
from fake import FakeEngine
from hostile import EMOJI, HOSTILE, NAME, NEEDLE, PAGES, STRADDLES, TITLE
from playwright.sync_api import Page, expect

QUESTION = "Which three science and technology cities will be built in Beijing?"
LOADED = 120_000
"""Milliseconds for the models of languages, on a machine that has other things to do."""
WALRUS = "hostile scripts walrus counted times"


def open_sources(page: Page) -> None:
    page.get_by_role("tab", name="Sources").click()
    page.locator(".list li").first.wait_for()


# -- sources


def test_every_source_is_listed_and_opens_beside(page: Page, engine: FakeEngine) -> None:
    open_sources(page)
    expect(page.locator(".list li")).to_have_count(10)
    expect(page.locator(".failed")).to_contain_text("1 file could not be read")
    expect(page.locator(".failed")).to_contain_text("old <b>notes</b>.doc")
    page.get_by_role("button", name="Beijing to intensify efforts").click()
    expect(page.locator(".piece").first).to_be_visible()
    assert page.locator(".body").text_content() == engine.document("state-council-beijing-hub.txt").text
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Beijing to intensify efforts")).to_be_focused()


def test_the_filter_finds_by_title_publisher_and_file(page: Page) -> None:
    open_sources(page)
    for words, found in (("highlands", 1), ("state council", 2), ("XINHUA", 1), ("emoji", 1), ("nothing like it", 0)):
        page.get_by_label("Filter sources").fill(words)
        expect(page.locator(".list li")).to_have_count(found)


def test_only_the_chosen_sources_are_used(page: Page, engine: FakeEngine) -> None:
    open_sources(page)
    page.get_by_role("button", name="Choose none").click()
    page.get_by_label("Filter sources").fill("xinhua")
    page.get_by_role("button", name="Choose these 1").click()
    expect(page.get_by_label("Use Emoji")).to_be_hidden()
    page.get_by_role("tab", name="Ask").click()
    expect(page.get_by_role("button", name="Using 1 of 10 sources")).to_be_visible()
    ask(page, QUESTION)
    assert engine.asked[-1]["only"] == ["xinhua-regional-clusters.txt"]
    expect(page.locator(".turn footer")).to_contain_text("Searched 1 of 10 sources")
    page.reload()
    page.get_by_role("button", name="Using 1 of 10 sources").click()
    expect(page.locator(".list input:checked")).to_have_count(1)
    page.get_by_role("button", name="Choose all").click()
    page.get_by_role("tab", name="Ask").click()
    ask(page, QUESTION)
    assert engine.asked[-1]["only"] is None


def test_with_no_source_chosen_the_answer_is_plain(page: Page, engine: FakeEngine) -> None:
    open_sources(page)
    page.get_by_role("button", name="Choose none").click()
    page.get_by_role("tab", name="Ask").click()
    asked = len(engine.asked)
    ask(page, QUESTION)
    expect(page.locator(".problem")).to_contain_text("No sources are chosen")
    assert len(engine.asked) == asked


def test_the_state_of_all_sources_is_told_when_asked_for(page: Page) -> None:
    open_sources(page)
    box = page.get_by_label("State of the sources")
    expect(box.locator("details")).to_have_count(0)
    box.get_by_role("button", name="Check all sources").click()
    expect(box.get_by_role("status")).to_contain_text("10 sources checked. Languages: en ", timeout=LOADED)
    box.get_by_text("Files that could not be read: 1").click()
    expect(box).to_contain_text("old <b>notes</b>.doc: it is not <i>UTF-8</i> text")
    check_axe(page)


# -- hostile documents


def test_markup_in_a_document_is_only_text(page: Page, engine: FakeEngine) -> None:
    ask(page, WALRUS)
    [citation] = engine.ask(WALRUS).to_json()["citations"]
    assert page.locator(".card mark").text_content() == page.locator(".viewer mark").text_content() == citation["quote"]
    assert page.locator(".viewer mark strong").text_content() == "7"
    assert HOSTILE in str(page.locator(".body").text_content())
    assert page.locator(".viewer h2").text_content() == page.locator(".card .title").text_content() == TITLE
    assert page.evaluate("window.x") is None
    assert (
        page.locator("#desk :is(img, script, style, iframe, object, video, base, meta, link, details[open])").count()
        == 0
    )
    inside = "[...document.querySelectorAll('blockquote *, .viewer .body *, .viewer h2 *, .title *, .names .plain *')]"
    assert set(page.evaluate(f"{inside}.map((each) => each.tagName)")) <= {"MARK", "STRONG", "SPAN", "DIV"}
    href = page.get_by_role("link", name="Download original").get_attribute("href")
    assert href and href.startswith("http://127.0.0.1:") and "/api/v1/documents/sub%20dir/" in href
    open_sources(page)
    expect(page.locator(".list")).to_contain_text(TITLE)
    assert page.evaluate("window.x") is None


def test_emoji_and_other_scripts_do_not_move_the_marks(page: Page) -> None:
    ask(page, "unicode zebra says apples flags")
    assert page.locator(".viewer mark").text_content() == EMOJI + "."
    assert (
        page.locator(".card mark strong").text_content() == page.locator(".viewer mark strong").text_content() == "42"
    )


def test_a_quote_over_a_page_break_is_marked_on_both_pages(page: Page) -> None:
    ask(page, "What does the giraffe weigh, second page, over to page three?")
    expect(page.locator(".viewer h3")).to_have_text(["Page 1", "Page 2", "Page 3"])
    expect(page.locator(".viewer .meta").first).to_contain_text("page 2")
    marks = page.locator(".viewer mark").all_text_contents()
    assert "".join(marks) in PAGES[1] + STRADDLES + "."


def test_a_quote_deep_in_a_long_text_is_in_sight(page: Page) -> None:
    ask(page, "How many termites does the happy aardvark eat in the long text?")
    expect(page.locator(".viewer mark")).to_have_text(NEEDLE)
    expect(page.locator(".viewer mark")).to_be_in_viewport()


def test_the_original_of_a_hostile_document_is_a_file_to_download(page: Page, engine: FakeEngine) -> None:
    ask(page, WALRUS)
    original = page.get_by_role("link", name="Download original")
    with page.context.expect_page() as opened, page.context.expect_event("download") as saved:
        original.click()
    assert saved.value.path().read_bytes() == Path(engine.document(f"sub dir/{NAME}").source.path).read_bytes()
    opened.value.close()


def test_the_original_of_a_pdf_is_opened_at_the_page(page: Page) -> None:
    ask(page, "What does the giraffe weigh, second page, over to page three?")
    original = page.get_by_role("link", name="Open original")
    expect(original).to_have_attribute("href", re.compile("/api/v1/documents/paged.pdf/original#page=2$"))
    page.locator(".card.best").get_by_role("button", name="Copy quote").click()
    expect(page.locator(".card.best")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"\n{original.get_attribute('href')}\n")


# -- phones


def test_on_a_phone_the_viewer_is_a_sheet(phone: Page) -> None:
    ask(phone, QUESTION)
    expect(phone.locator(".viewer")).to_be_hidden()
    first = phone.get_by_role("button", name="Citation 1:")
    first.tap()
    expect(phone.get_by_role("dialog", name="Source")).to_be_visible()
    expect(phone.locator(".viewer mark")).to_be_in_viewport()
    box = phone.locator(".viewer").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    phone.get_by_role("button", name="Back").tap()
    expect(phone.locator(".viewer")).to_be_hidden()
    expect(first).to_be_focused()
    first.tap()
    expect(phone.locator(".viewer mark")).to_be_in_viewport()
    phone.go_back()
    expect(phone.locator(".viewer")).to_be_hidden()
    expect(phone.locator(".turn")).to_have_count(1)


def test_a_phone_never_scrolls_sideways(phone: Page) -> None:
    ask(phone, WALRUS)
    ask(phone, "Who won the 1998 world cup?")
    phone.locator(".refusal summary").tap()
    check_width(phone)
    open_sources(phone)
    check_width(phone)
    phone.locator(".list .plain").last.tap()
    expect(phone.locator(".piece").first).to_be_visible()
    check_width(phone)


def check_width(page: Page) -> None:
    wide = """() => [...document.querySelectorAll('body, .scroller, .body, .turn, .head, .sources .tools')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)"""
    assert page.evaluate(wide) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# -- accessibility


@pytest.mark.parametrize(("device", "theme"), [("page", "light"), ("page", "dark"), ("phone", "light")])
def test_axe_finds_nothing_serious(request: pytest.FixtureRequest, theme: Any, device: str) -> None:
    page: Page = request.getfixturevalue(device)
    page.emulate_media(color_scheme=theme)
    expect(page.locator("body.dark")).to_have_count(int(theme == "dark"))
    check_axe(page)
    ask(page, QUESTION)
    ask(page, "Who won the 1998 world cup?")
    page.locator(".refusal summary").click()
    page.get_by_role("button", name="Citation 1:").click()
    page.locator(".viewer mark").wait_for()
    check_axe(page)
    page.keyboard.press("Escape")
    open_sources(page)
    check_axe(page)


def test_the_theme_follows_the_system_and_the_switch(new_page: NewPage, url: str) -> None:
    page = new_page()
    page.emulate_media(color_scheme="dark")
    page.goto(url)
    expect(page.locator("body.dark")).to_be_attached()
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("body:not(.dark)")).to_be_attached()
    page.reload()
    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("body:not(.dark)")).to_be_attached()
    page.evaluate("localStorage.clear()")


def test_everything_is_reached_by_keyboard_and_said_aloud(new_page: NewPage, url: str) -> None:
    page = new_page()
    page.goto(url)
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("[role=status].only-read")).to_contain_text("Answer from Beijing to intensify")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Copy link")).to_be_focused()
    for name in ("Wrong", "Correct"):
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".why summary")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".card").last.get_by_role("button", name="Copy quote")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Citation 3:")).to_be_focused()
    assert page.get_by_role("heading", level=1).text_content() == "Pincite"
