"""What only a process of its own shows: what is imported, that no network is used, and broken pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult
from talking import talk

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "gradio",
    "faiss",
    "numpy",
    "tantivy",
    "lxml",
    "fastapi",
    "mcp",
)


def python(code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs ``code`` in a fresh interpreter that imports ``qa`` from this checkout, no offline switch set."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=environment.pop("PWD", ROOT),
        env={**inherited, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def test_help_imports_nothing_heavy() -> None:
    ran = python(
        "import sys\n"
        "from qa.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as stop: assert not stop.code\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert ran.stdout.splitlines()[-1] == "HEAVY []", ran.stderr


NO_NETWORK = """
import socket, sys
def refuse(*arguments, **options):
    raise AssertionError(f"the network was used: {arguments}")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.create_connection = refuse
from qa.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def test_a_first_run_from_another_folder_without_a_network(tmp_path: Path) -> None:
    """The index over the corpus that comes along is built, and a question answered with the default models."""
    ran = python(
        NO_NETWORK,
        *("ask", "What was Shanghai's R&D intensity in 2024?", "--json", "--top-k", 1),
        PINCITE_HOME=str(tmp_path / "home"),
        PWD=str(tmp_path),
    )
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert "4.35%" in answer["text"]
    assert "first run" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_mcp_over_stdio_without_a_network(corpus_index: Path) -> None:
    """The command as a desktop client starts it: with another folder, an index and little else."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", NO_NETWORK, "mcp", "--index", str(corpus_index)],
        env={"PYTHONPATH": str(ROOT)},
        cwd=corpus_index,
    )

    async def conversation(client: Client) -> CallToolResult:
        while True:
            result = await client.call_tool("ask", {"question": "What was Shanghai's R&D intensity in 2024?"})
            if not result.is_error or "call again" not in result.content[0].text:
                return result

    result = talk(server, conversation)
    assert not result.is_error, result.content
    answer = result.structured_content
    assert "4.35%" in answer["text"] and answer["citations"][0]["quote"] == answer["text"]


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_reader_that_goes_away_is_no_error(corpus_index: Path) -> None:
    """As with ``pincite sources | true``."""
    code = "import sys\nfrom qa.cli import main\nraise SystemExit(main(sys.argv[1:]))"
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(
        [sys.executable, "-c", code, "sources", "--index", corpus_index],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
    )
    os.close(write)
    assert (ran.returncode, ran.stderr) == (0, "")
