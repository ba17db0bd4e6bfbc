"""Documents to passages: verbatim slices on sentence and paragraph boundaries, within a token budget.

``sentences`` finds sentences, ``units`` lays a document out as headings, sentences and navigation, ``pack`` joins
units into passages. What holds for every document: ``document.text[p.start:p.end] == p.text``; every character that
is not white space lies in exactly one passage; no passage with its context is longer than the encoder reads.
"""

from qa.chunker.pack import chunk

__all__ = ["chunk"]
