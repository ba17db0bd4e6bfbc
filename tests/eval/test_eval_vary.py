"""The same questions in several ways: side by side, and the best of many."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qa.errors import QuestionSetError, RunStopped
from qa.eval.cli import add_parser, run
from qa.eval.engine import Engine, kept_open
from qa.eval.plan import Plan
from qa.eval.variants import Variation, parse_variation, variants
from qa.eval.vary import sweep, vary
from qa.eval.workshop import Workshop
from qa.settings import Settings
from qa.types import Answer, Document

GOLD = [{"document": "station.txt", "quote": "The station opened in 1904."}]


def asked(id: str, question: str, split: str | None) -> dict[str, Any]:
    return {"id": id, "question": question, "answers": ["1904"], "gold": GOLD, "split": split}


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Eight questions that share two or three words with the text, half of them dev."""
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    texts = ("Is the station opened?", "When was the station in 1904 opened?")
    lines = [asked(f"q{n}", texts[n % 2], ("dev", "test")[n // 4]) for n in range(8)]
    path = tmp_path / "town.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return Plan(str(path), index_dir=tmp_path / "town")


class Strict:
    """A subject that refuses unless a question shares ``read_passages`` words: a setting that matters."""

    def __init__(self, subject: Any, settings: Settings, log: list[int]) -> None:
        self.subject, self.settings, self.log = subject, settings, log
        subject.least = settings.read_passages

    def __getattr__(self, name: str) -> Any:
        return getattr(self.subject, name)

    def ask(self, *args: Any, **more: Any) -> Answer:
        self.log.append(self.settings.read_passages)
        self.subject.least = self.settings.read_passages
        answer: Answer = self.subject.ask(*args, **more)
        return answer

    def under(self, settings: Settings) -> Any:
        return Strict(self.subject, settings, self.log)


@pytest.fixture
def strict(fake: Any) -> tuple[Engine, list[int]]:
    log: list[int] = []
    made: Any = lambda folder, settings: Strict(fake.open(folder, settings), settings, log)  # noqa: E731
    return Engine(made, fake.build), log


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mode=hybrid, dense,dense", Variation("mode", ("hybrid", "dense"))),
        ("chunk_tokens=128,200", Variation("chunk_tokens", (128, 200))),
        ("dense_share=0.3,1", Variation("dense_share", (0.3, 1.0))),
        ("min_confidence=0.5", Variation("min_confidence", (0.5,))),
        ("encoder=a/b", Variation("encoder", ("a/b",))),
    ],
)
def test_what_is_varied_is_read(text: str, expected: Variation) -> None:
    assert parse_variation(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mode", "is not KEY=a,b,c; KEY is one of: mode, encoder, chunk_tokens"),
        ("colour=red", "is not KEY=a,b,c"),
        ("mode=fast", "mode is one of hybrid, dense, lexical, answers, not 'fast'"),
        ("pool=many", "pool must be a number"),
        ("pool=1.5", "pool must be a number"),
        ("dense_share=2", "dense_share must lie between 0 and 1"),
        ("dense_share=nan", "dense_share must lie between 0 and 1"),
        ("dense_share=", "dense_share must be a number"),
        ("reader=good", "reader is trained, sentence, a model's folder"),
        ("encoder=", "encoder has an empty value"),
    ],
)
def test_what_cannot_be_varied_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_variation(text)


def test_every_combination_is_a_plan_and_only_some_need_an_index_of_their_own() -> None:
    ways = variants(Plan(), [Variation("mode", ("dense", "answers")), Variation("dense_share", (0.2, 0.4))])
    assert [way.name for way in ways] == [
        "mode=dense dense_share=0.2",
        "mode=dense dense_share=0.4",
        "mode=answers dense_share=0.2",
        "mode=answers dense_share=0.4",
    ]
    assert [(way.plan.mode, way.plan.settings.dense_share) for way in ways[1:3]] == [("dense", 0.4), ("answers", 0.2)]
    assert not any(way.plan.rebuilt for way in ways)
    (way,) = variants(Plan(), [Variation("chunk_tokens", (64,))])
    assert way.plan.rebuilt
    (way,) = variants(Plan("x.json", "squad"), [Variation("chunk_tokens", (64,))])
    assert not way.plan.rebuilt  # it brings its documents


