"""eval/run.py on collections of two documents."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "eval" / "run.py"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    spec = importlib.util.spec_from_file_location("published_run", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "published_run", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SETS", module.SETS[1:])  # our own needs the real encoder
    return module


@pytest.fixture
def data(tmp_path: Path) -> Path:
    squad = tmp_path / "data" / "xquad_en"
    squad.mkdir(parents=True)
    qas = [
        {"id": str(n), "question": "When opened the station?", "answers": [{"text": "1904", "answer_start": 41}]}
        for n in range(3)
    ]
    context = "A SECRET SENTENCE.\nThe station opened in 1904."
    article = {"paragraphs": [{"context": context, "qas": qas}]}
    (squad / "xquad.en.held.json").write_text(json.dumps({"data": [article]}))
    trec = tmp_path / "data" / "cranfield_trec"
    trec.mkdir()
    (trec / "docs.xml").write_text("<doc><docno>1</docno><text>The SECRET bees dance.</text></doc>")
    (trec / "topics.xml").write_text("<top><num>1</num><title>dance of bees</title></top>")
    (trec / "qrels.txt").write_text("1 0 1 1\n")
    return tmp_path / "data"


def test_every_set_in_every_way_numbers_only(
    published: ModuleType, data: Path, tmp_path: Path, fake: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    assert published.main(["--data", str(data), "--out", str(out)], fake.engine) == 0
    assert "chunking_eval is not there; passed over" in capsys.readouterr().err
    assert {path.name for path in out.iterdir()} == {"xquad_en.json", "cranfield.json", "README.md"}
    found = json.loads((out / "xquad_en.json").read_text())
    assert list(found["ways"]) == ["lexical", "dense", "hybrid", "answers"]
    assert found["ways"]["answers"]["measures"]["EM"]["value"] == 1.0
    assert found["ways"]["lexical"]["against_lexical"] == []
    assert found["ways"]["dense"]["against_lexical"]
    cranfield = json.loads((out / "cranfield.json").read_text())
    assert "EM" not in cranfield["ways"]["answers"]["measures"]
    assert cranfield["ways"]["answers"]["measures"]["nDCG@10"]["value"] == 1.0
    text = (out / "README.md").read_text()
    assert "| measure | lexical | dense | hybrid | hybrid with reader |" in text
    assert "| MRR@10 | 1.000 [1.000, 1.000] |" in text
    assert "XQuAD-en as an open corpus" in text
    for path in out.iterdir():
        assert "SECRET" not in path.read_text()
        assert path.stat().st_size < 100_000


def test_what_quicker_products_change_is_published(
    published: ModuleType, data: Path, tmp_path: Path, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results"
    words = ["--data", str(data), "--out", str(out), "--only", "xquad_en", "--float32"]
    assert published.main(words, fake.engine) == 0
    found = json.loads((out / "xquad_en.json").read_text())["against_float32"]
    assert {one["difference"] for one in found} == {0.0} and "answer-in-text@1" in {one["measure"] for one in found}
    assert "against float32: of " in (out / "README.md").read_text()


def test_what_is_finished_is_not_run_again(published: ModuleType, data: Path, tmp_path: Path, fake: Any) -> None:
    words = ["--data", str(data), "--out", str(tmp_path / "results"), "--only", "xquad_en", "--limit", "2"]
    published.main(words, fake.engine)
    first = (tmp_path / "results" / "xquad_en.json").read_bytes()
    fake.opened.clear()
    assert published.main(words, fake.engine) == 0
    assert [subject.modes for subject in fake.opened] == [[]]  # opened, and not asked
    assert (tmp_path / "results" / "xquad_en.json").read_bytes() == first
    assert json.loads(first)["questions"] == 2


def test_a_broken_collection_is_one_line(
    published: ModuleType, data: Path, tmp_path: Path, fake: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "xquad_en" / "xquad.en.held.json").write_text("{")
    assert published.main(["--data", str(data), "--out", str(tmp_path / "results")], fake.engine) == 1
    assert capsys.readouterr().err.startswith("eval/run.py: ")
