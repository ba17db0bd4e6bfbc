"""MCP, with the official client over both transports: the same objects as REST, behind the same guards."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from fake import CORPUS, FakeEngine
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from served import serving
from starlette.testclient import TestClient
from talking import talk

from qa.errors import IndexDamaged
from qa.ui import mcp
from qa.ui.mcp import make_server
from qa.ui.service import Service

QUESTION = "Which three science and technology cities will be built in Beijing?"
REFUSED = "Who won the 1998 world cup?"
TOOLS = ["ask", "search", "list_sources", "read_source"]
TOKEN = "a token of fair length"
STDIO = """
import sys
sys.path.insert(0, {tests!r})
from fake import FakeEngine, read_corpus
from qa.ui import serve_stdio
def opener(progress):
    print("what a library prints while it loads")
    return FakeEngine(read_corpus())
serve_stdio(open_engine=opener)
"""


@pytest.fixture(scope="module")
def url(engine: FakeEngine) -> Iterator[str]:
    with serving(lambda progress: engine) as url:
        yield f"{url}mcp"


@pytest.fixture(scope="module")
def stdio() -> StdioServerParameters:
    code = STDIO.format(tests=str(Path(__file__).parent))
    root = str(CORPUS.parent)
    return StdioServerParameters(command=sys.executable, args=["-c", code], env={"PYTHONPATH": root}, cwd=root)


def call(server: Any, name: str, **arguments: Any) -> CallToolResult:
    return talk(server, lambda client: client.call_tool(name, arguments))


async def everything(client: Client) -> dict[str, Any]:
    """Every tool, each called once."""
    listed = (await client.list_tools()).tools
    results = {
        "ask": await client.call_tool("ask", {"question": QUESTION, "history": ["earlier"]}),
        "search": await client.call_tool("search", {"question": QUESTION, "top_k": 2, "mode": "lexical"}),
        "list_sources": await client.call_tool("list_sources", {"contains": "OPENGOV"}),
        "read_source": await client.call_tool("read_source", {"id": "opengov-technology-transfer.txt"}),
    }
    return {"server": client.server_info, "tools": {tool.name: tool for tool in listed}, "results": results}


@pytest.mark.parametrize("transport", ["http", "http before 2026", "stdio"])
def test_every_tool_over_every_transport(
    transport: str, url: str, stdio: StdioServerParameters, engine: FakeEngine
) -> None:
    mode = {"http before 2026": "legacy"}.get(transport, "auto")
    seen = talk(stdio if transport == "stdio" else url, everything, mode=mode)
    assert seen["server"].name == "pincite"
    assert list(seen["tools"]) == TOOLS
    for name, result in seen["results"].items():
        assert not result.is_error
        Draft202012Validator(closed(seen["tools"][name].output_schema)).validate(result.structured_content)
        assert json.loads(result.content[0].text) == result.structured_content
    results = {name: result.structured_content for name, result in seen["results"].items()}
    expected = engine.ask(QUESTION, ("earlier",)).to_json()
    assert results["ask"] == expected and results["ask"]["citations"]
    assert [hit["rank"] for hit in results["search"]["hits"]] == [1, 2]
    assert [each["id"] for each in results["list_sources"]["documents"]] == ["opengov-technology-transfer.txt"]
    stored = (CORPUS / "opengov-technology-transfer.txt").read_text(encoding="utf-8")
    assert results["read_source"]["text"] == stored


def closed(schema: Any) -> Any:
    """``schema``, not allowing for anything that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if "properties" in inner else inner


def test_tools_say_that_they_only_read(url: str) -> None:
    tools = talk(url, lambda client: client.list_tools()).tools
    for tool in tools:
        assert tool.annotations.read_only_hint and not tool.annotations.open_world_hint
        assert tool.description and tool.title and tool.output_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False


def test_a_refusal_is_a_result(url: str) -> None:
    given = call(url, "ask", question=REFUSED)
    assert not given.is_error
    assert given.structured_content["text"] is None and given.structured_content["reason"]


def test_offsets_point_into_what_read_source_gives(url: str) -> None:
    [citation, *_] = call(url, "ask", question=QUESTION).structured_content["citations"]
    part = call(
        url, "read_source", id=citation["document"]["id"], start=citation["start"], length=len(citation["quote"])
    )
    assert part.structured_content["text"] == citation["quote"]
    assert part.structured_content["end"] == citation["end"] <= part.structured_content["characters"]
    beyond = call(url, "read_source", id=citation["document"]["id"], start=10**9).structured_content
    assert (beyond["text"], beyond["end"]) == ("", 10**9)


def test_sources_come_in_parts(url: str, engine: FakeEngine) -> None:
    every = call(url, "list_sources").structured_content
    assert [each["id"] for each in every["documents"]] == [entry.source.id for entry in engine.sources()]
    assert every["failures"] and every["total"] == len(every["documents"])
    part = call(url, "list_sources", offset=1, limit=2).structured_content
    assert part["documents"] == every["documents"][1:3] and part["total"] == every["total"]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": ""}, "question: "),
        ("ask", {"question": "x" * 2_001}, "question: "),
        ("ask", {"question": "\ud800"}, "question: "),
        ("ask", {"question": "?!"}, "there is no word in the question"),
        ("ask", {"question": "x", "places": True}, "places: "),
        ("ask", {"question": "x", "sources": ["nowhere.txt"]}, "there is no source 'nowhere.txt'"),
        ("search", {"question": "x", "sources": ["nowhere.txt"]}, "there is no source 'nowhere.txt'"),
        ("search", {"question": "x", "mode": "magic"}, "mode: "),
        ("list_sources", {"limit": 0}, "limit: "),
        ("read_source", {"id": "../../etc/passwd"}, "there is no source"),
        ("read_source", {"id": "long.txt", "start": -1}, "start: "),
    ],
)
def test_what_a_client_can_mend_is_said_to_it(engine: FakeEngine, tool: str, arguments: Any, says: str) -> None:
    service = Service(lambda progress: engine)
    service.start()
    result = talk(make_server(service), lambda client: client.call_tool(tool, arguments))
    assert result.is_error and says in result.content[0].text


