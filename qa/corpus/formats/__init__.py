"""One module per file format; each gives text and structure. To add a format, write one and name it here.

A parser takes the bytes of a file and returns ``Parsed``, or raises ``Unreadable``. Modules are imported when their
first file comes, so that a command that reads no file waits for none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from qa.corpus.formats.parsed import Parsed, Unreadable

Parser = Callable[[bytes], Parsed]


def _parser(module: str, name: str = "") -> Parser:
    """``parse_NAME`` of the module beside this one; NAME is that of the module if there is none."""

    def parse(data: bytes) -> Parsed:
        parsed: Parsed = getattr(import_module(f"qa.corpus.formats.{module}"), f"parse_{name or module}")(data)
        return parsed

    return parse


PARSERS: Mapping[str, tuple[str, Parser]] = {
    ".txt": ("txt", _parser("text")),
    ".text": ("txt", _parser("text")),
    ".md": ("md", _parser("markdown")),
    ".markdown": ("md", _parser("markdown")),
    ".html": ("html", _parser("html")),
    ".htm": ("html", _parser("html")),
    ".xhtml": ("html", _parser("html")),
    ".pdf": ("pdf", _parser("pdf")),
    ".docx": ("docx", _parser("docx")),
    ".pptx": ("pptx", _parser("pptx")),
    ".epub": ("epub", _parser("epub")),
    ".csv": ("csv", _parser("csv")),
    ".tsv": ("csv", _parser("csv", "tsv")),
    ".eml": ("eml", _parser("eml")),
    ".json": ("json", _parser("json")),
    ".jsonl": ("jsonl", _parser("json", "jsonl")),
    ".ndjson": ("jsonl", _parser("json", "jsonl")),
}
"""File name ending, lower case -> the kind's name and its parser."""

PLAIN = frozenset((".txt", ".text", ".md", ".markdown"))
"""What is read in the process itself, being little work and no risk; everything else is read in a worker."""

ARCHIVES = frozenset((".zip",))
"""What holds files of its own, read as a folder is."""

__all__ = ["ARCHIVES", "PARSERS", "PLAIN", "Parsed", "Parser", "Unreadable"]
