"""The REST API. Every route calls the service; what it gives is the contract's object of that name."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from qa import __version__
from qa.errors import PinciteError, QuestionError, SourceUnknown
from qa.types import Document, Source
from qa.ui import models, objects
from qa.ui.examples import examples_for
from qa.ui.health import Health, health
from qa.ui.originals import original_response
from qa.ui.service import Service, Unavailable

_FAILS: dict[int | str, dict[str, Any]] = {
    503: {"model": models.Problem, "description": "the index is still opening, or too many ask at once"}
}


def routes(service: Service) -> APIRouter:
    """All routes under ``/api/v1``."""
    router = APIRouter(prefix="/api/v1")
    _answering(router, service)
    _reading(router, service)
    return router


def _answering(router: APIRouter, service: Service) -> None:
    @router.post("/ask", response_model=models.FullAnswer, response_model_exclude_unset=True, responses=_FAILS)
    async def ask(body: models.AskBody) -> dict[str, Any]:
        """Answer a question word for word from the sources, or say why they do not."""
        return await service.run(partial(objects.answer, service.engine, body))

    @router.post("/search", response_model=models.Found, responses=_FAILS)
    async def search(body: models.SearchBody) -> dict[str, Any]:
        """The ranked passages only."""
        return await service.run(partial(objects.found, service.engine, body))


def _reading(router: APIRouter, service: Service) -> None:
    drawn: dict[int, list[str]] = {}

    @router.get("/examples", response_model=models.Examples, responses=_FAILS)
    async def examples() -> dict[str, Any]:
        """Questions to begin with, drawn from the documents."""
        version, engine = service.version, service.engine
        if version not in drawn:
            found = await service.run(partial(examples_for, engine))
            drawn.clear()  # those of an older index are of no use
            drawn[version] = found
        return {"questions": drawn[version]}

    @router.get("/status", response_model=models.Status)
    def status() -> dict[str, Any]:
        """Whether questions can be asked yet."""
        now = service.status
        counts = {"done": now.done, "total": now.total}
        about = {"version": __version__, "index": service.version}
        return {"state": now.state, "message": now.message, **counts, **about}

    @router.get("/documents", response_model=models.Documents, responses=_FAILS)
    def documents() -> dict[str, Any]:
        """Every document in the index, and the files that could not be read."""
        return objects.listing(service.engine)

    @router.get("/health", response_model=Health, responses=_FAILS)
    async def state() -> Health:
        """Failures, scans, duplicates and all else that is doubtful. Reads every document, so it may take a while."""
        return await service.run(partial(health, service.engine))

    @router.get("/documents/{id:path}/original", response_class=Response, response_model=None)
    def original_file(id: str) -> Response | dict[str, Any]:
        """The file itself: a PDF in place, anything else as a download."""
        known = {entry.source.id: entry.source for entry in service.engine.sources()}
        if id not in known and f"{id}/original" in known:  # a document that is itself called "original"
            return JSONResponse(objects.with_text(_document(service, f"{id}/original")))
        return original_response(_known(known, id))

    @router.get("/documents/{id:path}", response_model=models.DocumentText, responses=_FAILS)
    def document(id: str) -> dict[str, Any]:
        """One document with its text, into which all offsets point."""
        return objects.with_text(_document(service, id))


def _document(service: Service, id: str) -> Document:
    try:
        return service.engine.document(id)
    except KeyError as error:
        raise _unknown(id) from error


def _known(sources: dict[str, Source], id: str) -> Source:
    if id not in sources:
        raise _unknown(id)
    return sources[id]


def _unknown(id: str) -> HTTPException:
    return HTTPException(404, f"There is no document {id!r} in the index.")


def _plain(value: Any) -> Any:
    """Text that can be encoded, of an error's text or path."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _wrong(field: str, error: PinciteError) -> JSONResponse:
    """What is wrong with a field of the body, as FastAPI says it."""
    return JSONResponse({"detail": [{"type": field, "loc": ["body", field], "msg": _plain(str(error))}]}, 422)


def explain_errors(app: FastAPI) -> None:
    """Give every error a status and one line for a person."""

    @app.exception_handler(QuestionError)
    def question(request: Request, error: QuestionError) -> JSONResponse:
        return _wrong("question", error)

    @app.exception_handler(SourceUnknown)
    def source(request: Request, error: SourceUnknown) -> JSONResponse:
        return _wrong("sources", error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # What was sent is not sent back: it may be nothing that JSON can hold.
        told = [{name: _plain(wrong[name]) for name in ("type", "loc", "msg")} for wrong in error.errors()]
        return JSONResponse({"detail": told}, 422)

    @app.exception_handler(Unavailable)
    def unavailable(request: Request, error: Unavailable) -> JSONResponse:
        return JSONResponse({"detail": str(error), "state": error.state}, 503, {"Retry-After": "2"})

    @app.exception_handler(PinciteError)
    def ours(request: Request, error: PinciteError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 500)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "Something went wrong; the server's output says what."}, 500)
