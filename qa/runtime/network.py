"""A compiled network, run: many texts side by side, those of one length together.

Every text is computed on one thread, in a length of its own rounded up. Those of one length are computed together, so
that the weights are fetched once for all of them; texts do not touch each other in the graph, and every number is
summed up in an order that the length alone decides. So what comes out does not depend on what else is asked, nor on
how many threads there are; the tests hold it to that bit by bit.
"""

from __future__ import annotations

import mmap
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from qa.runtime.weights import FloatArray

if TYPE_CHECKING:
    import openvino

Outputs: TypeAlias = list[FloatArray]

_TOGETHER = 4
"""Texts of one length that are computed together, at most: twice as many take no less time a text, since what lies
between two layers no longer fits the cache of a core."""


class Network:
    """A compiled network. Safe to use from several threads."""

    def __init__(self, compiled: openvino.CompiledModel, step: int, streams: int, content: Any = None) -> None:
        self._compiled = compiled
        self._step = step
        self._content = content  # the mapped file it came from: weights may be read where they lie
        self._shapes: set[tuple[int, ...]] = set()  # texts and length of what was computed so far
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(streams + 1):  # one more, so that the next is ready when one is done
            self._idle.put(compiled.create_infer_request())
        self._streams = streams
        self._outputs = len(compiled.outputs)

    def run(self, embedded: Iterable[FloatArray]) -> list[Outputs]:
        """The outputs for every sum of embeddings, shape [pieces, hidden], in order; padded here, pieces counted.

        Each output has the shape [1, ...].
        """
        texts = list(embedded)
        done: dict[int, Outputs] = {}
        running: deque[tuple[Any, list[int]]] = deque()
        shapes: set[tuple[int, ...]] = set()
        try:
            for group in _groups([self._length(len(text)) for text in texts], self._streams):
                while (request := self._take(wait=not running)) is None:
                    done |= self._collect(running)
                running.append((request, group))
                inputs = padded_inputs([texts[number] for number in group], self._length(len(texts[group[0]])))
                shapes.add(inputs[1].shape)
                request.start_async(inputs)
            while running:
                done |= self._collect(running)
        finally:
            for request, _ in running:
                with suppress(RuntimeError):  # what went wrong is on its way already
                    request.wait()
                self._idle.put(request)
            if not shapes <= self._shapes:
                self._shapes |= shapes
                self._forget_file()
        return [done[number] for number in range(len(texts))]

    def _length(self, pieces: int) -> int:
        """The length that a text is computed in."""
        return -(-pieces // self._step) * self._step

    def _forget_file(self) -> None:
        """Let go of the file's pages: weights are rearranged when first used for a shape, and hardly read again as they
        were."""
        if self._content is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._content.base.madvise(mmap.MADV_DONTNEED)

    def _take(self, wait: bool) -> Any:
        """A request that nobody uses; None if there is none and the caller has one of its own to wait for."""
        try:
            return self._idle.get(block=wait)
        except Empty:
            return None

    def _collect(self, running: deque[tuple[Any, list[int]]]) -> dict[int, Outputs]:
        request, group = running[0]
        request.wait()
        outputs = [np.array(request.get_output_tensor(number).data) for number in range(self._outputs)]
        running.popleft()
        self._idle.put(request)
        return {number: [part[row : row + 1] for part in outputs] for row, number in enumerate(group)}


def _groups(lengths: Sequence[int], streams: int) -> list[list[int]]:
    """Numbers of texts that are computed together: of one length, padded, and fewer where that would leave a core
    idle. The longest come first: what is computed side by side then ends at about the same time."""
    most = min(_TOGETHER, -(-len(lengths) // streams))
    alike: dict[int, list[int]] = {}
    for number, length in enumerate(lengths):
        alike.setdefault(length, []).append(number)
    return [
        numbers[start : start + most]
        for _, numbers in sorted(alike.items(), reverse=True)
        for start in range(0, len(numbers), most)
    ]


def padded_inputs(embedded: Sequence[FloatArray], length: int) -> list[FloatArray]:
    """The network's inputs for texts brought to one length: rows of zeros behind each, and which rows are real."""
    hidden = embedded[0].shape[1]
    rows = np.zeros((len(embedded), length, hidden), dtype=np.float32)
    real = np.zeros((len(embedded), length), dtype=np.float32)
    for row, one in enumerate(embedded):
        rows[row, : len(one)], real[row, : len(one)] = one, 1
    return [rows, real]
