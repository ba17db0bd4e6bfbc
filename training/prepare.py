"""Make training examples out of the question sets: passages cut and joined, negatives, changed questions.

    python -m training.prepare --data DIR --out FILE --mix broad --seed 1
    python -m training.prepare --data DIR --out FILE --mix held

"written" are the questions of ``written.jsonl.gz`` about texts of the sets, "invented" those about invented texts,
"held-written" those about held-out texts of both; the other mixes do not have them. "tables" asks of invented tables,
"held-tables" of kinds of tables that the other has not.

``DIR`` holds the nine sets (see README.md here). An example is one JSON line
``{"set", "kind", "question", "heading", "passage", "spans", "rivals"}``: ``spans`` are character ranges of ``passage``
that answer, none = the passage does not answer; the ``rivals`` (heading and text) do not hold its words. Same seed,
same file. Whole groups (articles, stories, sites) are held out for validation and come out with ``--mix held``,
unchanged.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from training.negatives import Neighbours, swapped, without_answer
from training.passages import cut, joined, like_passages
from training.questions import Example, Item, heading, held_groups, read_items
from training.rivals import Rivals
from training.synonyms import with_sister, with_synonyms
from training.tables import table_examples
from training.wording import reworded
from training.written import FILE, INVENTED, read_invented, read_written
from training.yesno import yes_no

MIXES: dict[str, dict[str, float]] = {
    "broad": {
        "squadshifts-wiki": 1.0,
        "squadshifts-reddit": 0.8,
        "squadshifts-amazon": 0.8,
        "qamr": 0.4,
        "policyqa": 0.5,
        "fairytaleqa": 0.8,
        "squad2_eleven_articles": 1.0,
        "nq_open_oracle": 1.0,
        "timeqa": 1.0,
    },
    "close": {
        "squadshifts-wiki": 1.0,
        "squadshifts-reddit": 0.15,
        "squadshifts-amazon": 0.15,
        "qamr": 0.1,
        "policyqa": 0.15,
        "fairytaleqa": 0.2,
        "squad2_eleven_articles": 2.0,
        "nq_open_oracle": 1.0,
        "timeqa": 1.0,
    },
    "other-words": {
        "squadshifts-wiki": 1.0,
        "squadshifts-reddit": 0.2,
        "squadshifts-amazon": 0.2,
        "qamr": 0.12,
        "policyqa": 0.15,
        "fairytaleqa": 0.3,
        "squad2_eleven_articles": 2.0,
        "nq_open_oracle": 1.0,
        "timeqa": 1.0,
    },
}
"""How often each question of a set stands in the examples; "close" is near to reports and articles, and
"other-words" is like it, with synonyms, sisters and yes-or-no questions."""
SYNONYMS, SISTER, YES_NO = 0.35, 0.12, 0.3
"""In "other-words": shares of the questions that are said otherwise, of those asked of a noun's sister (the passage
says nothing of it), and of the passages asked a yes-or-no question."""

NEGATIVES: dict[str, tuple[float, float, float]] = {
    "squadshifts-wiki": (0.20, 0.10, 0.30),
    "squadshifts-reddit": (0.05, 0.15, 0.10),
    "squadshifts-amazon": (0.05, 0.15, 0.10),
    "qamr": (0.15, 0.0, 0.20),
    "policyqa": (0.0, 0.0, 0.0),
    "fairytaleqa": (0.15, 0.10, 0.10),
    "squad2_eleven_articles": (0.20, 0.10, 0.10),
    "nq_open_oracle": (0.30, 0.10, 0.30),
    "timeqa": (0.20, 0.0, 0.30),
}
"""Share of a set's questions asked also of: a near passage, the passage less its answer, a swapped name.

PolicyQA has none: its forty sites answer one another's questions."""
WRITTEN = (0.0, 0.15, 0.0)
"""The same for written questions: in other words, and of a text that does not answer."""
HELD = ("held", "held-written", "held-tables")
TABLES = {"tables": 12_000, "held-tables": 800}
"""How many questions are asked of tables."""
PROSE = ("squadshifts-wiki", "policyqa", "squad2_eleven_articles", "nq_open_oracle")
RIVALS = 2
"""Passages that a written question is asked of beside the one that answers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the nine *.jsonl.gz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mix", choices=[*MIXES, "written", "invented", "tables", *HELD], required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = 0
    with options.out.open("w", encoding="utf-8") as out:
        for example in all_examples(options.data, options.mix, options.seed):
            out.write(json.dumps(example, ensure_ascii=False) + "\n")
            count += 1
    print(f"{count} examples in {options.out}")


def all_examples(folder: Path, mix: str, seed: int) -> Iterator[Example]:
    """The examples of a mix, set by set."""
    if mix in TABLES:
        held = mix in HELD
        yield from table_examples(TABLES[mix], prose(folder, held=held), Random(seed), held=held)
        return
    for items in question_sets(folder, mix):
        yield from examples_of(items, mix, Random(f"{seed}/{items[0].set}.jsonl.gz"))


def prose(folder: Path, *, held: bool) -> list[str]:
    """Texts of articles that tables may stand beside: those of the groups that are held out, or of the others."""
    texts: set[str] = set()
    for name in PROSE:
        items = read_items(folder / f"{name}.jsonl.gz")
        groups = held_groups(items)
        texts.update(item.context for item in items if (item.group in groups) is held)
    return sorted(texts)


def question_sets(folder: Path, mix: str) -> Iterator[list[Item]]:
    """The sets that a mix is made of, one after another: the public ones of ``folder``, and the invented texts."""
    if mix != "invented":
        yield from filter(None, map(read_items, sorted(folder.glob("*.jsonl.gz"))))
    if mix in ("invented", "held-written"):
        yield from map(read_invented, INVENTED)


def examples_of(items: list[Item], mix: str, rng: Random) -> Iterator[Example]:
    """The examples that a mix has of one set."""
    if mix == "held":
        return held_examples(items)
    if mix == "held-written":
        return held_written(items)
    if mix in ("written", "invented"):
        return written_examples(items, rng)
    return training_examples(items, MIXES[mix][items[0].set], rng, other_words=mix == "other-words")


def held_examples(items: list[Item]) -> Iterator[Example]:
    """The questions of the held-out groups as they are; every fourth answerable one of other articles' text."""
    held = held_groups(items)
    kept = [item for item in items if item.group in held]
    if not kept:
        return
    near = Neighbours(kept) if NEGATIVES[items[0].set][0] else None
    rng = Random(0)
    for item in kept:
        yield _example(item, "as-is", item.question, item.context, item.spans)
        if near and item.spans and rng.random() < 0.25 and (other := near.passage(item, rng)):
            yield _example(item, "near", item.question, other, [])


