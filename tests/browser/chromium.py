"""What a test does and watches in Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Error, Page

CHROMIUM = os.environ.get("PINCITE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TIMEOUT = 60_000  # ms; only a machine that is very busy comes near it
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
RESET = """
async () => {
  const part = (name) => import(new URL(`screen/${name}.js`, document.baseURI));
  const [store, viewer] = await Promise.all([part("store"), part("viewer")]);
  if (history.state?.sheet) {
    await new Promise((done) => (addEventListener("popstate", done, { once: true }), viewer.closeViewer()));
  }
  document.querySelector("[role=tab]").click();
  document.querySelectorAll(".under button")[1].click(); // a new conversation
  viewer.closeViewer();
  store.chosen.set(null);
  store.rejected.set([]);
  store.correcting.set(null);
  for (const filter of document.querySelectorAll(".sources [type=search]")) filter.value = "";
  for (const said of document.querySelectorAll(".drop .said, .running .meta")) {
    said.classList.remove("wrong");
    said.textContent = "";
  }
  await store.refresh(); // and forget the texts that were read
  document.getElementById("question").focus();
  return document.querySelectorAll(".turn").length;
}
"""


class Watch:
    """Collects what must not happen; a test names what it provokes itself in ``expected``.

    ``home``: how addresses begin that are no foreign ones.
    """

    def __init__(self, home: str = "http://127.0.0.1:") -> None:
        self.home = home
        self.problems: list[str] = []
        self.expected: list[str] = []

    def on(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)
        page.on("dialog", self._dialog)

    def off(self, page: Page) -> None:
        page.remove_listener("console", self._console)
        page.remove_listener("pageerror", self._error)
        page.remove_listener("request", self._request)
        page.remove_listener("dialog", self._dialog)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def _error(self, error: Any) -> None:
        self.problems.append(str(error))

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.problems.append(f"foreign request {request.url}")

    def _dialog(self, dialog: Any) -> None:
        self.problems.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def check(self) -> None:
        assert [each for each in self.problems if not any(word in each for word in self.expected)] == []


class Tab:
    """A tab with the screen, lent to one test after another: the page is loaded once, and emptied between them."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._page: Page | None = None

    def lend(self, url: str, watch: Watch) -> Page:
        """The empty screen of the server at ``url``."""
        if self._page is None or not self._emptied(self._page):
            self.close()
            self._page = self._context.new_page()
            watch.on(self._page)
            self._page.goto(url)
        else:
            watch.on(self._page)
        self._page.get_by_text("Using all").wait_for()
        return self._page

    def take_back(self, watch: Watch) -> None:
        assert self._page is not None
        watch.off(self._page)
        self._page.unroute_all()
        self._page.emulate_media(color_scheme="light")

    def _emptied(self, page: Page) -> bool:
        try:
            return bool(page.evaluate(RESET) == 0)
        except Error:  # a test that failed may leave it in any state
            return False

    def close(self) -> None:
        if self._page is not None:
            self._page.close()
            self._page = None


NewPage = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter, wait until its turn has ended."""
    before = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator("footer, .problem").wait_for()


def check_axe(page: Page) -> None:
    """Axe has no serious finding. Of what passes no list is made, which takes most of its time."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in serious] == []
