"""Nothing gets past the guards, and nothing is open that was not meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fake import FakeEngine, FakeLibrary
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.testclient import TestClient

from qa.ui.mcp import TOOLS
from qa.ui.screen import build_screen
from qa.ui.security import GRADIO_OPEN, MAX_BODY, _closed, protect
from qa.ui.server import create_app
from qa.ui.service import Service
from qa.ui.shelf import Shelf
from qa.ui.uploads import Uploads

TOKEN = "a token of fair length"
PUBLIC = {
    ("POST", "/api/v1/ask"),
    ("POST", "/api/v1/search"),
    ("GET", "/api/v1/status"),
    ("GET", "/api/v1/examples"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/documents"),
    ("GET", "/api/v1/documents/{id:path}/original"),
    ("GET", "/api/v1/documents/{id:path}"),
    ("POST", "/api/v1/eval/questions"),
    ("DELETE", "/api/v1/eval/questions/{id}"),
    ("GET", "/api/v1/eval/sets"),
    ("POST", "/api/v1/eval/runs"),
    ("GET", "/api/v1/eval/runs"),
    ("GET", "/api/v1/eval/runs/{name}"),
    ("GET", "/api/v1/eval/running"),
    ("DELETE", "/api/v1/eval/running"),
    ("GET", "/api/v1/uploads"),
    ("POST", "/api/v1/uploads"),
    ("GET", "/api/v1/changes"),
    ("POST", "/api/v1/documents"),
    ("DELETE", "/api/v1/documents/{id:path}"),
    ("POST", "/api/v1/documents/restore"),
}
CLOSED = [
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/file=https://example.org/",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file/etc/passwd",
    "/gradio_api/proxy=https://example.org/",
    "/gradio_api/upload",
    "/gradio_api/run/predict",
    "/gradio_api/call/predict",
    "/gradio_api/api/predict",
    "/gradio_api/vibe-edit",
    "/gradio_api/deep_link",
    "/gradio_api/upload_progress",
    "/config",
    "/monitoring/summary",
    "/openapi.json",
    "//gradio_api/info",
    "/gradio_api//info",
    "/%67radio_api/%69nfo",
    "/gradio_api/queue/../info",
    "/x/gradio_api/info",
    "/docs",
    "/redoc",
    "/gradio_api/mcp",
]


def test_every_public_route_is_known(engine: FakeEngine) -> None:
    service = Service(lambda progress: engine)
    routes = create_app(service, shelf=Shelf(service, FakeLibrary(engine), Uploads(Path("nowhere")))).routes
    api = {(method, route.path) for route in routes if isinstance(route, APIRoute) for method in route.methods}
    others = {getattr(route, "path", "") for route in routes if not isinstance(route, APIRoute)}
    assert api | _included(routes) == PUBLIC
    assert {path for path in others if path} == {"/api/v1/docs", "/api/v1/openapi.json", "/mcp", "/screen"}
    assert [tool.name for tool in TOOLS] == ["ask", "search", "list_sources", "read_source"]


def test_every_open_door_of_gradio_is_known(engine: FakeEngine) -> None:
    """What a new version of Gradio serves besides is to be looked at, and then opened here or closed there."""
    gradio = create_app(Service(lambda progress: engine)).routes[-1].app  # type: ignore[attr-defined]
    paths = {path.rstrip("/") for path in _paths(gradio.routes)}
    assert {path for path in paths if not _closed(path)} == {
        "", "/assets/{path:path}", "/favicon.ico", "/manifest.json", "/robots.txt", "/static/{path:path}", "/theme.css",
        "/gradio_api/app_id", "/gradio_api/heartbeat/{session_hash}", "/gradio_api/queue/data",
        "/gradio_api/queue/join", "/gradio_api/queue/status", "/gradio_api/startup-events", "/gradio_api/theme.css",
    }  # fmt: skip
    assert len(paths) > 40  # the closed ones have been seen too


def _paths(routes: object) -> Iterator[str]:
    for route in routes:  # type: ignore[attr-defined]
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner:
            yield from _paths(inner)
        else:
            yield route.path


def _included(routes: object) -> set[tuple[str, str]]:
    """Routes of routers that FastAPI keeps nested."""
    found = set()
    for route in routes:  # type: ignore[attr-defined]
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        found |= {(m, r.path) for r in inner or () if isinstance(r, APIRoute) for m in r.methods}
    return found


def test_gradio_has_no_endpoint() -> None:
    screen = build_screen()
    assert screen.fns == {}
    info = screen.get_api_info()
    assert info == {"named_endpoints": {}, "unnamed_endpoints": {}}
    assert {"startup-events", "heartbeat", "queue", "app_id", "theme.css"} == GRADIO_OPEN


@pytest.mark.parametrize("path", CLOSED)
def test_unused_doors_are_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in {404, 405}


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/status", "/api/v1/docs", "/screen/lib.js", "/nothing", "/gradio_api/info", "/mcp"]
)
def test_every_response_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": "https://evil.example"}).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert not [name for name in headers if name.startswith("access-control-")]


def test_only_the_page_that_asks_for_the_token_tells_its_origin(guarded: TestClient) -> None:
    """A form under no-referrer is sent with the origin "null", which is refused."""
    page = {"Accept": "text/html"}
    for answer in (guarded.get("/", headers=page), guarded.get("/?token=wrong", headers=page)):
        assert (answer.status_code, answer.headers["referrer-policy"]) == (401, "same-origin")
    refused = guarded.get("/api/v1/documents")
    for answer in (refused, guarded.get(f"/?token={TOKEN}", headers=page, follow_redirects=False)):
        assert answer.status_code in {401, 303} and answer.headers["referrer-policy"] == "no-referrer"


def test_foreign_hosts_are_refused(client: TestClient) -> None:
    for host in ("evil.example", "testserver.evil.example", "testserver@evil.example", ""):
        assert client.get("/api/v1/status", headers={"Host": host}).status_code == 400
    assert client.get("/api/v1/status", headers={"Host": "testserver:7860"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["[", "]", "[::1", "a b", "testserver:port", "testserver:7860:1", "testserver/x", "x?"]
)
def test_a_malformed_host_is_refused(client: TestClient, guarded: TestClient, host: str) -> None:
    for served in (client, guarded):
        response = served.get("/api/v1/status", headers={"Host": host, "Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 400


def test_hosts_are_compared_without_case_or_brackets(engine: FakeEngine) -> None:
    app = create_app(Service(lambda progress: engine))
    with TestClient(protect(app, hosts={"localhost", "::1"}, token=None)) as client:
        for host, status in (("LocalHost:1", 200), ("[::1]:7860", 200), ("[::2]", 400), ("::1", 400)):
            assert client.get("/api/v1/status", headers={"Host": host}).status_code == status


def test_bodies_are_capped(client: TestClient) -> None:
    """With a length that is told, and with one that is not."""
    body = b'{"question": "' + b"x" * MAX_BODY + b'"}'
    assert client.post("/api/v1/ask", content=body).status_code == 413
    assert client.post("/api/v1/ask", content=iter([body[:9], body[9:]])).status_code == 413
    assert client.post("/gradio_api/queue/join", content=body).status_code == 413


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://testserver.evil.example",
        "http://testserver:81",
        "http://[",
        "testserver",
    ],
)
def test_foreign_origins_cannot_ask(client: TestClient, origin: str) -> None:
    body = {"question": "Which cities?"}
    assert client.post("/api/v1/ask", json=body, headers={"Origin": origin}).status_code == 403
    assert client.post("/gradio_api/queue/join", json={}, headers={"Origin": origin}).status_code == 403


def test_our_page_and_programs_can_ask(client: TestClient) -> None:
    body = {"question": "Which cities?"}
    assert client.post("/api/v1/ask", json=body, headers={"Origin": "http://testserver"}).status_code == 200
    assert client.post("/api/v1/ask", json=body).status_code == 200
    assert client.post("/api/v1/ask", json=body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_preflights_get_no_leave(client: TestClient) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/api/v1/ask", headers=headers)
    assert "access-control-allow-origin" not in response.headers


# -- the token


@pytest.fixture(scope="module")
def guarded(engine: FakeEngine) -> Iterator[TestClient]:
    app = create_app(Service(lambda progress: engine))
    with TestClient(protect(app, hosts=None, token=TOKEN), follow_redirects=False) as client:
        yield client
        client.cookies.clear()


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/status", "/api/v1/documents", "/mcp", "/screen/lib.js", "/gradio_api/queue/data", "/x"]
)
def test_without_the_token_nothing_is_served(guarded: TestClient, path: str) -> None:
    guarded.cookies.clear()
    assert guarded.get(path).status_code == 401
    assert guarded.post(path, json={}).status_code == 401
    for wrong in ("", "wrong", TOKEN[:-1], TOKEN + "x", "ü"):
        assert guarded.get(path, params={"token": wrong}).status_code == 401
        header = {"Authorization": f"Bearer {wrong}".encode()}
        assert guarded.get(path, headers=header).status_code == 401
        assert guarded.get(path, headers={"Cookie": f"pincite={wrong}".encode()}).status_code == 401


def test_programs_send_the_token_as_bearer(guarded: TestClient) -> None:
    guarded.cookies.clear()
    assert guarded.get("/api/v1/status", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_address_sets_a_cookie_and_leaves_the_token_out(guarded: TestClient) -> None:
    guarded.cookies.clear()
    response = guarded.get("/", params={"token": TOKEN, "q": "Which cities?"})
    check_logged_in(guarded, response)
    assert response.headers["location"] == "/?q=Which+cities%3F"
    guarded.cookies.clear()
    response = guarded.get("http://testserver//evil.example/x", params={"token": TOKEN})
    assert response.headers["location"] == "/evil.example/x"


def test_the_form_sets_a_cookie_and_keeps_the_question(guarded: TestClient) -> None:
    guarded.cookies.clear()
    form = guarded.get("/?q=%22%3E%3Cscript%3E", headers={"Accept": "text/html"})
    assert form.status_code == 401 and "<script>" not in form.text and "form" in form.text
    wrong = guarded.post("/token", data={"token": "wrong"}, headers={"Accept": "text/html"})
    assert wrong.status_code == 401 and "That is not the token." in wrong.text
    assert guarded.post("/token", content=b"x" * 10_000).status_code == 401
    response = guarded.post("/token?q=x", data={"token": TOKEN})
    check_logged_in(guarded, response)
    assert response.headers["location"] == "/?q=x"


@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        ({}, False),
        ({"X-Forwarded-Proto": "http"}, False),
        ({"X-Forwarded-Proto": "https"}, True),
        ({"X-Forwarded-Proto": "https, http"}, True),
        ({"X-Forwarded-Proto": "http, https"}, False),
        ({"Forwarded": 'for=192.0.2.1;proto="https";host=x, for=10.0.0.1;proto=http'}, True),
        ({"Forwarded": "for=192.0.2.1;proto=http, for=10.0.0.1;proto=https"}, False),
        ({"Origin": "https://testserver"}, True),
        ({"Origin": "http://testserver"}, False),
    ],
)
def test_behind_https_the_cookie_goes_by_https_only(guarded: TestClient, headers: dict[str, str], secure: bool) -> None:
    for method, path, form in (("POST", "/token", {"token": TOKEN}), ("GET", f"/?token={TOKEN}", None)):
        guarded.cookies.clear()
        response = guarded.request(method, path, data=form, headers=headers)
        assert response.status_code == 303
        assert ("; secure" in response.headers["set-cookie"].lower()) is secure
        assert response.headers["location"] == "/"  # whatever scheme and host the proxy has


def test_the_cookie_is_secure_where_the_server_itself_speaks_https(engine: FakeEngine) -> None:
    app = protect(create_app(Service(lambda progress: engine)), hosts=None, token=TOKEN)
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        assert "; secure" in client.get("/", params={"token": TOKEN}).headers["set-cookie"].lower()


def check_logged_in(guarded: TestClient, response: httpx.Response) -> None:
    assert response.status_code == 303
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert guarded.get("/api/v1/status").status_code == 200
    assert guarded.get("/").status_code == 200


def test_the_token_does_not_open_other_origins(guarded: TestClient) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "https://evil.example"}
    assert guarded.post("/api/v1/ask", json={"question": "x"}, headers=headers).status_code == 403


def test_the_mount_is_the_last_route(engine: FakeEngine) -> None:
    assert isinstance(create_app(Service(lambda progress: engine)).routes[-1], Mount)
