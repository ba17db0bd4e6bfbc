"""What a test does and watches in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TIMEOUT = 15_000  # ms; only a machine that is very busy comes near it
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Watch:
    """Collects what must not happen; a test names what it provokes itself in ``expected``."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.expected: list[str] = []

    def on(self, page: Page) -> None:
        page.on("console", lambda message: message.type == "error" and self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self._local(request.url))
        page.on("dialog", lambda dialog: (self.problems.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def _local(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.problems.append(f"foreign request {url}")

    def check(self) -> None:
        assert [each for each in self.problems if not any(word in each for word in self.expected)] == []


NewPage = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter, wait until its turn has ended."""
    before = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator("footer, .problem").wait_for()
