"""Asking: quotes word for word, citations that open at their place, refusals that look like refusals."""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chromium import NewPage, Watch, ask
from fake import FakeEngine, make_document
from playwright.sync_api import Page, expect
from served import serving

from qa.ui.folders import Folders

QUESTION = "Which three science and technology cities will be built in Beijing?"
REFUSED = "Who won the 1998 world cup?"


def cited(page: Page, engine: FakeEngine, question: str = QUESTION) -> dict[str, Any]:
    """The first citation the engine gives."""
    answer = engine.ask(question)
    [citation, *_] = answer.to_json()["citations"]
    assert isinstance(citation, dict)
    return citation


def test_the_answer_is_the_stored_text_with_the_right_words_marked(page: Page, engine: FakeEngine) -> None:
    ask(page, QUESTION)
    citation = cited(page, engine)
    text = engine.document(citation["document"]["id"]).text
    for mark in (page.locator(".card.best mark"), page.locator(".viewer mark")):
        assert mark.text_content() == text[citation["start"] : citation["end"]]
        assert mark.locator("strong").text_content() == text[citation["span_start"] : citation["span_end"]]
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    assert page.locator(".body").text_content() == text


@pytest.mark.parametrize(
    ("quote", "height"),
    [("Goals:\n- a quay\n- a lift", 3), ("Goals:\n\n1. a quay\n2. a lift", 4), ("A wrapped\nline - and\none more", 1)],
)
def test_items_of_a_list_keep_their_lines(page: Page, quote: str, height: int) -> None:
    lines = page.evaluate(
        """async (quote) => {
            const lib = performance.getEntriesByType("resource").find((entry) => entry.name.includes("/lib.js"));
            const { el, marked } = await import(lib.name);
            const card = el("figure", { class: "card" }, el("blockquote", {}, marked(quote, 0, 1)));
            document.querySelector("header.top").parentElement.append(card);
            const text = card.firstChild, style = getComputedStyle(text);
            const inner = text.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
            return Math.round(inner / parseFloat(style.lineHeight));
        }""",
        quote,
    )
    assert lines == height


def test_the_first_citation_opens_by_itself_and_the_question_box_keeps_the_focus(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator(".viewer mark")).to_be_in_viewport()
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator(".cite[aria-current=true]")).to_have_text("[1]")


def test_keyboard_opens_a_citation_and_escape_returns_to_it(page: Page) -> None:
    ask(page, QUESTION)
    second = page.get_by_role("button", name="Citation 2:")
    second.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".viewer mark")).to_be_in_viewport()
    expect(page.locator(".viewer .meta").first).to_contain_text("[2]")
    expect(page.locator(".viewer h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(second).to_be_focused()
    expect(page.locator(".viewer")).to_have_attribute("data-open", "false")


def test_a_citation_opens_without_a_word_to_the_server(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator(".viewer mark")).to_be_in_viewport()
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.url))
    for number in ("2", "3"):
        page.get_by_role("button", name=f"Citation {number}:").click()
        expect(page.locator(".viewer .meta").first).to_contain_text(f"[{number}]")
        expect(page.locator(".viewer mark")).to_be_in_viewport()
    assert sent == []


def test_the_page_leads_to_the_description_of_the_api(page: Page, url: str) -> None:
    expect(page.get_by_role("link", name="API", exact=True)).to_have_attribute("href", "api/v1/docs")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="API", exact=True).click()
    opened.value.get_by_role("heading", name="REST API").wait_for()
    assert opened.value.url == f"{url}api/v1/docs"
    opened.value.close()


def test_next_and_previous_quote(page: Page) -> None:
    ask(page, QUESTION)
    forward = page.get_by_role("button", name="Next quote")
    forward.click()
    expect(page.locator(".steps")).to_contain_text("2 of 3")
    expect(page.locator(".viewer mark")).to_be_in_viewport()
    expect(forward).to_be_focused()
    expect(page.locator(".cite[aria-current=true]")).to_have_text("[2]")
    page.get_by_role("button", name="Previous quote").click()
    page.get_by_role("button", name="Previous quote").click()
    expect(page.locator(".steps")).to_contain_text("3 of 3")


