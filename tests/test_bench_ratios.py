"""The benchmark's own working: what it counts as right, what it prints and writes. No time is judged."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from qa.encoder import DEFAULT_ENCODER
from qa.pipeline import Pincite
from qa.runtime.minilm import SHA256

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the folder is no part of the package
pytest.importorskip("bm25s")

from bench import __main__ as command  # noqa: E402
from bench import among, measures, peers, work  # noqa: E402


def test_table_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        measures.Row("first", 1.5, "s", 12.0, "s, theirs", 0.125, "<= 0.15"),
        measures.Row("memory", 300.04, "MB", None, "", None, "< 400 MB"),
    ]
    monkeypatch.setitem(command.MEASURES, "warm", lambda folder, repeat: rows[:repeat])
    assert command.main(["--only", "warm", "--repeat", "2", "--out", str(tmp_path / "b.json")]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0].strip() for line in table] == ["what", "first", "memory"]
    assert "0.125" in table[1] and "12 s, theirs" in table[1] and "300 MB" in table[2]
    written = json.loads((tmp_path / "b.json").read_text())
    assert [row["ratio"] for row in written["rows"]] == [0.125, None] and written["machine"]["cores"] >= 1


def test_a_task_that_fails_ends_the_run() -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        measures.run_process(["-c", "raise SystemExit(3)"])


def test_what_a_process_took() -> None:
    ran = measures.run_process(["-c", "print('é')"])
    assert ran.out.strip() == "é" and ran.seconds > 0 and ran.megabytes >= 0


def test_both_searches_are_timed_beside_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PASSAGES", 300)
    found = work.search(str(tmp_path / "search"))
    assert {name: len(times) for name, times in found.items()} == dict.fromkeys(
        ("dense", "brute", "lexical", "bm25s"), 50
    )


def test_files_differ_and_are_the_same_every_time(tmp_path: Path) -> None:
    for name in "ab":
        work.write_files(str(tmp_path / name), "3")
    one, other = ([path.read_text() for path in sorted((tmp_path / name).iterdir())] for name in "ab")
    assert one == other and len(set(one)) == 3


@pytest.mark.parametrize(
    ("quote", "answers", "expected"),
    [
        ("It rose to 4.35% in 2024.", ["4.35%"], True),
        ("It  ROSE\nto five.", ["rose to"], True),
        ("It fell.", ["rose"], False),
        ("It fell.", [], False),
        (None, [], True),
        (None, ["rose"], False),
    ],
)
def test_what_counts_as_right(quote: str | None, answers: list[str], expected: bool) -> None:
    answer = SimpleNamespace(citations=[SimpleNamespace(quote=quote)] if quote else [])
    assert work._right(answer, {"answers": answers}) is expected


def test_the_sources_are_found_among_generated_documents(tmp_path: Path) -> None:
    assert 290 <= work.large_index(str(tmp_path / "large"), "300")["passages"] <= 400
    pincite = Pincite.open(tmp_path / "large")
    assert (pincite.index.manifest.encoder, pincite.index.manifest.fingerprint) == (DEFAULT_ENCODER, SHA256)
    [first, *_] = pincite.search(measures.QUESTION, mode="dense")
    assert "2025" in first.passage.text and not first.passage.document_id.startswith("d0")
    pincite.close()


def test_a_generated_document_is_always_the_same() -> None:
    words = among.Words(["one", "two", "rare"], {"one", "two"}, ["usual", "seldom"])
    assert among.document(3, words) == among.document(3, words) != among.document(4, words)
    drawn = Counter(among.document(3, words).text.replace(".", "").split())
    assert set(drawn) == {"one", "two", "usual", "seldom"}
    assert abs(drawn["one"] - drawn["two"]) < drawn["two"] / 5  # as often as in the sources
    assert drawn["usual"] + drawn["seldom"] == pytest.approx(drawn["one"], rel=0.2)  # in place of the rare one
    assert 3.7 / 2.7 * 0.8 < drawn["usual"] / drawn["seldom"] < 3.7 / 2.7 * 1.25


def test_what_stands_in_the_sources_seldom_stands_nowhere_else() -> None:
    words = among.Words.of(among.sources())
    rare = {word.lower() for word in words.here} - {word.lower() for word in words.common}
    assert "innovation" in words.common and "brain" in rare  # a whole word of the vocabulary, too
    assert not rare & set(words.elsewhere)


def test_success_of_a_peer_is_an_answer_in_a_passage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "questions", lambda: [{"answers": ["4.35%", "4.35 per cent"]}, {"answers": ["Ana"]}])
    texts = [["It fell.", "It rose to  4.35\nPER CENT."], ["Nobody."]]
    assert [peers.success(texts, k) for k in (1, 5)] == [0.0, 0.5]


def test_the_table_of_peers_is_markdown() -> None:
    rows = [peers.Peer("One", "1.2", 3.25, 12.5, 0.0123, 0.045, 801.4, 0.5, 0.75, 640)]
    *_, row = peers.table(rows).splitlines()
    assert row == "| One 1.2 | 3.2 | 12.5 | 12 | 45 | 801 | 0.500 | 0.750 | 640 |"


def test_the_questions_given_to_peers_have_answers_and_stand_alone() -> None:
    assert len(peers.questions()) > 100
    assert all(row["answers"] and not row["history"] for row in peers.questions())
