"""The graph of a BERT network (Devlin et al. 2019), from the sum of its embeddings to its last states.

Embeddings are looked up outside, in the mapped file: the compiled network stays small, and the table is in memory once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from qa.runtime.weights import FloatArray

if TYPE_CHECKING:
    import openvino

Node: TypeAlias = Any
"""A node of an OpenVINO graph; its operators are made at import, so type checkers do not know them."""
Weights = Mapping[str, FloatArray]

HIDDEN = 384
HEADS = 12
LAYERS = 6
_EPSILON = 1e-12
_FAR = 1e4  # taken from attention scores of padding; its share becomes exactly 0


def encoder_model(base: Weights) -> openvino.Model:
    """Embeddings and mask in, the mean of the last states over real pieces out: shape [texts, ``HIDDEN``].

    ``base``: the tensors of a BERT checkpoint. Inputs as in ``states``.
    """
    import openvino
    from openvino import opset13 as op

    inputs = _inputs()
    last = states(inputs[0], inputs[1], from_checkpoint(base))
    real = op.unsqueeze(inputs[1], _whole(2))
    mean = op.divide(op.reduce_sum(op.multiply(last, real), _whole([1])), op.reduce_sum(real, _whole([1])))
    return openvino.Model([mean], inputs, "encoder")


def reader_model(weights: Weights) -> openvino.Model:
    """Embeddings and mask in; scores of spans [texts, pieces, pieces], by first and last piece, and null and answer
    [texts, 1] out.

    ``weights``: those of ``qa.reader.neural_model.ReaderNet``, by its names.
    """
    import openvino
    from openvino import opset13 as op

    inputs = _inputs()
    last = states(inputs[0], inputs[1], weights)
    heads = {name: _linear(last, weights, f"outputs.{name}") for name in ("ends", "pair_start", "pair_end")}
    start, end = op.split(heads["ends"], _whole(2), 2).outputs()
    width = weights["outputs.pair_start.weight"].shape[0]
    pair = op.multiply(op.matmul(heads["pair_start"], heads["pair_end"], False, True), _number(width**-0.5))
    spans = op.add(op.add(pair, start), op.transpose(end, _whole([0, 2, 1])))
    first = op.gather(last, _whole(0), _whole(1))
    null = _linear(first, weights, "outputs.null")
    answer = _linear(op.gelu(_linear(first, weights, "outputs.answer_dense"), "erf"), weights, "outputs.answer")
    return openvino.Model([spans, null, answer], inputs, "reader")


def states(embedded: Node, real: Node, weights: Weights) -> Node:
    """The last layer's states, shape [texts, pieces, ``HIDDEN``].

    ``embedded`` [texts, pieces, ``HIDDEN``]: the sums of word, position and segment embeddings; ``real`` [texts,
    pieces]: 1, and 0 on padding. ``weights`` by the names of ``qa.reader.neural_model.ReaderNet``.
    """
    from openvino import opset13 as op

    last = _norm(embedded, weights, "norm")
    mask = op.unsqueeze(op.multiply(op.subtract(real, _number(1.0)), _number(_FAR)), _whole([1, 2]))
    for layer in range(LAYERS):
        last = _layer(last, mask, weights, f"layers.{layer}")
    return last


def from_checkpoint(base: Weights) -> dict[str, FloatArray]:
    """The layers of a BERT checkpoint by the names of ``ReaderNet``; embeddings and pooler are left out."""
    renamed = {
        "attention_out": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "outer_norm": "output.LayerNorm",
    }
    named = {f"norm.{kind}": base[f"embeddings.LayerNorm.{kind}"] for kind in ("weight", "bias")}
    for layer in range(LAYERS):
        there, here = f"encoder.layer.{layer}", f"layers.{layer}"
        for kind in ("weight", "bias"):
            parts = [base[f"{there}.attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
            named[f"{here}.attention_in.{kind}"] = np.concatenate(parts)
            named |= {f"{here}.{new}.{kind}": base[f"{there}.{old}.{kind}"] for new, old in renamed.items()}
    return named


def _inputs() -> list[Node]:
    from openvino import opset13 as op

    return [
        op.parameter([-1, -1, HIDDEN], np.float32, name="embedded"),
        op.parameter([-1, -1], np.float32, name="real"),
    ]


def _layer(last: Node, mask: Node, weights: Weights, name: str) -> Node:
    """A transformer layer, normalised after each half."""
    from openvino import opset13 as op

    apart, swap, join = _whole([0, 0, HEADS, HIDDEN // HEADS]), _whole([0, 2, 1, 3]), _whole([0, 0, HIDDEN])
    heads = []
    for part in range(3):
        rows = slice(part * HIDDEN, (part + 1) * HIDDEN)
        cut = {f"in.{kind}": weights[f"{name}.attention_in.{kind}"][rows] for kind in ("weight", "bias")}
        heads.append(op.transpose(op.reshape(_linear(last, cut, "in"), apart, True), swap))
    mixed = op.scaled_dot_product_attention(*heads, mask)
    mixed = op.reshape(op.transpose(mixed, swap), join, True)
    last = _norm(op.add(last, _linear(mixed, weights, f"{name}.attention_out")), weights, f"{name}.attention_norm")
    inner = op.gelu(_linear(last, weights, f"{name}.inner"), "erf")
    return _norm(op.add(last, _linear(inner, weights, f"{name}.outer")), weights, f"{name}.outer_norm")


def _linear(value: Node, weights: Weights, name: str) -> Node:
    from openvino import opset13 as op

    product = op.matmul(value, _constant(weights[f"{name}.weight"]), False, True)
    return op.add(product, _constant(weights[f"{name}.bias"]))


def _norm(value: Node, weights: Weights, name: str) -> Node:
    from openvino import opset13 as op

    centred = op.mvn(value, _whole([-1]), True, _EPSILON, "INSIDE_SQRT")
    return op.add(op.multiply(centred, _constant(weights[f"{name}.weight"])), _constant(weights[f"{name}.bias"]))


def _constant(array: FloatArray) -> Node:
    from openvino import opset13 as op

    return op.constant(np.ascontiguousarray(array))


def _number(value: float) -> Node:
    return _constant(np.asarray(value, dtype=np.float32))


def _whole(value: int | list[int]) -> Node:
    from openvino import opset13 as op

    return op.constant(np.asarray(value, dtype=np.int64))
