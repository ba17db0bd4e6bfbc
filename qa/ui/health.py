"""The state of all documents, for a browser."""

from __future__ import annotations

from pydantic import BaseModel, Field

from qa.ui.service import Engine


class Trouble(BaseModel):
    title: str
    cases: list[str] = Field(description="one line each")


class Language(BaseModel):
    name: str = Field(description="ISO 639-1 code, or `not known`")
    documents: int


class Health(BaseModel):
    """The state of all documents, as `pincite sources --health` tells it."""

    documents: int
    passages: int
    troubles: list[Trouble] = Field(description="of each kind there is; empty where nothing is wrong")
    languages: list[Language] = Field(description="most documents first")


def health(engine: Engine) -> Health:
    """What is wrong or doubtful with the documents, every one of which is read for it."""
    from qa.health import examine, languages, troubles  # with its models of languages

    found = examine(engine.index)
    return Health(
        documents=found.documents,
        passages=found.passages,
        troubles=[Trouble(title=title, cases=cases) for title, cases in troubles(found)],
        languages=[Language(name=name, documents=count) for name, count in languages(found)],
    )
