"""How long a call may wait: whatever AWS does, it ends with a response before Lambda ends it.

    call begins                                                        28 s: Lambda's timeout
    ├── tries of AWS, pauses, tries of a change ───────────┤ response ┤

No try of AWS begins that could end too late, and after `PATIENCE_SECONDS` in which AWS has
answered nothing the call gives up. The deadline belongs to the thread that handles the call; an
operator's command has none.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

RESPONSE_SECONDS = 1.0  # to build, encode and report the response
PATIENCE_SECONDS = 5.0  # most callers give up soon after


class Deadline:
    """The end of a call, and the time since which AWS has answered nothing."""

    def __init__(self, seconds: float = inf, patience: float = inf) -> None:
        """Begin now.

        Args:
            seconds: The time until the end.
            patience: The time to wait for AWS, in seconds.
        """
        self._end = time.monotonic() + seconds
        self._patience = patience
        self._waiting_since: float | None = None

    def note_request(self) -> None:
        """Note that something is requested of AWS."""
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()

    def note_response(self) -> None:
        """Note that AWS has done what was requested, or said why not."""
        self._waiting_since = None

    def allows(self, seconds: float) -> bool:
        """Tell whether something that takes this long, in seconds, ends early enough."""
        end = time.monotonic() + seconds
        waiting_since = end if self._waiting_since is None else self._waiting_since
        return end <= self._end and end - waiting_since <= self._patience


_current: ContextVar[Deadline] = ContextVar("deadline")


def get_deadline() -> Deadline:
    """Get the deadline of this thread's call."""
    return _current.get(None) or Deadline()


@contextmanager
def limit_call(context: Any) -> Iterator[None]:
    """Give a call the time that Lambda gives it.

    Args:
        context: Lambda's context.
    """
    seconds = context.get_remaining_time_in_millis() / 1000 - RESPONSE_SECONDS
    token = _current.set(Deadline(seconds, PATIENCE_SECONDS))
    try:
        yield
    finally:
        _current.reset(token)
