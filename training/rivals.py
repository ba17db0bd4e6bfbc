"""Passages that compete with the one that answers: the nearest to the question, by the packaged encoder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from random import Random

import numpy as np

from qa.encoder import load_encoder
from training.passages import like_passages
from training.questions import Item, heading

Rival = tuple[str, str]
"""Heading and text."""
_POOL = 5
"""Of so many nearest texts of other groups one is drawn: the very nearest may answer too."""


class Rivals:
    """The texts of a set by nearness to a question, after the packaged encoder; those of its own group first."""

    def __init__(self, items: Sequence[Item], asked: Sequence[Item]) -> None:
        encoder = load_encoder()
        self._about = {item.context: item for item in items}
        self._texts = sorted(self._about)
        self._vectors = encoder.encode(self._texts)
        self._groups: dict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(self._texts):
            self._groups[self._about[text].group].append(row)
        questions = sorted({item.question for item in asked})
        self._questions = dict(zip(questions, encoder.encode(questions), strict=True))

    def of(self, item: Item, rng: Random, count: int) -> list[Rival]:
        """``count`` texts, as long as other passages, that do not hold an answer's words: the nearest of the item's own
        group, and one of another group at least; fewer where there are none."""
        answers = [item.context[a:b].casefold() for a, b in item.spans]
        nearness = self._vectors @ self._questions[item.question]

        def nearest(rows: Iterable[int], most: int) -> list[str]:
            texts = (self._texts[row] for row in rows)
            fitting = (t for t in texts if t != item.context and not any(a in t.casefold() for a in answers))
            return list(islice(fitting, most))

        own = self._groups[item.group]
        order = np.argsort(-nearness, kind="stable").tolist()
        same = nearest((row for row in order if row in own), count - 1)
        foreign = nearest((row for row in order if row not in own), _POOL)
        drawn = rng.sample(foreign, min(len(foreign), count - len(same)))
        return [(heading(self._about[text]), like_passages(text, [], rng)[0]) for text in [*same, *drawn]]
