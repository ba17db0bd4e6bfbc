"""The training's measures against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.measures import auroc, best_f1


def test_auroc_equals_scikit_learn() -> None:
    random = np.random.default_rng(0)
    positive, negative = random.integers(0, 9, 40).astype(float), random.integers(-2, 7, 30).astype(float)
    expected = roc_auc_score([1] * 40 + [0] * 30, np.concatenate([positive, negative]))
    assert auroc(positive.tolist(), negative.tolist()) == pytest.approx(expected)


def test_auroc_needs_both_sides() -> None:
    assert auroc([], [1.0]) is None
    assert auroc([1.0], []) is None


def test_the_best_threshold_refuses_what_cannot_be_answered() -> None:
    found = best_f1([-1.0, 2.0, 3.0], ["x", "the red house", "blue"], [[], ["red house"], ["green"]])
    assert found == {"f1": round(2 / 3, 4), "threshold": -1.0}
