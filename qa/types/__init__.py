"""The nouns of Pincite: plain frozen values that every stage passes to the next.

All offsets are half-open ranges of Unicode code points into ``Document.text``. A score is higher when better,
everywhere. Nothing else of ours is imported here. ``documents`` has what is read and cut, ``answers`` what is found.
"""

from qa.types.answers import Answer, Citation, Extract, FoundAnswer, Hit, Trace, hits_to_json
from qa.types.documents import Block, BlockKind, Document, Failure, Passage, Source, Span

__all__ = [
    "Answer",
    "Block",
    "BlockKind",
    "Citation",
    "Document",
    "Extract",
    "Failure",
    "FoundAnswer",
    "Hit",
    "Passage",
    "Source",
    "Span",
    "Trace",
    "hits_to_json",
]
