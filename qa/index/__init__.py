"""Passages and vectors on disk.

An index folder holds generations, one folder each, and ``CURRENT``, which names the one in use. A generation is
written beside the others under another name, flushed, and renamed; then ``CURRENT`` is replaced. So a crash at any
moment leaves the old generation in use, and who has one open goes on reading it.

``store`` (documents and passages, SQLite), ``dense`` (FAISS) and ``lexical`` (tantivy) are the parts of a
generation, ``manifest`` says what belongs to it, ``build`` writes what ``request`` asks for, ``opened`` reads one.
``draft`` is the store of one being written, ``encoding`` computes vectors for it while documents are read,
``embedded`` keeps them whatever happens, ``lock`` lets one write at a time.
"""

from qa.index.build import build
from qa.index.opened import OpenIndex, open_index
from qa.index.request import FromFile, IndexReport, Item, Kept, Marks, Progress, Request

__all__ = [
    "FromFile",
    "IndexReport",
    "Item",
    "Kept",
    "Marks",
    "OpenIndex",
    "Progress",
    "Request",
    "build",
    "open_index",
]
