"""The text a reader of a page sees, worked out by hand for each page."""

from __future__ import annotations

import pytest

from qa.corpus.formats.html import parse_html
from qa.corpus.formats.parsed import Unreadable


def blocks(markup: str | bytes) -> list[tuple[str, str]]:
    parsed = parse_html(markup if isinstance(markup, bytes) else markup.encode())
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def text(markup: str | bytes) -> list[str]:
    return [content for _, content in blocks(markup)]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>secret()</script>",
        "<style>secret{}</style>",
        "<template><p>secret</p></template>",
        "<noscript><b>secret</b></noscript>",
        "<svg><text>secret</text></svg>",
        "<select><option>secret</select>",
        "<button>secret</button>",
        "<iframe>secret</iframe>",
        "<object>secret</object>",
        "<!-- secret -->",
        "<?php secret ?>",
        "<p hidden>secret</p>",
        "<div hidden=''><p>secret<p>secret</div>",
        "<span hidden>secret</span>",
        '<p style="color: red; DISPLAY : none">secret</p>',
        '<p style="visibility:hidden">secret</p>',
        "<div hidden><div>secret</div>secret</div>",
    ],
)
def test_what_is_hidden_is_left_out_and_what_surrounds_it_stays(hidden: str) -> None:
    assert text(f"<p>before</p>{hidden}<p>after</p>") == ["before", "after"]
    assert text(f"<p>be{hidden}fore</p>after")[0].startswith("be")
    assert "secret" not in " ".join(text(f"<p>be{hidden}fore</p>after"))


def test_an_element_that_merely_speaks_of_hiding_is_shown() -> None:
    assert text('<p style="background: url(display:none)" data-hidden="1">shown</p>') == ["shown"]


def test_headings_and_paragraphs() -> None:
    parsed = parse_html(b"<h1>One</h1><p>a <b>b</b>c</p><h6>Six <i>of</i> it</h6>bare<div>in a<div>div</div></div>")
    assert parsed.text == "One\n\na bc\n\nSix of it\n\nbare\n\nin a\n\ndiv\n\n"
    assert [(block.kind, block.level) for block in parsed.blocks] == [
        ("heading", 1),
        ("text", 0),
        ("heading", 6),
        ("text", 0),
        ("text", 0),
        ("text", 0),
    ]


def test_tags_that_look_like_headings_are_none() -> None:
    assert {kind for kind, _ in blocks("<p>x</p><h7>a</h7><h0>b</h0><hr><h²>c</h²><header2>d</header2>")} == {"text"}


@pytest.mark.parametrize(
    "chrome",
    [
        "<nav><ul><li>Menu<li>More</ul></nav>",
        "<header><h1>Site</h1></header>",
        "<footer>Imprint</footer>",
        "<aside>Also</aside>",
        "<div role=navigation>Menu</div>",
        "<form>Search</form>",
        "<div role='contentinfo'>Imprint</div>",
    ],
)
def test_navigation_is_kept_apart(chrome: str) -> None:
    found = blocks(f"<p>A first paragraph.</p>{chrome}<p>After it.</p>")
    assert {kind for kind, _ in found[1:-1]} == {"boilerplate"}
    assert (found[0], found[-1]) == (("text", "A first paragraph."), ("text", "After it."))


def test_the_header_of_an_article_is_part_of_it() -> None:
    page = "<header>Site</header><article><header><h1>Title</h1></header><p>Text.</p><footer>By A.</footer></article>"
    assert blocks(f"{page}<footer>Imprint</footer>") == [
        ("boilerplate", "Site"),
        ("heading", "Title"),
        ("text", "Text."),
        ("text", "By A."),
        ("boilerplate", "Imprint"),
    ]


def test_entities_become_characters() -> None:
    assert text("<p>R&amp;D &lt;b&gt; &eacute; &#8212; &#x1F600; &nbsp; caf&#233; &nosuch; 1&2</p>") == [
        "R&D <b> é — 😀 café &nosuch; 1&2"
    ]


def test_characters_that_cannot_be_are_replaced() -> None:
    assert text("<p>a&#xD800;b&#0;c&#99999999;d</p>") == ["a\ufffdb\ufffdc\ufffdd"]


def test_breaks_and_white_space() -> None:
    assert text("<p>one<br>two<br/>three\n  \t four</p><pre>  a\n  b</pre>") == ["one", "two", "three four", "a b"]


