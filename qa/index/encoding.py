"""Vectors computed in a thread of their own, while the documents that follow are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from qa.encoder import Encoder
from qa.index.draft import Vectorless
from qa.index.embedded import Embedded

_AT_ONCE = 64
"""Passages whose vectors are kept together: so many are computed again, at most, if the process ends. And the sooner
the first are brought, the sooner every core has work."""
_WAITING = 4
"""Portions that wait for the thread, or are in it; who brings more waits until one is done."""
_TOLD_EVERY = 0.2  # seconds


class Encoding:
    """Computes vectors in the order the texts come in and keeps them in ``vectors``. Use as a context, in one thread.

    Portions are made by number, so which texts are encoded together does not depend on how long anything takes.
    ``told(done, total)`` is called, in the caller's thread, whenever more are done; total 0 = more will come.
    """

    def __init__(self, encoder: Encoder, vectors: Embedded, told: Callable[[int, int], None]) -> None:
        self._encoder = encoder
        self._vectors = vectors
        self._told = told
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pincite-encoder")
        self._portion: list[Vectorless] = []
        self._waiting: deque[Future[None]] = deque()
        self._brought = self._done = self._last_told = 0
        self._stopped = False
        self._loading: Future[None] | None = None

    def __enter__(self) -> Encoding:
        return self

    def __exit__(self, *_: object) -> None:
        """What is computed at the moment is given up, what was computed is kept."""
        self._stopped = True
        self._thread.shutdown(wait=True, cancel_futures=True)

    def prepare(self) -> None:
        """Load the model, unless that was begun, while the first documents are cut."""
        self._loading = self._loading or self._thread.submit(self._encoder.prepare)

    def add(self, texts: Iterable[Vectorless]) -> None:
        """Have these computed but for those that were before; raises what the encoder raised meanwhile."""
        for text in texts:
            if text.key not in self._vectors:
                self._portion.append(text)
                if len(self._portion) == _AT_ONCE:
                    self._submit()
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft().result()
        self._tell(0)

    def finish(self) -> int:
        """Wait for all of them, and say how many there were."""
        total = self._brought + len(self._portion)
        self._told(self._done, total)
        if self._portion:
            self._submit(total)
        while self._waiting:
            self._take(total)
        return total

    def _submit(self, total: int = 0) -> None:
        while len(self._waiting) >= _WAITING:
            self._take(total)
        self._waiting.append(self._thread.submit(self._compute, self._portion))
        self._brought += len(self._portion)
        self._portion = []

    def _take(self, total: int) -> None:
        while not self._waiting[0].done():
            wait([self._waiting[0]], timeout=_TOLD_EVERY)
            self._tell(total)
        self._waiting.popleft().result()
        self._tell(total)

    def _tell(self, total: int) -> None:
        if self._done != self._last_told:
            self._last_told = self._done
            self._told(self._done, total)

    def _compute(self, portion: Sequence[Vectorless]) -> None:
        vectors = self._encoder.encode([one.text for one in portion], self._count)
        self._vectors.add([one.key for one in portion], vectors)

    def _count(self, more: int) -> None:
        if self._stopped:
            raise _Stopped
        self._done += more


class _Stopped(Exception):
    """Ends a computation that nobody waits for."""
