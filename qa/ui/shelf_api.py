"""REST routes that change the documents of the index: upload, add, remove, bring back."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from qa.errors import CorpusError
from qa.ui.models import Failure
from qa.ui.shelf import Change, Shelf
from qa.ui.uploads import FORMATS, Refused


class UploadRules(BaseModel):
    formats: list[str] = Field(description="endings of file names")
    max_bytes: int
    max_files: int


class Upload(BaseModel):
    name: str
    size: int


class AddBody(BaseModel):
    """Which uploads to add to the documents."""

    model_config = ConfigDict(extra="forbid")

    uploads: list[str] = Field(min_length=1, max_length=5_000, description="names of uploaded files")


class RestoreBody(BaseModel):
    """Which removed documents to bring back."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(min_length=1, max_length=5_000)


class ChangeNow(BaseModel):
    """How far a change of the documents is."""

    state: Literal["none", "working", "done", "failed"]
    doing: Literal["add", "remove", "restore"] | None
    names: list[str] = Field(description="files added, or ids of documents removed or brought back")
    message: str
    done: int
    total: int
    failures: list[Failure] = Field(description="files that could not be read, by name; they were not kept")


def shelf_routes(shelf: Shelf | None) -> APIRouter:
    """``/api/v1/uploads``, ``/api/v1/changes``, and what changes ``/api/v1/documents``; no shelf: nothing is taken."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/uploads", response_model=UploadRules)
    def rules() -> dict[str, Any]:
        """Which files are taken; none where the documents cannot be changed."""
        if shelf is None:
            return {"formats": [], "max_bytes": 0, "max_files": 0}
        return {"formats": FORMATS, "max_bytes": shelf.uploads.max_bytes, "max_files": shelf.uploads.max_files}

    if shelf is not None:
        _uploading(router, shelf)
        _changing(router, shelf)
    return router


def _uploading(router: APIRouter, shelf: Shelf) -> None:
    @router.post("/uploads", response_model=Upload, status_code=201)
    async def upload(name: str, request: Request) -> dict[str, Any]:
        """Keep a file, given as the body, to be added to the documents."""
        try:
            return {"name": name, "size": await shelf.uploads.keep(name, request.stream())}
        except Refused as error:
            raise HTTPException(error.status, str(error)) from error


def _changing(router: APIRouter, shelf: Shelf) -> None:
    @router.get("/changes", response_model=ChangeNow)
    def change() -> Change:
        """How far the last change of the documents is."""
        return shelf.change

    @router.post("/documents", response_model=ChangeNow, status_code=202)
    def add(body: AddBody) -> Change:
        """Add uploaded files to the documents; ``changes`` says how far it is."""
        try:
            return shelf.add(body.uploads)
        except (CorpusError, Refused) as error:
            raise HTTPException(422, str(error)) from error

    @router.delete("/documents/{id:path}", response_model=ChangeNow, status_code=202)
    def remove(id: str) -> Change:
        """Take a document out of the index. Its file stays, but for uploads: those are deleted in the end."""
        try:
            return shelf.remove(id)
        except KeyError as error:
            raise HTTPException(404, f"There is no document {id!r} in the index.") from error

    @router.post("/documents/restore", response_model=ChangeNow, status_code=202)
    def restore(body: RestoreBody) -> Change:
        """Bring back documents that were removed."""
        try:
            return shelf.restore(body.ids)
        except KeyError as error:
            raise HTTPException(404, f"The document {error.args[0]!r} was not removed here.") from error
