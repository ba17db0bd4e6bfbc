"""The REST API. Every route calls the service; what it gives is the contract's object of that name."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from qa import __version__
from qa.errors import PinciteError, QuestionError
from qa.types import Answer, Document, Source, hits_to_json
from qa.ui import models
from qa.ui.originals import original_response
from qa.ui.places import citation_place, original, passage_place, u16
from qa.ui.service import Engine, Service, Unavailable
from qa.ui.trace import trace_of

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
    @router.post("/ask", response_model=models.Answer, response_model_exclude_unset=True, responses=_FAILS)
    async def ask(body: models.AskBody) -> dict[str, Any]:
        """Answer a question word for word from the sources, or say why they do not."""
        return await service.run(partial(_answer, service.engine, body))

    @router.post("/search", response_model=models.Found, responses=_FAILS)
    async def search(body: models.SearchBody) -> dict[str, Any]:
        """The ranked passages only."""
        work = partial(service.engine.search, body.question, top_k=body.top_k, mode=body.mode, only=body.only)
        return {"question": body.question, "hits": hits_to_json(await service.run(work))}


def _reading(router: APIRouter, service: Service) -> None:
    @router.get("/status", response_model=models.Status)
    def status() -> dict[str, Any]:
        """Whether questions can be asked yet."""
        now = service.status
        counts = {"done": now.done, "total": now.total}
        return {"state": now.state, "message": now.message, **counts, "version": __version__}

    @router.get("/documents", response_model=models.Documents, responses=_FAILS)
    def documents() -> dict[str, Any]:
        """Every document in the index, and the files that could not be read."""
        engine = service.engine
        listed = [
            _described(entry.source) | {"passages": entry.passages, "characters": entry.characters}
            for entry in engine.sources()
        ]
        failures = [{"path": failure.path, "reason": failure.reason} for failure in engine.failures()]
        return {"documents": listed, "failures": failures}

    @router.get("/documents/{id:path}/original", response_class=Response, response_model=None)
    def original_file(id: str) -> Response | dict[str, Any]:
        """The file itself: PDF and text in place, anything else as a download."""
        known = {entry.source.id: entry.source for entry in service.engine.sources()}
        if id not in known and f"{id}/original" in known:  # a document that is itself called "original"
            return JSONResponse(_with_text(_document(service, f"{id}/original")))
        return original_response(_known(known, id))

    @router.get("/documents/{id:path}", response_model=models.DocumentText, responses=_FAILS)
    def document(id: str) -> dict[str, Any]:
        """One document with its text, into which all offsets point."""
        return _with_text(_document(service, id))


def _answer(engine: Engine, body: models.AskBody) -> dict[str, Any]:
    answer = engine.ask(body.question, tuple(body.history), top_k=body.top_k, only=body.only)
    places = {"places": _places(engine, answer)} if body.places else {}
    return answer.to_json() | places | ({"trace": trace_of(answer, cache(engine.document))} if body.trace else {})


def _places(engine: Engine, answer: Answer) -> models.Places:
    read = cache(engine.document)
    return models.Places(
        citations=[citation_place(read(citation.source.id), citation) for citation in answer.citations],
        hits=[]
        if answer.answers
        else [passage_place(read(hit.passage.document_id), hit.passage) for hit in answer.hits],
    )


def _described(source: Source) -> dict[str, Any]:
    fields = ("id", "title", "publisher", "published", "url", "path", "sha256", "kind", "size")
    return {name: getattr(source, name) for name in fields}


def _with_text(document: Document) -> dict[str, Any]:
    text, pages = document.text, list(document.pages)
    return _described(document.source) | {
        "text": text,
        "pages": pages,
        "u16_pages": [u16(text, page) for page in pages],
        "original": original(document.source),
    }


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


def explain_errors(app: FastAPI) -> None:
    """Give every error a status and one line for a person."""

    @app.exception_handler(QuestionError)
    def question(request: Request, error: QuestionError) -> JSONResponse:
        wrong = {"type": "question", "loc": ["body", "question"], "msg": str(error)}
        return JSONResponse({"detail": [wrong]}, 422)

    @app.exception_handler(Unavailable)
    def unavailable(request: Request, error: Unavailable) -> JSONResponse:
        return JSONResponse({"detail": str(error), "state": error.state}, 503, {"Retry-After": "2"})

    @app.exception_handler(PinciteError)
    def ours(request: Request, error: PinciteError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 500)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "Something went wrong; the server's output says what."}, 500)
