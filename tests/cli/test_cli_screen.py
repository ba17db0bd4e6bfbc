"""What people see in a terminal: quotes with their places, refusals, and nothing that steers the terminal."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from command import Run
from making import write

from qa.cli.terminal import ProgressBars, Terminal, counted, safe

STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b1m\x08\x08\r\u202eevil\u2066"


def test_an_answer(run: Run, small_index: Path) -> None:
    ran = run("ask", "When was the tower built?", "--index", small_index)
    assert (ran.status, ran.err) == (0, "")
    first, about, link, *_ = ran.out.splitlines()
    assert first == "The tower was built in 1904 by Anna Weber."
    assert re.fullmatch(r"  \[1\] The tower · line 3 · (strong|good|fair) \(\d\d%\)", about)
    assert re.fullmatch(r"      file:///\S+/tower\.md#:~:text=\S+", link)


def test_a_refusal_shows_the_closest_passages(run: Run, small_index: Path) -> None:
    ran = run("ask", "zzz", "--index", small_index)
    assert (ran.status, ran.err) == (0, "")
    first, second, *passages = ran.out.splitlines()
    assert first.startswith("The sources do not answer this question. ")
    assert second == "Closest passages (none surely answers it):"
    assert len([line for line in passages if re.match(r" +\d\. ", line)]) == 3


def test_hits_and_sources(run: Run, small_index: Path) -> None:
    searched = run("search", "tower", "--mode", "lexical", "--index", small_index)
    assert re.fullmatch(
        r"  1\. tower\.md 0-77  \d\.\d+ \(lexical \d\.\d+\)\n"
        r"     # The tower The tower was built in 1904 by Anna Weber\. It leans to the east\.\n",
        searched.out,
    )
    listed = run("sources", "--index", small_index).out.splitlines()
    assert listed[:3] == ["bridge.html", "  The bridge", "  html, 91 bytes, 1 passages"]


@pytest.fixture
def evil_index(tmp_path: Path, run: Run) -> Path:
    """Documents whose text, title, name and stated fields would take over a terminal."""
    files = {
        f"evil{EVIL[:4]}name.txt".replace("/", ""): f"Tower {EVIL}\n\nThe tower {EVIL} was built in 1904 {EVIL}.\n",
        "page.html": f"<title>Page {EVIL}</title><p>The page {EVIL} was built in 1905.</p>",
        "sources.toml": '[[source]]\nfile = "page.html"\npublisher = "P\\u001b[31m\\u0007"\nurl = "http://x/\\u001b[1m"\n',
        "bad\x1b[1m.txt": b"\xff",
    }
    index_dir = tmp_path / "evil"
    ran = run("index", write(tmp_path / "docs2", files), "--index", index_dir, "--encoder", "fake")
    assert ran.status == 0 and not STEERING.search(ran.err)
    return index_dir


@pytest.mark.parametrize(
    "command",
    [
        ["ask", "When was the tower built?"],
        ["ask", "When was the page built?"],
        ["ask", f"zzz {EVIL}"],
        ["search", "tower page built"],
        ["sources"],
        ["sources", "show", "page.html"],
        ["sources", "show", f"nowhere{EVIL}"],
        ["sources", "remove", f"nowhere{EVIL}"],
        ["ask", "?", "--file", f"nowhere{EVIL}"],
        ["ask", f"?{EVIL[:3]}"],
    ],
)
def test_nothing_steers_the_terminal(run: Run, evil_index: Path, command: list[str]) -> None:
    ran = run(*command, "--index", evil_index)
    assert ran.out + ran.err
    assert not STEERING.search(ran.out + ran.err)


def test_the_evil_text_still_comes_out_whole_where_it_is_asked_for(run: Run, evil_index: Path) -> None:
    (row,) = [row for row in run("sources", "--json", "--index", evil_index).rows if row["id"].startswith("evil")]
    assert EVIL in run("sources", "show", row["id"], "--text", "--index", evil_index).out
    (answer,) = run("ask", "When was the tower built?", "--json", "--index", evil_index).rows
    assert any(EVIL in hit["text"] for hit in answer["hits"])


def test_verify_tells_faults_safely(run: Run, small_index: Path) -> None:
    row = '{"text": "x", "answers": [], "citations": [{"number": "1\\u001b[31m", "document": {"id": "\\u001b[2J"}}]}'
    ran = run("verify", "--index", small_index, stdin=row)
    assert ran.status == 1 and ran.out and not STEERING.search(ran.out)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain\ttext\nof two lines", "plain\ttext\nof two lines"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred\x07", "·[31mred·"),
        ("\u202eabc\u2066", "·abc·"),
        ("中文 é 😀 👩\u200d👧", "中文 é 😀 👩\u200d👧"),
        ("\udcff", "·"),
    ],
)
def test_safe(text: str, expected: str) -> None:
    assert safe(text) == expected


class Screen(io.StringIO):
    """A stream at which a person looks."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "err", "bar"),
    [
        (io.StringIO(), Screen(), True),  # answers go to a file
        (Screen(), Screen(), False),  # they move by themselves
        (io.StringIO(), io.StringIO(), False),
        (Screen(), io.StringIO(), False),
    ],
)
def test_a_bar_counts_answers_that_nobody_sees(
    monkeypatch: pytest.MonkeyPatch, out: io.StringIO, err: io.StringIO, bar: bool
) -> None:
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr("sys.stderr", err)
    monkeypatch.setenv("COLUMNS", "80")
    assert list(counted(iter("abc"), 3, "Answering", " questions")) == ["a", "b", "c"]
    assert ("Answering" in err.getvalue() and "0/3" in err.getvalue()) == bar
    assert bar or not err.getvalue()


