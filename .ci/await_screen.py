"""Wait until the screen at URL is ready and answers a question; fail if its process ends or time runs out."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request

QUESTION = "By when is a mature national technology transfer system expected?"
SPANS = ("2025", "By 2025")  # the answers that our own question set takes


def main(url: str, process: int, seconds: float) -> int:
    if listening(url):  # it cannot be ours yet: an environment is being made first
        print(f"another server answers at {url} already", file=sys.stderr)
        return 1
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        os.kill(process, 0)
        try:
            span = ask(url)
            print("answered:", span)
            return 0 if span in SPANS else 1
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass  # not listening yet, or still loading
        time.sleep(1)
    print("the screen did not come up", file=sys.stderr)
    return 1


def listening(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
        return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def ask(url: str) -> str | None:
    """The words that answer; raises ``HTTPError`` (503) while the engine is still loading."""
    with urllib.request.urlopen(url, timeout=30) as page:
        assert b"Pincite" in page.read()
    body = json.dumps({"question": QUESTION}).encode()
    request = urllib.request.Request(f"{url}/api/v1/ask", body, {"Content-Type": "application/json", "Origin": url})
    with urllib.request.urlopen(request, timeout=60) as reply:
        span = json.load(reply)["span"]
        return span if isinstance(span, str) else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
