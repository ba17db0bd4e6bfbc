"""What was typed → the whole questions that may be meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.encoder import Encoder
from qa.errors import QuestionError
from qa.followup import resolve
from qa.index import OpenIndex
from qa.settings import MAX_QUESTION
from qa.spelling import respelled

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")


def cleaned(question: str, encoder: Encoder) -> str:
    """The question as retrieval reads it: control characters and outer white space left out.

    Raises ``QuestionError``: empty, no word in it, longer than ``MAX_QUESTION`` or than the encoder reads.
    """
    if len(question) > MAX_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters; at most {MAX_QUESTION:,} can be asked: shorten it"
        )
    clean = _clean(question)
    if not clean:
        raise QuestionError("the question is empty: type one")
    if not any(character.isalnum() for character in clean):
        raise QuestionError("the question has no word in it: type one")
    if not _fits(clean, encoder):
        raise QuestionError(
            f"the question has more than the {encoder.max_tokens} word pieces that {encoder.name} reads: shorten it"
        )
    return clean


def forms(question: str, history: Sequence[str], index: OpenIndex, encoder: Encoder) -> list[str]:
    """The whole questions that may be meant, the likeliest first: made whole with the earlier ones (oldest first),
    misspelt words mended."""
    whole = resolve(question, [_clean(earlier) for earlier in history], lambda form: _fits(form, encoder))
    mended = [respelled(form, index, encoder) for form in whole]
    meant = dict.fromkeys([*(form for form in mended if form), *whole])
    return [form for form in meant if _fits(form, encoder)] or [question]


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _fits(question: str, encoder: Encoder) -> bool:
    """Whether the encoder reads all of it."""
    return encoder.count_tokens([question])[0] <= encoder.max_tokens
