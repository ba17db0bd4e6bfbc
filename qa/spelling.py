"""Questions typed in haste: words that the sources do not have, read as the nearest word that they have ("tecnology" as
"technology"), and names without their capitals.

Only words that are no common words either: who asks for a mural does not want the rural. The sources' own words are
the dictionary (as in a search engine's "did you mean"), so names and terms of the trade are known, and what they always
write with a capital is a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from qa.encoder import Encoder
from qa.index import OpenIndex
from qa.index.lexical import terms

_WORD = re.compile(r"(?<![\w'’])[^\W\d_]{4,30}(?!\w|['’]t)")
_CASED = re.compile(r"[^\W\d_](?:[^\W_]|&(?=\w))*")
_BEGINS = re.compile(r"(?:^|[.!?:;\n\r])[\s\"'“”‘’(\[*•–—-]*\Z")
"""What stands before the first word of a sentence, a line or a quotation."""
_BEFORE = 8
"""Characters looked at for that."""
_PASSAGES = 64
_LONG = 10
"""From this length on, two letters may be wrong; below it one."""


def respelled(question: str, index: OpenIndex, encoder: Encoder) -> str | None:
    """The question with its misspelt words mended; None where there is nothing to mend."""
    mended = _WORD.sub(lambda match: _mended(match.group(), index, encoder), question)
    return mended if mended != question else None


def with_capitals(question: str, texts: Iterable[str]) -> str:
    """A question typed without capitals, with those of the words that ``texts`` write with one wherever they have them,
    at least once inside a sentence; another question as it is."""
    asked = {match.group().lower() for match in _CASED.finditer(question)}
    if not asked or any(character.isupper() for character in question[1:]):
        return question
    words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(asked)))})(?!\w)", re.IGNORECASE)
    names: dict[str, Counter[str]] = {word: Counter() for word in asked}
    for text in texts:
        for match in words.finditer(text):
            word = match.group()
            if word.islower():
                names.pop(word, None)
            elif (seen := names.get(word.lower())) is not None and not _BEGINS.search(text[: match.start()][-_BEFORE:]):
                seen[word] += 1
    written = {word: max(sorted(seen), key=seen.__getitem__) for word, seen in names.items() if seen}
    return _CASED.sub(lambda match: written.get(match.group().lower(), match.group()), question)


def _mended(word: str, index: OpenIndex, encoder: Encoder) -> str:
    stems = terms(word)
    if not stems or index.lexical.document_frequency(stems[0]) or _is_common(word, stems[0], encoder):
        return word
    nearest = _nearest(word, stems[0], index)
    if nearest is None:
        return word
    return nearest.lower() if word.islower() else nearest[0].upper() + nearest[1:]


def _is_common(word: str, stem: str, encoder: Encoder) -> bool:
    """A word piece vocabulary holds whole the words that are common in the language, or what they come from."""
    return any(len(encoder.token_starts(form)) == 1 for form in (word, stem))


def _nearest(word: str, stem: str, index: OpenIndex) -> str | None:
    """The word of the sources with the fewest letters wrong, missing, in excess or swapped; then the commonest."""
    from rapidfuzz.distance import OSA

    most = 2 if len(word) >= _LONG else 1
    typed = word.casefold()
    start = typed[: max(4, min(6, len(word) - 2))]
    found: Counter[str] = Counter()
    for passage in index.store.passages(index.lexical.alike(stem, start, most, _PASSAGES)).values():
        found.update(_WORD.findall(f"{passage.context} {passage.text}"))
    near = [
        (distance, -count, other)
        for other, count in found.items()
        if other[0].casefold() == typed[0]  # the first letter is seldom wrong
        and (distance := OSA.distance(typed, other.casefold(), score_cutoff=most)) <= most
    ]
    return min(near)[2] if near else None
