"""Correct, wrong, undo: what a person says of an answer becomes a question of an evaluation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chromium import Watch, ask
from fake import FakeEngine
from playwright.sync_api import Page, expect

from qa.ui.folders import Folders

QUESTION = "Which three science and technology cities will be built in Beijing?"
REFUSED = "Who won the 1998 world cup?"


@pytest.fixture(autouse=True)
def empty(folders: Folders) -> None:
    for path in folders.sets.glob("*/questions.jsonl"):
        path.unlink()


def saved(folders: Folders) -> list[dict[str, Any]]:
    path = folders.sets / "mine" / "questions.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_correct_saves_the_quote_and_undo_takes_it_back(page: Page, engine: FakeEngine, folders: Folders) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Correct", exact=True).click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(page.locator(".marks")).to_contain_text("Saved to your questions")
    expect(page.locator("[role=status].only-read")).to_contain_text("Saved to your questions")
    [citation, *_] = engine.ask(QUESTION).citations
    [line] = saved(folders)
    assert line["question"] == QUESTION
    assert line["gold"] == [{"document": citation.source.id, "quote": citation.quote}]
    assert line["answers"] == [engine.ask(QUESTION).span]
    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Correct", exact=True)).to_be_focused()
    assert saved(folders) == []


def test_wrong_asks_for_the_right_quote(page: Page, engine: FakeEngine, folders: Folders) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Wrong").click()
    expect(page.locator(".candidates button")).to_have_count(4)
    [draft] = saved(folders)
    assert draft["draft"] is True and draft["answers"] == []
    second = engine.ask(QUESTION).citations[1]
    page.locator(".candidates button").first.click()
    expect(page.locator(".marks")).to_contain_text("the quote you chose")
    [line] = saved(folders)
    assert line["gold"] == [{"document": second.source.id, "quote": second.quote}]
    assert "draft" not in line


def test_wrong_can_mean_that_nothing_answers(page: Page, folders: Folders) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("button", name="The sources do not answer it").click()
    expect(page.locator(".marks")).to_contain_text("do not answer it")
    [line] = saved(folders)
    assert (line["answers"], line["gold"]) == ([], [])


def test_words_selected_in_a_source_become_the_answer(page: Page, engine: FakeEngine, folders: Folders) -> None:
    ask(page, REFUSED)
    page.get_by_role("button", name="Should be answerable").click()
    page.get_by_role("button", name="Select it in a source").click()
    page.get_by_role("tab", name="Sources").click()
    page.get_by_role("button", name="Paged", exact=True).click()
    expect(page.locator(".viewer h3")).to_have_count(3)
    use = page.get_by_role("button", name="Use selected words")
    expect(use).to_be_disabled()
    select(page, "800 kg\nand")
    expect(use).to_be_enabled()
    use.click()
    page.get_by_role("tab", name="Ask").click()
    expect(page.locator(".marks")).to_contain_text("the quote you chose")
    [line] = saved(folders)
    assert line["answers"] == ["800 kg\nand"]
    [gold] = line["gold"]
    assert gold["document"] == "paged.pdf"
    assert gold["quote"] in engine.document("paged.pdf").text
    expect(page.locator(".choose")).to_be_hidden()


def select(page: Page, words: str) -> None:
    """Select ``words`` where they first stand in the viewer, as dragging the mouse over them does."""
    page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.querySelector('.viewer .body'), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(words);
            if (at >= 0) return document.getSelection().setBaseAndExtent(node, at, node, at + words.length);
          }
        }""",
        words,
    )


def test_a_refusal_that_was_right(page: Page, folders: Folders) -> None:
    ask(page, REFUSED)
    page.get_by_role("button", name="Rightly refused").click()
    expect(page.locator(".marks")).to_contain_text("rightly refused")
    [line] = saved(folders)
    assert (line["question"], line["answers"], line["gold"]) == (REFUSED, [], [])


def test_what_cannot_be_saved_is_said(page: Page, watch: Watch, folders: Folders) -> None:
    watch.expected.append("status of 500")
    path = folders.sets / "mine" / "questions.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not JSON\n", encoding="utf-8")
    ask(page, QUESTION)
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.locator(".marks [role=alert]")).to_contain_text("line 1")
    expect(page.get_by_role("button", name="Correct", exact=True)).to_be_enabled()


def test_a_follow_up_is_saved_with_what_came_before(phone: Page, folders: Folders) -> None:
    ask(phone, QUESTION)
    ask(phone, "And technology innovation centres in Beijing?")
    phone.locator(".turn").last.get_by_role("button", name="Correct", exact=True).tap()
    expect(phone.get_by_role("button", name="Undo")).to_be_visible()
    [line] = saved(folders)
    assert line["history"] == [QUESTION]
