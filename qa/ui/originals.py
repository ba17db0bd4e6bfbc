"""The file behind a document, served so that it cannot run anything in our origin."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import FileResponse, PlainTextResponse, Response

from qa.corpus import archive_of
from qa.index.manifest import file_sha256
from qa.types import Source

_SHOWN_AS_TEXT = {"txt", "md", "html", "htm", "csv", "tsv", "json", "jsonl", "eml"}


def original_response(source: Source) -> Response:
    """PDF and text in place, everything else as a download. HTML is shown as its source text.

    404 where the file is gone and 409 where it is no longer the one that was indexed: a quote would not stand in it.
    """
    path = Path(source.path)
    if not path.is_file() and (archive := archive_of(path)):
        return FileResponse(archive, media_type="application/octet-stream", filename=archive.name, headers=_SANDBOX)
    if not path.is_file():
        return PlainTextResponse(f"{source.id} is no longer there: run `pincite index`.\n", 404)
    if file_sha256(path) != source.sha256:
        return PlainTextResponse(f"{source.id} has changed since it was indexed: run `pincite index`.\n", 409)
    if source.kind == "pdf":
        return _inline(path, "application/pdf")
    if source.kind in _SHOWN_AS_TEXT:
        return _inline(path, "text/plain; charset=utf-8")
    return FileResponse(path, media_type="application/octet-stream", filename=path.name, headers=_SANDBOX)


_SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}


def _inline(path: Path, media_type: str) -> Response:
    return FileResponse(
        path, media_type=media_type, filename=path.name, content_disposition_type="inline", headers=_SANDBOX
    )
