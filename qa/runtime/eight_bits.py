"""A graph whose large products are of eight-bit numbers.

Weights are rounded here, each row of a matrix to 255 steps of its own. What they are multiplied with OpenVINO rounds
as it runs, every ``GROUP`` numbers of a word piece likewise ("dynamic quantization"): nothing is
assumed about values to come, and no piece touches another. Processors with VNNI instructions compute such products
about three times as fast as those of float32; others turn the weights back, and take as long as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import openvino

GROUP = 64
"""Of 32, 64, 128 and 384: larger ones are quicker, up to 128, and round more (CONTRIBUTING.md)."""
_LEAST = 384
"""Rows of a matrix that is rounded; the heads of a network have fewer."""
_STEPS = 127


def round_products(model: openvino.Model) -> openvino.Model:
    """The same model, changed: products with a large constant matrix, shape [out, in], are of eight bits."""
    from openvino import opset13 as op

    for node in model.get_ops():
        if node.get_type_name() != "MatMul":
            continue
        matrix = node.input_value(1).get_node()
        if matrix.get_type_name() != "Constant" or len(matrix.data) < _LEAST:
            continue
        weights = np.asarray(matrix.data)
        step = np.abs(weights).max(axis=1, keepdims=True) / _STEPS
        step[step == 0] = 1
        rounded = op.convert(op.constant(np.rint(weights / step).astype(np.int8)), np.float32)
        node.input(1).replace_source_output(op.multiply(rounded, op.constant(step)).output(0))
    return model
