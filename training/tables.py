"""Questions about the rows of tables, which no public set here has: invented tables, written as parsers write them.

A table is one of ``tables.toml``'s kinds with a few invented rows. It stands in a passage as spreadsheets do ("item:
Copper pipe; price: 9.85"), as Markdown does, or as cells between bars; a question asks for one cell of a row, or for
the row that has a certain cell. A part of the questions is asked of a table that has no such row or no such column.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from training.questions import Example
from training.wording import reworded

FILE = Path(__file__).with_name("tables.toml")
HELD = 5
"""Every so many-th kind of table is held out: its things and columns are never trained on."""
NO_SUCH_ROW, NO_SUCH_COLUMN, REVERSED = 0.15, 0.15, 0.15
"""Shares of the questions that ask for another table's thing, for a column that was taken away, for the thing that has
a certain cell."""
BESIDE_PROSE = 0.35
"""Share of the tables that stand beside other text."""
MOST_ROWS = 7
_MOST_PROSE = 400
"""Characters."""
_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Column:
    """``names``: as a header may have it; ``asks``: questions with ``{}`` for the thing; ``which``: for the thing, with
    ``{}`` for the cell; ``values``: a kind of value, or what to choose from."""

    names: tuple[str, ...]
    asks: tuple[str, ...]
    which: tuple[str, ...]
    values: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table: its titles, the header and the parts of the names of its things, and its other columns."""

    titles: tuple[str, ...]
    key: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A table as a text, and where each cell stands in it: [row][column], the thing itself first."""

    text: str
    cells: list[list[tuple[int, int]]]


def table_examples(count: int, prose: Sequence[str], rng: Random, *, held: bool = False) -> Iterator[Example]:
    """So many examples, of the kinds that are held out or of the others. ``prose``: texts of which a part may stand
    before or behind a table."""
    kinds = [kind for number, kind in enumerate(read_kinds()) if (number % HELD == HELD - 1) is held]
    for _ in range(count):
        example = _example(rng.choice(kinds), rng)
        yield _beside(example, rng.choice(prose), rng) if rng.random() < BESIDE_PROSE else example


def read_kinds(file: Path = FILE) -> list[Kind]:
    """The kinds of tables, in the order they stand in the file."""
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    named = {name: _column(column) for name, column in found["column"].items()}
    return [
        Kind(
            tuple(kind["titles"]),
            tuple(kind["key"]),
            tuple(tuple(part) for part in kind["parts"]),
            tuple(named[name] if isinstance(name, str) else _column(name) for name in kind["columns"]),
        )
        for kind in found["kind"]
    ]


def _column(column: Mapping[str, Any]) -> Column:
    values = column["values"]
    return Column(
        tuple(column["names"]),
        tuple(column.get("asks", ())),
        tuple(column.get("which", ())),
        values if isinstance(values, str) else tuple(values),
    )


def _example(kind: Kind, rng: Random) -> Example:
    columns = rng.sample(kind.columns, rng.randint(2, min(5, len(kind.columns))))
    things = _things(kind, rng, rng.randint(2, MOST_ROWS) + 1)
    absent = things.pop()
    rows = [[thing, *(value(column.values, rng) for column in columns)] for thing in things]
    header = [rng.choice(kind.key), *(rng.choice(column.names) for column in columns)]
    at, row, draw = rng.randrange(len(columns)), rng.randrange(len(rows)), rng.random()
    asked, thing, cell = columns[at], things[row], rows[row][at + 1]
    without = NO_SUCH_ROW <= draw < NO_SUCH_ROW + NO_SUCH_COLUMN and len(columns) > 2
    title = rng.choice(kind.titles)
    kept = [n for n in range(len(header)) if not (without and n == at + 1)]
    written = write([header[n] for n in kept], [[one[n] for n in kept] for one in rows], rng)
    spans: list[tuple[int, int]] = []
    if draw < NO_SUCH_ROW:
        question = _asked(asked, absent, rng)
    elif without:
        question = _asked(asked, thing, rng)
    elif draw > 1 - REVERSED and asked.which and sum(one[at + 1] == cell for one in rows) == 1:
        question, spans = rng.choice(asked.which).replace("{}", cell), [written.cells[row][0]]
    else:
        question, spans = _asked(asked, thing, rng), [written.cells[row][at + 1]]
    return _made(title, question, written.text, spans, rng)


def _beside(example: Example, prose: str, rng: Random) -> Example:
    """With the beginning of another text before or behind the table."""
    part = prose[:_MOST_PROSE].rpartition(" ")[0]
    if rng.random() < 0.5:
        return {**example, "passage": f"{example['passage']}\n\n{part}"}
    ahead = len(part) + 2
    spans = [[start + ahead, end + ahead] for start, end in example["spans"]]
    return {**example, "passage": f"{part}\n\n{example['passage']}", "spans": spans}


def _made(title: str, question: str, text: str, spans: Sequence[tuple[int, int]], rng: Random) -> Example:
    heading = title if rng.random() < 0.7 else ""
    question = reworded(question, rng)
    kind = "table" if spans else "table without"
    return Example(
        set="tables", kind=kind, question=question, heading=heading, passage=text, spans=[list(span) for span in spans]
    )


def _things(kind: Kind, rng: Random, count: int) -> list[str]:
    """Different things, some of them alike but for a word."""
    found: list[str] = []
    while len(found) < count:
        words = [rng.choice(part) for part in kind.parts]
        if found and rng.random() < 0.4:
            words[0] = next((part for part in kind.parts[0] if found[-1].startswith(part)), words[0])
        thing = " ".join(filter(None, words)).replace("#", str(rng.randint(2, 90)))
        if thing not in found:
            found.append(thing)
    rng.shuffle(found)
    return found


def _asked(column: Column, thing: str, rng: Random) -> str:
    """A question for the thing's cell, the thing as it is written or as people say it."""
    words = thing.split()
    if len(words) > 1 and rng.random() < 0.25:
        words = [*words[1:], words[0]] if rng.random() < 0.5 else words[::-1]
        if not all(word[:1].islower() or word[:1].isdigit() for word in words[:-1]):
            words = thing.split()
    said = " ".join(words)
    if rng.random() < 0.3 and not re.search(r"[A-Z].*[A-Z]", said):
        said = said.lower()
    return rng.choice(column.asks).replace("{}", said)


