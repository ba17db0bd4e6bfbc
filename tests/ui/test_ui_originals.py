"""The file behind a document that came out of an archive."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from making import document

from qa.types import Source
from qa.ui.originals import original_response

CONTENT = b"The tower was built in 1904."


@pytest.fixture
def inside(tmp_path: Path) -> Source:
    """A document in an archive, by its source."""
    write_archive(tmp_path, {"in/tower \u00e4.txt": CONTENT, "in/page.pdf": b"%PDF"})
    return source(tmp_path, "in/tower \u00e4.txt", CONTENT)


def write_archive(folder: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def source(folder: Path, name: str, content: bytes, kind: str = "txt") -> Source:
    sha256 = hashlib.sha256(content).hexdigest()
    return replace(document("x").source, id=f"a.zip/{name}", path=f"{folder}/a.zip/{name}", sha256=sha256, kind=kind)


def test_it_is_a_download_of_its_own(inside: Source) -> None:
    response = original_response(inside)
    assert (response.status_code, response.body) == (200, CONTENT)
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-security-policy"].startswith("sandbox")
    way, _, name = response.headers["content-disposition"].partition("; filename*=utf-8''")
    assert (way, unquote(name)) == ("attachment", "tower \u00e4.txt")


def test_a_pdf_is_shown_in_place(inside: Source, tmp_path: Path) -> None:
    response = original_response(source(tmp_path, "in/page.pdf", b"%PDF", "pdf"))
    assert response.headers["content-disposition"].startswith("inline; ")
    assert response.headers["content-type"] == "application/pdf"


def test_another_content_is_not_shown_as_the_source(inside: Source, tmp_path: Path) -> None:
    write_archive(tmp_path, {"in/tower \u00e4.txt": b"Other."})
    assert original_response(inside).status_code == 409
    (tmp_path / "a.zip").write_bytes(b"no archive any more")
    assert original_response(inside).status_code == 409


def test_what_is_gone_is_said_to_be(inside: Source, tmp_path: Path) -> None:
    write_archive(tmp_path, {"other.txt": CONTENT})
    assert original_response(inside).status_code == 404
    (tmp_path / "a.zip").unlink()
    assert original_response(inside).status_code == 404
