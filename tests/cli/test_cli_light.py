"""What a question imports: nothing that takes seconds, nothing that reads documents, nothing that reports home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli_process import NO_NETWORK, python

from qa.runtime import compiled

HEAVY = (
    "torch transformers sentence_transformers huggingface_hub safetensors gradio fastapi pydantic sklearn pandas lxml "
    "nupunkt tiktoken tiktoken_ext openvino_telemetry qa.library filelock qa.chunker.pack"
).split()


@pytest.mark.skipif(not compiled.available(), reason="OpenVINO is not there")
def test_a_question_needs_neither_torch_nor_parsers(corpus_index: Path, tmp_path: Path) -> None:
    code = NO_NETWORK.replace(
        "raise SystemExit(main(sys.argv[1:]))",
        f"main(sys.argv[1:])\nprint([name for name in {HEAVY!r} if name in sys.modules])",
    )
    arguments = ("ask", "What was Shanghai's R&D intensity in 2024?", "--json", "--index", corpus_index)
    ran = python(code, *arguments, PINCITE_HOME=str(tmp_path))
    answer, heavy = ran.stdout.splitlines()
    assert "4.35%" in json.loads(answer)["text"], ran.stderr
    assert heavy == "[]"
    assert {path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir()} == {"encoder", "reader"}


WITHOUT = """
import sys
from qa.runtime import compiled
compiled.available = lambda: False
from qa.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def test_without_openvino_the_answer_is_the_same(corpus_index: Path, tmp_path: Path) -> None:
    arguments = ("ask", "What was Shanghai's R&D intensity in 2024?", "--json", "--index", corpus_index)
    light, torch = (
        json.loads(python(code, *arguments, PINCITE_HOME=str(tmp_path)).stdout) for code in (NO_NETWORK, WITHOUT)
    )
    assert light["text"] == torch["text"] and light["span"] == torch["span"]
    assert light["confidence"] == pytest.approx(torch["confidence"], abs=0.05)
