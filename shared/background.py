"""What no call waits for."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def start(task: Callable[[], None]) -> None:
    """Start a task beside the call.

    Lambda freezes a process after its response. The task then goes on with the next call, or never.
    """
    Thread(target=task, daemon=True).start()
