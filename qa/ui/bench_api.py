"""REST routes of evaluations: sets, runs, what a run found, how two compare."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from qa.errors import QuestionSetError
from qa.eval.service import RunInfo, compare_runs, list_runs, read_lines, read_summary
from qa.eval.sets import Split
from qa.ui.bench import Bench, Running
from qa.ui.failures import Lost, lost_questions
from qa.ui.folders import Folders
from qa.ui.service import Service


class SetInfo(BaseModel):
    name: str
    path: str = Field(description="its file; `pincite eval` takes it, too")
    questions: int
    drafts: int = Field(description="noted, and never asked")
    splits: list[str]
    error: str | None


class RunBody(BaseModel):
    """Which set to run."""

    model_config = ConfigDict(extra="forbid")

    set: str = Field(min_length=1, max_length=200)
    split: Split = "all"


class RunningNow(BaseModel):
    state: Literal["none", "working", "done", "stopped", "failed"]
    set: str | None
    split: str
    message: str
    done: int
    total: int
    run: str | None = Field(description="the name of the finished run")


class RunListed(BaseModel):
    name: str
    set: str
    split: str
    mode: str
    questions: int
    made: str
    commit: str | None
    measures: dict[str, float | None]


class RunFound(BaseModel):
    """A finished run: ``summary`` is that of ``pincite eval --json``."""

    name: str
    summary: dict[str, Any]
    risk_coverage: list[tuple[float, float]] = Field(description="share answered, share of those wrong")
    reliability: list[dict[str, float]]
    lost: list[Lost]
    comparison: dict[str, Any] | None = None


def bench_routes(bench: Bench, service: Service, folders: Folders) -> APIRouter:
    """``/api/v1/eval/sets`` and ``/api/v1/eval/runs``."""
    router = APIRouter(prefix="/api/v1/eval")
    _running(router, bench, folders)
    _finished(router, service, folders)
    return router


def _running(router: APIRouter, bench: Bench, folders: Folders) -> None:
    @router.get("/sets", response_model=list[SetInfo])
    def sets() -> list[dict[str, Any]]:
        """The question sets there are."""
        return [asdict(info) | {"path": str(info.path)} for info in folders.listed()]

    @router.post("/runs", response_model=RunningNow, status_code=202)
    def start(body: RunBody) -> Running:
        """Run a set; one that was stopped goes on."""
        if body.set not in {info.name for info in folders.listed()}:
            raise HTTPException(404, f"There is no question set {body.set!r}.")
        return bench.start(body.set, body.split)

    @router.get("/running", response_model=RunningNow)
    def running() -> Running:
        """How far the evaluation is that was started last."""
        return bench.running

    @router.delete("/running", response_model=RunningNow)
    def stop() -> Running:
        """Stop it after the questions it is at."""
        return bench.stop()


def _finished(router: APIRouter, service: Service, folders: Folders) -> None:
    @router.get("/runs", response_model=list[RunListed])
    def runs() -> list[dict[str, Any]]:
        """Finished runs, the newest first."""
        return [_listed(info) for info in list_runs(folders.runs)]

    @router.get("/runs/{name}", response_model=RunFound)
    def run(name: str, compare: str | None = None) -> dict[str, Any]:
        """What a run found; ``compare`` names an earlier one to set it against."""
        from qa.eval.folder import read_rows
        from qa.measures.curves import reliability, risk_coverage

        folder = _folder(name, folders)
        rows = read_rows(folder)
        found = {
            "name": name,
            "summary": read_summary(folder),
            "risk_coverage": [(point.coverage, point.risk) for point in risk_coverage(rows)],
            "reliability": [each._asdict() for each in reliability(rows)],
            "lost": lost_questions(read_lines(folder), service.engine),
        }
        if compare is not None:
            found["comparison"] = _comparison(_folder(compare, folders), folder)
        return found


def _listed(info: RunInfo) -> dict[str, Any]:
    fields = ("set", "split", "mode", "questions", "made", "commit")
    return {name: getattr(info, name) for name in fields} | {"name": info.folder.name, "measures": dict(info.measures)}


def _folder(name: str, folders: Folders) -> Path:
    """The folder of a finished run; its name is only ever compared, never joined to a path."""
    for info in list_runs(folders.runs):
        if info.folder.name == name:
            return info.folder
    raise HTTPException(404, f"There is no finished run {name!r}.")


def _comparison(before: Path, after: Path) -> dict[str, Any]:
    try:
        compared = compare_runs(before, after)
    except QuestionSetError as error:
        raise HTTPException(422, str(error)) from error
    given = compared.to_json()
    for line, each in zip(given["differences"], compared.differences, strict=True):
        line |= {"gain": each.gain, "significant": each.significant}
    return given
