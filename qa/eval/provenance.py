"""Which code ran, and when."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from functools import cache

from qa.settings import checkout


@cache
def commit() -> str | None:
    """The checkout's commit, twelve digits, with ``+`` where tracked files differ from it; None outside a checkout."""
    root = checkout()
    if root is None:
        return None
    try:
        head = _git(str(root), "rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git(str(root), "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):  # no git here, or no repository
        return None


def _git(root: str, *words: str) -> str:
    done = subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip()


def now() -> str:
    """ISO 8601, UTC, whole seconds."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
