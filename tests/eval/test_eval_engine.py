"""An index of a public collection is built once, and again when anything that shapes it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qa.eval import workshop
from qa.eval.workshop import Workshop, code_of
from qa.settings import Settings


def open_town(fake: Any, folder: Path, settings: Settings, encoder: str | None = None) -> None:
    documents = list(fake.town.values())
    Workshop(fake.engine, folder, settings, encoder, lambda *_: None).open(documents)


def test_what_shapes_an_index_and_what_does_not(fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_town(fake, tmp_path, Settings())
    open_town(fake, tmp_path, Settings(min_confidence=0.9, dense_share=0.1))
    assert len(fake.built) == 1
    open_town(fake, tmp_path, Settings(chunk_tokens=64))
    open_town(fake, tmp_path, Settings(), encoder="other")
    assert len(fake.built) == 3
    code = tmp_path / "chunker.py"
    code.write_text("# cuts in another way")
    monkeypatch.setattr(workshop, "code_of", lambda *names: [code])
    open_town(fake, tmp_path, Settings())
    assert len(fake.built) == 4
    del fake.town["harbour.txt"]
    open_town(fake, tmp_path, Settings())
    assert len(fake.built) == 5


def test_the_code_that_cuts_embeds_and_indexes_is_found() -> None:
    found = {"/".join(path.parts[-2:]) for path in code_of("qa.chunker", "qa.index", "qa.pipeline")}
    assert {"chunker/__init__.py", "index/lexical.py", "qa/pipeline.py"} <= found
    assert len(code_of("qa.encoder", "qa.runtime")) > 3
