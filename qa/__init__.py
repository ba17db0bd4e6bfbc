"""Pincite: ask a folder of documents, get the sentences that answer, word for word, with exact citations.

The modules follow the data: ``types``, ``errors``, ``settings``; ``runtime`` (networks); ``corpus`` (files to
documents), ``encoder`` (texts to vectors), ``chunker`` (documents to passages), ``index`` (passages and vectors on
disk), ``retriever`` (question to hits), ``reader`` (question and hits to extracts), ``pipeline`` (question to answer),
``measures`` and ``eval`` (known questions to numbers), ``cli`` and ``ui``. A stage knows only those before it.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("pincite")
except PackageNotFoundError:  # running from a tree that was never installed
    __version__ = "0+unknown"
