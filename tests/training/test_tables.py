"""Questions about invented tables: the cell marked is the one asked for."""

from __future__ import annotations

from random import Random

import pytest

from training.questions import Example
from training.tables import Column, read_kinds, table_examples, value, write

PROSE = ["The town of Lindau lies on an island. " * 20]


def examples(*, held: bool = False, seed: int = 1) -> list[Example]:
    return list(table_examples(300, PROSE, Random(seed), held=held))


def columns() -> list[Column]:
    return [column for kind in read_kinds() for column in kind.columns]


def cells(row: str) -> list[str]:
    """The cells of a row, read back from either form."""
    if row.startswith("|"):
        return [cell.strip() for cell in row.strip("|").split(" | ")]
    return [cell.partition(": ")[2] for cell in row.split("; ")] if "; " in row else row.split(" | ")


@pytest.mark.parametrize("seed", range(6))
def test_every_cell_is_where_it_is_said_to_be(seed: int) -> None:
    rows = [["Alma", "9.85", "Rohr AG"], ["Seewind", "11", "Valvo"]]
    written = write(["ship", "price", "owner"], rows, Random(seed))
    assert [[written.text[start:end] for start, end in places] for places in written.cells] == rows
    assert [cells(line) for line in written.text.splitlines()[-2:]] == rows


def test_what_is_marked_is_a_whole_cell_of_a_row_that_the_question_names() -> None:
    answered = [example for example in examples() if example["spans"]]
    assert len(answered) > 150
    for example in answered:
        ((start, end),) = example["spans"]
        passage = example["passage"]
        row = cells(passage[passage.rfind("\n", 0, start) + 1 :].partition("\n")[0])
        assert passage[start:end] in row
        asked = set(example["question"].lower().split()) | set(example["question"].lower().rstrip("?").split())
        others = [cell for cell in row if cell != passage[start:end]]
        named = max(len(asked & set(cell.lower().split())) / len(cell.split()) for cell in others)
        assert named >= 0.5, example  # but for a letter that was mistyped


def test_a_question_without_an_answer_marks_nothing() -> None:
    without = [example for example in examples() if not example["spans"]]
    assert 50 < len(without) < 120
    assert {example["kind"] for example in without} == {"table without"}


def test_kinds_that_are_held_out_are_in_no_other_example() -> None:
    titles = {example["heading"] for example in examples()} - {""}
    held = {example["heading"] for example in examples(held=True)} - {""}
    assert titles and held and not titles & held


def test_the_same_seed_makes_the_same_examples() -> None:
    assert examples(seed=7) == examples(seed=7) != examples(seed=8)


def test_some_tables_stand_beside_other_text() -> None:
    assert 50 < sum("Lindau" in example["passage"] for example in examples()) < 160


def test_every_column_can_be_filled_and_asked_for() -> None:
    for column in columns():
        assert all("{}" in question for question in (*column.asks, *column.which))
        assert value(column.values, Random(0)).strip()
    with pytest.raises(ValueError, match="no kind of value 'colour'"):
        value("colour", Random(0))
