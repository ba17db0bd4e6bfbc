"""Files to documents: ``read(roots)`` yields every document below some folders, and every failure.

``discover`` finds the files and gives them ids, ``sources_toml`` reads what a folder says about its documents,
``formats`` holds one reader per file format, ``layout`` finds paragraphs and headings in plain text. ``load`` makes
documents of one file, ``archive`` of those in a ZIP; ``workers`` has that done by processes with limits (``worker``).
"""

from qa.corpus.archive import read_member
from qa.corpus.discover import discover
from qa.corpus.load import archive_of
from qa.corpus.read import load_file, read, read_found
from qa.corpus.workers import Workers

__all__ = ["Workers", "archive_of", "discover", "load_file", "read", "read_found", "read_member"]
