"""What stands in front of everything that is served: headers, hosts and origins, the token."""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from collections.abc import Collection
from urllib.parse import parse_qs

from mcp.server.transport_security import RequestBodyLimitMiddleware
from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio compiles its templates in the browser: it does not start without unsafe-eval and inline styles.
CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'self'; object-src 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# All the page needs of Gradio's own API. The rest (upload, proxy, file=http…, run, call, …) stays shut.
GRADIO_OPEN = frozenset({"startup-events", "heartbeat", "queue", "app_id", "theme.css"})
_GRADIO_CLOSED = ("/monitoring", "/config", "/svelte", "/pwa_icon", "/login", "/logout", "/openapi.json")
_SAFE = {"GET", "HEAD", "OPTIONS"}
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.IGNORECASE)
_FORWARDED = re.compile(r'^[^,]*?\bproto="?(\w+)', re.IGNORECASE)  # of the first proxy: RFC 7239
MAX_BODY = 1024 * 1024
"""Bytes a request may have; several times what the longest question with its history needs."""
UPLOADS = frozenset({"/api/v1/uploads"})
"""Paths of routes that take files: they count bytes themselves."""
_COOKIE = "pincite"
_YEAR = 365 * 24 * 3600


def protect(app: ASGIApp, *, hosts: Collection[str] | None, token: str | None) -> ASGIApp:
    """``app`` behind every guard. ``hosts``: names it answers to, None = any; only safe with a token."""
    guarded = TokenGuard(Caps(app), token) if token else Caps(app)
    return SafeHeaders(Gate(guarded, hosts))


class SafeHeaders:
    """Sets the security headers on every response and takes away what would open it to other origins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                for name in {name for name in headers if name.startswith("access-control-")}:
                    del headers[name]
            await send(message)

        await self.app(scope, receive, send_safely)


class Gate:
    """Refuses foreign hosts (DNS rebinding), foreign origins (forged requests) and unused doors of Gradio."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":  # there are none
            await send({"type": "websocket.close", "code": 1008})
        elif refusal := self._refusal(scope):
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _HOST.fullmatch(host)
        if name is None or (self.hosts is not None and name[1].strip("[]").lower() not in self.hosts):
            return PlainTextResponse("This address is not served here.", 400)
        if scope["method"] not in _SAFE and not _same_origin(headers, host):
            return PlainTextResponse("Requests from other sites are refused.", 403)
        if _closed(scope["path"]):
            return PlainTextResponse("Not found.", 404)
        return None


def _same_origin(headers: Headers, host: str) -> bool:
    """Browsers always name the origin of such a request; programs that are no browsers need not."""
    origin = headers.get("origin")
    foreign = origin is not None and origin.partition("://")[2].lower() != host.lower()
    return not foreign and headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def _closed(path: str) -> bool:
    door = path.removeprefix("/gradio_api/")
    if door != path:
        return door.partition("/")[0] not in GRADIO_OPEN
    return path.startswith(_GRADIO_CLOSED) or path == "/gradio_api"


class Caps:
    """Refuses bodies that are larger than any question can be."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.capped = RequestBodyLimitMiddleware(app, MAX_BODY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        uploads = scope["type"] == "http" and scope["path"] in UPLOADS
        await (self.app if uploads else self.capped)(scope, receive, send)


class TokenGuard:
    """Lets in who knows the token: as a Bearer header, or as the cookie that address or form give for it."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.token = token
        # The cookie proves knowledge of the token without holding it.
        self.session = hmac.new(token.encode(), b"pincite session", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._knows(request := Request(scope, receive)):
            await self.app(scope, receive, send)
        else:
            await (await self._answer(request))(scope, receive, send)

    def _knows(self, request: Request) -> bool:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        by_header = scheme.lower() == "bearer" and _equal(bearer.strip(), self.token)
        return by_header or _equal(request.cookies.get(_COOKIE, ""), self.session)

    async def _answer(self, request: Request) -> Response:
        if request.method == "POST" and request.url.path == "/token":
            form = parse_qs((await _small_body(request)).decode("utf-8", "replace"))
            return self._log_in(request, form.get("token", [""])[0].strip(), request.url.replace(path="/"))
        if request.method == "GET" and (given := request.query_params.get("token")):
            return self._log_in(request, given, request.url.remove_query_params("token"))
        return _refuse(request)

    def _log_in(self, request: Request, given: str, url: URL) -> Response:
        if not _equal(given, self.token):
            return _refuse(request, "That is not the token.")
        # Without scheme and host: a proxy in front may have others than this server knows of.
        path = "/" + url.path.lstrip("/")  # two slashes would begin a host
        response = RedirectResponse(path + (f"?{url.query}" if url.query else ""), 303)
        secure = _by_https(request)
        response.set_cookie(_COOKIE, self.session, max_age=_YEAR, httponly=True, samesite="strict", secure=secure)
        return response


def _by_https(request: Request) -> bool:
    """Whether the visitor came by HTTPS, be it to a proxy in front. Who says so wrongly spoils only his own cookie."""
    told = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    if not told and (found := _FORWARDED.search(request.headers.get("forwarded", ""))):
        told = found[1].lower()
    origin = request.headers.get("origin", "").partition("://")[0].lower()
    return "https" in (request.url.scheme, told, origin)


def _equal(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


async def _small_body(request: Request, limit: int = 4096) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > limit:
            return b""
    return body


def _refuse(request: Request, problem: str = "") -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"detail": problem or "A token is needed."}, 401, {"WWW-Authenticate": "Bearer"})
    query = html.escape(str(request.url.remove_query_params("token").query))
    page = _LOGIN.replace("{query}", query).replace("{problem}", html.escape(problem))
    # Under "no-referrer" a browser hides the origin of a form too, and what comes from nowhere is refused.
    return HTMLResponse(page, 401, {"Referrer-Policy": "same-origin"})


_LOGIN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pincite</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 22rem; margin: 18vh auto; padding: 0 1rem }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem; margin: .4rem 0 }
</style>
<h1>Pincite</h1>
<form method="post" action="/token?{query}">
<label>Token, as printed where Pincite was started
<input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>Open</button><p role="alert">{problem}</p></form></html>
"""
