"""The command from end to end over the small product: output, files, comparison, gates, failures."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ir_measures
import pytest

from qa.errors import QuestionSetError
from qa.eval.cli import add_parser, run
from qa.settings import Settings

LINES: list[dict[str, Any]] = [
    {
        "id": "opened",
        "question": "When did the station open, opened in which year?",
        "answers": ["1904"],
        "gold": [{"document": "station.txt", "quote": "The station opened in 1904."}],
        "type": "date",
        "split": "dev",
    },
    {
        "id": "light house",
        "question": "What colour is the lighthouse painted?",
        "answers": ["red and white"],
        "gold": [{"document": "harbour.txt", "quote": "The lighthouse is painted red and white."}],
        "type": "colour",
        "split": "test",
    },
    {"id": "mayor", "question": "Who is mayor?", "answers": [], "gold": [], "type": "none", "split": "test"},
]

Command = Callable[..., int]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "sets" / "town life"
    folder.mkdir(parents=True)
    lines = (json.dumps(line) for line in LINES)
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def command(fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``command("SET", "--json", ...)`` as typed after ``pincite eval``, over the index ``town``."""
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))

    def call(*words: object, index: bool = True) -> int:
        parser = argparse.ArgumentParser(prog="pincite")
        add_parser(parser.add_subparsers())
        town = ["--index", str(tmp_path / "town")] if index else []
        return run(parser.parse_args(["eval", *map(str, words), *town]), fake.engine)

    return call


