"""Building, adding, removing, mending: what a user types, and what stays when it goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from command import TEXTS, Ran, Run
from fakes import FakeEncoder
from making import write

from qa.corpus.formats import PARSERS
from qa.index.manifest import CURRENT, current_generation
from qa.settings import corpus_dir


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def built(run: Run, docs: Path, index_dir: Path) -> Path:
    """An index of ``docs``, free to be changed."""
    assert run("index", docs, "--index", index_dir, "--encoder", "fake").status == 0
    return index_dir


def ids(run: Run, index_dir: Path) -> list[str]:
    return [row["id"] for row in run("sources", "--json", "--index", index_dir).rows]


def is_error(ran: Ran, *parts: str) -> bool:
    """Exit status 1 and one line on stderr that says all this."""
    lines = ran.err.splitlines()
    return (
        ran.status == 1
        and ran.out == ""
        and lines[-1].startswith("pincite: ")
        and "Traceback" not in ran.err
        and all(part in lines[-1] for part in parts)
    )


class TestIndex:
    def test_it_says_what_it_did(self, run: Run, docs: Path, index_dir: Path) -> None:
        ran = run("index", docs, "--index", index_dir, "--encoder", "fake")
        assert ran.status == 0
        assert ran.out.startswith("3 documents, 3 passages (3 embedded) in ") and str(index_dir) in ran.out
        assert ran.err.splitlines() == ["Reading documents: 3", "Embedding passages: 3", "Writing the index: 1"]
        again = run("index", docs, "--index", index_dir)
        assert again.out.startswith("3 documents, 3 passages (0 embedded) in ")

    def test_what_could_not_be_read_is_said(self, run: Run, docs: Path, index_dir: Path) -> None:
        write(docs, {"photo.jpg": b"\xff\xd8", "latin.txt": b"caf\xe9", "empty.txt": "", "evil\x1b[31m.txt": b"\x00"})
        ran = run("index", docs, "--index", index_dir, "--encoder", "fake")
        assert ran.status == 0 and ran.out.startswith("3 documents")
        told = [line for line in ran.err.splitlines() if line.startswith("pincite: not read: ")]
        assert len(told) == 4 and "\x1b" not in ran.err
        listed = run("sources", "--json", "--index", index_dir)
        assert [line for line in listed.err.splitlines() if "not read" in line] == told

    def test_an_index_among_the_documents_is_left_out_and_told(self, run: Run, docs: Path, index_dir: Path) -> None:
        other = docs / "my index"
        assert run("index", docs, "--index", other, "--encoder", "fake").status == 0
        ran = run("index", docs, "--index", index_dir, "--encoder", "fake")
        assert ran.status == 0 and ran.out.startswith("3 documents")
        said = f"pincite: not read: {other}: it is an index of Pincite, which holds no documents: it is left out"
        assert said in ran.err.splitlines()
        assert ids(run, index_dir) == sorted(TEXTS)
        assert is_error(run("index", other, "--index", index_dir), "it is an index of Pincite")
        assert "not read" not in run("index", "--index", other).err  # its own is passed over, as before

    def test_a_quote_out_of_an_archive_says_where_it_is(self, run: Run, tmp_path: Path, index_dir: Path) -> None:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            archive.writestr("in/tower.md", TEXTS["tower.md"])
        assert run("index", tmp_path / "all.zip", "--index", index_dir, "--encoder", "fake").status == 0
        lines = run("ask", "When was the tower built?", "--index", index_dir).out.splitlines()
        assert lines[1].endswith(" · in/tower.md in all.zip")
        assert lines[2].strip().startswith(f"{(tmp_path / 'all.zip').as_uri()}#:~:text=")

    @pytest.mark.parametrize(
        "files",
        [None, {}, {"a.pdf": b"%PDF"}, {"a.txt": b"\x00"}, {"a.txt": b"\xff"}, {"a.txt": ""}, {"sources.toml": "[["}],
        ids=["missing", "empty", "format", "binary", "bad UTF-8", "zero bytes", "broken sources.toml"],
    )
    def test_a_folder_without_a_document_changes_nothing(
        self, run: Run, built: Path, tmp_path: Path, files: dict[str, str | bytes] | None
    ) -> None:
        folder = tmp_path / "a bad folder"
        if files is not None:
            folder.mkdir()
            write(folder, files)
        assert is_error(run("index", folder, "--index", built), str(folder))
        assert ids(run, built) == sorted(TEXTS)

    def test_a_folder_that_cannot_be_listed_changes_nothing(
        self, run: Run, built: Path, docs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scandir = os.scandir

        def refusing(path: str | int) -> object:
            if str(path) == str(docs):
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refusing)
        ran = run("index", docs, "--index", built)
        assert is_error(ran, str(docs)) and "cannot be listed" in ran.err
        assert ids(run, built) == sorted(TEXTS)

    def test_a_file_of_five_megabytes(self, run: Run, tmp_path: Path, index_dir: Path) -> None:
        lines = [f"Ledger line {number} was signed by clerk {number % 977}.\n" for number in range(110_000)]
        lines[70_000] = "The lighthouse keeper was paid forty crowns.\n"
        text = "".join(lines)
        assert len(text) > 5_000_000 * 0.9
        docs = write(tmp_path / "large", {"ledger.txt": text})
        assert run("index", docs, "--index", index_dir, "--encoder", "fake").status == 0
        found = run("ask", "What was the lighthouse keeper paid?", "--json", "--index", index_dir)
        quotes = [(one["quote"], one["start"]) for one in found.rows[0]["citations"]] or [
            (hit["text"], hit["start"]) for hit in found.rows[0]["hits"][:1]
        ]
        quote, start = quotes[0]
        assert lines[70_000].strip() in quote and text[start : start + len(quote)] == quote

    def test_an_encoder_that_is_not_there(self, run: Run, docs: Path, built: Path, tmp_path: Path) -> None:
        (tmp_path / "no model").mkdir()
        ran = run("index", docs, "--index", built, "--encoder", tmp_path / "no model")
        assert is_error(ran, str(tmp_path / "no model"), "name a sentence-transformers model that has them")
        assert ids(run, built) == sorted(TEXTS)

    def test_an_index_folder_that_cannot_be_made(self, run: Run, docs: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine")
        ran = run("index", docs, "--index", tmp_path / "file" / "index", "--encoder", "fake")
        assert is_error(ran, str(tmp_path / "file" / "index"), "--index")

    def test_names_with_spaces_quotes_and_line_breaks(self, run: Run, tmp_path: Path, index_dir: Path) -> None:
        names = sorted(["a b.txt", 'it\'s "so".txt', "new\nline.txt", "国务院.txt"])
        docs = write(tmp_path / "my 'docs' #1", dict.fromkeys(names, "The tower was built in 1904."))
        assert run("index", docs, "--index", index_dir, "--encoder", "fake").out.startswith("4 documents")
        assert ids(run, index_dir) == names
        for name in names:
            assert run("sources", "show", name, "--text", "--index", index_dir).out == "The tower was built in 1904."

    def test_ctrl_c_leaves_the_index_as_it_was(
        self, run: Run, built: Path, docs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        write(docs, {"gate.txt": "A gate of iron."})
        with monkeypatch.context() as patch:
            patch.setattr(FakeEncoder, "encode", stop)
            ran = run("index", "--index", built)
        assert ran.status == 130 and "Traceback" not in ran.err
        assert ran.err.splitlines()[-1].startswith("pincite: stopped; the index is as it was")
        assert ids(run, built) == sorted(TEXTS)
        assert run("index", "--index", built).out.startswith("4 documents, 4 passages (1 embedded)")

    def test_of_very_many_failures_the_first_are_told(self, run: Run, built: Path, docs: Path) -> None:
        write(docs, {f"empty{number:03}.txt": "" for number in range(120)})
        told = [line for line in run("index", "--index", built).err.splitlines() if "not read" in line]
        assert len(told) == 101
        assert told[-1] == "pincite: not read: 20 more files; `pincite sources --health --json` lists them"
        (row,) = run("sources", "--health", "--json", "--index", built).rows
        assert len(row["failures"]) == 120


class TestFirstRun:
    """Without an index, the one over the corpus that comes along is built in the user's folder."""

    def test_it_is_built_and_asked(self, run: Run, home: Path) -> None:
        ran = run("search", "innovation", "--json", "--top-k", 2)
        assert ran.status == 0 and len(ran.rows) == 2
        assert ran.err.startswith("pincite: first run: building the index\nReading documents: 5\n")
        assert (home / "index" / CURRENT).is_file()
        again = run("sources", "--json")
        assert again.err == ""
        assert [row["path"] for row in again.rows] == sorted(str(path) for path in corpus_dir().glob("*.txt"))

    @pytest.mark.parametrize(
        "command", [["ask", "x"], ["search", "x"], ["sources"], ["sources", "show", "x"], ["verify"]]
    )
    def test_an_index_that_is_named_must_be_there(self, run: Run, index_dir: Path, command: list[str]) -> None:
        ran = run(*command, "--index", index_dir)
        assert is_error(ran, f"there is no index in {index_dir}: run `pincite index --index {index_dir}`")
        assert not index_dir.exists()

    @pytest.mark.parametrize("command", [["sources", "add", "."], ["sources", "remove", "x"]])
    def test_nothing_to_add_to_or_take_from(self, run: Run, index_dir: Path, command: list[str]) -> None:
        assert is_error(run(*command, "--index", index_dir), f"run `pincite index --index {index_dir}`")


