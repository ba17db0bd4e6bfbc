"""Numbers -> an exit status, for continuous integration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qa.measures.compare import ALPHA, Difference
from qa.measures.table import BY_NAME, MEASURES, Estimate


class Floor(NamedTuple):
    """The least a measure may be."""

    measure: str
    least: float


def parse_floor(text: str) -> Floor:
    """``measure=value``; raises ``ValueError`` saying what is wrong."""
    name, equals, value = text.partition("=")
    measure = BY_NAME.get(name.strip().lower())
    if not equals or measure is None or not measure.higher_is_better:
        known = ", ".join(each.name for each in MEASURES if each.higher_is_better)
        raise ValueError(f"{text!r} is not measure=value; measures that have a floor: {known}")
    try:
        return Floor(measure.name, float(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a number, in {text!r}") from None


def below(estimates: Sequence[Estimate], floors: Sequence[Floor]) -> list[str]:
    """A line for each floor that is not reached; an undefined measure does not reach any."""
    values = {estimate.measure: estimate.value for estimate in estimates}
    return [line for floor in floors if (line := _below(floor, values[floor.measure]))]


def _below(floor: Floor, value: float | None) -> str | None:
    if value is None:
        return f"{floor.measure} is undefined here, and must be at least {floor.least:g}"
    if value < floor.least:
        return f"{floor.measure} is {value:.4f}, and must be at least {floor.least:g}"
    return None


def worse(differences: Sequence[Difference]) -> list[str]:
    """A line for each measure that lost significantly."""
    return [
        f"{each.measure} went from {each.before:.4f} to {each.after:.4f} (p {each.p_holm:.4f} < {ALPHA:g})"
        for each in differences
        if each.significant and each.gain < 0
    ]
