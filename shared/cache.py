"""A cache in the memory of a warm process, bounded by weight and optionally by age."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """A thread-safe cache that drops the least recently used entries when it is full."""

    def __init__(
        self,
        *,
        weight: int,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty cache.

        Args:
            weight: The maximum sum of the entries' weights.
            seconds: The age at which an entry expires; None for never.
            clock: Returns the current time in seconds; for tests.
        """
        self._bound = weight
        self._seconds = seconds
        self._clock = clock
        self._weight = 0
        self._entries: OrderedDict[Key, tuple[Value, int, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """Get the value of a key; None if it has none or an expired one."""
        with self._lock:
            if (entry := self._entries.get(key)) is None:
                return None
            value, _, put_at = entry
            if self._seconds is not None and self._clock() - put_at >= self._seconds:
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return value

    def put(self, key: Key, value: Value, *, weight: int = 1) -> None:
        """Set the value of a key, unless it alone exceeds the maximum weight of the cache."""
        with self._lock:
            self._drop(key)
            if weight > self._bound:
                return
            self._entries[key] = (value, weight, self._clock())
            self._weight += weight
            while self._weight > self._bound:
                self._drop(next(iter(self._entries)))

    def remove(self, key: Key) -> None:
        """Remove a key, if it exists."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._weight -= entry[1]
