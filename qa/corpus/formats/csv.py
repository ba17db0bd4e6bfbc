"""CSV: a row is a line, so that a citation's line is the row; cells carry the name of their column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import islice

from qa.corpus.formats.encoding import decode
from qa.corpus.formats.parsed import Draft, Parsed, folded

_SAMPLE = 64 * 1024
_DELIMITERS = ",;\t|"
_FIELD_MAX = 64 * 1024 * 1024


def parse_tsv(data: bytes) -> Parsed:
    """The same, cells parted by tabs whatever else is in them."""
    return parse_csv(data, csv.excel_tab)


def parse_csv(data: bytes, dialect: type[csv.Dialect] | None = None) -> Parsed:
    """``column: cell; column: cell`` for each row, empty cells left out; just the cells where there is no header.

    Rows count from 1, the header and empty rows included.
    """
    decoded = decode(data)
    text = decoded.text.removeprefix("\ufeff")
    csv.field_size_limit(_FIELD_MAX)
    draft = Draft()
    header: Sequence[str] | None = None
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), dialect or _dialect(text[:_SAMPLE]))):
        cells = [folded(cell) for cell in row]
        if number == 0 and _is_header(cells):
            header = cells
            draft.add("; ".join(cells), "boilerplate", end="")
        else:
            draft.add("; ".join(_named(cells, header)), end="")
        draft.write("\n")
    return Parsed(draft.text, tuple(draft.blocks), warnings=decoded.warnings)


def _dialect(sample: str) -> type[csv.Dialect]:
    """The delimiter that parts the first lines into the same number of cells, more than one; else a comma."""

    class Found(csv.excel):
        delimiter = ","

    best = (0.0, 0)
    for delimiter in _DELIMITERS:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)  # a quoted cell may hold any of them
        counts = [len(row) for row in islice(rows, 50) if row]
        usual = max(counts, key=counts.count, default=1)
        agreed = (counts.count(usual) / len(counts), usual) if usual > 1 else (0.0, 0)
        if agreed > best:
            best = agreed
            Found.delimiter = delimiter
    return Found


def _is_header(cells: Sequence[str]) -> bool:
    """Whether the first row names the columns: short, all different, none empty, none a number."""
    if len(cells) < 2 or len(set(cells)) < len(cells):
        return False
    return all(0 < len(cell) <= 80 and any(c.isalpha() for c in cell) and not cell[0].isdigit() for cell in cells)


def _named(cells: Sequence[str], header: Sequence[str] | None) -> list[str]:
    names = header or ()
    return [f"{names[n]}: {cell}" if n < len(names) else cell for n, cell in enumerate(cells) if cell]
