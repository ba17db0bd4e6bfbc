"""Why this answer: a trace that unfolds under a turn."""

from __future__ import annotations

from chromium import ask
from fake import FakeEngine
from playwright.sync_api import Page, expect

QUESTION = "Which three science and technology cities will be built in Beijing?"


def test_the_trace_unfolds_with_what_each_stage_made_of_it(page: Page, engine: FakeEngine) -> None:
    ask(page, QUESTION)
    trace = engine.ask(QUESTION).trace
    assert trace is not None
    why = page.locator(".why")
    expect(why.locator("table")).to_have_count(0)
    page.get_by_text("Why this answer").click()
    expect(why).to_contain_text("95 % likely to be right; quotes are shown from 40 % on")
    rows = why.locator("tbody tr:visible")
    expect(rows).to_have_count(5)
    expect(rows.first.locator(".read")).to_have_text(trace.retrieved[0].passage.text)
    expect(rows.first.locator("td[data-name=Meaning]")).to_have_text("–")
    expect(rows.first.locator("td[data-name=Words]")).to_contain_text("1")
    expect(rows.first).to_contain_text("[1]")
    why.get_by_role("button", name="Show all 9 passages").click()
    expect(rows).to_have_count(9)
    expect(rows.nth(5).get_by_role("button")).to_be_focused()


def test_a_passage_of_the_trace_opens_unmarked_and_focus_returns(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_text("Why this answer").click()
    second = page.locator(".why tbody tr").nth(1).get_by_role("button")
    second.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".viewer .note")).to_contain_text("was read for this question")
    expect(page.locator(".viewer .here")).to_be_in_viewport()
    expect(page.locator(".viewer mark")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(second).to_be_focused()


def test_a_refusal_says_why_too_and_a_reload_keeps_it(page: Page) -> None:
    ask(page, "Who won the 1998 world cup?")
    page.reload()
    page.get_by_text("Why no answer").click()
    expect(page.locator(".why")).to_contain_text("12 % likely to be right; that is below the 40 %")
    expect(page.locator(".why mark")).to_have_count(0)