def test_what_it_cannot_mend_says_nothing_of_the_inside(url: str) -> None:
    result = call(url, "ask", question="crash")
    assert result.is_error and "secret" not in result.content[0].text and "passwd" not in result.content[0].text


def test_an_unknown_tool_is_a_protocol_error(url: str) -> None:
    async def conversation(client: Client) -> None:
        with pytest.raises(MCPError, match="there is no tool 'remove_source'"):
            await client.call_tool("remove_source", {"id": "long.txt"})

    talk(url, conversation)


def test_a_call_waits_for_an_index_that_is_opening(engine: FakeEngine) -> None:
    asked = threading.Event()

    def opener(progress: Any) -> FakeEngine:
        asked.wait(30)
        return engine

    async def conversation(client: Client) -> CallToolResult:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, lambda: threading.Timer(0.2, asked.set).start())
            return await client.call_tool("ask", {"question": QUESTION})

    service = Service(opener)
    service.start()
    assert talk(make_server(service), conversation).structured_content["text"]


def test_a_call_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "OPENING", 0.01)
    service = Service(lambda progress: threading.Event().wait())  # type: ignore[arg-type,return-value]
    service.start()
    result = call(make_server(service), "ask", question=QUESTION)
    assert result.is_error and result.content[0].text == "Opening the index; call again in a moment"


def test_an_index_that_cannot_be_opened_is_an_error_with_its_reason() -> None:
    def opener(progress: Any) -> FakeEngine:
        raise IndexDamaged("the index is damaged: run `pincite index`")

    service = Service(opener)
    service.start()
    result = call(make_server(service), "ask", question=QUESTION)
    assert result.is_error and result.content[0].text == "the index is damaged: run `pincite index`"


def test_only_protocol_is_written_to_standard_output(stdio: StdioServerParameters) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_sources", "arguments": {}}},
    ]
    lines = "".join(json.dumps(message) + "\n" for message in messages)
    process = subprocess.Popen(
        [stdio.command, *stdio.args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=stdio.cwd,
        encoding="utf-8",
    )
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(lines)
    process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    rest, err = process.communicate(timeout=60)  # closes its input, upon which it ends
    assert [answer["id"] for answer in answers] == [1, 2] and rest == ""
    assert process.returncode == 0
    assert err == "what a library prints while it loads\n"


# -- the guards


HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 400),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_other_sites_cannot_use_it(client: TestClient, headers: dict[str, str], status: int) -> None:
    response = client.post("/mcp", json=HELLO, headers={**ACCEPT, **headers})
    assert response.status_code == status
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_nothing_but_post(client: TestClient, method: str) -> None:
    response = client.request(method, "/mcp")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_a_large_body_is_refused(client: TestClient) -> None:
    assert client.post("/mcp", content=b"x" * 2_000_000, headers=ACCEPT).status_code == 413


def test_it_asks_for_the_token(engine: FakeEngine) -> None:
    with serving(lambda progress: engine, token=TOKEN) as url:
        assert httpx2.post(f"{url}mcp", json=HELLO, headers=ACCEPT).status_code == 401
        result = call(with_token(f"{url}mcp", TOKEN), "ask", question=QUESTION)
        assert result.structured_content["text"]


@asynccontextmanager
async def with_token(url: str, token: str) -> AsyncIterator[Any]:
    """The transport of a client that sends ``token``, as its configuration tells it to."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client,
        streamable_http_client(url, http_client=client) as streams,
    ):
        yield streams


# -- what the README says


README = (CORPUS.parent / "README.md").read_text(encoding="utf-8")


def test_the_configurations_to_paste_are_json_for_clients_that_there_are() -> None:
    started, served = (json.loads(text)["mcpServers"]["pincite"] for text in fenced("json"))
    assert started == {"command": "/path/to/.venv/bin/pincite", "args": ["mcp"]}
    assert (served["type"], served["url"]) == ("http", "http://127.0.0.1:7860/mcp")
    assert served["headers"] == {"Authorization": "Bearer TOKEN"}


def test_the_requests_to_paste_are_answered(client: TestClient) -> None:
    commands = [shlex.split(line) for line in fenced("sh")[0].replace("\\\n", " ").splitlines()]
    assert len(commands) == 2
    for _, _, url, *options in commands:
        path = url.removeprefix("http://127.0.0.1:7860")
        if options:
            header, body = options[1].split(": "), options[3]
            assert client.post(path, content=body, headers=dict([header])).json()["question"]
        else:
            assert client.get(path).json()["text"]


def fenced(language: str) -> list[str]:
    """The code of a language in the section on other programs."""
    section = README.partition("## From other programs")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
