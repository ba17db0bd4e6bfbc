"""Where things lie, and what can be set."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa import settings
from qa.settings import Settings


def test_defaults_are_legal_and_frozen() -> None:
    with pytest.raises(AttributeError):
        Settings().pool = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    "wrong",
    [
        {"chunk_tokens": 15},
        {"dense_share": -0.1},
        {"dense_share": 1.1},
        {"min_confidence": 2},
        {"pool": 0},
        {"read_first": 0},
        {"read_passages": 0},
        {"max_answers": 0},
        {"dense_share": float("nan")},
    ],
)
def test_what_cannot_be_set(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Settings(**wrong)  # type: ignore[arg-type]


def test_legal_zeros_stay() -> None:
    assert (Settings(dense_share=0).dense_share, Settings(min_confidence=0).min_confidence) == (0, 0)


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "here"))
    assert settings.home() == tmp_path / "here"
    assert settings.index_dir() == tmp_path / "here" / "index"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINCITE_HOME", "relative")
    assert settings.index_dir() == tmp_path / "relative" / "index"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PINCITE_HOME", "~/mine")
    assert settings.home() == tmp_path / "mine"


def test_a_checkout_keeps_its_index_beside_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(settings.__file__).resolve().parents[1]
    monkeypatch.delenv("PINCITE_HOME", raising=False)
    assert settings.checkout() == root
    assert settings.index_dir() == root / "index"
    assert settings.corpus_dir() == root / "corpus"


def test_an_installed_package_keeps_it_in_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "_PACKAGE", tmp_path / "site-packages" / "qa")
    monkeypatch.delenv("PINCITE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert settings.checkout() is None
    assert settings.corpus_dir() == tmp_path / "site-packages" / "qa" / "_corpus"
    assert settings.index_dir() == settings.home() / "index"
    assert settings.home().name == "pincite"
