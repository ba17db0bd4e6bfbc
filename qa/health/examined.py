"""What is wrong or doubtful with the documents of an index: for `pincite sources --health` and the screen."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from qa.errors import IndexDamaged
from qa.index import OpenIndex
from qa.types import Failure

UNKNOWN_LANGUAGE = "und"
"""ISO 639-2 for "undetermined"."""

_WORD = re.compile(r"\w+")
_NEAR_LIMIT = 0.9
_SIMILAR = 0.8
_SHINGLE = 3
_FEWEST_SHINGLES = 8
_PERMUTATIONS = 128
_BANDS = 32  # of 4 rows each: a pair of similarity 0.8 is missed once in ten million times
_WORDS_AT_ONCE = 50_000
_SAMPLE = 600
_FEWEST_LETTERS = 20
_SURE = 0.5
_REPLACED = "\N{REPLACEMENT CHARACTER}"

Identify = Callable[[str], tuple[str, float]]
"""A text to an ISO 639-1 code and a probability."""


@dataclass(frozen=True, slots=True)
class PagesWithoutText:
    """Pages (from 1) of a document on which there is no letter; ``of``: how many pages it has."""

    id: str
    pages: tuple[int, ...]
    of: int

    @property
    def suspected_scan(self) -> bool:
        """Whether most of it is pictures, by all we can see."""
        return 2 * len(self.pages) > self.of


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """``similarity``: the share of three-word runs that two documents have in common, estimated by MinHash."""

    id: str
    like: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of something in a document."""

    id: str
    count: int


@dataclass(frozen=True, slots=True)
class Health:
    """Everything by id of the document; empty where there is nothing to say."""

    documents: int
    passages: int
    failures: tuple[Failure, ...]
    """Files that could not be read."""
    warnings: Mapping[str, tuple[str, ...]]
    """What was noted when a document was read."""
    pages_without_text: tuple[PagesWithoutText, ...]
    duplicates: tuple[tuple[str, ...], ...]
    """Groups of documents of the same text."""
    near_duplicates: tuple[NearDuplicate, ...]
    """Each document with the one before it that it is most like, from a similarity of 0.8 on."""
    at_limit: tuple[Counted, ...]
    """Passages that fill nine tenths or more of what the encoder reads of a text."""
    not_decoded: tuple[Counted, ...]
    """Characters that stand for bytes which could not be decoded."""
    languages: Mapping[str, tuple[str, ...]]
    """ISO 639-1 code (or ``und``: too short or mixed) -> documents."""
    damage: str | None
    """What is wrong with the index's own files; None = every one of them is as it was written."""

    @property
    def suspected_scans(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.pages_without_text if one.suspected_scan)

    def to_json(self) -> dict[str, Any]:
        """Fit for ``json.dumps``."""
        return {**asdict(self), "suspected_scans": list(self.suspected_scans)}


def examine(index: OpenIndex, identify: Identify | None = None) -> Health:
    """Read every document of the index once, one at a time. ``identify``: py3langid, unless another is given."""
    entries = index.store.sources()
    seen = _Seen(identify or _language_identifier())
    for entry in entries:
        seen.add(entry.source.id, *index.store.text(entry.source.id))
    most = index.manifest.max_tokens
    return Health(
        documents=len(entries),
        passages=sum(entry.passages for entry in entries),
        failures=index.store.failures(),
        warnings={entry.source.id: entry.warnings for entry in entries if entry.warnings},
        pages_without_text=tuple(seen.pages),
        duplicates=tuple(tuple(ids) for ids in seen.texts.values() if len(ids) > 1),
        near_duplicates=tuple(seen.near),
        at_limit=tuple(Counted(*row) for row in index.store.long_passages(int(_NEAR_LIMIT * most))),
        not_decoded=tuple(seen.not_decoded),
        languages={code: tuple(ids) for code, ids in sorted(seen.languages.items())},
        damage=_damage(index),
    )


class _Seen:
    """What is known of the documents so far."""

    def __init__(self, identify: Identify) -> None:
        from rensa import RMinHashLSH

        self.pages: list[PagesWithoutText] = []
        self.texts: dict[bytes, list[str]] = defaultdict(list)
        self.near: list[NearDuplicate] = []
        self.not_decoded: list[Counted] = []
        self.languages: dict[str, list[str]] = defaultdict(list)
        self._identify = identify
        self._lsh = RMinHashLSH(_SIMILAR, _PERMUTATIONS, _BANDS)
        self._sketches: list[tuple[str, Any]] = []

    def add(self, id: str, text: str, pages: tuple[int, ...]) -> None:
        empty = tuple(_without_text(text, pages))
        if empty:
            self.pages.append(PagesWithoutText(id, empty, len(pages)))
        if replaced := text.count(_REPLACED):
            self.not_decoded.append(Counted(id, replaced))
        self.languages[_language(text, self._identify)].append(id)
        same = self.texts[hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()]
        same.append(id)
        if len(same) == 1 and (sketch := _sketch(text)) is not None:
            self._compare(id, sketch)

    def _compare(self, id: str, sketch: Any) -> None:
        likes = [(sketch.jaccard(self._sketches[key][1]), -key) for key in self._lsh.query(sketch)]
        similarity, key = max(likes, default=(0.0, 0))
        if similarity >= _SIMILAR:
            self.near.append(NearDuplicate(id, self._sketches[-key][0], round(similarity, 3)))
        self._lsh.insert(len(self._sketches), sketch)
        self._sketches.append((id, sketch))


def _without_text(text: str, pages: tuple[int, ...]) -> Iterator[int]:
    for number, (start, end) in enumerate(pairwise((*pages, len(text))), start=1):
        if not any(character.isalnum() for character in text[start:end]):
            yield number


def _sketch(text: str) -> Any:
    """MinHash (Broder 1997) of the runs of three words; None for a text too short to be compared."""
    from rensa import RMinHash

    sketch, count = RMinHash(_PERMUTATIONS, 0), 0
    for words in _portions(match.group().lower() for match in _WORD.finditer(text)):
        shingles = [" ".join(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1)]
        sketch.update(shingles)
        count += len(shingles)
    return sketch if count >= _FEWEST_SHINGLES else None


def _portions(words: Iterable[str]) -> Iterator[list[str]]:
    portion: list[str] = []
    for word in words:
        portion.append(word)
        if len(portion) == _WORDS_AT_ONCE:
            yield portion
            portion = portion[1 - _SHINGLE :]
    yield portion


def _language(text: str, identify: Identify) -> str:
    """By a sample from the middle, where there are fewer names and numbers than at either end."""
    middle = max(0, len(text) // 2 - _SAMPLE // 2)
    sample = " ".join(text[middle : middle + _SAMPLE].split())
    if sum(character.isalpha() for character in sample) < _FEWEST_LETTERS:
        return UNKNOWN_LANGUAGE
    code, probability = identify(sample)
    return code if probability >= _SURE else UNKNOWN_LANGUAGE


def _language_identifier() -> Identify:
    """langid (Lui and Baldwin 2012), 97 languages; its model comes with the package."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def identify(text: str) -> tuple[str, float]:
        code, probability = identifier.classify(text)
        return str(code), float(probability)

    return identify


def _damage(index: OpenIndex) -> str | None:
    try:
        index.check()
    except IndexDamaged as error:
        return str(error)
    return None