def test_styles_only_where_a_person_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")  # empty is as good as not set: https://no-color.org
    monkeypatch.setenv("TERM", "xterm")
    assert Terminal(Screen()).style("words", "bold") == "\x1b[1mwords\x1b[0m"
    assert Terminal(Screen()).style("", "bold") == ""
    assert Terminal(io.StringIO()).style("words", "bold") == "words"
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert Terminal(Screen()).style("words", "bold") == "words"


def test_long_text_is_folded_where_a_person_looks() -> None:
    text = "word " * 60
    folded = Terminal(Screen()).folded(text, "   ").splitlines()
    assert len(folded) > 2 and all(line.startswith("   ") and len(line) <= 100 for line in folded)
    assert " ".join("".join(folded).split()) == " ".join(text.split())
    assert Terminal(io.StringIO()).folded(text, "   ") == "   " + text.strip()


def test_progress_is_a_line_for_each_stage_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBars() as progress:
        for step in (("reading", 1, 2), ("reading", 2, 2), ("embedding", 0, 0), ("embedding", 5, 0)):
            progress(*step)
    assert capsys.readouterr().err == "Reading documents: 2\nEmbedding passages\n"


def test_progress_is_a_bar_where_a_person_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    with ProgressBars() as progress:
        progress("reading", 1, 2)
        progress("reading", 2, 2)
        progress("writing", 0, 1)
    assert "Reading documents" in screen.getvalue() and "2/2" in screen.getvalue()
    assert "Writing the index" in screen.getvalue()


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_has_a_conversation(
    run: Run, small_index: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from qa.cli import main

    monkeypatch.setattr("sys.stdin", Keyboard("When was the tower built?\nAnd the hall?\n\nnever read\n"))
    assert main(["ask", "--json", "--index", str(small_index)]) == 0
    out, err = capfdbinary.readouterr()
    first, second = (line for line in out.decode().splitlines())
    assert '"history": []' in first
    assert '"history": ["When was the tower built?"]' in second
    assert err.decode().startswith("Ask a question; an empty line ends.\n? ")