class TestDamage:
    @pytest.mark.parametrize("name", ["store.db", "dense/vectors.faiss", "manifest.json", "lexical/meta.json"])
    def test_the_command_that_is_named_mends_it(self, run: Run, built: Path, name: str) -> None:
        generation = current_generation(built)[0]
        (generation / name).unlink()
        ran = run("ask", "When was the tower built?", "--index", built)
        assert is_error(ran, f"is damaged ({generation.name}/{name} is missing): run `pincite index --index {built}`")
        assert run("index", "--index", built).status == 0
        assert ids(run, built) == sorted(TEXTS)

    def test_half_of_it_is_gone(self, run: Run, built: Path) -> None:
        shutil.rmtree(current_generation(built)[0])
        assert is_error(run("ask", "x", "--index", built), f"run `pincite index --index {built}`")
        assert run("index", "--index", built).status == 0
        assert ids(run, built) == sorted(TEXTS)

    def test_another_model_under_the_same_name(self, run: Run, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        *defaults, tokens = FakeEncoder.__init__.__defaults__
        monkeypatch.setattr("fakes.FakeEncoder.__init__.__defaults__", (*defaults[:2], "fake-2", tokens))
        ran = run("ask", "x", "--index", built)
        assert is_error(ran, "was made with another fake", f"run `pincite index --index {built}`")
        assert run("index", "--index", built).out.startswith("3 documents, 3 passages (3 embedded)")
        assert run("ask", "When was the tower built?", "--index", built).status == 0


class TestSources:
    def test_add_and_remove(self, run: Run, built: Path, tmp_path: Path) -> None:
        more = write(tmp_path / "more", {"gate.txt": "The gate is of iron.", "hall.txt": "Another hall."})
        added = run("sources", "add", more, "--index", built)
        assert added.status == 0 and added.out.startswith("5 documents, 5 passages (2 embedded)")
        assert ids(run, built) == ["bridge.html", "gate.txt", "hall.txt", "more/hall.txt", "tower.md"]
        removed = run("sources", "remove", "more/hall.txt", "tower.md", "--index", built)
        assert removed.status == 0 and removed.out.startswith("3 documents, 3 passages (0 embedded)")
        assert ids(run, built) == ["bridge.html", "gate.txt", "hall.txt"]
        assert (more / "hall.txt").is_file()

    def test_what_was_done_as_json(self, run: Run, built: Path, tmp_path: Path) -> None:
        more = write(tmp_path / "more", {"gate.txt": "The gate is of iron.", "bad.txt": b"\x00"})
        ran = run("sources", "add", more, "--json", "--index", built)
        (added,) = ran.rows
        assert added.pop("seconds") >= 0
        (failure,) = added.pop("failures")
        assert failure["path"].endswith("bad.txt") and failure["reason"] and failure["reason"] in ran.err
        assert added == {"documents": 4, "passages": 4, "embedded": 1, "changed": True, "index": str(built)}
        (removed,) = run("sources", "--json", "remove", "gate.txt", "--index", built).rows
        assert (removed["documents"], removed["embedded"]) == (3, 0)

    def test_a_text_as_json(self, run: Run, built: Path, docs: Path) -> None:
        (row,) = run("sources", "show", "tower.md", "--text", "--json", "--index", built).rows
        (plain,) = run("sources", "show", "tower.md", "--json", "--index", built).rows
        assert row == plain | {"text": (docs / "tower.md").read_text(encoding="utf-8")}

    def test_what_was_removed_is_not_cited(self, run: Run, built: Path) -> None:
        run("sources", "remove", "tower.md", "--index", built)
        (answer,) = run("ask", "When was the tower built?", "--json", "--index", built).rows
        assert "tower.md" not in json.dumps(answer)

    def test_removing_what_is_not_there(self, run: Run, built: Path) -> None:
        ran = run("sources", "remove", "hall.txt", "nowhere.txt", "--index", built)
        assert is_error(ran, "no source 'nowhere.txt'", "`pincite sources` lists them")
        assert is_error(run("sources", "remove", *TEXTS, "--index", built), "one must stay")
        assert ids(run, built) == sorted(TEXTS)

    def test_adding_what_is_not_there(self, run: Run, built: Path, tmp_path: Path) -> None:
        assert is_error(run("sources", "add", tmp_path / "nowhere", "--index", built), "is not there")
        assert ids(run, built) == sorted(TEXTS)

    def test_only_the_documents_that_are_named(self, run: Run, built: Path) -> None:
        def found(*sources: str) -> list[str]:
            named = [part for source in sources for part in ("--source", source)]
            ran = run("search", "The copper of the bridge and the hall", "--json", "--index", built, *named)
            return sorted(row["document_id"] for row in ran.rows)

        assert found() == sorted(TEXTS)
        assert found("hall.txt") == ["hall.txt"]
        assert found("tower.md", "hall.txt") == ["hall.txt", "tower.md"]
        (answer,) = run("ask", "When was the tower built?", "--source", "hall.txt", "--json", "--index", built).rows
        assert {hit["document_id"] for hit in answer["hits"]} == {"hall.txt"}
        for command in ("ask", "search"):
            ran = run(command, "tower", "--source", "hall.txt", "--source", "nowhere.txt", "--index", built)
            assert is_error(ran, "no source 'nowhere.txt'", "`pincite sources` lists them")

    def test_options_before_and_after_the_action(self, run: Run, built: Path) -> None:
        one = run("sources", "--index", built, "--json", "list")
        assert one == run("sources", "list", "--index", built, "--json")
        assert len(one.rows) == 3

    def test_the_text_of_every_format(self, run: Run, built: Path, docs: Path) -> None:
        write(docs, {"mixed.txt": "\ufeffone\r\ntwo\rthree\n\n\x0b\u2028 four  \n", "esc.md": "\x1b[31m red \x9b text"})
        run("index", "--index", built)
        for name in ("hall.txt", "tower.md", "mixed.txt", "esc.md"):
            shown = run("sources", "show", name, "--text", "--index", built).out
            assert shown.encode() == (docs / name).read_bytes()
        shown = run("sources", "show", "bridge.html", "--text", "--index", built).out
        assert shown == "Copper was stolen from the bridge. It is closed until June.\n\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["ask", "x", "y"],
        ["ask", "x", "--top-k", "0"],
        ["ask", "x", "--top-k", "1001"],
        ["ask", "x", "--top-k", "three"],
        ["ask", "x", "--file", "questions.jsonl"],
        ["ask", "--nonsense"],
        ["search"],
        ["search", "x", "--mode", "psychic"],
        ["sources", "show"],
        ["sources", "add"],
        ["sources", "remove"],
        ["sources", "destroy"],
        ["index", "--encoder"],
        ["verify", "a", "b"],
        ["mcp", "x"],
        ["serve", "--port", "http"],
        ["serve", "--port", "99999"],
        ["serve", "--port", "-1"],
    ],
    ids=" ".join,
)
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("usage: pincite") and "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["", "index", "ask", "search", "sources", "verify", "eval", "serve", "mcp"])
def test_help(run: Run, command: str) -> None:
    ran = run(*([command] if command else []), "--help")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"usage: pincite {command}".rstrip())


