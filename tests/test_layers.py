"""A stage knows only those before it. The imports of every file, those inside functions too, are read and compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import qa

PACKAGE = Path(qa.__file__).parent
STAGES = (
    "types",
    "errors",
    "settings",
    "runtime",
    "corpus",
    "encoder",
    "chunker",
    "index",
    "retriever",
    "reader",
    "place",
    "citations",
    "choice",
    "reading",
    "followup",
    "spelling",
    "asked",
    "pipeline",
    "health",
    "updates",
    "library",
    "watch",
    "verify",
    "measures",
    "eval",
    "ui",
    "cli",
    "__main__",
)
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def stage_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The stages of ours that a file imports; those only for the type checker count as well."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("qa."):
            names = [node.value]  # as in import_module("qa.cli.ask")
        for name in names:
            package, _, rest = name.partition(".")
            if package == "qa" and rest.split(".")[0] in STAGES:
                yield rest.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(PACKAGE).as_posix() for path in FILES])
def test_a_file_imports_no_later_stage(path: Path) -> None:
    own = stage_of(path)
    later = {stage for stage in imported(path) if STAGES.index(stage) > STAGES.index(own)}
    assert later == set()


def test_every_module_is_a_stage() -> None:
    assert {stage_of(path) for path in FILES} == set(STAGES)


def test_types_and_errors_import_nothing_of_ours() -> None:
    for name in ("errors", "settings"):
        assert set(imported(PACKAGE / f"{name}.py")) == set()
    assert {stage for path in (PACKAGE / "types").glob("*.py") for stage in imported(path)} == {"types"}


def test_only_settings_reads_the_environment() -> None:
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers == {"settings.py"}


def test_the_command_line_and_the_screen_do_not_wire_stages_themselves() -> None:
    wiring = {"chunker", "encoder", "retriever", "reader", "followup", "citations", "choice"}
    for stage in ("cli", "ui"):
        for path in (PACKAGE / stage).rglob("*.py"):
            assert not wiring & set(imported(path)), path
