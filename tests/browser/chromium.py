"""A server in a thread, and what a test does and watches in Chromium."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from playwright.sync_api import Page

from qa.ui.launch import bind
from qa.ui.security import protect
from qa.ui.server import create_app, local_hosts
from qa.ui.service import Opener, Service

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TIMEOUT = 15_000  # ms; only a machine that is very busy comes near it
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@contextmanager
def serving(open_engine: Opener) -> Iterator[str]:
    """The address of a server that runs in a thread."""
    listener = bind("127.0.0.1", 0)
    app = protect(create_app(Service(open_engine)), hosts=local_hosts(), token=None)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)


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