def test_every_command_teaches(run: Run) -> None:
    """Each shows what to type; the formats named are those that are read."""
    for command in ("", "index", "ask", "search", "sources", "verify", "calibrate", "serve"):
        told = run(*([command] if command else []), "--help").out
        assert re.search(rf"^  .*\bpincite {command}".rstrip(), told, re.MULTILINE), command
        assert max(map(len, told.splitlines())) <= 120
    for action in ("show", "add", "remove"):
        assert f"\n  pincite sources {action} " in run("sources", action, "--help").out
    assert set(re.findall(r" (\.[a-z]+)(?=[ .\n])", run("index", "--help").out)) >= set(PARSERS)
    (configuration,) = re.findall(r"^ +(\{.*\})$", run("mcp", "--help").out, re.MULTILINE)
    assert json.loads(configuration)["mcpServers"]["pincite"]["args"] == ["mcp"]


@pytest.mark.parametrize(
    ("option", "variable", "token"),
    [
        (None, None, None),
        (None, "from the variable", "from the variable"),
        ("given", "not this", "given"),
        ("", "x", ""),
    ],
)
def test_where_the_token_comes_from(
    run: Run, monkeypatch: pytest.MonkeyPatch, option: str | None, variable: str | None, token: str | None
) -> None:
    seen: dict[str, object] = {}
    monkeypatch.setattr("qa.ui.serve", lambda **arguments: seen.update(arguments))
    monkeypatch.setenv("PINCITE_TOKEN", variable or "")
    assert run("serve", *(() if option is None else ("--token", option))).status == 0
    assert (seen["token"], seen["host"], seen["port"]) == (token, "127.0.0.1", 7860)


