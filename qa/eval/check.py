"""What is wrong with a question set, every line of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa.errors import QuestionSetError
from qa.eval.fields import json_object, numbered_lines
from qa.eval.sets import Question, TextOf, parse_question
from qa.measures.answers import answer_in_text, normalise


def problems(path: Path, text_of: TextOf) -> Iterator[str]:
    """A line for each line of the set that is wrong or doubtful: "FILE line N: cause".

    Wrong is what ``read_set`` refuses. Doubtful is an answer that stands in none of the question's gold,
    and a question with the words of an earlier one.
    """
    ids: dict[str, str] = {}
    words: dict[object, str] = {}
    for where, line in numbered_lines(path):
        try:
            question = parse_question(json_object(line, where), where, text_of)
        except QuestionSetError as error:
            yield str(error)
            continue
        if question.id in ids:
            yield f"{where}: the id {question.id!r} was already used in {ids[question.id]}"
        if _words(question) in words:
            yield f"{where}: asks with the same words as {words[_words(question)]}"
        for answer in _outside_gold(question, text_of):
            yield f"{where}: the answer {answer!r} stands in no gold quote"
        ids.setdefault(question.id, where)
        words.setdefault(_words(question), where)
    if not ids:
        yield f"{path}: there is no question in it that can be read"


def _words(question: Question) -> object:
    """Equal for questions with the same words in any order, after the same history."""
    return tuple(sorted(normalise(question.question).split())), question.history


def _outside_gold(question: Question, text_of: TextOf) -> list[str]:
    quotes = [text_of(gold.document_id)[gold.start : gold.end] for gold in question.gold]
    return [answer for answer in question.answers if not any(answer_in_text(quote, [answer]) for quote in quotes)]
