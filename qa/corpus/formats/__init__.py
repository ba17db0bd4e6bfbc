"""One module per file format; each gives text and structure. To add a format, write one and name it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qa.corpus.formats.html import parse_html
from qa.corpus.formats.markdown import parse_markdown
from qa.corpus.formats.parsed import Parsed, Unreadable
from qa.corpus.formats.text import parse_text

PARSERS: Mapping[str, tuple[str, Callable[[bytes], Parsed]]] = {
    ".txt": ("txt", parse_text),
    ".text": ("txt", parse_text),
    ".md": ("md", parse_markdown),
    ".markdown": ("md", parse_markdown),
    ".html": ("html", parse_html),
    ".htm": ("html", parse_html),
}
"""File name ending, lower case -> the kind's name and its parser."""

__all__ = ["PARSERS", "Parsed", "Unreadable"]
