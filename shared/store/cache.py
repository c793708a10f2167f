"""What a warm process remembers: bounded by weight, and by age where the truth can change."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Keeps what was used last.

    Args:
        weight: bound of the sum of the entries' weights.
        seconds: how long an entry is good for; None is for ever.
        clock: for tests; seconds.
    """

    def __init__(
        self,
        *,
        weight: int,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bound = weight
        self._seconds = seconds
        self._clock = clock
        self._weight = 0
        self._entries: OrderedDict[Key, tuple[Value, int, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if (entry := self._entries.get(key)) is None:
                return None
            value, _, kept = entry
            if self._seconds is not None and self._clock() - kept >= self._seconds:
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return value

    def keep(self, key: Key, value: Value, *, weight: int = 1) -> None:
        with self._lock:
            self._drop(key)
            if weight > self._bound:
                return
            self._entries[key] = (value, weight, self._clock())
            self._weight += weight
            while self._weight > self._bound:
                self._drop(next(iter(self._entries)))

    def forget(self, key: Key) -> None:
        with self._lock:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._weight -= entry[1]