def test_a_refusal_looks_like_one(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, REFUSED)
    turn = page.locator(".turn").last
    expect(turn).to_contain_text("The sources do not answer this question.")
    expect(turn).to_contain_text("No source says anything close enough")
    expect(turn.locator("mark")).to_have_count(0)
    expect(turn.locator("details blockquote").first).to_be_hidden()
    expect(page.locator(".viewer")).to_contain_text("No passage to show")
    turn.locator(".refusal summary").click()
    turn.locator("details .plain").nth(1).click()
    expect(page.locator(".viewer .note")).to_contain_text("not surely an answer")
    expect(page.locator(".viewer .here")).to_be_in_viewport()
    expect(page.locator(".viewer mark")).to_have_count(0)


def test_copying_a_quote_gives_what_a_report_needs(page: Page, engine: FakeEngine) -> None:
    ask(page, QUESTION)
    page.locator(".card.best").get_by_role("button", name="Copy quote").click()
    expect(page.locator(".card.best figcaption")).to_contain_text("Copied")
    citation = cited(page, engine)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == (
        f"“{citation['quote']}”\n{citation['document']['title']}, {citation['document']['publisher']}, "
        f"18 Sept 2016, line {citation['line']}.\n{citation['link']}\n"
    )


def test_a_link_asks_again(page: Page, new_page: NewPage) -> None:
    ask(page, "What gap & 100% of technology innovation centres meant to fill?")
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert page.url == link
    other = new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name="What gap & 100%")).to_be_visible()
    expect(other.locator(".card.best mark")).to_be_visible()


def test_a_reload_keeps_the_conversation_and_does_not_ask_again(page: Page, engine: FakeEngine) -> None:
    ask(page, QUESTION)
    ask(page, REFUSED)
    asked = len(engine.asked)
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".refusal")).to_be_visible()
    expect(page.locator(".card")).to_have_count(3)
    page.get_by_role("button", name="Citation 1:").click()
    expect(page.locator(".viewer mark")).to_be_in_viewport()
    assert len(engine.asked) == asked


def test_earlier_questions_go_along_and_a_new_conversation_forgets_them(page: Page, engine: FakeEngine) -> None:
    for number in range(10):
        ask(page, f"Question {number} about technology cities in Beijing?")
    assert engine.asked[-1]["history"] == [f"Question {n} about technology cities in Beijing?" for n in range(1, 9)]
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.get_by_text("Ask your documents.")).to_be_visible()
    assert "?" not in page.url
    ask(page, QUESTION)
    assert engine.asked[-1]["history"] == []


def test_an_error_ends_the_turn_with_a_message(page: Page, watch: Watch) -> None:
    watch.expected.append("status of 500")
    ask(page, "crash")
    problem = page.locator(".problem")
    expect(problem).to_contain_text("Something went wrong")
    expect(problem).not_to_contain_text("secret")
    expect(page.locator(".waiting")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".card.best")).to_be_visible()


def test_a_question_that_cannot_be_asked(page: Page, watch: Watch) -> None:
    watch.expected.append("status of 422")
    ask(page, "?!…")
    expect(page.locator(".problem")).to_contain_text("There is no word in the question")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            {"status": 503, "body": json.dumps({"detail": "Too many questions at once", "state": "busy"})},
            "Too many questions",
        ),
        ({"status": 200, "body": "<html>"}, "could not be read"),
        (None, "cannot be reached"),
    ],
)
def test_a_server_in_trouble(page: Page, watch: Watch, answer: dict[str, Any] | None, message: str) -> None:
    watch.expected += ["status of 503", "net::ERR_FAILED"]
    page.route("**/api/v1/ask", lambda route: route.fulfill(**answer) if answer else route.abort())
    ask(page, QUESTION)
    expect(page.locator(".problem")).to_contain_text(message)
    page.unroute("**/api/v1/ask")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".card.best")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)


def test_a_text_that_changed_is_not_marked_wrongly(page: Page, engine: FakeEngine, watch: Watch) -> None:
    def shift(route: Any) -> None:
        given = route.fetch().json()
        route.fulfill(json={**given, "text": "x" + given["text"]})

    page.route("**/api/v1/documents/*.txt", shift)
    ask(page, QUESTION)
    expect(page.locator(".viewer .note")).to_contain_text("nothing is marked")
    expect(page.locator(".viewer mark")).to_have_count(0)


