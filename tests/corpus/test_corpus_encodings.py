"""Encodings: what a file says, then UTF-8, then what the bytes look like, and that with a warning."""

from __future__ import annotations

import pytest

from qa.corpus.formats import PARSERS, Unreadable

TEXTS = {
    "cp1252": "Der Vertrag über die Förderung der Städte wurde geschlossen. “Größe” – ist gut.",
    "cp1250": "Zażółć gęślą jaźń, proszę bardzo, dziękuję. Łódź leży w środku kraju.",
    "cp1251": "Город принял решение о строительстве моста через реку.",
    "koi8_r": "Город принял решение о строительстве моста через реку.",
    "gb18030": "国务院发布了一份通知。它有三个部分，为什么？因为很重要。",
    "cp932": "日本の首都は東京です。とても大きい町です。",
    "cp949": "대한민국의 수도는 서울이다. 매우 큰 도시이다.",
}


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_an_encoding_is_found_and_told(suffix: str, encoding: str) -> None:
    parsed = PARSERS[suffix][1](TEXTS[encoding].encode(encoding))
    assert parsed.text == TEXTS[encoding]
    assert len(parsed.warnings) == 1
    assert f"looks like {encoding}" in parsed.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_needs_no_warning(encoding: str) -> None:
    for text in TEXTS.values():
        assert PARSERS[".txt"][1](text.encode(encoding)).warnings == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    parsed = PARSERS[".txt"][1](TEXTS["gb18030"].encode(encoding))
    assert parsed.text == TEXTS["gb18030"]
    assert parsed.warnings == (f"it is {encoding.upper()}, as its byte order mark says",)


def test_a_declared_encoding_is_taken_at_its_word() -> None:
    page = '<meta charset="windows-1251"><p>Город принял решение.'
    parsed = PARSERS[".html"][1](page.encode("cp1251"))
    assert (parsed.text.strip(), parsed.warnings) == ("Город принял решение.", ())


def test_one_that_is_not_declared_is_found_in_html_too() -> None:
    parsed = PARSERS[".html"][1](f"<p>{TEXTS['cp1252']}".encode("cp1252"))
    assert parsed.text.strip() == TEXTS["cp1252"]
    assert "looks like cp1252" in parsed.warnings[0]


def test_the_letters_may_stand_far_into_the_file() -> None:
    text = "Plain words only.\n" * 20_000 + TEXTS["cp1251"]
    assert PARSERS[".txt"][1](text.encode("cp1251")).text == text


def test_binary_data_is_refused() -> None:
    for data in (b"\x00\x01\x02", b"text\0text", bytes(range(128, 256)), b"caf\xe9"):
        with pytest.raises(Unreadable):
            PARSERS[".txt"][1](data)
