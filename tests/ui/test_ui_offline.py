"""No request leaves the machine: what the whole server does is watched from below, by the interpreter's audit hook."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fake import CORPUS
from mcp import Client
from talking import talk

QUESTION = "Which three science and technology cities will be built in Beijing?"
# Libraries swallow errors, so what is forbidden is written down as well.
WATCH = """
import sys
def watch(event, arguments, log=open(sys.argv[1], "a", buffering=1)):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "unix"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    if host not in (None, "", "unix", "localhost", "127.0.0.1", "::1"):
        log.write(f"{event} {arguments[0] if event.endswith('name') else arguments}\\n")
        raise OSError("no request may leave the machine")
sys.addaudithook(watch)
"""
SERVE = """
sys.path.insert(0, {tests!r})
from fake import FakeEngine, read_corpus
from qa.ui import serve
serve(port=0, open_engine=lambda progress: FakeEngine(read_corpus()))
"""


def python(code: str, log: Path) -> subprocess.Popen[str]:
    watched = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRADIO_"))}
    return subprocess.Popen(
        [sys.executable, "-c", WATCH + code, str(log)],
        env={**watched, "PYTHONPATH": str(CORPUS.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "import urllib.request; urllib.request.urlopen('http://203.0.113.1:9/')",
        "import socket; socket.getaddrinfo('huggingface.co', 443)",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.1', 9))",
    ],
)
def test_the_watch_sees_what_it_should(tmp_path: Path, attempt: str) -> None:
    process = python(f"try:\n    {attempt}\nexcept OSError:\n    pass\n", tmp_path / "log")
    assert process.wait(60) == 0
    assert re.search(r"203\.0\.113\.1|huggingface\.co", (tmp_path / "log").read_text())


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a server in a process that is watched until it has ended."""
    process = python(SERVE.format(tests=str(Path(__file__).parent)), tmp_path / "log")
    assert process.stdout
    found = re.search(r"http://\S+/", process.stdout.readline())
    assert found
    yield found.group()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert (tmp_path / "log").read_text() == ""


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal there")
def test_screen_rest_and_mcp_stay_on_the_machine(url: str) -> None:
    with httpx.Client(base_url=url, timeout=120) as client:
        while client.get("/api/v1/status").json()["state"] == "loading":
            pass
        page = client.get("/").text
        for path in [*re.findall(r'(?:src|href)="\.?/?((?:assets|static|screen)/[^"]+)"', page)[:5], "api/v1/docs"]:
            assert client.get(f"/{path}").status_code == 200
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
        assert client.get("/gradio_api/startup-events").status_code == 200
        assert client.post("/api/v1/ask", json={"question": QUESTION}).json()["text"]

    async def conversation(client: Client) -> bool:
        return bool((await client.call_tool("ask", {"question": QUESTION})).structured_content["text"])

    assert talk(f"{url}mcp", conversation)