def training_examples(items: list[Item], share: float, rng: Random, other_words: bool = False) -> Iterator[Example]:
    """The questions of the other groups, each ``share`` times on average, and the negatives made of them."""
    held = held_groups(items)
    kept = [item for item in items if item.group not in held]
    near = Neighbours(kept)
    for item in kept:
        for _ in range(int(share + rng.random())):
            yield from _around(item, near, rng, other_words)


def written_examples(items: list[Item], rng: Random, file: Path = FILE) -> Iterator[Example]:
    """The written questions about texts of the other groups, and the negatives made of them."""
    held = held_groups(items)
    kept = [item for item in items if item.group not in held]
    written = [item for _, item in read_written(kept, file)]
    if not written:
        return
    near, rivals = Neighbours([*kept, *written]), Rivals(kept, written)
    for item in written:
        for example in _around(item, near, rng, other_words=False, negatives=WRITTEN):
            if example["spans"]:
                named = example["heading"] != ""
                example["rivals"] = [[title if named else "", text] for title, text in rivals.of(item, rng, RIVALS)]
            yield example


def held_written(items: list[Item], file: Path = FILE) -> Iterator[Example]:
    """The written questions of the held-out groups, each kind as a set of its own."""
    held = held_groups(items)
    for kind, item in read_written((item for item in items if item.group in held), file):
        yield {**_example(item, kind, item.question, item.context, item.spans), "set": f"written {kind}"}


def _around(
    item: Item,
    near: Neighbours,
    rng: Random,
    other_words: bool,
    negatives: tuple[float, float, float] | None = None,
) -> Iterator[Example]:
    if item.set == "qamr" and len(item.question.split()) < 4:
        return  # "What power?" asks nothing of a longer text.
    context, spans = item.context, item.spans
    if len(context) < 350 and rng.random() < (0.9 if item.set == "qamr" else 0.5):
        context, spans = joined(item, near.others(item, rng), rng)
    context, spans = like_passages(context, spans, rng)
    if item.spans and not spans:
        return
    question = item.question
    if other_words:
        yield from _said_otherwise(item, context, spans, near, rng)
        if rng.random() < SYNONYMS:
            question = with_synonyms(question, context, rng) or question
    yield _example(item, "as-is", reworded(question, rng), context, spans, rng)
    if not spans:
        return
    near_share, less_share, swap_share = negatives or NEGATIVES[item.set]
    if rng.random() < near_share and (other := near.passage(item, rng)):
        yield _example(item, "near", reworded(item.question, rng), cut(other, [], rng)[0], [], rng)
    if rng.random() < less_share and (rest := without_answer(context, item, spans)):
        yield _example(item, "less", reworded(item.question, rng), rest, [], rng)
    if rng.random() < swap_share and (wrong := swapped(item, context, near.names(item), rng)):
        yield _example(item, "swap", reworded(wrong, rng), context, [], rng)


def _said_otherwise(
    item: Item, context: str, spans: list[tuple[int, int]], near: Neighbours, rng: Random
) -> Iterator[Example]:
    """A sister's question, and a yes-or-no question with what does not settle it."""
    if spans and rng.random() < SISTER and (question := with_sister(item.question, context, rng)):
        yield _example(item, "sister", reworded(question, rng), context, [], rng)
    made = yes_no(context, rng) if rng.random() < YES_NO else None
    if not made:
        return
    question, clause = made
    said = (with_synonyms(question, context, rng, 0.8) or question) if rng.random() < 0.75 else question
    yield _example(item, "yes-no", reworded(said, rng), context, [clause], rng)
    asked = replace(item, question=question, spans=[clause])
    if rng.random() < 0.5 and (other := near.passage(item, rng)):
        yield _example(item, "yes-no near", reworded(said, rng), cut(other, [], rng)[0], [], rng)
    if rng.random() < 0.5 and (wrong := swapped(asked, context, near.names(item), rng)):
        yield _example(item, "yes-no swap", reworded(wrong, rng), context, [], rng)
    elif wrong := with_sister(question, context, rng):
        yield _example(item, "yes-no sister", reworded(wrong, rng), context, [], rng)


def _example(
    item: Item, kind: str, question: str, passage: str, spans: list[tuple[int, int]], rng: Random | None = None
) -> Example:
    """With its heading always (no ``rng``) or in half of the cases."""
    named = heading(item) if rng is None or rng.random() < 0.5 else ""
    return {
        "set": item.set,
        "kind": kind,
        "question": question,
        "heading": named,
        "passage": passage,
        "spans": [list(span) for span in spans],
    }


if __name__ == "__main__":
    main()
