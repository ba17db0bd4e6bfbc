"""What the REST routes take and give. Field names are the contract's; ``u16_*`` count UTF-16 units."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.settings import MAX_QUESTION

Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
Score = Annotated[float, Field(ge=0, le=1)]


class Asked(BaseModel):
    """What ``search`` and ``ask`` take both."""

    model_config = ConfigDict(extra="forbid")

    question: Question
    top_k: int = Field(default=10, ge=1, le=100, description="passages to give, best first")
    sources: list[str] | None = Field(default=None, description="ids of the documents to use; null = all, [] = none")


class Ask(Asked):
    history: list[Question] = Field(default=[], max_length=20, description="earlier questions, oldest first")


class AskBody(Ask):
    places: bool = Field(default=False, description="also say where a browser finds quotes and passages")
    trace: bool = Field(default=False, description="also say how the answer came about")


class SearchBody(Asked):
    mode: Literal["hybrid", "dense", "lexical"] = "hybrid"


class DocumentRef(BaseModel):
    id: str
    title: str
    publisher: str | None
    published: str | None
    url: str | None
    path: str
    sha256: str


class Citation(BaseModel):
    number: int
    document: DocumentRef
    quote: str
    start: int
    end: int
    span_start: int
    span_end: int
    page: int | None
    line: int
    link: str


class FoundAnswer(BaseModel):
    text: str
    span: str
    confidence: Score
    citation: int


class Hit(BaseModel):
    rank: int
    document_id: str
    start: int
    end: int
    text: str
    score: float
    scores: dict[str, float]


class Place(BaseModel):
    """Where a quote or a passage lies, for a browser."""

    document_id: str
    title: str
    u16_start: int
    u16_end: int
    u16_span_start: int
    u16_span_end: int
    where: str = Field(description="what to look for there: headings above it, and page, slide, row, record or line")
    before: str
    after: str
    original: str = Field(description="the source at that very place; may be relative to this server")
    original_opens: bool = Field(description="a browser shows it; false: it is a file to download")


class Places(BaseModel):
    citations: list[Place]
    hits: list[Place] = Field(description="only where the sources do not answer")


class Form(BaseModel):
    """A whole question made of question and history."""

    question: str
    confidence: Score


class Ranked(BaseModel):
    rank: int
    score: float


class ReadAs(Ranked):
    """What the reader made of a passage: its best place in it."""

    quote: str
    u16_span_start: int = Field(description="of the words in the quote")
    u16_span_end: int
    confidence: Score
    why_not: str | None
    citation: int | None = Field(description="the number under which it is shown")


class TracedPassage(BaseModel):
    document_id: str
    dense: Ranked | None = Field(description="by meaning; null where this search did not propose it")
    lexical: Ranked | None = Field(description="by words; null where this search did not propose it")
    fused: Ranked = Field(description="both together")
    reader: ReadAs | None
    place: Place


class Trace(BaseModel):
    """Why this answer; the passages in the reader's order."""

    question: str = Field(description="the form that was answered")
    forms: list[Form] = Field(description="every form that was tried")
    confidence: Score
    threshold: Score = Field(description="the least confidence at which an answer is shown")
    passages: list[TracedPassage]


class Answer(BaseModel):
    id: str | int | None
    question: str
    history: list[str]
    text: str | None
    span: str | None
    confidence: Score
    citations: list[Citation]
    answers: list[FoundAnswer]
    hits: list[Hit]
    reason: str | None
    seconds: dict[str, float]


class FullAnswer(Answer):
    """The contract's answer, and what was asked for besides."""

    places: Places | None = None
    trace: Trace | None = None


class Found(BaseModel):
    question: str
    hits: list[Hit]


class Listed(DocumentRef):
    """A document in a listing."""

    kind: str
    size: int = Field(description="bytes of the file")
    passages: int
    characters: int


class Failure(BaseModel):
    path: str
    reason: str


class Documents(BaseModel):
    documents: list[Listed]
    failures: list[Failure]


class DocumentText(DocumentRef):
    kind: str
    size: int
    text: str
    pages: list[int] = Field(description="offset at which each page starts; empty without pages")
    u16_pages: list[int]
    original: str
    original_opens: bool


class ListSources(BaseModel):
    """What the MCP tool ``list_sources`` takes."""

    model_config = ConfigDict(extra="forbid")

    contains: str = Field(default="", description="only those with these words in id, title or publisher")
    offset: int = Field(default=0, ge=0, description="leave out so many of them")
    limit: int = Field(default=200, ge=1, le=1000, description="give so many at most")


class SourceList(Documents):
    total: int = Field(description="how many there are with these words, whatever offset and limit")


class ReadSource(BaseModel):
    """What the MCP tool ``read_source`` takes."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(description="as in `list_sources`, a citation's document or a hit's document_id")
    start: int = Field(default=0, ge=0, description="first character, counted in code points")
    length: int = Field(default=20_000, ge=1, le=200_000, description="characters to give at most")


class SourceText(DocumentRef):
    kind: str
    size: int = Field(description="bytes of the file")
    start: int
    end: int
    characters: int = Field(description="of the whole text; there is more to read where `end` is below")
    text: str


class Status(BaseModel):
    state: Literal["loading", "ready", "failed"]
    message: str
    done: int
    total: int
    version: str
    index: int = Field(description="goes up whenever the index was opened again")


class Examples(BaseModel):
    questions: list[str] = Field(description="which the documents answer; for an empty screen")


class Problem(BaseModel):
    """Body of every error but 422."""

    detail: str
    state: str | None = None
