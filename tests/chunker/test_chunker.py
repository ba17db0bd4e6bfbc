"""Where passages begin and end, what stands above them, and how sentences are found: worked out by hand."""

from __future__ import annotations

import re

import pytest
from fakes import FakeEncoder
from making import document

from qa.chunker import chunk
from qa.chunker.sentences import sentences, trim
from qa.chunker.units import count_tokens, units
from qa.encoder import Encoder

LONG = "The council met on Monday to talk about the new hall and its cost."  # 14 words and a full stop
OTHER = "It did not decide whether the hall is to be built in the east or west."


def test_a_short_document_is_one_passage(fake: FakeEncoder) -> None:
    made = document(f"{LONG} {OTHER}", title="The hall")
    (passage,) = chunk(made, fake, 64)
    assert passage.text == made.text
    assert passage.context == "The hall"
    assert passage.embedded_text == f"The hall\n{made.text}"
    assert [made.text[start:end] for start, end in passage.sentences] == [LONG, OTHER]


def test_sentences_are_not_torn_apart(fake: FakeEncoder) -> None:
    made = document(" ".join([LONG, OTHER] * 4))
    passages = chunk(made, fake, 40)
    assert [passage.text for passage in passages] == [f"{LONG} {OTHER}"] * 4


def test_a_paragraph_that_fits_starts_a_new_passage(fake: FakeEncoder) -> None:
    made = document(f"{LONG} {OTHER}\n\n{OTHER} {LONG}")
    assert [passage.text for passage in chunk(made, fake, 50)] == [f"{LONG} {OTHER}", f"{OTHER} {LONG}"]


def test_a_sentence_over_the_budget_is_a_passage_of_its_own(fake: FakeEncoder) -> None:
    long = "The hall, " + "the tower, " * 6 + "and the bridge are old."
    made = document(f"{LONG} {long} {OTHER}", title="x")
    passages = chunk(made, fake, 20)
    assert [passage.text for passage in passages] == [LONG, long, OTHER]
    assert count_tokens(long) > 20


def test_a_sentence_over_the_limit_is_cut_at_white_space(fake: FakeEncoder) -> None:
    words = [f"word{number:02}" for number in range(100)]
    made = document(" ".join(words))
    passages = chunk(made, fake, 500)
    assert len(passages) > 1
    assert " ".join(passage.text for passage in passages) == made.text
    assert all(re.fullmatch(r"(word\d\d ?)+", passage.text) for passage in passages)


def test_headings_go_along_as_context(fake: FakeEncoder) -> None:
    text = f"# City\n\n## Hall\n\n{LONG}\n\n### Cost\n\n{OTHER}\n\n## Tower\n\n{LONG}\n"
    made = document(text, "md", title="Title")
    contexts = {passage.text: passage.context for passage in chunk(made, fake, 16)}
    assert contexts[LONG] == "Title > City > Tower"
    assert contexts[OTHER] == "Title > City > Hall > Cost"


def test_what_stands_in_the_passage_is_not_repeated_above_it(fake: FakeEncoder) -> None:
    made = document(f"# City\n\n{LONG}\n", "md", title="City")
    (passage,) = chunk(made, fake, 64)
    assert (passage.context, passage.text) == ("", f"# City\n\n{LONG}")


def test_context_that_does_not_fit_loses_its_outermost_parts(fake: FakeEncoder) -> None:
    made = document(f"# {'City ' * 9}\n\n## Hall\n\n{LONG}\n\n{OTHER}\n", "md", title="Title")
    last = chunk(made, fake, 16)[-1]
    assert (last.text, last.context) == (OTHER, "Hall")


def test_navigation_is_kept_and_never_searched(fake: FakeEncoder) -> None:
    made = document(f"Home | News | About\n\n{LONG}\n\n{OTHER}\n\nRead more\n", title="T")
    passages = chunk(made, fake, 64)
    assert [(passage.text, passage.searchable) for passage in passages] == [
        ("Home | News | About", False),
        (f"{LONG}\n\n{OTHER}", True),
        ("Read more", False),
    ]
    assert [(passage.context, passage.sentences) for passage in passages if not passage.searchable] == [("", ())] * 2


def test_special_tokens_of_tiktoken_are_text(fake: FakeEncoder) -> None:
    made = document("Before <|endoftext|> and <|fim_prefix|> after.")
    assert [passage.text for passage in chunk(made, fake, 64)] == [made.text]


def test_the_same_text_twice_has_its_own_places(fake: FakeEncoder) -> None:
    made = document(f"{LONG}\n\n{LONG}\n\n{LONG}")
    starts = [start for passage in chunk(made, fake, 16) for start, _ in passage.sentences]
    assert starts == [match.start() for match in re.finditer(re.escape(LONG), made.text)]


def test_a_document_of_navigation_only_has_nothing_to_search(fake: FakeEncoder) -> None:
    made = document("<nav>Home</nav><footer>Imprint</footer>", "html")
    assert [passage.searchable for passage in chunk(made, fake, 64)] == [False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Li of the U.S. paid $3.5 million. He left.", ["Dr. Li of the U.S. paid $3.5 million.", "He left."]),
        ("国务院发布了通知。有三点！“为什么？”他问", ["国务院发布了通知。", "有三点！", "“为什么？”", "他问"]),
        ("  one  ", ["one"]),
        ("", []),
        (" \n\t ", []),
        ("no full stop", ["no full stop"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    padded = f"xx{text}yy"  # offsets are into the whole text, not into the slice
    spans = sentences(padded, 2, 2 + len(text))
    assert [padded[start:end] for start, end in spans] == expected


def test_trim() -> None:
    assert trim("a  b  c", 1, 6) == (3, 4)
    assert trim("a    c", 1, 5) == (1, 1)
    assert trim("abc", 1, 1) == (1, 1)


def test_syllables_are_not_cut_apart(fake: FakeEncoder) -> None:
    """A Korean syllable is three word pieces: of eight, two syllables fit."""
    made = document("가나다라마바사아자")
    cut = units(made, fake, 8)
    assert [made.text[unit.start : unit.end] for unit in cut] == ["가나", "다라", "마바", "사아", "자"]
    assert [unit.pieces for unit in cut] == [6, 6, 6, 6, 3]


@pytest.mark.parametrize(
    "text",
    [
        "pneumonoultramicroscopicsilicovolcanoconiosis" * 2,
        "x1y2z3" * 16,
        "Zürich-Basel/Genève" * 9,
        "한국어 문장은 " * 9,
    ],
)
def test_pieces_cut_out_of_words_still_fit(encoder: Encoder, text: str) -> None:
    """The rest of a word that was cut begins anew, and may come to more pieces than it had in the word."""
    made = document(text)
    cut = units(made, encoder, 8)
    assert "".join(made.text[unit.start : unit.end] for unit in cut) == text.replace(" ", "")
    for unit in cut:
        assert unit.pieces == encoder.count_tokens([made.text[unit.start : unit.end]])[0] - 2 <= 8


def test_an_encoder_to_which_line_breaks_are_pieces(fake: FakeEncoder) -> None:
    """What joins units counts as well: a passage that would be too long comes in halves."""
    counting = FakeEncoder(tokens=r"\w+|[^\w\s]|\n")
    made = document("a\n\n\n\n" * 40, title="T")
    passages = chunk(made, counting, 500)
    assert max(counting.count_tokens([passage.embedded_text for passage in passages])) <= counting.max_tokens
    assert "".join(passage.text for passage in passages).replace("\n", "") == "a" * 40
    assert len(chunk(made, fake, 500)) < len(passages)
