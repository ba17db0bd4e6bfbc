"""Files to documents: ``read(roots)`` yields every document below some folders, and every failure.

``discover`` finds the files and gives them ids, ``sources_toml`` reads what a folder says about its documents,
``formats`` holds one reader per file format, ``layout`` finds paragraphs and headings in plain text.
"""

from qa.corpus.discover import discover
from qa.corpus.read import load_file, read, read_found

__all__ = ["discover", "load_file", "read", "read_found"]
