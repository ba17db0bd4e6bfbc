"""Makes the pictures of the README from the real product: ``python docs/screenshots.py [FOLDER]``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SERVE = "from qa.ui import serve; serve(port=0)"
QUESTION = "By when is a mature national technology transfer system expected?"
UNANSWERED = "Who won the world cup in 1998?"
DESKTOP = (1440, 900)
PHONE = (390, 844)


def main(folder: Path) -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVE], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        [url] = re.findall(r"http://\S+", server.stdout.readline())
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("PINCITE_CHROMIUM") or shutil.which("chromium"), args=FLAGS
            )
            asked(browser, url, DESKTOP, QUESTION).close()  # the first question loads what the next ones use
            take(asked(browser, url, DESKTOP, QUESTION), folder / "ask.png")
            take(asked(browser, url, PHONE, QUESTION), folder / "phone.png")
            dark = asked(browser, url, DESKTOP, QUESTION, scheme="dark")
            ask(dark, UNANSWERED)
            dark.get_by_role("button", name="Citation 1:").click()
            dark.locator(".viewer mark").first.wait_for()
            take(dark, folder / "dark.png")
            take(sources(browser, url), folder / "sources.png")
            take(evaluation(browser, url), folder / "evaluate.png")
    finally:
        server.terminate()
        server.wait()


def asked(browser: Browser, url: str, size: tuple[int, int], question: str, scheme: str = "light") -> Page:
    """A page that shows the answer to ``question``."""
    viewport = {"width": size[0], "height": size[1]}
    factor = 1 if size == DESKTOP else 2
    page = browser.new_page(viewport=viewport, color_scheme=scheme, device_scale_factor=factor, locale="en-GB")
    page.set_default_timeout(180_000)  # the first start builds the index
    page.goto(url)
    ask(page, question)
    if size == DESKTOP:
        page.locator(".viewer mark").first.wait_for()
    return page


def sources(browser: Browser, url: str) -> Page:
    """The Sources tab, a document open beside it."""
    page = opened(browser, url)
    page.get_by_role("tab", name="Sources").click()
    page.locator(".list .plain").first.click()
    page.locator(".piece").first.wait_for()
    return page


def evaluation(browser: Browser, url: str) -> Page:
    """The Evaluate tab with the last run; the first time, the development half is run, which takes minutes."""
    page = opened(browser, url)
    page.get_by_role("tab", name="Evaluate").click()
    page.locator(".tiles, .result .welcome").wait_for()
    if not page.locator(".tiles").count():
        page.get_by_label("Question set").select_option("innovation")
        page.get_by_label("Part of the set").select_option("dev")
        page.get_by_role("button", name="Run", exact=True).click()
        page.locator(".tiles").wait_for(timeout=1_800_000)
    return page


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, locale="en-GB")
    page.set_default_timeout(180_000)
    page.goto(url)
    page.get_by_text("Using all").first.wait_for()
    return page


def ask(page: Page, question: str) -> None:
    turns = page.locator(".turn footer").count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn footer").nth(turns).wait_for()


def take(page: Page, path: Path) -> None:
    page.evaluate("document.activeElement.blur()")
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.quantize(192, dither=Image.Dither.NONE).save(path, optimize=True)  # a third of the bytes
    print(path)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    target.mkdir(exist_ok=True)
    main(target)