def test_while_the_index_opens_the_question_waits(new_page: NewPage, engine: FakeEngine) -> None:
    may_load = threading.Event()

    def opener(progress: Any) -> FakeEngine:
        progress("reading", 3, 5)
        may_load.wait(20)
        return engine

    with serving(opener) as url:
        page = new_page()
        page.goto(f"{url}?q=Which+three+technology+cities+in+Beijing%3F")
        expect(page.locator(".waiting")).to_contain_text("Reading the documents: 3 of 5. Your question is asked")
        expect(page.locator("header .state")).to_contain_text("3 of 5")
        may_load.set()
        expect(page.locator(".card.best")).to_be_visible()


def test_an_index_that_cannot_be_opened(new_page: NewPage, watch: Watch) -> None:
    from qa.errors import IndexDamaged

    watch.expected.append("status of 503")

    def opener(progress: Any) -> FakeEngine:
        raise IndexDamaged("the index in <b>x</b> is damaged: run `pincite index`")

    with serving(opener) as url:
        page = new_page()
        page.goto(url)
        expect(page.locator(".problem-line")).to_have_text("The index in <b>x</b> is damaged: run `pincite index`.")
        ask(page, QUESTION)
        expect(page.locator(".problem")).to_contain_text("run `pincite index`")


def test_the_sixtieth_question_does_no_more_work_than_the_tenth(page: Page) -> None:
    """What is sent and what is drawn again does not grow with the conversation."""
    sent: list[int] = []
    page.on("request", lambda each: each.url.endswith("/ask") and sent.append(len(each.post_data or "")))
    page.evaluate(
        """() => {
          window.drawn = 0;
          const count = (changes) => changes.forEach((change) => (window.drawn += change.addedNodes.length));
          new MutationObserver(count).observe(document.querySelector('.turns'), { childList: true, subtree: true });
        }"""
    )
    drawn: list[int] = []
    for number in range(10, 70):
        ask(page, f"Technology cities in Beijing {number}?")
        drawn.append(page.evaluate("window.drawn"))
    each = [after - before for before, after in pairwise(drawn)]
    assert each[8] == each[-1] > 0
    assert sent[10] == sent[-1]
    expect(page.locator(".turn")).to_have_count(60)
    expect(page.locator(".turn").last.locator("h2")).to_be_in_viewport()


def test_a_link_to_a_follow_up_brings_the_questions_before_it(
    page: Page, new_page: NewPage, engine: FakeEngine
) -> None:
    ask(page, QUESTION)
    ask(page, "And which technology cities in Paris & Beijing?")
    page.locator(".turn").last.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert page.url == link
    other = new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name="And which technology cities in Paris & Beijing?")).to_be_visible()
    expect(other.locator(".turn footer")).to_be_visible()
    assert engine.asked[-1]["history"] == [QUESTION]


def test_open_original_jumps_to_the_quote_on_the_publishers_page(
    new_page: NewPage, folders: Folders, tmp_path: Path
) -> None:
    quote = "The well-fed, happy aardvark eats 4321 termites, ants & beetles in the long, dry winter."
    filler = "<p>Nothing in particular happens in this paragraph.</p>" * 400
    html = f"<!doctype html><meta charset=utf-8><title>x</title>{filler}<p id=here>{quote}</p>{filler}"
    (tmp_path / "page.html").write_text(html.replace(" & ", " &amp; "), encoding="utf-8")
    (tmp_path / "page.txt").write_text(quote, encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as publisher:
        threading.Thread(target=publisher.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{publisher.server_address[1]}/page.html"
        engine = FakeEngine([make_document(tmp_path / "page.txt", "page.txt", title="Page", url=url)])
        with serving(lambda progress: engine, folders=folders) as address:
            page = new_page()
            page.goto(address)
            page.get_by_text("Using all of 1 source").wait_for()
            ask(page, "How many termites does the happy aardvark eat in winter?")
            with page.context.expect_page() as opened:
                page.get_by_role("link", name="Open original").click()
            original = opened.value
            original.wait_for_function("scrollY > 1000")
            expect(original.locator("#here")).to_be_in_viewport()
            original.close()
        publisher.shutdown()
