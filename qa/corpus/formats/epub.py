"""EPUB: the chapters in the order of the book's spine, each read as a page of HTML."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from lxml import etree

from qa.corpus.formats.html import parse_html
from qa.corpus.formats.package import open_package
from qa.corpus.formats.parsed import Draft, Parsed, Unreadable, folded, iso_date

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"


def parse_epub(data: bytes) -> Parsed:
    """Title, publisher and date are those of the book's metadata. Raises ``Unreadable`` for one that is encrypted."""
    with open_package(data) as package:
        home, book = _book(package)
        locked = _locked(package)
        draft = Draft()
        warnings = []
        for path in _spine(home, book):
            if path in locked:
                raise Unreadable("it is encrypted (DRM): it cannot be read")
            try:
                draft.append(parse_html(package.read(path)))
            except (KeyError, Unreadable) as error:
                warnings.append(f"{path} in it cannot be read ({error})")
        return Parsed(
            draft.text,
            tuple(draft.blocks),
            title=_stated(book, "title"),
            publisher=_stated(book, "publisher") or _stated(book, "creator"),
            published=iso_date(_stated(book, "date")),
            warnings=tuple(warnings),
        )


def _xml(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _book(package: zipfile.ZipFile) -> tuple[str, Any]:
    """The folder of the package document, and its root element."""
    root = _xml(package.read(_CONTAINER))
    path = next((each.get("full-path") for each in root.iter("{*}rootfile")), None)
    if not path:
        raise Unreadable("it names no book in its container")
    return posixpath.dirname(path), _xml(package.read(path))


def _spine(home: str, book: Any) -> Iterator[str]:
    """Paths of the chapters in the package."""
    items = {item.get("id"): item for item in book.iter("{*}item")}
    for reference in book.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("href"):
            yield posixpath.normpath(posixpath.join(home, unquote(item.get("href").partition("#")[0])))


def _locked(package: zipfile.ZipFile) -> set[str]:
    """Paths of what is encrypted; fonts often are, and do not matter."""
    if _ENCRYPTION not in package.namelist():
        return set()
    return {unquote(each.get("URI", "")) for each in _xml(package.read(_ENCRYPTION)).iter("{*}CipherReference")}


def _stated(book: Any, name: str) -> str | None:
    element = next(book.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"), None)
    return folded("".join(element.itertext())) or None if element is not None else None
