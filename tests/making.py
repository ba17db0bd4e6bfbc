"""Small worlds for tests: documents from text, folders from names and contents, texts that are hard to handle."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from hypothesis import strategies as st

from qa.corpus.formats import PARSERS
from qa.index import open_index
from qa.index.manifest import current_generation
from qa.types import Document, Source

NOT_SPACE = re.compile(r"\S")


def document(text: str, kind: str = "txt", id: str = "d.txt", title: str = "") -> Document:
    """A document as the parser of ``kind`` gives it."""
    data = text.encode()
    parsed = PARSERS[f".{kind}"][1](data)
    source = Source(
        id=id,
        title=title or "Untitled",
        publisher=None,
        published=None,
        url=None,
        path=f"/documents/{id}",
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        size=len(data),
    )
    return Document(source, parsed.text, parsed.blocks, parsed.pages)


def files(index_dir: Path) -> list[Path]:
    """The files of an index's generation in use that hold something: tantivy makes its locks anew as it likes."""
    below = current_generation(index_dir)[0].rglob("*")
    return sorted(path for path in below if path.is_file() and path.suffix != ".lock")


def ids(index_dir: Path) -> list[str]:
    """The ids of the documents in an index."""
    index = open_index(index_dir)
    try:
        return [entry.source.id for entry in index.store.sources()]
    finally:
        index.close()


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files of these names and contents below ``folder``, which is returned."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def not_space(text: str) -> list[int]:
    """Offsets of every character that is not white space."""
    return [index for index, character in enumerate(text) if not character.isspace()]


_PROSE = st.sampled_from(
    [
        "The council met in Vienna on 3 May 2021.",
        "Dr. Li of the U.S. team paid $3.5 million, i.e. half.",
        'She said: "No!" Then nothing.',
        "Is it so? Yes… It is",
        "国务院发布了一份通知。它有三个部分！为什么？",
        "한국어 문장은 여기에 있습니다. 다음 문장도 있습니다.",
        "Ünïcödé naïve café, e\u0301 and o\u0302\u0323.",
        "नमस्ते दुनिया। यह एक वाक्य है।",
        "emoji 👩‍👩‍👧‍👦 and 🇨🇳 flags 😀😀😀",
        "<|endoftext|> and <|fim_prefix|> are text.",
        "Home | News | About us",
        "• first item",
        "- second item",
        "1. third item",
        "Chapter 3: What came of it",
        "SHORT TITLE",
        "--------",
        "A line that an editor wrapped because it had become longer than seventy letters or",
    ]
)
_ODD = st.sampled_from(
    [
        *("\x00\x01\x07\x08\x1b\x7f\x85\x9b\xa0\xad".replace("\x00", "")),
        *("\u200b\u200e\u202e\u2028\u2029\u3000\ufeff\ufffd\uffff\U000e0001\U0010ffff"),
        *("\x0b\x0c\x1c\x1d\x1e\x1f"),
        "\x1b[31mred\x1b[0m",
        "a" * 130,
        "ab" * 45,
        "가" * 60,
        "x1" * 300,
        "중국" * 40,
        "“",
        "(((",
        "...",
        "。。。",
        "¿",
        "http://example.org/a?b=c&d=e#f-g,h",
    ]
)
_MARKUP = st.sampled_from(
    [
        *("# Heading", "## Two", "Setext\n======", "Other\n---", "> quoted", "> > deeper", "lazy on", "```", "~~~py"),
        *(
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "* item",
            "    code",
            "<!-- note -->",
            "[x]: http://a.example",
            "***",
            "---",
        ),
        *("<p>", "</p>", "<div hidden>", "</div>", "<h2>", "</h2>", "<br>", "<nav>", "</nav>", "<table><tr><td>"),
        *("</table>", "<script>", "</script>", "<b>", "</b>", "&amp;", "&#x1F600;", "&nbsp;", "<li>", "<a href='#'>"),
        *("<header>", "</header>", "<title>T</title>", "<pre>", "<", ">", "&", "<svg>", "</svg>", "<![CDATA[", "]]>"),
    ]
)
_GAPS = st.sampled_from(["", " ", " ", "\n", "\n", "\n\n", "\r\n", "\r", "\t", "  \n \n", "\n\n\n\n\n\n\n\n"])
_LETTERS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)


def texts(most: int = 30) -> st.SearchStrategy[str]:
    """Text of every sort that people and machines put into files, NUL and lone surrogates left out."""
    piece = st.one_of(_PROSE, _PROSE, _ODD, _MARKUP, _LETTERS)
    return st.lists(st.tuples(piece, _GAPS), max_size=most).map(
        lambda pairs: "".join(part + gap for part, gap in pairs)
    )


HARD_TEXTS = {
    "10,000 identical letters": "a" * 10_000,
    "10,000 identical signs": "[" * 10_000,
    "10,000 Korean syllables without a space": "가나다라마" * 2_000,
    "10,000 Chinese characters without a space": "中" * 10_000,
    "3,000 emoji": "😀" * 3_000,
    "5,000 newlines around a word": "\n" * 5_000 + "word" + "\n" * 5_000,
    "5,000 lines of one letter": "a\n" * 5_000,
    "a sentence of 4,000 words": "word " * 4_000 + "end.",
    "special tokens": "<|endoftext|>" * 300,
    "control characters": "\x01\x02\x1b[2J\x07" * 500,
    "joined by zero-width spaces": "word\u200b" * 1_000,
    "a word of 5,000 syllables with marks": "e\u0301" * 5_000,
    "words of 99 letters": ("b" * 99 + " ") * 60,
    "hyphens": "state-of-the-art-" * 500,
}


def four_threads(work: Callable[[int], object]) -> list[object]:
    """``work(0)`` to ``work(3)``, each in a thread of its own: what they returned, or the exception, in that order."""
    came: list[object] = [None] * 4

    def one(number: int) -> None:
        try:
            came[number] = work(number)
        except Exception as error:
            came[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came