def test_words_of_neighbouring_cells_do_not_run_together() -> None:
    table = "<table><tr><th>City<th>Share</tr><tr><td>Beijing</td><td>6.2%</td></tr></table>"
    assert text(table) == ["City Share", "Beijing 6.2%"]


def test_inline_elements_do_not_split_words() -> None:
    assert text("<p>H<sub>2</sub>O and <a href=x>li</a>nk, a<wbr>b, <em>x</em><strong>y</strong></p>") == [
        "H2O and link, ab, xy"
    ]


@pytest.mark.parametrize("tag", ["div", "span", "blockquote", "header", "b"])
def test_deep_nesting_loses_nothing(tag: str) -> None:
    depth = 100_000 if tag == "div" else 20_000
    markup = f"<p>before</p>{f'<{tag}>' * depth}inside{f'</{tag}>' * depth}<p>after</p>"
    assert text(markup) == ["before", "inside", "after"]


def test_a_very_long_text_is_whole() -> None:
    words = "word " * 2_200_000  # more than libxml2 reads unless told to
    assert len(parse_html(f"<p>{words}</p><p>after</p>".encode()).text) == len(words) - 1 + 2 + len("after") + 2


def test_a_very_long_comment_does_not_become_text() -> None:
    assert text(f"<p>before</p><!-- {'x' * 10_500_000} --><p>after</p>") == ["before", "after"]


def test_broken_markup_still_gives_its_text() -> None:
    assert text("<p>one<p>two</b></i></div><li>three<td>four</p></html>five<") == ["one", "two", "three four", "five<"]
    assert text("just text") == ["just text"]
    assert text("<p") == []
    assert text("") == text("   \n") == text("<!doctype html>") == []


class TestEncodings:
    @pytest.mark.parametrize(
        ("declared", "encoding", "content"),
        [
            ("utf-8", "utf-8", "é 中 😀"),
            ("UTF-8", "utf-8", "é"),
            ("iso-8859-1", "cp1252", "“é” – €"),  # browsers read the one as the other
            ("windows-1251", "cp1251", "Привет"),
            ("gb2312", "gb18030", "朱镕基"),  # the second character is not in GB 2312
            ("gbk", "gbk", "中文"),
            ("big5", "big5", "中文"),
            ("shift_jis", "cp932", "日本①"),
            ("euc-kr", "cp949", "한국 똠"),
            ("utf-16", "utf-8", "é"),  # what can be read so far is not UTF-16
        ],
    )
    def test_declared(self, declared: str, encoding: str, content: str) -> None:
        page = f'<html><head><meta charset="{declared}"></head><body><p>{content}</p>'
        assert text(page.encode(encoding)) == [content]
        old = f"<meta http-equiv='Content-Type' content='text/html; charset={declared}'><p>{content}"
        assert text(old.encode(encoding)) == [content]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_a_byte_order_mark_goes_before_what_is_declared(self, encoding: str) -> None:
        assert text('<meta charset="latin-1"><p>é 中'.encode(encoding)) == ["é 中"]

    def test_utf8_where_nothing_is_declared(self) -> None:
        assert text("<p>é 中".encode()) == ["é 中"]

    @pytest.mark.parametrize(
        "page",
        [
            b'<meta charset="no-such-encoding"><p>x',
            b'<meta charset="undefined"><p>x',
            b'<meta charset="punycode"><p>x',
            b'<meta charset="hex"><p>61',
            b'<meta charset="utf-8"><p>\xff',
        ],
    )
    def test_what_cannot_be_decoded_is_refused(self, page: bytes) -> None:
        with pytest.raises(Unreadable, match="save it as UTF-8"):
            parse_html(page)

    def test_an_xml_declaration_is_no_text(self) -> None:
        assert text('<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html><html><body><p>é</p>') == ["é"]


class TestAbout:
    def test_what_a_page_says_of_itself(self) -> None:
        parsed = parse_html(
            b"""<html><head><title> Page\n title </title>
            <meta property="og:title" content="Shared  title"><meta property="og:site_name" content="The House">
            <meta property="article:published_time" content="2021-03-04T05:06:07Z">
            <link rel="stylesheet" href="x.css"><link rel="canonical" href="https://a.example/page">
            </head><body><p>Text."""
        )
        assert (parsed.title, parsed.publisher, parsed.published, parsed.url) == (
            "Shared title",
            "The House",
            "2021-03-04",
            "https://a.example/page",
        )

    def test_the_plain_title_and_nothing_else(self) -> None:
        parsed = parse_html(b"<title>A &amp; B</title><svg><title>icon</title></svg><p>Text.")
        assert (parsed.title, parsed.publisher, parsed.published, parsed.url) == ("A & B", None, None, None)

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/relative", ""])
    def test_an_address_that_is_not_of_the_web_is_dropped(self, address: str) -> None:
        parsed = parse_html(f'<link rel="canonical" href="{address}"><p>x'.encode())
        assert parsed.url is None

    def test_a_date_that_is_none(self) -> None:
        assert parse_html(b'<meta name="date" content="yesterday"><p>x').published is None


