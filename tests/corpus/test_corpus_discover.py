"""Which files are documents, and what they are called."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from making import write

from qa.corpus import read
from qa.corpus.discover import discover
from qa.errors import CorpusError
from qa.types import Document, Failure


def ids(*roots: Path) -> list[str]:
    return [found.id for found in discover(roots) if not found.problem]


def problems(root: Path) -> dict[str, str]:
    return {found.id: found.problem for found in discover([root]) if found.problem}


def test_ids_are_paths_below_the_root_in_order(tmp_path: Path) -> None:
    write(tmp_path, {"b.txt": "b", "a/z.md": "z", "a/b/c.html": "c", "B.txt": "B"})
    assert ids(tmp_path) == ["B.txt", "a/b/c.html", "a/z.md", "b.txt"]


def test_a_file_may_be_a_root(tmp_path: Path) -> None:
    write(tmp_path, {"x/one.txt": "1", "x/two.txt": "2"})
    assert ids(tmp_path / "x" / "two.txt") == ["two.txt"]


def test_two_roots_with_the_same_names(tmp_path: Path) -> None:
    write(tmp_path, {"one/a.txt": "1", "two/a.txt": "2", "three/two/a.txt": "3", "other/two/a.txt": "4"})
    roots = [tmp_path / name for name in ("one", "two", "three/two", "other/two")]
    found = {each.id: each.path.read_text() for each in discover(roots)}
    assert found == {"a.txt": "1", "two/a.txt": "2", "two~2/a.txt": "3", "two~3/a.txt": "4"}


def test_an_id_with_the_root_in_front_gives_way_to_one_that_is_there(tmp_path: Path) -> None:
    write(tmp_path, {"one/a.txt": "1", "one/two/a.txt": "2", "two/a.txt": "3"})
    found = {each.id: each.path.read_text() for each in discover([tmp_path / "one", tmp_path / "two"])}
    assert found == {"a.txt": "1", "two/a.txt": "2", "two~2/a.txt": "3"}


def test_a_file_below_two_roots_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a/b/x.txt": "x", "a/y.txt": "y"})
    assert ids(tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "y.txt") == ["b/x.txt", "y.txt"]
    assert ids(tmp_path / "a" / "b" / "..", tmp_path / "a") == ["b/x.txt", "y.txt"]


def test_what_is_about_the_folder_is_no_document(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "listed/sources.toml": "",
            "listed/README.md": "about",
            "listed/readme.txt": "about",
            "listed/readme-first.txt": "a document",
            "plain/README.md": "a document",
            ".hidden.txt": "no",
            ".git/config.txt": "no",
        },
    )
    assert ids(tmp_path) == ["listed/readme-first.txt", "plain/README.md"]
    assert ids(tmp_path / "listed" / "README.md") == ["README.md"]


def test_a_hidden_folder_that_is_named_is_read(tmp_path: Path) -> None:
    write(tmp_path, {".notes/a.txt": "a", ".notes/.b.txt": "b"})
    assert ids(tmp_path / ".notes") == ["a.txt"]


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"secret/password.txt": "secret", "docs/a.txt": "a"})
    docs = tmp_path / "docs"
    (docs / "file.txt").symlink_to(tmp_path / "secret" / "password.txt")
    (docs / "folder").symlink_to(tmp_path / "secret")
    (docs / "inside.txt").symlink_to(docs / "a.txt")
    (docs / "broken.txt").symlink_to(docs / "nowhere.txt")
    (docs / "loop.txt").symlink_to(docs / "loop.txt")
    (docs / "self").symlink_to(docs)
    assert ids(docs) == ["a.txt", "inside.txt"]
    out = "it is a link that leads out of the folder: it is not followed"
    assert problems(docs) == {
        "broken.txt": "it is a link to what is not there",
        "file.txt": out,
        "folder": out,
        "loop.txt": "it is a link to itself",
    }
    failures = {Path(item.path).name for item in read([docs]) if isinstance(item, Failure)}
    assert failures == {"broken.txt", "file.txt", "folder", "loop.txt"}


def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"docs/a.txt": "a"})
    (tmp_path / "link").symlink_to(tmp_path / "docs")
    assert ids(tmp_path / "link") == ["a.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_and_devices_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "a"})
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    assert ids(tmp_path) == ["a.txt"]
    assert problems(tmp_path) == {
        "pipe.txt": "it is a device, a pipe or a socket, not a file",
        "zero.txt": "it is a link that leads out of the folder: it is not followed",
    }
    with pytest.raises(CorpusError, match="is a device or a pipe"):
        discover([tmp_path / "pipe.txt"])


def test_folders_to_stay_out_of(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "a", "index/CURRENT": "x", "index/gen-000001/b.txt": "b", "docs/index/c.txt": "c"})
    (tmp_path / "other").symlink_to(tmp_path / "index")
    assert [found.id for found in discover([tmp_path], skip=[tmp_path / "other"])] == ["a.txt", "docs/index/c.txt"]


def test_names_may_be_anything(tmp_path: Path) -> None:
    names = ["a b.txt", 'it\'s "quoted".txt', "new\nline.txt", "国务院.txt", "#?&%41.txt", "-rf.txt"]
    write(tmp_path, {name: "text" for name in names})
    assert sorted(ids(tmp_path)) == sorted(names)


@pytest.mark.parametrize("missing", ["nowhere", "nowhere/deeper", "x" * 5000, "nul\0byte"])
def test_a_root_that_is_not_there(tmp_path: Path, missing: str) -> None:
    with pytest.raises(CorpusError, match="name a folder or a file that exists"):
        discover([tmp_path / missing])


def test_a_name_that_is_not_utf8_is_a_failure(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("text")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes UTF-8 names only")
    write(tmp_path, {"good.txt": "text"})
    good, bad = sorted(read([tmp_path]), key=lambda item: isinstance(item, Failure))
    assert isinstance(good, Document) and good.id == "good.txt"
    assert isinstance(bad, Failure) and "name is not UTF-8" in bad.reason
    bad.path.encode("utf-8")  # fit to be stored and shown


def test_a_folder_that_cannot_be_listed_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"open/a.txt": "a", "shut/b.txt": "b"})
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", _refusing(scandir, tmp_path / "shut"))
    document, failure = sorted(read([tmp_path]), key=lambda item: isinstance(item, Failure))
    assert isinstance(document, Document) and document.id == "open/a.txt"
    assert failure == Failure(str(tmp_path / "shut"), "this folder cannot be listed")


def test_a_file_that_cannot_be_looked_at_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "a", "shut/b.txt": "b"})
    stat = os.stat
    monkeypatch.setattr(os, "stat", _refusing(stat, tmp_path / "shut" / "b.txt"))
    document, failure = sorted(read([tmp_path]), key=lambda item: isinstance(item, Failure))
    assert isinstance(document, Document) and document.id == "a.txt"
    assert failure == Failure(str(tmp_path / "shut" / "b.txt"), "Permission denied")


def _refusing(call: Callable[..., Any], refused: Path) -> Callable[..., Any]:
    def wrapped(path: Any = ".", *args: Any, **options: Any) -> Iterator[Any]:
        if str(path) == str(refused):
            raise PermissionError(13, "Permission denied", str(path))
        return call(path, *args, **options)  # type: ignore[no-any-return]

    return wrapped


def test_folders_that_are_refused_are_told_and_not_looked_into(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x", "other/in/b.json": "x", "other/c.json": "x", "z/d.txt": "x"})

    def refusal(folder: Path) -> str | None:
        return "it is none of ours" if folder.name == "other" else None

    found = discover([tmp_path], refusal=refusal)
    assert [(each.id, each.problem) for each in found] == [
        ("a.txt", None),
        ("other", "it is none of ours"),
        ("z/d.txt", None),
    ]
    assert [(each.path, each.problem) for each in discover([tmp_path / "other"], refusal=refusal)] == [
        (tmp_path / "other", "it is none of ours")
    ]
