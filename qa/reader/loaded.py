"""A reader with a model that takes a while to load: loaded once, when first needed or on the side."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock, Thread
from typing import Generic, TypeVar

from qa.errors import PinciteError
from qa.reader.scoring import ScoredReader

Model = TypeVar("Model")


@dataclass(frozen=True)
class ModelReader(ScoredReader, Generic[Model]):
    """``load`` raises ``ReaderError`` or ``EncoderError`` where the model cannot be had."""

    load: Callable[[], Model]
    _loading: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    @property
    def model(self) -> Model:
        """Loaded when first needed: listing sources or searching does without. Raises what ``load`` does."""
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> Model:
        return self.load()

    def prepare(self) -> None:
        """Load the model on the side, while a question is searched for; what goes wrong is said when it is needed."""

        def load() -> None:
            with suppress(PinciteError):
                _ = self.model

        if "_loaded" not in self.__dict__:
            Thread(target=load).start()