def test_each_way_is_compared_with_the_first(plan: Plan, strict: tuple[Engine, list[int]], fake: Any) -> None:
    engine, _ = strict
    ways = variants(plan, [Variation("read_passages", (2, 3, 1))])
    (_, two), (name, three), (_, one) = vary(ways, engine)
    assert two.comparison is None
    assert name == "read_passages=3"
    assert three.comparison is not None and one.comparison is not None
    assert {flip.id for flip in three.comparison.flips} == {"q0", "q2", "q4", "q6"}
    assert all((flip.before, flip.after) == (1.0, 0.0) for flip in three.comparison.flips)
    assert one.comparison.flips == []
    difference = {each.measure: each for each in three.comparison.differences}["answer-in-text@1"]
    assert difference.difference == -0.5
    assert difference.p_holm is not None and difference.p is not None and difference.p_holm >= difference.p
    assert len(fake.opened) == 1  # stays open for all three
    assert fake.opened[0].closed


def test_the_best_on_dev_is_measured_on_test(plan: Plan, strict: tuple[Engine, list[int]]) -> None:
    engine, _ = strict
    found = sweep(variants(plan, [Variation("read_passages", (4, 3, 2))]), engine)
    assert (found.measure, found.made_halves) == ("answer-in-text@1", False)
    assert [one.name for one in found.tried] == ["read_passages=2", "read_passages=3", "read_passages=4"]
    dev = [next(each for each in one.dev if each.measure == "answer-in-text@1") for one in found.tried]
    assert [(each.value, each.n) for each in dev] == [(1.0, 4), (0.5, 4), (0.0, 4)]
    test = next(each for each in found.test if each.measure == "answer-in-text@1")
    assert (test.value, test.n) == (1.0, 4)


def test_lower_is_better_where_it_is(plan: Plan, strict: tuple[Engine, list[int]]) -> None:
    ways = variants(plan, [Variation("read_passages", (4, 2))])
    found = sweep(ways, strict[0], "refusal-precision")
    assert found.tried[0].name == "read_passages=4"  # the only one that refuses, so that it is defined
    with pytest.raises(QuestionSetError, match="refusal-recall is undefined on its development half"):
        sweep(ways, strict[0], "refusal-recall")


def test_a_set_without_halves_is_dealt(plan: Plan, fake: Any) -> None:
    path = Path(plan.source)
    path.write_text("\n".join(json.dumps(asked(f"q{n}", "Is the station opened?", None)) for n in range(40)))
    found = sweep(variants(plan, [Variation("mode", ("dense", "lexical"))]), fake.engine)
    assert found.made_halves and found.measure == "nDCG@10"
    dev, test = (next(each.n for each in half if each.measure == "MRR@10") for half in (found.tried[0].dev, found.test))
    assert dev + test == 40 and 10 < dev < 30


def test_a_stopped_sweep_goes_on_and_asks_nothing_twice(plan: Plan, strict: tuple[Engine, list[int]]) -> None:
    engine, log = strict
    ways = variants(plan, [Variation("read_passages", (4, 3, 2))])
    steps = iter([False, True])
    with pytest.raises(RunStopped):
        sweep(ways, engine, stopped=lambda: next(steps))
    assert log == [4] * 8 + [3] * 8
    log.clear()
    told: list[tuple[str, int, int]] = []
    sweep(ways, engine, progress=lambda *step: told.append(step))
    assert log == [2] * 8
    assert told[-1] == ("asking", 24, 24)
    log.clear()
    sweep(ways, engine)
    assert log == []


def test_another_size_of_passages_is_indexed_from_the_documents_of_the_index(plan: Plan, fake: Any) -> None:
    ways = variants(plan, [Variation("chunk_tokens", (64, 128)), Variation("dense_share", (0.1, 0.9))])
    list(vary(ways, fake.engine))
    assert len(fake.built) == 2
    for documents in fake.built.values():
        assert set(documents) == {"station.txt", "harbour.txt"}
    assert all(subject.closed for subject in fake.opened)


