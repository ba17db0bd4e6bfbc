"""Texts to unit vectors.

``packaged`` is the default, all-MiniLM-L6-v2 on OpenVINO; ``sentence_transformer`` any other model, and the default
too where OpenVINO is missing; ``load`` finds the one that is named.
"""

from qa.encoder.load import DEFAULT_ENCODER, load_encoder
from qa.encoder.protocol import Encoder
from qa.runtime.weights import FloatArray

__all__ = ["DEFAULT_ENCODER", "Encoder", "FloatArray", "load_encoder"]
