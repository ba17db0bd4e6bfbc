"""A server in a thread, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from qa.eval.engine import Subject
from qa.ui.bench import lent
from qa.ui.folders import Folders
from qa.ui.launch import bind
from qa.ui.security import protect
from qa.ui.server import create_app, local_hosts
from qa.ui.service import Engine, Opener, Service
from qa.ui.shelf import Shelf


@contextmanager
def serving(
    open_engine: Opener,
    token: str | None = None,
    folders: Folders | None = None,
    shelf_of: Callable[[Service], Shelf] | None = None,
    subject_of: Callable[[Engine], Subject] = lent,
) -> Iterator[str]:
    """The address of a server that runs while in this context."""
    listener = bind("127.0.0.1", 0)
    service = Service(open_engine)
    shelf = shelf_of(service) if shelf_of else None
    app = create_app(service, folders=folders, shelf=shelf, subject_of=subject_of)
    guarded = protect(app, hosts=local_hosts(), token=token)
    server = uvicorn.Server(uvicorn.Config(guarded, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)
