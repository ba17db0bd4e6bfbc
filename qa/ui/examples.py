"""The questions that an empty screen offers, each with the document that answers it.

The page shows those whose document is in the index, so other documents get no foreign questions.
"""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    question: str
    document_id: str


EXAMPLES = (
    Example(
        "Which three science and technology cities will be built in Beijing?",
        "state-council-beijing-hub.txt",
    ),
    Example(
        "By when is a mature national technology transfer system expected?",
        "opengov-technology-transfer.txt",
    ),
    Example(
        "What gap are the new innovation centres meant to fill?",
        "british-council-innovation-centres.txt",
    ),
    Example(
        "Which innovation cluster topped the Global Innovation Index 2025?",
        "xinhua-regional-clusters.txt",
    ),
)
