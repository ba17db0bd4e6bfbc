"""A conversation with an MCP server, by the official client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
from mcp import Client


def talk(server: Any, conversation: Callable[[Client], Awaitable[Any]], **options: Any) -> Any:
    """What ``conversation`` makes of a client of ``server``.

    In a thread of its own: Playwright keeps an event loop in the main one while its browser is open.
    """

    async def main() -> Any:
        async with Client(server, read_timeout_seconds=120, **options) as client:
            return await conversation(client)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, main).result()
