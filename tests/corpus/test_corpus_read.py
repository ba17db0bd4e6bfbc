"""Files to documents: titles, what a folder and a file say of themselves, and files that are none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from making import write

from qa.corpus import load_file, read
from qa.corpus.formats import ARCHIVES, PARSERS
from qa.corpus.load import MAX_BYTES
from qa.corpus.sources_toml import read_sources_toml, web_url
from qa.errors import CorpusError
from qa.types import Document, Failure

KNOWN = " ".join(sorted({*PARSERS, *ARCHIVES}))


def one(folder: Path, name: str, content: str | bytes) -> Document:
    write(folder, {name: content})
    loaded = load_file(name, folder / name)
    assert isinstance(loaded, Document), loaded
    return loaded


def failure(folder: Path, name: str, content: str | bytes) -> str:
    write(folder, {name: content})
    loaded = load_file(name, folder / name)
    assert isinstance(loaded, Failure)
    assert loaded.path == str(folder / name)
    assert "\n" not in loaded.reason
    return loaded.reason


@pytest.mark.parametrize("name", ["a.txt", "a.text", "a.md", "a.markdown", "A.TXT"])
def test_the_text_is_the_file_unchanged(tmp_path: Path, name: str) -> None:
    content = "\ufeffOne line\r\nand a second\rand a third\n\n\ttab, NBSP\xa0 and 😀\u2028\x0c\n  end  \n\n"
    made = one(tmp_path, name, content)
    assert made.text == content
    with (tmp_path / name).open(encoding="utf-8", newline="") as file:
        assert made.text == file.read()


def test_the_source_says_what_the_file_is(tmp_path: Path) -> None:
    content = b"Title\n\nA sentence.\n"
    source = one(tmp_path, "a.txt", content).source
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert (source.size, source.kind, source.path) == (len(content), "txt", str(tmp_path / "a.txt"))
    assert (source.publisher, source.published, source.url) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("a.txt", "The heading\n\nThe first sentence of it.", "The heading"),
        ("a.txt", "A sentence that comes first.\n\nA heading below\n\nMore.", "A heading below"),
        ("a.txt", "A sentence of the first line.\nAnother sentence.", "A sentence of the first line."),
        ("a.txt", "First of two.\rSecond of two.", "First of two."),
        ("a.txt", "\ufeffMarked by its byte order\n\nText.", "Marked by its byte order"),
        ("a.txt", "\ufeff\n\nA sentence below the mark.", "a"),
        ("a.txt", "Learning C#\n\nIt is a language.", "Learning C#"),
        ("some name.txt", "----\n\n====", "some name"),
        ("a.txt", "x" * 300, "x" * 199 + "…"),
        ("a.txt", "国务院通知\n\n正文。", "国务院通知"),
        ("a.md", "text first.\n\n## Learning   C# ##\n", "Learning C#"),
        ("a.md", "Setext heading\n======\n\ntext", "Setext heading"),
        ("a.md", "\ufeff# After the mark\n\ntext", "After the mark"),
        ("a.md", '---\ntitle: "From the front"\n---\n# Not this\n', "From the front"),
        ("a.html", "<title> In the\n head </title><h1>Not this</h1>", "In the head"),
        ("a.html", "<p>Some text.</p><h2>The heading</h2>", "The heading"),
        ("a.html", "<nav>Home</nav><p>First words.</p>", "First words."),
        ("a b.html", "<p>…</p>", "a b"),
        ("costs of 2024.csv", "Unit,Head\nLegal,Priya Raman\n", "costs of 2024"),
        ("costs of 2024.tsv", "Unit\tHead\nLegal\tPriya Raman\n", "costs of 2024"),
    ],
)
def test_title(tmp_path: Path, name: str, content: str, title: str) -> None:
    assert one(tmp_path, name, content).source.title == title


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "it is empty"),
        ("a.html", b"", "it is empty"),
        ("a.md", b" \n\t\r\n ", "there is no text in it"),
        ("a.html", b"<p> </p><script>x()</script>", "there is no text in it"),
        ("a.html", b"<!-- nothing -->", "there is no text in it"),
        ("a.txt", b"\x7fELF\x00\x01", "it holds binary data, not text"),
        ("a.md", b"a\x00b", "it holds binary data, not text"),
        ("a.html", b"<p>a\x00b", "it holds binary data, not text"),
        ("a.txt", bytes(range(128, 256)), "it is not UTF-8 (byte 0) nor like any other encoding: save it as UTF-8"),
        (
            "a.txt",
            b"\xff\xfe\x00",
            "it is not utf-16 as it should be: save it as UTF-8 ('utf-16-le' codec can't decode byte "
            "0x00 in position 2: truncated data)",
        ),
        ("a.jpg", b"\xff\xd8", f"the format .jpg is not read; known: {KNOWN}"),
        ("Makefile", b"all:", f"the format without an ending is not read; known: {KNOWN}"),
    ],
)
def test_files_that_are_no_documents(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    assert failure(tmp_path, name, content) == reason


def test_a_file_that_goes_away_or_is_too_large(tmp_path: Path) -> None:
    gone = load_file("a.txt", tmp_path / "a.txt")
    assert gone == Failure(str(tmp_path / "a.txt"), "No such file or directory")
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # takes no space
    large = load_file("large.txt", tmp_path / "large.txt")
    assert isinstance(large, Failure) and large.reason.startswith(f"it has {MAX_BYTES + 1:,} bytes")


def test_one_bad_file_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "good", "b.txt": b"\0\xff", "c.txt": "", "d.jpg": b"\xff\xd8", "e.txt": "good"})
    found = list(read([tmp_path]))
    assert [item.id for item in found if isinstance(item, Document)] == ["a.txt", "e.txt"]
    assert [Path(item.path).name for item in found if isinstance(item, Failure)] == ["b.txt", "c.txt", "d.jpg"]


def test_two_files_with_the_same_text_are_two_documents(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "The same.", "b.txt": "The same."})
    first, second = read([tmp_path])
    assert isinstance(first, Document) and isinstance(second, Document)
    assert (first.id, second.id) == ("a.txt", "b.txt")
    assert first.text == second.text and first.source.sha256 == second.source.sha256


def test_a_large_file(tmp_path: Path) -> None:
    paragraph = "The council met on Monday to talk about the new hall and its cost. It did not decide.\n\n"
    content = "A large file\n\n" + paragraph * (5_000_000 // len(paragraph))
    made = one(tmp_path, "large.txt", content)
    assert made.text == content
    assert len(made.blocks) == content.count("\n\n")


class TestSourcesToml:
    def test_fields(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "sources.toml": """
                    [[source]]
                    file = "a.txt"
                    title = "  Stated   title "
                    publisher = "A \\"house\\""
                    published = 2016-09-18
                    url = "https://a.example/x"
                    extra = 1
                    [[source]]
                    file = "b.txt"
                    published = "2016-09"
                    url = "javascript:alert(1)"
                    title = ""
                """,
                "a.txt": "Own heading\n\nText.",
                "b.txt": "Own heading\n\nText.",
                "c.txt": "Own heading\n\nText.",
            },
        )
        shown = [
            (item.source.title, item.source.publisher, item.source.published, item.source.url)
            for item in read([tmp_path])
            if isinstance(item, Document)
        ]
        assert shown == [
            ("Stated title", 'A "house"', "2016-09-18", "https://a.example/x"),
            ("Own heading", None, "2016-09", None),
            ("Own heading", None, None, None),
        ]

    def test_it_goes_before_what_the_file_says(self, tmp_path: Path) -> None:
        write(tmp_path, {"sources.toml": '[[source]]\nfile = "a.html"\ntitle = "Stated"\n'})
        source = one(tmp_path, "a.html", '<title>Own</title><meta name="date" content="2020-01-02"><p>x').source
        assert (source.title, source.published) == ("Stated", "2020-01-02")

    def test_entries_without_a_file_are_told(self, tmp_path: Path) -> None:
        entries = "".join(f'[[source]]\nfile = "{name}"\n' for name in ("a.txt", "gone.txt", "x/b.txt", "c.xyz"))
        write(tmp_path, {"sources.toml": entries, "a.txt": "t", "x/b.txt": "t", "c.xyz": "t"})
        told = [item for item in read([tmp_path]) if isinstance(item, Failure) and item.path.endswith("sources.toml")]
        reason = "it speaks of {!r}, and there is no such file beside it"
        assert told == [
            Failure(str(tmp_path / "sources.toml"), reason.format(name)) for name in ("gone.txt", "x/b.txt")
        ]

    def test_each_folder_has_its_own(self, tmp_path: Path) -> None:
        write(tmp_path, {"x/sources.toml": '[[source]]\nfile = "a.txt"\ntitle = "X"\n', "x/a.txt": "t", "a.txt": "t"})
        titles = {item.id: item.source.title for item in read([tmp_path]) if isinstance(item, Document)}
        assert titles == {"a.txt": "t", "x/a.txt": "X"}

    @pytest.mark.parametrize(
        "content",
        [
            b"[[source]\nfile=",
            b"source = 5",
            b"[[source]]\ntitle = 'no file'",
            b"[source]\nfile = 'a.txt'",
            b"\xff\xfe",
            b"source = [1, 2]",
        ],
    )
    def test_a_broken_one_is_an_error_that_names_it(self, tmp_path: Path, content: bytes) -> None:
        write(tmp_path, {"deep/sources.toml": content, "deep/a.txt": "text"})
        with pytest.raises(CorpusError, match=r"deep/sources\.toml.*mend or remove it") as caught:
            list(read([tmp_path]))
        assert "\n" not in str(caught.value)

    def test_none_and_empty_and_byte_order_mark(self, tmp_path: Path) -> None:
        assert read_sources_toml(tmp_path) == {}
        write(tmp_path, {"sources.toml": ""})
        assert read_sources_toml(tmp_path) == {}
        write(tmp_path, {"sources.toml": b'\xef\xbb\xbf[[source]]\nfile = "a.txt"\n'})
        assert list(read_sources_toml(tmp_path)) == ["a.txt"]

    @pytest.mark.parametrize(
        ("url", "kept"),
        [
            ("https://a.example", True),
            ("HTTP://a.example", True),
            ("javascript:alert(1)", False),
            ("data:text/html,x", False),
            ("//a.example", False),
            ("file:///etc/passwd", False),
            ("", False),
        ],
    )
    def test_only_addresses_of_the_web(self, url: str, kept: bool) -> None:
        assert web_url(url) == (url if kept else None)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb\nc", [1, 1, 2, 2, 3, 3]),
        ("a\r\nb", [1, 1, 1, 2, 2]),
        ("a\rb\n\nc", [1, 1, 2, 2, 3, 4, 4]),
        ("\ufeffa\n", [1, 1, 1, 2]),
        ("\n\r\n\r", [1, 2, 2, 3, 4]),
    ],
)
def test_line(tmp_path: Path, text: str, lines: list[int]) -> None:
    """The line of every offset, counted by hand."""
    made = one(tmp_path, "a.txt", text + "z")
    assert [made.line(offset) for offset in range(len(text) + 1)] == lines
    assert made.page(0) is None


def test_lines_as_universal_newlines_count_them(tmp_path: Path) -> None:
    text = "one\r\ntwo\rthree\n\nfive\r\r\neight\u2028still eight\x0b\x0c still"
    made = one(tmp_path, "a.txt", text)
    with (tmp_path / "a.txt").open(encoding="utf-8") as file:
        expected = {line.split()[0]: number for number, line in enumerate(file, start=1) if line.strip()}
    assert {word: made.line(text.index(word)) for word in expected} == expected
