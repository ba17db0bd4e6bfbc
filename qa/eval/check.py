"""What is wrong with a question set, every line of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa.errors import QuestionSetError
from qa.eval.duplicates import Asked, asked, near_duplicates
from qa.eval.fields import json_object, numbered_lines, short
from qa.eval.sets import Question, TextOf, parse_question
from qa.measures.answers import answer_in_text


def problems(path: Path, text_of: TextOf) -> Iterator[str]:
    """A line for each line of the set that is wrong or doubtful: "FILE line N: cause"; drafts are looked at, too.

    Wrong is what ``read_set`` refuses. Doubtful is an answer that stands in none of the question's gold, and a
    question that asks nearly what an earlier one asks; these come last.
    """
    ids: dict[str, str] = {}
    seen: list[Asked] = []
    places: list[str] = []
    for where, line in numbered_lines(path):
        try:
            question = parse_question(json_object(line, where), where, text_of)
        except QuestionSetError as error:
            yield str(error)
            continue
        if question.id in ids:
            yield f"{where}: the id {question.id!r} was already used in {ids[question.id]}"
        for answer in _outside_gold(question, text_of):
            yield f"{where}: the answer {answer!r} stands in no gold quote"
        ids.setdefault(question.id, where)
        seen.append(asked(question.question, question.answers, question.history))
        places.append(where)
    if not ids:
        yield f"{path}: there is no question in it that can be read"
    for earlier, later in near_duplicates(seen):
        same = "with the same words as" if seen[earlier].words == seen[later].words else "nearly the same as"
        yield f"{places[later]}: asks {same} {places[earlier]}"


def _outside_gold(question: Question, text_of: TextOf) -> list[str]:
    quotes = [text_of(gold.document_id)[gold.start : gold.end] for gold in question.gold]
    answers = [each for each in question.answers if not any(answer_in_text(quote, [each]) for quote in quotes)]
    return [short(answer) for answer in answers]
