"""The questions that an empty screen offers: drawn from the documents at hand, and each of them answered.

Those written for the corpus that comes with the product are offered where it is indexed. For other documents, a
sentence that says what something is gives the question after it, and it is offered if the product answers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from qa.ui.service import Engine

MOST = 4
_DOCUMENTS = 30
"""Documents looked into, spread over all."""
_CHARACTERS = 20_000
"""Of each, from its beginning."""
_TRIED = 12
"""Questions tried, since each takes as long as any other."""
_IS = re.compile(
    r"(?:^|(?<=[.!?]\s)|(?<=\n))(?P<the>The |An? )?"
    r"(?P<name>[A-Z][\w’'-]+(?: (?:of|for|and|the|[A-Z0-9][\w’'-]*)){0,5})"
    r" (?P<verb>is|was|are|were) (?:an?|the|one of) (?=\w)"
)
_NO_NAME = {"it", "this", "that", "there", "he", "she", "they", "we", "here", "what", "which", "who", "these", "those"}


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


def examples_for(engine: Engine) -> list[str]:
    """At most ``MOST`` questions that the documents of ``engine`` answer, one a document."""
    ids = [entry.source.id for entry in engine.sources()]
    shipped = [example.question for example in EXAMPLES if example.document_id in ids]
    return shipped or _drawn(engine, ids)


def _drawn(engine: Engine, ids: list[str]) -> list[str]:
    questions: list[str] = []
    tried = 0
    for id in ids[:: max(1, len(ids) // _DOCUMENTS)][:_DOCUMENTS]:
        for question in _questions(engine.document(id).text[:_CHARACTERS]):
            if len(questions) == MOST or tried == _TRIED:
                return questions
            tried += 1
            if question not in questions and engine.ask(question).answers:
                questions.append(question)
                break
    return questions


def _questions(text: str) -> Iterator[str]:
    """What a text says something is, as questions, in its order."""
    for match in _IS.finditer(text):
        if match["name"].lower() not in _NO_NAME:
            yield f"What {match['verb']} {(match['the'] or '').lower()}{match['name']}?"