def test_vectors_are_lent_by_an_index_of_the_same_documents(tmp_path: Path, town: dict[str, Document]) -> None:
    found: list[list[str]] = []

    def build(documents: Iterable[Any], index_dir: Path, settings: Settings, **more: Any) -> None:
        found.append(sorted(path.name for path in index_dir.glob("*")))
        index_dir.mkdir(parents=True, exist_ok=True)
        (index_dir / f"vectors-{settings.chunk_tokens}").touch()

    from qa.errors import IndexMissing

    def missing(index_dir: Path, settings: Settings) -> Any:
        if not (index_dir / f"vectors-{settings.chunk_tokens}").exists():
            raise IndexMissing("none")
        return None

    engine = Engine(missing, build)
    documents = list(town.values())
    for size in (64, 128, 128):
        Workshop(engine, tmp_path, Settings(chunk_tokens=size), None).open(documents)
    Workshop(engine, tmp_path, Settings(chunk_tokens=64), "another").open(documents)
    changed = [replace(documents[0], text=documents[0].text + "!"), documents[1]]
    Workshop(engine, tmp_path, Settings(chunk_tokens=64), None).open(changed)
    assert found == [[], ["vectors-64"], [], []]


def test_what_is_lent_stays_open(fake: Any, subject: Any, tmp_path: Path) -> None:
    with kept_open(fake.engine, {tmp_path / "town": subject}) as engine:
        engine.open(tmp_path / "town", Settings()).close()
    assert not subject.closed and fake.opened == []


@pytest.fixture
def command(fake: Any, plan: Plan) -> Callable[..., int]:
    def call(*words: object) -> int:
        parser = argparse.ArgumentParser(prog="pincite")
        add_parser(parser.add_subparsers())
        return run(
            parser.parse_args(["eval", plan.source, *map(str, words), "--index", str(plan.index_dir)]), fake.engine
        )

    return call


def test_vary_on_the_command_line(command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--vary", "mode=hybrid,dense,lexical", "--split", "dev", "--fail-if-worse") == 0
    out = capsys.readouterr().out
    assert out.count("COMPARED ON 4 QUESTIONS") == 2
    assert "town, split dev, mode=hybrid: 4 questions" in out and "mode=lexical" in out
    assert command("--vary", "mode=hybrid,dense", "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["variant"], second["variant"], second["compared"]) == ("mode=hybrid", "mode=dense", 8)


def test_sweep_on_the_command_line(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["--sweep", "dense_share=0.3,0.6", "--sweep", "pool=20,50", "--measure", "f1"]
    assert command(*words, "--out", tmp_path / "swept") == 0
    out = capsys.readouterr().out
    assert "TOWN: F1 ON THE DEVELOPMENT HALF, BEST FIRST" in out and "THE BEST ON THE TEST HALF" in out
    assert out.count("dense_share=0.3 pool=20") == 2
    saved = json.loads((tmp_path / "swept" / "sweep.json").read_text())
    assert len(saved["tried"]) == 4 and saved["best"]["name"] == saved["tried"][0]["name"]
    assert (tmp_path / "swept" / "dense_share=0.3-pool=20" / "report.html").is_file()
    assert command(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["measure"] == "F1"
    assert command(*words, "--markdown") == 0
    assert "### the best on the test half" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["--vary", "mode"],
        ["--vary", "mode=dense,hybrid", "--sweep", "pool=1,2"],
        ["another", "--vary", "mode=dense,hybrid"],
        ["--vary", "mode=dense,hybrid", "--compare", "x"],
        ["--sweep", "pool=1", "--sweep", "pool=2"],
        ["--sweep", "pool=1", "--split", "dev"],
        ["--sweep", "pool=1", "--fail-below", "F1=1"],
        ["--sweep", "pool=1", "--measure", "speed"],
        ["--measure", "F1"],
        ["--limit", "0"],
    ],
)
def test_wrong_usage(command: Callable[..., int], words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command(*words)
    assert caught.value.code == 2
    assert "usage: pincite eval" in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    parser = argparse.ArgumentParser(prog="pincite")
    add_parser(parser.add_subparsers())
    engine = Engine(interrupted, interrupted)
    assert run(parser.parse_args(["eval", plan.source]), engine) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
