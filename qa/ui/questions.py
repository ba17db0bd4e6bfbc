"""The user's own questions: what a person says of an answer, kept as a set that ``pincite eval`` runs."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from qa.errors import QuestionSetError
from qa.eval.edit import add_question, make_line, remove_question
from qa.eval.sets import parse_question
from qa.ui.folders import Folders
from qa.ui.models import Question
from qa.ui.service import Engine, Service

SetName = Annotated[str, Field(pattern=r"^mine(-[a-z0-9]+)*$", max_length=64)]
"""Sets of the user's own begin with ``mine``, so that none that comes with the product is changed."""
Words = Annotated[str, Field(min_length=1, max_length=5_000)]


class GoldQuote(BaseModel):
    """A place that answers."""

    model_config = ConfigDict(extra="forbid")

    document: str
    quote: Words = Field(description="as it stands in the document, letter for letter")


class NewQuestion(BaseModel):
    """A question and what is right for it; no answers and no gold: the sources do not answer."""

    model_config = ConfigDict(extra="forbid")

    question: Question
    history: list[Question] = Field(default=[], max_length=20, description="earlier questions, oldest first")
    answers: list[Words] = Field(default=[], max_length=20)
    gold: list[GoldQuote] = Field(default=[], max_length=20)
    draft: bool = Field(default=False, description="what is right is not known yet: kept, and never asked")
    note: str = Field(default="", max_length=5_000)
    set: SetName = "mine"


class SavedQuestion(BaseModel):
    id: str
    set: str


def question_routes(service: Service, folders: Folders) -> APIRouter:
    """``/api/v1/eval/questions``: add a question to a set of the user's, take it out again."""
    router = APIRouter(prefix="/api/v1/eval/questions")

    @router.post("", response_model=SavedQuestion, status_code=201)
    def save(body: NewQuestion) -> dict[str, Any]:
        """Keep a question with its answer and the quote it stands in; neither = the sources do not answer it."""
        line = make_line(
            body.question,
            body.answers,
            [(gold.document, gold.quote) for gold in body.gold],
            history=body.history,
            type="answerable" if body.answers or body.draft else "unanswerable",
            draft=body.draft,
            note=body.note,
        )
        if not body.draft:
            _check(line, service.engine)
        return {"id": add_question(folders.file(body.set), line), "set": body.set}

    @router.delete("/{id}", response_model=SavedQuestion)
    def take_out(id: str, set: SetName = "mine") -> dict[str, Any]:
        """Take a question out of its set."""
        if remove_question(folders.file(set), id) is None:
            raise HTTPException(404, f"There is no question {id!r} in the set {set!r}.")
        return {"id": id, "set": set}

    return router


def _check(line: dict[str, Any], engine: Engine) -> None:
    """Raises 422 where the quote does not stand in its document, or an answer not in a quote."""
    try:
        parse_question(line, "the question", cache(lambda id: engine.document(id).text))
    except QuestionSetError as error:
        raise HTTPException(422, str(error)) from error
    quotes = [gold["quote"] for gold in line["gold"]]
    for answer in line["answers"]:
        if not any(answer in quote for quote in quotes):
            raise HTTPException(422, f"The answer {answer!r} stands in no quote.")