def test_the_tables(command: Command, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(questions) == 0
    out = capsys.readouterr().out
    assert out.startswith("town life, split all, answers: 3 questions, 2 answerable\n")
    assert "index 0123456789abcdef, encoder words" in out
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert rows["answer-in-text@1"] == [
        "answer-in-text@1",
        "1.000",
        "[1.000,",
        "1.000]",
        "2",
        "answerable",
        "questions",
    ]
    assert rows["refusal-recall"][:5] == ["refusal-recall", "1.000", "[1.000,", "1.000]", "1"]
    assert rows["date"][1:5] == ["1.00", "[1.00,", "1.00]", "1"]
    assert "LOST" not in out


def test_json_is_one_object_a_line(command: Command, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(questions, questions, "--json") == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["set"] == second["set"] == "town life"
    assert (first["questions"], first["answerable"], first["encoder"]) == (3, 2, "words")
    measures = {each["measure"]: each for each in first["measures"]}
    assert measures["F1"]["n"] == 2
    assert measures["refusal-precision"]["value"] == 1.0
    assert set(first["by_type"]) == {"date", "colour", "none"}
    assert first["settings"] == asdict(Settings())
    assert "differences" not in first


def test_the_split_chosen_is_the_one_asked(
    command: Command, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(questions, "--split", "test", "--json")
    assert json.loads(capsys.readouterr().out)["questions"] == 2


def test_trec_files_give_the_same_numbers(
    command: Command, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(questions, "--out", tmp_path / "out", "--json")
    ours = {each["measure"]: each for each in json.loads(capsys.readouterr().out)["measures"]}
    trec: Any = ir_measures
    qrels = list(trec.read_trec_qrels(str(tmp_path / "out" / "qrels.trec")))
    ranked = list(trec.read_trec_run(str(tmp_path / "out" / "run.trec")))
    theirs = ir_measures.calc_aggregate([ir_measures.nDCG @ 10, ir_measures.RR @ 10], qrels, ranked)
    assert ours["nDCG@10"]["value"] == pytest.approx(theirs[ir_measures.nDCG @ 10])
    assert ours["MRR@10"]["value"] == pytest.approx(theirs[ir_measures.RR @ 10])
    assert {qrel.query_id for qrel in qrels} == {"opened", "light%20house"}
    lines = (tmp_path / "out" / "run.trec").read_text().splitlines()
    assert all(len(line.split()) == 6 for line in lines)


def test_every_question_is_written(command: Command, questions: Path, tmp_path: Path) -> None:
    command(questions, "--out", tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "questions.jsonl").open(encoding="utf-8")]
    assert [line["id"] for line in lines] == ["opened", "light house", "mayor"]
    assert lines[0]["gold"] == [{"document_id": "station.txt", "start": 0, "end": 27, "grade": 1}]
    assert (lines[2]["text"], lines[2]["reason"], lines[2]["score"]) == (None, "Nothing is close.", 1.0)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["index"] == "0123456789abcdef"
    assert (tmp_path / "out" / "report.md").read_text(encoding="utf-8").startswith("## town life, split all")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_an_earlier_run_is_replaced_and_nothing_else_is(
    command: Command, questions: Path, tmp_path: Path, fake: Any
) -> None:
    out = tmp_path / "out"
    command(questions, "--out", out)
    command(questions, "--split", "dev", "--out", out)
    assert len((out / "questions.jsonl").read_text().splitlines()) == 1
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    opened = len(fake.opened)
    with pytest.raises(QuestionSetError, match="holds something else than an evaluation"):
        command(questions, "--out", mine)
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    assert len(fake.opened) == opened  # known before anything is asked


def test_several_sets_have_a_folder_each(command: Command, questions: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(LINES[0]))
    command(questions, other, "--out", tmp_path / "out")
    command(questions, other, "--compare", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"town life", "other"}


def worsen(run_folder: Path) -> None:
    """Rewrite a run as if it had found nothing, so that the next one is better."""
    path = run_folder / "questions.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["values"] = dict.fromkeys(line["values"], 0.0)
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def test_comparison(command: Command, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(questions, "--out", tmp_path / "before")
    worsen(tmp_path / "before")
    capsys.readouterr()
    command(questions, "--compare", tmp_path / "before", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["compared"] == 3
    difference = {each["measure"]: each for each in found["differences"]}["answer-in-text@1"]
    assert (difference["before"], difference["after"], difference["difference"]) == (0.0, 1.0, 1.0)
    assert [flip["id"] for flip in found["flips"]] == ["light house", "opened"]
    assert found["flips"][0]["question"] == "What colour is the lighthouse painted?"
    command(questions, "--compare", tmp_path / "before", "--markdown")
    out = capsys.readouterr().out
    assert "### compared on 3 questions" in out
    assert "| opened | 0.00 | 1.00 | When did the station open" in out


def test_a_significant_loss_fails_and_a_gain_does_not(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = tmp_path / "many.jsonl"
    many.write_text("\n".join(json.dumps({**LINES[0], "id": str(i)}) for i in range(20)))
    command(many, "--out", tmp_path / "good")
    assert command(many, "--compare", tmp_path / "good", "--fail-if-worse") == 0
    many.write_text(many.read_text().replace('"1904"', '"two crowns"'))
    assert command(many, "--compare", tmp_path / "good", "--fail-if-worse") == 1
    assert "answer-in-text@1 went from 1.0000 to 0.0000" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("floors", "status", "said"),
    [
        (["success@5=0.95"], 0, ""),
        (["SUCCESS@5=1", "f1=1.01"], 1, "town life: F1 is"),
        (["AUROC-right=0.5"], 1, "AUROC-right is undefined here"),
    ],
)
def test_floors(
    command: Command,
    questions: Path,
    capsys: pytest.CaptureFixture[str],
    floors: list[str],
    status: int,
    said: str,
) -> None:
    words = [word for floor in floors for word in ("--fail-below", floor)]
    assert command(questions, *words) == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--fail-below", "accuracy=0.5"],
        ["--fail-below", "F1"],
        ["--fail-below", "F1=high"],
        ["--fail-below", "ECE=0.1"],  # lower is better
        ["--fail-if-worse"],
        ["--json", "--markdown"],
        ["--encoder", "x"],
        ["--squad", "x.json"],  # with --index
        ["--squad", "x.json", "--beir", "x"],
        ["--split", "train"],
    ],
)
def test_wrong_usage(command: Command, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command(*words)
    assert caught.value.code == 2
    assert "usage: pincite eval" in capsys.readouterr().err


def test_squad_builds_an_index_once(
    command: Command, fake: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    context = "The station opened in 1904."
    line = {
        "id": "1",
        "question": "When opened the station?",
        "answers": [{"text": "1904", "answer_start": 22}],
    }
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": context, "qas": [line]}]}]}))
    assert command("--squad", path, "--json", index=False) == 0
    assert command("--squad", path, "--mode", "dense", "--json", index=False) == 0
    answers, dense = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (answers["mode"], dense["mode"]) == ("answers", "dense")
    assert {each["measure"]: each["value"] for each in answers["measures"]}["EM"] == 1.0
    assert len(fake.built) == 1
    assert next(iter(fake.built)).parent == tmp_path / "home" / "eval-cache"
    command("--squad", path, "--encoder", "other", index=False)
    assert len(fake.built) == 2


def test_spans_are_retrieval_of_passages(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pier.txt").write_text("The pier is 40 m long.\nFerries leave at noon.\n")
    reference = '"[{""content"": ""40 m"", ""start_index"": 12, ""end_index"": 16}]"'
    (tmp_path / "q.csv").write_text(f"question,references,corpus_id\nHow long is the pier?,{reference},pier\n")
    command("--spans", tmp_path, "--json", index=False)
    found = json.loads(capsys.readouterr().out)
    measures = {each["measure"]: each["value"] for each in found["measures"]}
    assert (found["mode"], measures["success@1"], measures["span-recall@5"]) == ("hybrid", 1.0, 1.0)
    assert measures["span-precision@5"] == pytest.approx(4 / 22)


def test_check(command: Command, questions: Path, capsys: pytest.CaptureFixture[str], fake: Any) -> None:
    assert command("check", questions) == 0
    assert capsys.readouterr().out == "nothing is wrong\n"
    path = questions / "questions.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("opened in 1904", "opened in 1905"))
    assert command("check", questions) == 1
    assert f"{path} line 1: gold 1: the quote" in capsys.readouterr().out
    assert all(subject.closed for subject in fake.opened)


def test_beir_is_retrieval_of_documents(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "qrels").mkdir()
    corpus = [{"_id": "d 1", "text": "Bees dance in circles."}, {"_id": "d2", "text": "Ants walk."}]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "dance of bees"}')
    (tmp_path / "qrels" / "test.tsv").write_text("q\td 1\t2\n")
    command("--beir", tmp_path, "--out", tmp_path / "out", "--json", index=False)
    found = json.loads(capsys.readouterr().out)
    assert found["mode"] == "hybrid"
    assert {each["measure"]: each["value"] for each in found["measures"]}["nDCG@10"] == 1.0
    assert (tmp_path / "out" / "qrels.trec").read_text() == "q 0 d%201 2\n"


@pytest.mark.parametrize("broken", ["", "{", '{"id": "opened"}'])
def test_a_run_to_compare_with_that_is_none(command: Command, questions: Path, tmp_path: Path, broken: str) -> None:
    with pytest.raises(QuestionSetError, match=r"questions\.jsonl is missing"):
        command(questions, "--compare", tmp_path / "nowhere")
    (tmp_path / "questions.jsonl").write_text(broken)
    with pytest.raises(QuestionSetError) as caught:
        command(questions, "--compare", tmp_path)
    assert "\n" not in str(caught.value)


def test_the_index_is_closed_whatever_happens(command: Command, questions: Path, fake: Any) -> None:
    command(questions)
    with pytest.raises(QuestionSetError):
        command(questions, "--split", "dev", "--compare", questions.parent)
    (questions / "questions.jsonl").write_text("{")
    with pytest.raises(QuestionSetError, match="line 1: not JSON"):
        command(questions)
    assert fake.opened
    assert all(subject.closed for subject in fake.opened)
