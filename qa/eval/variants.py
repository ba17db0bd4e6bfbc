"""The same run in several ways: ``mode=hybrid,dense,lexical`` or ``chunk_tokens=128,200`` as typed, and as plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from qa.eval.plan import Plan
from qa.pipeline import MODES
from qa.settings import OUR_READERS, Settings

_MODES = (*MODES, "answers")
_REBUILT = ("chunk_tokens", "encoder")
"""What an index must be made anew for."""
_NUMBERS = {"int": int, "float": float, "float | None": float}


class Variation(NamedTuple):
    """One thing that is varied: ``mode``, ``encoder`` or the name of a setting."""

    key: str
    values: tuple[Any, ...]


class Variant(NamedTuple):
    """A plan with some values of its own; ``name``: "chunk_tokens=200 dense_share=0.5"."""

    name: str
    plan: Plan


def parse_variation(text: str) -> Variation:
    """``KEY=a,b,c``, each value once; raises ``ValueError`` saying what is wrong."""
    key, equals, listed = text.partition("=")
    key = key.strip()
    kinds = {"mode": "mode", "encoder": "str", **{field.name: str(field.type) for field in fields(Settings)}}
    if not equals or key not in kinds:
        raise ValueError(f"{text!r} is not KEY=a,b,c; KEY is one of: {', '.join(kinds)}")
    values = tuple(dict.fromkeys(_value(key, kinds[key], word.strip()) for word in listed.split(",")))
    return Variation(key, values)


def _value(key: str, kind: str, word: str) -> Any:
    if key == "mode":
        if word not in _MODES:
            raise ValueError(f"mode is one of {', '.join(_MODES)}, not {word!r}")
        return word
    if kind in _NUMBERS:
        try:
            value = _NUMBERS[kind](word)
        except ValueError:
            raise ValueError(f"{key} must be a number, not {word!r}") from None
        replace(Settings(), **{key: value})  # says itself what is out of range
        return value
    if not word:
        raise ValueError(f"{key} has an empty value")
    if key == "reader" and word not in OUR_READERS and "/" not in word and not Path(word).is_dir():
        raise ValueError(f"reader is trained, sentence, a model's folder or its name on a hub, not {word!r}")
    return word


def variants(plan: Plan, variations: Sequence[Variation]) -> list[Variant]:
    """Every combination of values, the first variation varying slowest; each indexes only once what it must."""
    return [Variant(*each) for each in _combined(plan, variations)]


def _combined(plan: Plan, variations: Sequence[Variation]) -> Iterator[tuple[str, Plan]]:
    for values in product(*(variation.values for variation in variations)):
        chosen = dict(zip((variation.key for variation in variations), values, strict=True))
        yield " ".join(f"{key}={value}" for key, value in chosen.items()), _changed(plan, chosen)


def _changed(plan: Plan, chosen: dict[str, Any]) -> Plan:
    settings = replace(plan.settings, **{k: v for k, v in chosen.items() if k not in ("mode", "encoder")})
    return replace(
        plan,
        settings=settings,
        mode=chosen.get("mode", plan.mode),
        encoder=chosen.get("encoder", plan.encoder),
        rebuilt=plan.rebuilt or (plan.format == "set" and any(key in chosen for key in _REBUILT)),
    )
