"""A stage uses only earlier ones, and asking for help loads nothing heavy."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import qa

PACKAGE = Path(qa.__file__).parent
# Earlier first. Stages on one line do not use each other.
LAYERS = [
    ["qa.types", "qa.errors"],
    ["qa.settings", "qa.measures"],
    ["qa.corpus"],
    ["qa.encoder"],
    ["qa.chunker"],
    ["qa.index"],
    ["qa.retriever", "qa.reader"],
    ["qa.citations", "qa.followup"],
    ["qa.pipeline", "qa.library"],
    ["qa.verify", "qa.eval", "qa.ui"],
    ["qa.cli"],
    ["qa.__main__"],
]
LEVEL = {stage: level for level, stages in enumerate(LAYERS) for stage in stages}
# What a stage may use of an earlier one, where that is less than all of it.
ONLY = {
    ("qa.reader", "qa.index"): {"qa.index.lexical"},
    ("qa.reader", "qa.corpus"): {"qa.corpus.layout"},
    ("qa.chunker", "qa.corpus"): {"qa.corpus.layout"},
}


def module_name(path: Path) -> str:
    parts = ("qa", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module of ours that a file imports, at its top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "qa")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module and node.module.split(".")[0] == "qa":
                # "from qa.index import dense" names a module, "from qa.index import build" what one holds.
                named = [f"{node.module}.{alias.name}" for alias in node.names]
                yield from (name if name in MODULES else node.module for name in named)


def stage(module: str) -> str:
    return ".".join(module.split(".")[:2])


def wrong(module: str, source: str) -> list[str]:
    """The imports of ``module`` that go against the order."""
    found = []
    for used in imports(ast.parse(source)):
        own, other = stage(module), stage(used)
        if own == other or other == "qa":  # the package itself holds only its version
            continue
        allowed = ONLY.get((own, other))
        if LEVEL[other] >= LEVEL[own] or (allowed is not None and used not in allowed):
            found.append(f"{module} imports {used}")
    return found


def test_every_module_has_its_place() -> None:
    assert {stage(module) for module in MODULES if module != "qa"} == set(LEVEL)


def test_the_package_itself_imports_nothing_of_ours() -> None:
    assert list(imports(ast.parse(MODULES["qa"].read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("module", [module for module in MODULES if module != "qa"])
def test_a_stage_imports_only_earlier_ones(module: str) -> None:
    assert wrong(module, MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("qa.corpus.read", "from qa.encoder import load_encoder"),
        ("qa.index.build", "import qa.pipeline"),
        ("qa.retriever", "def f() -> None:\n    from qa.reader.sentence import SentenceReader"),
        ("qa.pipeline", "from qa import cli"),
        ("qa.citations", "from qa.followup import resolve"),
        ("qa.reader.evidence", "from qa.index import open_index"),
        ("qa.reader.evidence", "from qa.index import store"),
        ("qa.settings", "if TYPE_CHECKING:\n    from qa.corpus import read"),
    ],
)
def test_an_import_against_the_order_is_seen(module: str, line: str) -> None:
    assert len(wrong(module, line)) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("qa.pipeline", "from qa.index.store import SourceEntry"),
        ("qa.reader.evidence", "from qa.index.lexical import terms"),
        ("qa.cli.common", "from qa import settings"),
        ("qa.ui.api", "from qa import __version__"),
        ("qa.index.build", "from qa.index import dense"),
        ("qa.corpus.read", "import quarto, hashlib"),
    ],
)
def test_an_import_in_order_is_let_be(module: str, line: str) -> None:
    assert wrong(module, line) == []


HEAVY = ["torch", "transformers", "sentence_transformers", "gradio", "faiss", "numpy"]
RUN = """
import json, sys
from qa.cli import main
try:
    main(json.loads(sys.argv[1]))
except SystemExit as ended:
    assert not ended.code, ended.code
print("\\n" + json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize(
    "command", [[], ["index"], ["ask"], ["search"], ["sources"], ["verify"], ["eval"], ["serve"]], ids=" ".join
)
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps([*command, "--help"])],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.startswith("usage: ")
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "argparse" in loaded
    assert [name for name in HEAVY if name in loaded] == []
