"""Addresses, ports and tokens, before anything heavy is loaded."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest

from qa.errors import PinciteError
from qa.ui import launch


def test_a_taken_port_is_one_line_with_the_next_command() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PinciteError) as error:
            launch.bind("127.0.0.1", port)
    message = str(error.value)
    assert str(port) in message and "pincite serve --port" in message and "\n" not in message


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("203.0.113.7", 0), ("no such host.example", 0)])
def test_an_address_that_cannot_be_used(host: str, port: int) -> None:
    with pytest.raises(PinciteError, match="cannot serve on") as error:
        launch.bind(host, port)
    assert ("--port" if port else "give --host an address of this machine") in str(error.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_this_machine_goes_without_a_token(host: str) -> None:
    assert launch.is_local(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org"])
def test_others_do_not(host: str) -> None:
    assert not launch.is_local(host)


def served(monkeypatch: pytest.MonkeyPatch, **arguments: Any) -> dict[str, Any]:
    """What ``serve`` would run."""
    import qa.ui.server

    seen: dict[str, Any] = {}
    monkeypatch.setattr(qa.ui.server, "run", lambda listener, opener, **rest: (listener.close(), seen.update(rest)))
    launch.serve(port=0, **arguments)
    return seen


def test_a_foreign_host_gets_a_random_token_that_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = {served(monkeypatch, host="0.0.0.0")["token"] for _ in range(2)}
    assert len(tokens) == 2 and all(len(token) >= 32 for token in tokens)
    printed = capsys.readouterr().out
    assert all(token in printed for token in tokens)


def test_hosts_are_checked_unless_a_token_is(monkeypatch: pytest.MonkeyPatch) -> None:
    local = served(monkeypatch)
    assert local["token"] is None and "127.0.0.1" in local["hosts"]
    far = served(monkeypatch, host="0.0.0.0", token="long enough a token")
    assert (far["token"], far["hosts"]) == ("long enough a token", None)


@pytest.mark.parametrize("token", ["short", "", "long enough, but é", "long enough, but\n"])
def test_a_token_that_protects_nothing_or_fits_no_header_is_refused(token: str) -> None:
    with pytest.raises(PinciteError, match="too short"):
        launch.serve(host="0.0.0.0", port=0, token=token)


def test_addresses() -> None:
    assert launch.address("127.0.0.1", 7860, None) == "http://127.0.0.1:7860/"
    assert launch.address("::1", 7860, "a b") == "http://[::1]:7860/?token=a%20b"


def test_mcp_over_stdio_loads_neither_gradio_nor_fastapi() -> None:
    code = "import sys, qa.ui.mcp; sys.exit(any(name in sys.modules for name in ('gradio', 'fastapi')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_the_package_loads_neither_gradio_nor_fastapi() -> None:
    code = "import sys, qa.ui; sys.exit(any(name in sys.modules for name in ('gradio', 'fastapi', 'uvicorn')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
