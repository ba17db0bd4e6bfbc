"""Starting the server. Heavy libraries are imported only once the port is ours."""

from __future__ import annotations

import errno
import ipaddress
import secrets
import socket
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from qa.errors import PinciteError
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.ui.service import Opener

DEFAULT_PORT = 7860
_SHORTEST_TOKEN = 12


def serve(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    index_dir: Path | None = None,
    questions: Path | None = None,
    token: str | None = None,
    open_browser: bool = False,
    open_engine: Opener | None = None,
    settings: Settings = Settings(),
) -> None:
    """Serve the screen, the REST API and MCP until interrupted.

    A ``host`` other than this machine needs a ``token``; without one a random one is made and printed.
    ``questions``: the file that Correct and Wrong keep questions in, None = that of the set ``mine``.
    ``open_engine`` replaces the index in ``index_dir`` by another engine; else ``settings`` say how it answers.
    Raises ``PinciteError`` when the address cannot be used.
    """
    local = is_local(host)
    if token is not None and (len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable()):
        raise PinciteError(
            f"the token is too short or hard to send: give {_SHORTEST_TOKEN} or more plain letters, digits and signs, "
            "or none for a random one"
        )
    if token is None and not local:
        token = secrets.token_urlsafe(24)
    listener = bind(host, port)
    url = address(host, listener.getsockname()[1], token)
    print(f"Pincite is at {url}\nPress Ctrl+C to stop.", flush=True)

    from qa.settings import index_dir as usual
    from qa.ui.server import local_hosts, run
    from qa.ui.service import default_opener

    if open_browser:
        show(url)
    run(
        listener,
        open_engine or default_opener(index_dir, settings),
        index_dir=None if open_engine else index_dir or usual(),
        questions=questions,
        token=token,
        hosts=local_hosts() if local else None,
    )


def serve_stdio(
    index_dir: Path | None = None, open_engine: Opener | None = None, settings: Settings = Settings()
) -> None:
    """Serve one MCP client on standard input and output until it goes."""
    from qa.ui.mcp import serve_stdio as run
    from qa.ui.service import Service, default_opener

    run(Service(open_engine or default_opener(index_dir, settings)))


def show(url: str) -> None:
    """Open a browser window, where there are windows. It waits in the socket's backlog until the server runs."""
    with suppress(webbrowser.Error):
        browser = webbrowser.get()
        if type(browser) is not webbrowser.GenericBrowser:  # that one would take over the terminal
            browser.open(url)


def is_local(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise PinciteError(f"cannot serve on {host} port {port}: {_plain(error)}; {_advice(error, port)}") from error
    return listener


def address(host: str, port: int, token: str | None) -> str:
    """What to type into a browser."""
    shown = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    shown = f"[{shown}]" if ":" in shown else shown
    return f"http://{shown}:{port}/" + (f"?token={quote(token, safe='')}" if token else "")


def _advice(error: Exception, port: int) -> str:
    if getattr(error, "errno", None) in (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL):
        return "give --host an address of this machine, or 0.0.0.0 for all of them"
    return f"try pincite serve --port {port + 1 if 1024 <= port < 65_535 else DEFAULT_PORT}"


def _plain(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return str(strerror or error).lower()
