"""The command line, run in this process. Models are loaded once for all tests; the user's folder is a fresh one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import ROUND, TEXTS, UNANSWERABLE, Ran, Run, Standard
from fakes import FakeEncoder
from making import write

from qa import library, pipeline, settings
from qa.cli import main
from qa.encoder import DEFAULT_ENCODER, Encoder, load_encoder
from qa.reader.neural import WEIGHTS, SpanModel


@pytest.fixture(scope="session", autouse=True)
def _loaded_once(encoder: Encoder) -> Iterator[None]:
    """The default encoder and the trained reader are those of the session; "fake" names the fake encoder."""
    models: list[SpanModel] = []
    load_model = SpanModel.load

    def load(name: str = DEFAULT_ENCODER) -> Any:
        if name == "fake":
            return FakeEncoder(max_tokens=256)
        return encoder if name == DEFAULT_ENCODER else load_encoder(name)

    def load_once(weights: Path = WEIGHTS, **options: Any) -> SpanModel:
        if weights != WEIGHTS or any(options.values()):
            return load_model(weights, **options)
        if not models:
            models.append(load_model())
        return models[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "load_encoder", load)
        patch.setattr(pipeline, "load_encoder", load)
        patch.setattr(SpanModel, "load", load_once)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder."""
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory, _loaded_once: None) -> Path:
    """An index of the corpus that comes along. Not to be changed."""
    index_dir: Path = tmp_path_factory.mktemp("corpus") / "index"
    library.index_paths([settings.corpus_dir()], index_dir)
    return index_dir


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``pincite`` with these arguments, and this standard input."""

    def run(*arguments: object, stdin: bytes | str = b"") -> Ran:
        capfdbinary.readouterr()
        monkeypatch.setattr("sys.stdin", Standard(stdin if isinstance(stdin, bytes) else stdin.encode()))
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse, at wrong usage
            status = int(stop.code or 0)
        out, err = capfdbinary.readouterr()
        return Ran(status, out.decode(), err.decode())

    return run


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", TEXTS)


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory, _loaded_once: None) -> Path:
    """An index of ``TEXTS``, made with the fake encoder. Not to be changed."""
    folder: Path = tmp_path_factory.mktemp("small")
    library.index_paths([write(folder / "docs", TEXTS)], folder / "index", encoder="fake")
    return folder / "index"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A set of forty over ``small_index``: half of them have an answer there."""
    lines = []
    for turn in range(5):
        for number, (question, answer, document, quote) in enumerate(ROUND):
            gold = [{"document": document, "quote": quote}]
            lines.append({"id": f"a{turn}{number}", "question": question, "answers": [answer], "gold": gold})
        for number, question in enumerate(UNANSWERABLE):
            lines.append({"id": f"u{turn}{number}", "question": question, "answers": [], "gold": []})
    file = tmp_path / "mine.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file
