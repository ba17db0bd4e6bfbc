"""One ASGI app: the REST routes, MCP, the scripts of the screen, and Gradio behind them."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from qa.eval.engine import Subject
from qa.ui.api import explain_errors, routes
from qa.ui.bench import Bench, lent
from qa.ui.bench_api import bench_routes
from qa.ui.folders import Folders, usual_folders
from qa.ui.mcp import Door
from qa.ui.questions import question_routes
from qa.ui.security import protect
from qa.ui.service import Engine, Opener, Service
from qa.ui.shelf import IndexLibrary, Shelf, uploads_dir
from qa.ui.shelf_api import shelf_routes
from qa.ui.uploads import Uploads

STATIC = Path(__file__).parent / "static"


def local_hosts() -> set[str]:
    """The names by which a browser on this machine reaches it."""
    return {"127.0.0.1", "localhost", "::1"}


def run(
    listener: socket.socket,
    open_engine: Opener,
    *,
    index_dir: Path | None,
    questions: Path | None,
    token: str | None,
    hosts: Collection[str] | None,
) -> None:
    """Serve on ``listener`` until interrupted.

    ``index_dir``: the index whose documents visitors may change. ``questions``: the file of the questions that they
    save, None = the usual one.
    """
    service = Service(open_engine)
    shelf = Shelf(service, IndexLibrary(index_dir), Uploads(uploads_dir(index_dir))) if index_dir else None
    app = protect(create_app(service, usual_folders(questions), shelf), hosts=hosts, token=token)
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, timeout_graceful_shutdown=2, proxy_headers=False
    )
    with suppress(KeyboardInterrupt):  # raised again once everything is closed
        uvicorn.Server(config).run(sockets=[listener])


def create_app(
    service: Service,
    folders: Folders | None = None,
    shelf: Shelf | None = None,
    subject_of: Callable[[Engine], Subject] = lent,
) -> FastAPI:
    """The app without its guards.

    ``folders``: where visitors' questions and runs are kept, None = the usual places. ``shelf``: changes the documents,
    None = they stay as they are. ``subject_of``: how the engine is evaluated.
    """

    door = Door(service)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        if shelf is not None:
            shelf.uploads.sweep()
        async with door.open():
            yield
        if shelf is not None:
            shelf.uploads.close()
        service.close()

    app = FastAPI(
        title="Pincite",
        description="Answers quoted word for word from a folder of documents. MCP clients find the same at /mcp.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # both pages load scripts from a CDN; /api/v1/docs is ours
        redoc_url=None,
        lifespan=lifespan,
    )
    explain_errors(app)
    app.include_router(routes(service))
    app.router.routes += [Route("/mcp", door), Route("/api/v1/docs", api_page)]
    kept = folders or usual_folders()
    app.include_router(question_routes(service, kept))
    app.include_router(bench_routes(Bench(service, kept, subject_of), service, kept))
    app.include_router(shelf_routes(shelf))
    app.mount("/screen", Scripts(directory=STATIC), name="screen")
    mount_screen(app)
    return app


async def api_page(request: Request) -> FileResponse:
    """The REST API for people: a page that reads ``openapi.json`` and needs nothing from elsewhere."""
    return FileResponse(STATIC / "api.html")


def mount_screen(app: FastAPI) -> None:
    """Gradio takes every path that nothing else took."""
    import gradio as gr

    from qa.ui.screen import HEAD, THEME, build_screen

    gr.mount_gradio_app(
        app,
        build_screen(),
        path="/",
        theme=THEME,
        head=HEAD,
        favicon_path=str(STATIC / "favicon.svg"),
        footer_links=[],
        allowed_paths=[],
        show_error=False,
        run_history=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        ssr_mode=False,
        max_file_size="1mb",
    )


class Scripts(StaticFiles):
    """Files a browser asks about each time, so that an update is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
