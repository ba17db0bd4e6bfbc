"""What is wrong with documents that were made wrong on purpose, and nothing about those that were not."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fakes import FakeEncoder
from making import document

from qa.health import Health, examine
from qa.health.examined import Counted, NearDuplicate, PagesWithoutText
from qa.index import Request, build, open_index
from qa.types import Document, Failure

Examine = Callable[..., Health]


def english(text: str) -> tuple[str, float]:
    """Says so of all texts, surely."""
    return "en", 1.0


@pytest.fixture
def examined(tmp_path: Path) -> Examine:
    def examined(*items: Document | Failure, max_tokens: int = 48) -> Health:
        build(Request(items, FakeEncoder(max_tokens), 16), tmp_path / "index")
        index = open_index(tmp_path / "index")
        try:
            return examine(index, english)
        finally:
            index.close()

    return examined


def words(seed: int, count: int = 300) -> list[str]:
    numbers = random.Random(seed)
    return [f"word{numbers.randrange(5000)}" for _ in range(count)]


def text(id: str, words: Sequence[str]) -> Document:
    return document(" ".join(words) + ".", id=id)


def shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + 3]) for start in range(len(words) - 2)}


def test_nothing_is_wrong(examined: Examine) -> None:
    health = examined(text("a.txt", words(1)), text("b.txt", words(2)))
    assert health == Health(
        documents=2,
        passages=health.passages,
        failures=(),
        warnings={},
        pages_without_text=(),
        duplicates=(),
        near_duplicates=(),
        at_limit=(),
        not_decoded=(),
        languages={"en": ("a.txt", "b.txt")},
        damage=None,
    )
    assert health.passages > 2 and health.suspected_scans == ()


def test_failures_and_warnings(examined: Examine) -> None:
    warned = dataclasses.replace(document("A text.", id="a.txt"), warnings=("page 2 has no text",))
    health = examined(warned, Failure("/x/b.pdf", "it is encrypted"))
    assert health.failures == (Failure("/x/b.pdf", "it is encrypted"),)
    assert health.warnings == {"a.txt": ("page 2 has no text",)}


@pytest.mark.parametrize(
    ("pages", "without", "is_scan"),
    [
        (["One.", "Two."], (), False),
        (["One.", " \n-\n", "Three."], (2,), False),
        (["One.", "", ""], (2, 3), True),
        (["One.", "", "Three.", ""], (2, 4), False),
    ],
)
def test_pages_without_text(examined: Examine, pages: list[str], without: tuple[int, ...], is_scan: bool) -> None:
    starts = tuple(sum(map(len, pages[:number])) for number in range(len(pages)))
    health = examined(dataclasses.replace(document("".join(pages), id="a.txt"), pages=starts))
    expected = (PagesWithoutText("a.txt", without, len(pages)),) if without else ()
    assert health.pages_without_text == expected
    assert health.suspected_scans == (("a.txt",) if is_scan else ())


def test_duplicates(examined: Examine) -> None:
    one, two = words(1), words(2)
    copies = [text("a.txt", one), text("b.txt", two), text("c.txt", one), text("d.txt", one), text("e.txt", two)]
    health = examined(*copies)
    assert sorted(health.duplicates) == [("a.txt", "c.txt", "d.txt"), ("b.txt", "e.txt")]
    assert health.near_duplicates == ()


def test_near_duplicates(examined: Examine) -> None:
    """Against the share of three-word runs that are common, counted one by one."""
    base = words(1, 1000)
    changed = {share: [*words(7, share), *base[share:]] for share in (30, 60, 300, 600)}
    health = examined(text("0.txt", base), *(text(f"{share:03}.txt", one) for share, one in changed.items()))
    found = {one.id: one for one in health.near_duplicates}
    assert set(found) == {"030.txt", "060.txt"}
    for share in (30, 60):
        mine, known = shingles(changed[share]), {"0.txt": shingles(base), "030.txt": shingles(changed[30])}
        like = known[found[f"{share:03}.txt"].like]
        assert found[f"{share:03}.txt"].similarity == pytest.approx(len(mine & like) / len(mine | like), abs=0.1)
    assert found["030.txt"] == NearDuplicate("030.txt", "0.txt", found["030.txt"].similarity)


def test_short_texts_are_not_near_duplicates(examined: Examine) -> None:
    health = examined(document("The same short text.", id="a.txt"), document("The same short text!", id="b.txt"))
    assert health.near_duplicates == health.duplicates == ()


def test_runs_that_cross_portions(examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.health.examined._WORDS_AT_ONCE", 10)
    one = words(1)
    health = examined(text("a.txt", one), text("b.txt", [*one, "more"]))
    assert [(near.id, near.like) for near in health.near_duplicates] == [("b.txt", "a.txt")]
    assert health.near_duplicates[0].similarity > 0.97


def test_passages_at_the_limit(tmp_path: Path) -> None:
    """Against the word pieces of every passage: nine tenths of 48 are 43."""
    encoder = FakeEncoder(max_tokens=48)
    korean = "가나다라마바사아자차카타 " * 40  # three pieces a syllable: the limit, not the budget, ends a passage
    given = [document(korean, id="a.txt", title="a b c d e f g h i"), document("Short.", id="b.txt", title="T")]
    build(Request(given, encoder, 64), tmp_path / "index")
    index = open_index(tmp_path / "index")
    pieces = [encoder.count_tokens([passage.embedded_text])[0] for passage in index.store.passages_of("a.txt")]
    assert examine(index, english).at_limit == (Counted("a.txt", sum(number >= 43 for number in pieces)),)
    index.close()
    assert 43 <= max(pieces) <= 48


def test_characters_that_did_not_decode(examined: Examine) -> None:
    health = examined(document("A caf\ufffd and a na\ufffdve.", id="a.txt"), document("A café.", id="b.txt"))
    assert health.not_decoded == (Counted("a.txt", 2),)


def test_damage_that_opening_does_not_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index_dir = tmp_path / "index"
    build(Request([text("a.txt", words(1))], FakeEncoder(), 16), index_dir)
    path = next(index_dir.glob("gen-*/dense/vectors.faiss"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    monkeypatch.setattr("qa.index.manifest.check_files.__defaults__", (100,))
    index = open_index(index_dir)
    damage = examine(index, english).damage
    index.close()
    assert damage is not None and "vectors.faiss is not as it was written" in damage
    assert f"run `pincite index --index {index_dir}`" in damage


def test_languages(tmp_path: Path) -> None:
    """With the identifier that users have."""
    texts = {
        "de.txt": "Der Rat traf sich im März in der alten Halle und stimmte für ein neues Dach aus Kupfer.",
        "en.txt": "The council met in the old hall in March and voted for a new roof made of copper.",
        "fr.txt": "Le conseil s'est réuni en mars dans l'ancienne salle et a voté pour un nouveau toit en cuivre.",
        "zh.txt": "市议会三月在旧礼堂开会，投票决定用铜修建新的屋顶，并在六月之前关闭这座大桥。",
        "numbers.txt": "12 34 56 78 90",
        "short.txt": "Yes.",
    }
    build(Request([document(text, id=id) for id, text in texts.items()], FakeEncoder(), 64), tmp_path / "index")
    index = open_index(tmp_path / "index")
    health = examine(index)
    index.close()
    assert health.languages == {
        **{name: (f"{name}.txt",) for name in ("de", "en", "fr", "zh")},
        "und": ("numbers.txt", "short.txt"),
    }
    assert json.loads(json.dumps(health.to_json()))["languages"]["und"] == ["numbers.txt", "short.txt"]