def test_version(run: Run) -> None:
    ran = run("--version")
    assert ran.status == 0 and ran.out.startswith("pincite ")


def test_the_default_folders_in_the_help_may_have_any_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "100% mine %(prog)s"))
    assert "100% mine %(prog)s" in " ".join(run("ask", "--help").out.split()).replace("- ", "-")


class TestHealth:
    def test_what_is_wrong_is_listed(self, run: Run, tmp_path: Path) -> None:
        twin = "The council met in the old hall in March. It voted for a new roof made of copper and oak."
        files = {
            "a.txt": twin,
            "b\x1b[1m.txt": twin,
            "c.jpg": b"\xff\xd8",
            "d.txt": "There is a caf\ufffd that they closed in the middle of the town last year.",
        }
        index_dir = tmp_path / "index"
        run("index", write(tmp_path / "odd", files), "--index", index_dir, "--encoder", "fake")
        ran = run("sources", "--health", "--index", index_dir)
        lines = ran.out.splitlines()
        assert ran.status == 0 and "\x1b" not in ran.out
        assert lines[0] == "3 documents, 3 passages"
        for title, line in (
            ("Files that could not be read: 1", f"  {tmp_path / 'odd' / 'c.jpg'}: the format .jpg is not read"),
            ("The same text: 1", "  a.txt = b·[1m.txt"),
            ("Characters that did not decode: 1", "  d.txt: 1"),
        ):
            assert lines[lines.index(title) + 1].startswith(line)
        assert lines[-1] == "Languages: en 3"
        (row,) = run("sources", "--health", "--json", "--index", index_dir).rows
        assert row["duplicates"] == [["a.txt", "b\x1b[1m.txt"]]
        assert row["not_decoded"] == [{"id": "d.txt", "count": 1}]
        assert (row["documents"], row["damage"], row["languages"]["en"][0]) == (3, None, "a.txt")

    def test_nothing_is_wrong(self, run: Run, corpus_index: Path) -> None:
        lines = run("sources", "--health", "--index", corpus_index).out.splitlines()
        assert lines[-2:] == ["Languages: en 5", "Nothing is wrong."]

    def test_it_is_about_all_documents(self, run: Run, built: Path) -> None:
        ran = run("sources", "--health", "show", "hall.txt", "--index", built)
        assert (ran.status, ran.out) == (2, "")
        assert "leave out 'show'" in ran.err
