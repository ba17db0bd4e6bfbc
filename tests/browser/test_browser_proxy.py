"""The screen behind a proxy that speaks HTTPS, as it stands on a network: a real one, with a certificate of its own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trustme
import uvicorn
from chromium import DESKTOP, TIMEOUT, Watch, ask
from fake import FakeEngine
from playwright.sync_api import Browser, Page, expect
from served import serving
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from qa.ui.launch import bind

TOKEN = "a-token-for-the-proxy-test"
_OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


def proxy_to(inner: str) -> Starlette:
    """Passes every request on to ``inner``, its ``Host`` kept, and says that it came by HTTPS."""
    client = httpx.AsyncClient(base_url=inner, timeout=None)

    async def forward(request: Request) -> StreamingResponse:
        headers = {**request.headers, "x-forwarded-proto": "https"}
        url = httpx.URL(path=request.url.path, query=request.url.query.encode())
        made = client.build_request(request.method, url, headers=headers, content=await request.body())
        answer = await client.send(made, stream=True)
        passed_on = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        kept = [(name, value) for name, value in answer.headers.raw if name.decode().lower() not in _OF_ONE_CONNECTION]
        passed_on.raw_headers = [(name.lower(), value) for name, value in kept]
        return passed_on

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    methods = ["GET", "HEAD", "POST", "PUT", "DELETE"]
    return Starlette(routes=[Route("/{path:path}", forward, methods=methods)], lifespan=lifespan)


@pytest.fixture
def https(engine: FakeEngine, tmp_path: Path) -> Iterator[str]:
    """The address of the proxy; the server behind it asks for ``TOKEN``."""
    certificate = trustme.CA().issue_cert("127.0.0.1")
    pem = tmp_path / "certificate.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(str(pem))
    with serving(lambda progress: engine, token=TOKEN) as inner:
        listener = bind("127.0.0.1", 0)
        config = uvicorn.Config(
            proxy_to(inner), log_level="error", ssl_certfile=str(pem), ssl_version=ssl.PROTOCOL_TLS_SERVER,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def tab(browser: Browser, https: str) -> Iterator[tuple[Page, Watch]]:
    context = browser.new_context(locale="en-GB", ignore_https_errors=True, **DESKTOP)
    context.set_default_timeout(TIMEOUT)
    watch = Watch(home=https)
    page = context.new_page()
    watch.on(page)
    yield page, watch
    context.close()
    watch.check()


def test_login_and_answers_with_a_cookie_for_https_only(tab: tuple[Page, Watch], https: str) -> None:
    page, watch = tab
    watch.expected.append("401")  # the door, before the token is given
    page.goto(https)
    page.get_by_label("token").fill(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_text("Using all").wait_for()
    [cookie] = [each for each in page.context.cookies() if each["name"] == "pincite"]
    assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Strict"

    ask(page, "What was Beijing's R&D expenditure intensity in 2024?")
    page.locator(".turn").last.get_by_role("button", name="1").first.click()
    expect(page.locator("mark").first).to_be_visible()
    page.reload()
    page.get_by_text("Using all").wait_for()
    expect(page.locator(".turn")).to_have_count(1)


@pytest.mark.parametrize("path", ["", "api/v1/documents", "mcp"])
def test_without_the_token_nothing_is_served(tab: tuple[Page, Watch], https: str, path: str) -> None:
    page, watch = tab
    watch.expected.append("401")
    answer = page.goto(https + path)
    assert answer is not None and answer.status == 401
