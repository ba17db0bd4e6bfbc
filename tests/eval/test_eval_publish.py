"""eval/publish.py: the numbers shown are those that were measured."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qa.reader.neural import shipped_weights
from qa.reader.trained import WEIGHTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("publish", ROOT / "eval" / "publish.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "publish", module)
    spec.loader.exec_module(module)
    return module


def test_what_is_shown_is_up_to_date(publish: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["publish.py", "--check"])
    assert publish.main() == 0
    blocks = [name for file in publish.FILES for _, name, _ in publish._BLOCK.findall((ROOT / file).read_text("utf-8"))]
    assert sorted(blocks) == sorted(publish.BLOCKS)


def test_the_results_are_of_the_network_and_ranking_that_ship() -> None:
    ranking = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12]
    for file in (ROOT / "eval" / "results").glob("*.json"):
        made_with = json.loads(file.read_text("utf-8"))["made_with"]
        assert (made_with["network"], made_with["ranking"]) == (shipped_weights()[:12], ranking), file.name
    assert json.loads((ROOT / "training" / "results.json").read_text("utf-8"))["network"] == shipped_weights()[:12]


def test_another_number_is_noticed_and_then_shown(
    publish: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in publish.FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    others = (ROOT / part / "results.json" for part in ("training", "bench"))
    for file in [*(ROOT / "eval" / "results").glob("*.json"), *others]:
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["publish.py", "--check"])
    assert publish.main() == 0

    mine = tmp_path / "eval" / "results" / "innovation.json"
    found: Any = json.loads(mine.read_text("utf-8"))
    found["ways"]["answers"]["measures"]["answer-in-text@1"] |= {"value": 0.12345, "n": 80}
    mine.write_text(json.dumps(found), "utf-8")
    assert publish.main() == 1
    assert "README.md does not show" in capsys.readouterr().err
    assert "| 0.123 |" not in (tmp_path / "README.md").read_text("utf-8")

    monkeypatch.setattr(sys, "argv", ["publish.py"])
    assert publish.main() == 0
    assert "| 0.123 |" in (readme := (tmp_path / "README.md").read_text("utf-8"))
    assert "answers shown 10 are right" in readme  # 0.12345 of 80
    assert "| 80 | answer-in-text@1 | **0.123** |" in (tmp_path / "training" / "README.md").read_text("utf-8")
    assert "0.123 of the 80 answerable" in (tmp_path / "training" / "MODEL_CARD.md").read_text("utf-8")


def test_a_block_that_nobody_makes_is_an_error(publish: ModuleType) -> None:
    with pytest.raises(KeyError):
        publish.filled("<!-- numbers: nothing -->\n<!-- end -->", {})