PROSE = "The old bridge was closed on Monday after engineers had found rust in its cables, the mayor of the town said."
ARTICLE = f"""<html><head><title>The bridge is closed</title><link rel="canonical" href="https://a.example/bridge">
<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "2021-05-03T10:00:00Z"}}</script></head>
<body><div class="menu"><a href="/a">Home page</a> <a href="/b">News and stories</a> <a href="/c">About us all</a></div>
<div class="content"><h1>The bridge is closed</h1><p>{PROSE}</p><p>1. {PROSE}</p><h2>What now</h2><p>2. {PROSE}</p>
<table><tr><th>City<th>Share</tr><tr><td>Bonn<td>6 %</tr></table></div>
<div class="related"><h3>Read also</h3><ul><li><a href="/x">The tower opens again</a>
<li><a href="/y">The hall</a></ul></div>
<div class="cookie">We use cookies here. Accept all cookies?</div><div id="footer">Copyright 2021 The Site</div></body>
</html>"""


class TestArticle:
    def test_the_article_is_text_and_what_stands_around_it_is_not(self) -> None:
        found = blocks(ARTICLE)
        assert [content for kind, content in found if kind != "boilerplate"] == [
            "The bridge is closed",
            PROSE,
            f"1. {PROSE}",
            "What now",
            f"2. {PROSE}",
            "City Share",
            "Bonn 6 %",
        ]
        aside = [content for kind, content in found if kind == "boilerplate"]
        assert aside[0].startswith("Home page") and "Read also" in aside and "Copyright 2021 The Site" in aside

    def test_the_text_is_the_same_with_and_without_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text = parse_html(ARTICLE.encode()).text
        monkeypatch.setattr("qa.corpus.formats.html_article._found", lambda markup: "")
        parsed = parse_html(ARTICLE.encode())
        assert parsed.text == text
        assert "boilerplate" not in {
            block.kind for block in parsed.blocks if "Read also" in text[block.start : block.end]
        }

    def test_what_it_leaves_out_of_the_page_stays_if_it_is_prose(self, monkeypatch: pytest.MonkeyPatch) -> None:
        long = " ".join([PROSE.removesuffix("."), "and", PROSE])
        monkeypatch.setattr("qa.corpus.formats.html_article._found", lambda markup: f"{PROSE}\n" * 5)
        page = f"<p>{long}</p>" + f"<p>{PROSE}</p>" * 5 + "<p>Imprint and contact</p>"
        kinds = [kind for kind, _ in blocks(page)]
        assert kinds == ["text"] * 6 + ["boilerplate"]

    def test_where_it_finds_little_its_word_is_not_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("qa.corpus.formats.html_article._found", lambda markup: "One of many lines 3")
        page = "".join(f"<p>One of many lines {n}</p>" for n in range(40))
        assert {kind for kind, _ in blocks(page)} == {"text"}

    def test_date_and_address(self) -> None:
        parsed = parse_html(ARTICLE.encode())
        assert (parsed.title, parsed.published, parsed.url) == (
            "The bridge is closed",
            "2021-05-03",
            "https://a.example/bridge",
        )

    @pytest.mark.parametrize(
        "head",
        [
            '<meta itemprop="datePublished" content="2020-02-03">',
            '<meta name="DC.date.issued" content="2020-02-03T00:00">',
            '<meta name="citation_publication_date" content="2020-02-03">',
            '<time pubdate datetime="2020-02-03">3 Feb</time>',
            '<time itemprop="datePublished" datetime="2020-02-03T10:00">3 Feb</time>',
        ],
    )
    def test_dates_that_pages_state(self, head: str) -> None:
        assert parse_html(f"{head}<p>Text.".encode()).published == "2020-02-03"

    def test_a_date_that_is_only_mentioned_is_none(self) -> None:
        assert parse_html(b"<p>Copyright 2019</p><time datetime='2020-02-03'>then</time><p>Text.").published is None
