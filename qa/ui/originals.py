"""The file behind a document, served so that it cannot run anything in our origin."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

from fastapi.responses import FileResponse, PlainTextResponse, Response

from qa.corpus import archive_of, read_member
from qa.index.manifest import file_sha256
from qa.types import Source
from qa.ui.places import is_shown


def original_response(source: Source) -> Response:
    """A PDF in place, everything else as a download.

    404 where the file is gone and 409 where it is no longer the one that was indexed: a quote would not stand in it.
    """
    path = Path(source.path)
    archive = archive_of(path)
    try:
        content = read_member(archive, path.relative_to(archive).as_posix()) if archive else None
        found = hashlib.sha256(content).hexdigest() if content is not None else file_sha256(path)
    except (OSError, KeyError):
        return PlainTextResponse(f"{source.id} is no longer there: run `pincite index`.\n", 404)
    except Exception:  # whatever lies in the place of the archive by now
        found = ""
    if found != source.sha256:
        return PlainTextResponse(f"{source.id} has changed since it was indexed: run `pincite index`.\n", 409)
    way = "inline" if is_shown(source) else "attachment"
    kind = "application/pdf" if is_shown(source) else "application/octet-stream"
    if content is None:
        return FileResponse(path, media_type=kind, filename=path.name, content_disposition_type=way, headers=_SANDBOX)
    named = {"Content-Disposition": f"{way}; filename*=utf-8''{quote(path.name, safe='')}"}
    return Response(content, media_type=kind, headers=_SANDBOX | named)


_SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}
