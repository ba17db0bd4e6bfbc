"""`pincite --help` is instant: nothing heavy is imported before the command runs."""

import subprocess
import sys

CODE = """
import argparse, sys
from qa.eval.cli import add_parser
add_parser(argparse.ArgumentParser().add_subparsers())
print([name for name in ("numpy", "ir_measures", "faiss", "torch", "qa.pipeline") if name in sys.modules])
"""


def test_the_parser_imports_nothing_heavy() -> None:
    found = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
