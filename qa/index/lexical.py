"""Lexical search: BM25 in tantivy over stemmed English terms, stop words left out."""

from __future__ import annotations

import math
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

FOLDER_NAME = "lexical"
_ANALYZER = "pincite"
_HEAP = 50_000_000
_NAMED_SHARE = 8
"""One row in so many, or fewer, are named in the query; of more, what is found is filtered."""
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)


def terms(text: str) -> list[str]:
    """The terms that ``text`` is indexed and searched under, in order, repeated ones kept."""
    return list(_ANALYZE.analyze(_without_possessives(text)))


def write_lexical(folder: Path, rows: Iterable[tuple[int, str]]) -> None:
    """Write an index of texts under their rows into a new ``folder``."""
    folder.mkdir()
    index = _register(tantivy.Index(_schema(), path=str(folder)))
    writer = index.writer(heap_size=_HEAP, num_threads=1)  # one thread: the same files' order every time
    for row, text in rows:
        document = tantivy.Document()
        document.add_unsigned("row", row)
        document.add_text("body", _without_possessives(text))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class LexicalIndex:
    """BM25 search; safe for several threads."""

    def __init__(self, folder: Path) -> None:
        with _lockable(folder) as place:
            self._index = _register(tantivy.Index.open(str(place)))
            self._index.config_reader(reload_policy="manual")  # a generation never changes: nothing to watch for
            self._schema = _schema()
            self._searcher = self._index.searcher()

    def search(self, question: str, k: int, only: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The ``k`` rows of highest BM25, best first; ties by row; rows that share no term are not among them.

        ``only``: the rows to look at; None = all, empty = none.
        """
        wanted = dict.fromkeys(terms(question))
        if k < 1 or not wanted or (only is not None and not only):
            return []
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "body", term)) for term in wanted]
        )
        # Ties at the end of the list must not depend on the engine's inner order: take more, then cut.
        enough = k + 64
        if only is None:
            found = self._found(query, enough)
        elif len(only) * _NAMED_SHARE <= len(self):
            both = [(tantivy.Occur.Must, query), (tantivy.Occur.Must, self._rows_query(only))]
            found = self._found(tantivy.Query.boolean_query(both), enough)
        else:
            found = self._found_among(query, enough, frozenset(only))
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def _found(self, query: tantivy.Query, most: int) -> list[tuple[int, float]]:
        hits = self._searcher.search(query, limit=most).hits
        return [(self._row(address), float(score)) for score, address in hits]

    def _found_among(self, query: tantivy.Query, most: int, only: Collection[int]) -> list[tuple[int, float]]:
        """For many rows, which would be slow to name in the query: find more of all until enough are among them."""
        limit = most
        while True:
            limit *= _NAMED_SHARE
            everything = self._found(query, limit)
            found = [hit for hit in everything if hit[0] in only][:most]
            if len(found) == most or len(everything) < limit:
                return found

    def alike(self, term: str, start: str, distance: int, k: int) -> list[int]:
        """At most ``k`` rows with a term at most ``distance`` (1 or 2) letters from ``term``, or whose first letters
        are at most one from ``start``: a misspelt word may be stemmed otherwise. In order."""
        near = tantivy.Query.fuzzy_term_query(self._schema, "body", term, distance=distance)
        begun = tantivy.Query.fuzzy_term_query(self._schema, "body", start, distance=1, prefix=True)
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, near), (tantivy.Occur.Should, begun)])
        return sorted(self._row(address) for _, address in self._searcher.search(query, limit=k).hits)

    def document_frequency(self, term: str) -> int:
        """In how many passages a term (as ``terms`` gives it) stands."""
        return int(self._searcher.doc_freq("body", term))

    def idf(self, term: str) -> float:
        """How much a term tells: its inverse document frequency in BM25 (Robertson and Zaragoza 2009), above 0."""
        total, frequency = len(self), self.document_frequency(term)
        return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))

    def full_score(self, question: str) -> float:
        """The BM25 of a passage of mean length that has every term of the question once."""
        return sum(self.idf(term) for term in dict.fromkeys(terms(question)))

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def _rows_query(self, rows: Sequence[int]) -> tantivy.Query:
        return tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, "row", list(rows)), 0.0)

    def _row(self, address: tantivy.DocAddress) -> int:
        row = self._searcher.doc(address).get_first("row")
        assert isinstance(row, int)
        return row


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """``folder``, or where nothing may be written there, a temporary one of links: tantivy locks even to read."""
    if all(os.access(path, os.W_OK) for path in (folder, *folder.glob("*.lock"))):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="pincite-") as beside:
        for path in folder.iterdir():
            if path.suffix != ".lock":
                (Path(beside) / path.name).symlink_to(path.absolute())
        yield Path(beside)


def _schema() -> tantivy.Schema:
    return (
        tantivy.SchemaBuilder()
        .add_unsigned_field("row", stored=True, indexed=True)
        .add_text_field("body", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
        .build()
    )


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _without_possessives(text: str) -> str:
    """Without them, "Beijing's" and "Beijing" share a term, and the term "s" does not stand everywhere."""
    return _POSSESSIVE.sub("", text)


def _register(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer(_ANALYZER, _analyzer())
    return index


_ANALYZE = _analyzer()
