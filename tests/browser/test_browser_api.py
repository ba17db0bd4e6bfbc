"""The page that describes the REST API: all of it, as text, under the same policy as the screen."""

from __future__ import annotations

from typing import Literal

import httpx
import pytest
from chromium import NewPage, check_axe
from playwright.sync_api import Page, expect


def opened(new_page: NewPage, url: str, device: str = "desktop") -> Page:
    page = new_page(device)
    page.goto(f"{url}api/v1/docs")
    page.get_by_role("heading", name="Objects").wait_for()
    return page


def test_every_route_and_every_field_is_described(new_page: NewPage, url: str) -> None:
    page, spec = opened(new_page, url), httpx.get(f"{url}api/v1/openapi.json").json()
    routes = {f"{method.upper()} {path}" for path, methods in spec["paths"].items() for method in methods}
    assert set(page.get_by_role("heading", level=2).all_inner_texts()) == routes | {"Objects"}
    for name, schema in spec["components"]["schemas"].items():
        section = page.locator("section", has=page.get_by_role("heading", level=3, name=name, exact=True))
        assert section.locator("th").all_inner_texts() == list(schema.get("properties", {}))
    ask = page.get_by_role("region", name="POST /api/v1/ask")
    expect(ask).to_contain_text("Answer a question word for word")
    expect(ask).to_contain_text(
        f"curl -s {url}api/v1/ask -H 'Content-Type: application/json' -d '{{\"question\":\"…\"}}'"
    )
    body = page.locator("section", has=page.get_by_role("heading", name="AskBody", exact=True))
    expect(body).to_contain_text("question")
    rows = dict(zip(body.locator("th").all_inner_texts(), body.locator("tr").all_inner_texts(), strict=True))
    assert "characters at most 2000" in rows["question"]
    assert "default 10" in rows["top_k"]
    assert "list of string or null" in rows["sources"]


def test_a_link_leads_to_its_object(new_page: NewPage, url: str) -> None:
    page = opened(new_page, url)
    page.get_by_role("region", name="POST /api/v1/ask").get_by_role("link", name="AskBody").click()
    expect(page.get_by_role("heading", name="AskBody", exact=True)).to_be_in_viewport()
    page.reload()
    expect(page.get_by_role("heading", name="AskBody", exact=True)).to_be_in_viewport()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(new_page: NewPage, url: str, theme: Literal["light", "dark"]) -> None:
    page = opened(new_page, url)
    page.emulate_media(color_scheme=theme)
    check_axe(page)


def test_on_a_phone_nothing_scrolls_sideways(new_page: NewPage, url: str) -> None:
    page = opened(new_page, url, "phone")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_description_that_cannot_be_read_is_said_to_be(new_page: NewPage, url: str) -> None:
    page = new_page()
    page.route("**/openapi.json", lambda route: route.fulfill(status=200, body="{}"))
    page.goto(f"{url}api/v1/docs")
    expect(page.get_by_role("alert")).to_contain_text("The description could not be read")