def write(header: Sequence[str], rows: Sequence[Sequence[str]], rng: Random) -> Written:
    """The table as a parser gives it: rows as "column: cell; …", as Markdown, or as cells between bars."""
    form = rng.choice(["named", "named", "markdown", "bars"])
    heads = {
        "named": [],
        "bars": [" | ".join(header)],
        "markdown": [f"| {' | '.join(header)} |", "|---" * len(header) + "|"],
    }
    lines = heads[form]
    text, cells = "".join(line + "\n" for line in lines), []
    for row in rows:
        places, line = [], "| " if form == "markdown" else ""
        for number, cell in enumerate(row):
            if number:
                line += "; " if form == "named" else " | "
            line += f"{header[number]}: " if form == "named" else ""
            places.append((len(text) + len(line), len(text) + len(line) + len(cell)))
            line += cell
        text += line + (" |" if form == "markdown" else "") + "\n"
        cells.append(places)
    return Written(text.rstrip("\n"), cells)


def value(kind: str | tuple[str, ...], rng: Random) -> str:
    """A cell: one of the words given, or something of that kind."""
    if not isinstance(kind, str):
        return rng.choice(kind).replace("#", str(rng.randint(2, 60)))
    match kind:
        case "money":
            amount = rng.choice([rng.randint(2, 99) + rng.choice([0.5, 0.95, 0.2]), rng.randint(100, 90_000)])
            plain = f"{amount:,.2f}" if isinstance(amount, float) else f"{amount:,}"
            return rng.choice(["{}", "€{}", "${}", "{} EUR", "£{}"]).format(plain)
        case "date":
            day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2008, 2031)
            name = _MONTHS[month - 1]
            forms = [
                f"{year}-{month:02}-{day:02}",
                f"{day} {name} {year}",
                f"{name} {year}",
                f"{day} {name[:3]} {year}",
            ]
            return rng.choice(forms)
        case "year":
            return str(rng.randint(1890, 2030))
        case "percent":
            return f"{rng.choice([rng.randint(1, 99), rng.randint(10, 999) / 10])}{rng.choice(['%', ' %'])}"
        case "count":
            return rng.choice([str(rng.randint(2, 999)), f"{rng.randint(1_000, 999_000):,}"])
        case "person":
            first, last = rng.choice(_FIRST), rng.choice(_LAST)
            return rng.choice([f"{first} {last}", last, f"{first[0]}. {last}"])
        case "firm":
            return f"{rng.choice(_FIRM)} {rng.choice(['AG', 'Ltd', 'GmbH', 'Inc.', '& Sons', 'Group', ''])}".strip()
        case "place":
            return rng.choice(_PLACES)
        case "time":
            return f"{rng.randint(6, 21)}:{rng.choice(['00', '15', '30', '45'])}"
        case "size":
            return f"{rng.randint(2, 990)} {rng.choice(['m', 'km', 'kg', 't', 'ha', 'MW', 'm²', 'GB', 'ml', 'mm'])}"
        case "mail":
            return f"{rng.choice(_LAST).lower()}@{rng.choice(_FIRM).lower()}.example"
    raise ValueError(f"no kind of value {kind!r}")


_FIRST = (
    "Ana Tom Lucy Omar Petra Jonas Mei Carlos Ingrid Yusuf Nora Pavel Aisha Hugo Lena Viktor Rosa Samir Ellen Kofi"
).split()
_LAST = (
    "Ruiz Becker Chen Haddad Novak Lindqvist Okafor Moreau Tanaka Silva Kowalski Brandt Osei Duarte Fischer Ivanov"
).split()
_FIRM = (
    "Rohr Valvo Thermik Nordhaus Astra Kestrel Lumen Terrano Beacon Halden Orbis Mercato Solvent Brightwell Ostara"
).split()
_PLACES = (
    "Bristol Lindau Porto Gdansk Oslo Lyon Osaka Leeds Basel Turin Ghent Riga Malmö Cork Utrecht Zagreb Tunis Quito"
).split()
