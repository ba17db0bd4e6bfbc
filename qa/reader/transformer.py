"""A question-answering model or cross-encoder of transformers: loaded, and what it makes of a question and a text.

Importing this module imports torch and transformers, so only a reader that somebody named does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Encoding, Tokenizer

from qa.errors import ReaderError
from qa.reader.neural import MAX_SPAN, Asked, Scores
from qa.reader.neural_pieces import Window
from qa.runtime.model_folder import reason
from qa.runtime.weights import FloatArray

MAX_PIECES = 384
"""Of a window, as in the scripts such models are trained with; fewer where the model reads fewer."""
OVERLAP = 128
"""Pieces that two windows over one long passage share, or a sixth of a shorter window."""
_LEAST_PIECES = 16
_OFFSET = 2  # positions that RoBERTa and its kin leave out


@dataclass(frozen=True)
class Pairs:
    """A model with its tokenizer. Each window is read by itself, so that it does not matter what else is read."""

    model: Any
    tokenizer: Tokenizer
    """Cuts the second text into windows that overlap; pads nothing."""
    whole: Tokenizer
    """Cuts nothing."""
    most: int
    """Pieces of a window."""
    cls: int | None
    """The piece whose scores as start and end stand for "no answer"; None = the first."""
    typed: bool
    """Whether the model tells its two texts apart by segments."""

    def windows(self, asked: Asked) -> list[Window]:
        """Question, context and text as windows in the model's own form; their places are those of the text."""
        question, context, text = asked
        before = f"{context}\n" if context else ""
        pair = self.tokenizer.encode(self._shortened(question), before + text)
        return [self._window(one, text, len(before)) for one in (pair, *pair.overflowing)]

    def span_scores(self, flat: Sequence[Window]) -> Iterator[Scores]:
        """Of each window: start + end for spans, those of the null piece for "no answer", and the log odds that any
        span answers (Devlin et al. 2019, section 4.3)."""
        for window in flat:
            output = self._run(window)
            null = window.pieces.index(self.cls) if self.cls in window.pieces else 0
            yield _scores(window, null, _numbers(output.start_logits), _numbers(output.end_logits))

    def relevance(self, asked: Asked) -> float:
        """A cross-encoder's log odds that the text, at the best of its windows, answers."""
        return max(float(_numbers(self._run(window).logits)[0]) for window in self.windows(asked))

    def _run(self, window: Window) -> Any:
        length = len(window.pieces)
        inputs = {"input_ids": torch.tensor([window.pieces]), "attention_mask": torch.ones(1, length)}
        if self.typed:
            inputs["token_type_ids"] = (torch.arange(length) >= window.question).long()[None]
        with torch.inference_mode():
            return self.model(**inputs)

    def _shortened(self, question: str) -> str:
        """As much of the question as leaves half of a window to the text."""
        offsets = self.whole.encode(question, add_special_tokens=False).offsets
        most = self.most // 2 - self.whole.num_special_tokens_to_add(True)
        return question if len(offsets) <= most else question[: offsets[most][0]]

    def _window(self, encoding: Encoding, text: str, before: int) -> Window:
        second = (i for i, part in enumerate(encoding.sequence_ids) if part == 1)
        inside = [i for i in second if encoding.offsets[i][0] >= before]
        first = inside[0] if inside else len(encoding.ids)
        places = [_tidy(text, start - before, end - before) for start, end in (encoding.offsets[i] for i in inside)]
        return Window(encoding.ids, encoding.type_ids.count(0), first, places)


def load_pairs(folder: Path, kind: str) -> Pairs:
    """The model in ``folder``, whose head is the one that ``transformers.AutoModelFor<kind>`` has.

    Raises ``ReaderError`` where model or tokenizer cannot be loaded, or do not belong together.
    """
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        auto = getattr(transformers, f"AutoModelFor{kind}")
        # Only safetensors and only code of transformers: the rest of a folder could run code of its own.
        model, told = auto.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
        own = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        whole = Tokenizer.from_str(own.backend_tokenizer.to_str())
    except Exception as error:  # a dozen kinds, from a file cut short to one of another model
        raise _bad(folder, reason(error)) from error
    if missing := sorted(told["missing_keys"]):
        raise _bad(folder, f"it has no trained weights for {missing[0]}")
    if whole.get_vocab_size() > model.get_input_embeddings().weight.shape[0]:
        raise _bad(folder, "its tokenizer is that of another model: it knows more word pieces than the model")
    return _pairs(folder, model.eval(), own, whole)


def _pairs(folder: Path, model: Any, own: Any, whole: Tokenizer) -> Pairs:
    positions = getattr(model.config, "max_position_embeddings", None)
    limits = (MAX_PIECES, own.model_max_length, positions - _OFFSET if positions and positions > 0 else None)
    most = int(min(limit for limit in limits if limit))
    if most < _LEAST_PIECES:
        raise _bad(folder, f"it reads {most} word pieces at once, which holds no question and passage")
    whole.no_truncation()
    whole.no_padding()
    cutting = Tokenizer.from_str(whole.to_str())
    cutting.enable_truncation(most, stride=min(OVERLAP, most // 6), strategy="only_second")
    takes = signature(model.forward).parameters
    typed = "token_type_ids" in takes and getattr(model.config, "type_vocab_size", 0) > 1
    return Pairs(model, cutting, whole, most, own.cls_token_id, typed)


def _bad(folder: Path, why: str) -> ReaderError:
    return ReaderError(f"the reader in {folder} cannot be loaded ({why}): name another with --reader")


def _numbers(output: torch.Tensor) -> FloatArray:
    """The only row of a batch of one."""
    row: FloatArray = output[0].float().numpy()
    return row


def _scores(window: Window, null: int, start: FloatArray, end: FloatArray) -> Scores:
    none = float(start[null] + end[null])
    words = np.array([last > first for first, last in window.places], dtype=bool)
    inside = slice(window.first, window.first + len(words))
    starts, ends = np.where(words, start[inside], -np.inf), np.where(words, end[inside], -np.inf)
    later = np.concatenate([ends, np.full(MAX_SPAN, -np.inf)])
    rows = np.arange(len(words))[:, None]
    spans = (starts[:, None] + later[rows + np.arange(MAX_SPAN)]).astype(np.float32)
    possible = spans[np.isfinite(spans)].astype(np.float64)
    answer = float(np.logaddexp.reduce(possible)) - none if len(possible) else -np.inf
    return Scores(spans, none, answer)


def _tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """A piece's place without the blanks that some tokenizers count to it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
