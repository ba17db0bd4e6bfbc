"""The reader of a name: ours, or one that the user names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qa.encoder import Encoder
from qa.index import OpenIndex
from qa.reader.evidence import TermWeight, term_weight
from qa.reader.named import find_reader, named_reader
from qa.reader.scoring import ScoredReader
from qa.reader.sentence import SentenceReader
from qa.reader.similarity import Similarity
from qa.reader.trained import TrainedReader
from qa.settings import calibration_file

_OURS: Mapping[str, Callable[[Similarity, TermWeight], ScoredReader]] = {
    "trained": TrainedReader,
    "sentence": SentenceReader,
}


def load_reader(name: str, index: OpenIndex, encoder: Encoder) -> ScoredReader:
    """The reader of that name, for the words of this index, with the user's calibration if there is one.

    Raises ``ReaderError`` for a name or folder that holds none, ``PinciteError`` for a damaged calibration.
    """
    reader = uncalibrated(name, index, encoder)
    return reader.with_calibration(calibration_file(reader.name))


def uncalibrated(name: str, index: OpenIndex, encoder: Encoder) -> ScoredReader:
    """The same, with the confidence that it came with."""
    similarity, weight = Similarity(encoder), term_weight(index.lexical)
    return _OURS[name](similarity, weight) if name in _OURS else named_reader(name, similarity, weight)


def reader_name(name: str) -> str:
    """The ``name`` of the reader of that name, which calibrations go by; of a model it changes with the weights.

    Raises ``ReaderError`` for a name or folder that holds no reader; no model is loaded.
    """
    return name if name in _OURS else find_reader(name).name
