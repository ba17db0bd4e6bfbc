"""ZIP packages that are one document (DOCX, PPTX, EPUB): checked before anything in them is unpacked or parsed."""

from __future__ import annotations

import io
import zipfile

from qa.corpus.formats.parsed import Unreadable

MAX_FILES = 20_000
MAX_BYTES = 1024 * 1024 * 1024
MAX_RATIO = 200
"""Bytes that one byte may unpack to, in a file of more than ``_SMALL``: text comes to about ten, a bomb to 1,000."""
_SMALL = 5 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROLOG = 64 * 1024


def open_package(data: bytes) -> zipfile.ZipFile:
    """The package in ``data``; raises ``Unreadable`` for one that is encrypted, a bomb, or declares entities."""
    if data.startswith(_OLE):
        raise Unreadable("it is encrypted, or of the format before 2007: save it anew, without a password")
    package = zipfile.ZipFile(io.BytesIO(data))
    check_sizes(package.infolist(), MAX_BYTES)
    for info in package.infolist():
        if info.flag_bits & 0x1:
            raise Unreadable("it is encrypted: save it without a password")
        if too_dense(info):
            raise Unreadable(f"{info.compress_size:,} bytes in it unpack to {info.file_size:,}: that is no document")
    return package


def check_entities(package: zipfile.ZipFile) -> None:
    """Raises ``Unreadable`` if a part has a document type of its own, which Office Open XML forbids.

    Our parsers expand no entities and load nothing; this only gives the reason.
    """
    for info in package.infolist():
        if info.filename.endswith((".xml", ".rels")):
            with package.open(info) as part:
                if b"<!DOCTYPE" in part.read(_PROLOG):
                    raise Unreadable(f"{info.filename} in it declares entities, as no such document does")


def check_sizes(infos: list[zipfile.ZipInfo], most: int) -> None:
    """Raises ``Unreadable`` for an archive that unpacks to more than ``most`` bytes, or far too many files.

    The sizes are those it states; ``zipfile`` reads no more of a file than is stated.
    """
    total = sum(info.file_size for info in infos)
    if len(infos) > MAX_FILES or total > most:
        raise Unreadable(f"it unpacks to {len(infos):,} files and {total:,} bytes, which is too much")


def too_dense(info: zipfile.ZipInfo) -> bool:
    """Whether a file unpacks to far more than text would."""
    return info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size)
