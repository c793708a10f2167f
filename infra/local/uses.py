"""Counting of how prompts are used, from the lines that the handlers of this process write.

In a deployment a function reads them from CloudWatch. Here they are counted a second later.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOBase
from typing import TYPE_CHECKING

from shared.domain.uses import Window, tally_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from shared.store.uses import Uses

SECONDS = 1.0
log = logging.getLogger("infra.local")


class UseLog(TextIOBase):
    """A log that keeps its lines until they are counted."""

    def __init__(self, file: TextIO) -> None:
        """Begin with no lines.

        Args:
            file: Where the lines are written.
        """
        self._file = file
        self._lines: list[str] = []
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        """Write whole lines, as loggers do."""
        with self._lock:
            self._lines += text.splitlines()
        return self._file.write(text)

    def flush(self) -> None:
        """Write what is in the buffer of the file."""
        self._file.flush()

    def count(self, uses: Uses) -> None:
        """Add the lines since the last count to the counts."""
        with self._lock:
            lines, self._lines = self._lines, []
            now = datetime.now(UTC)
        if tallies := tally_lines(lines):
            uses.add(tallies, Window(now, now))  # in the day of the count, a second later
            uses.move_end(now)


@contextmanager
def count_uses(lines: UseLog, uses: Uses) -> Iterator[None]:
    """Count the lines of a log each second, and once more in the end.

    Args:
        lines: The log.
        uses: The counts.
    """
    is_over = threading.Event()

    def count() -> None:
        try:
            lines.count(uses)
        except Exception:  # whatever it is: the server goes on
            log.exception("uses are not counted")

    def run() -> None:
        while not is_over.wait(SECONDS):
            count()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        count()
