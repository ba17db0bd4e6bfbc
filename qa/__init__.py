"""Pincite: ask a folder of documents, get the sentences that answer, word for word, with exact citations.

The modules follow the data: ``types``, ``errors``, ``settings``; ``runtime`` (networks); ``corpus`` (files to
documents), ``encoder`` (texts to vectors), ``chunker`` (documents to passages), ``index`` (passages and vectors on
disk), ``retriever`` (question to hits), ``reader`` (question and hits to extracts), ``pipeline`` (question to answer),
``measures`` and ``eval`` (known questions to numbers), ``cli`` and ``ui``. A stage knows only those before it.
"""

from __future__ import annotations

__version__: str


def __getattr__(name: str) -> str:
    """``__version__`` is looked up when it is asked for, since that takes longer than most of what we import."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pincite")
    except PackageNotFoundError:  # running from a tree that was never installed
        return "0+unknown"
