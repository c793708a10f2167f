"""Count how prompts are used, from the lines of the log, at regular times."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from shared import observe
from shared.deadline import get_deadline, limit_call
from shared.domain.uses import list_windows, tally_lines
from shared.settings import get_use_settings
from shared.store.dynamodb import Database
from shared.store.uses import Uses, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shared.domain.uses import Window

WINDOW_SECONDS = 10  # at least left for a window to begin, most of which take less than a second


class CountingLateError(Exception):
    """There is no time left, and windows that are not counted: Lambda calls the function again."""


def count_uses(read: Callable[[Window], Iterable[str]], uses: Uses, now: datetime) -> None:
    """Add the windows of the log that have ended to the counts, oldest first.

    Args:
        read: Reads the lines of a window.
        uses: The counts.
        now: The current time.

    Raises:
        CountingLateError: The time of the call is up before all of them are added.
    """
    windows, end = 0, uses.find_end()
    for window in list_windows(end, now):
        if not get_deadline().allows(WINDOW_SECONDS):
            observe.report_uses(windows=windows, counted_to=end, complete=False)
            raise CountingLateError
        uses.add(tally_lines(read(window)), window)
        uses.move_end(window.end)
        windows, end = windows + 1, window.end
    observe.report_uses(windows=windows, counted_to=end, complete=True)


def lambda_handler(event: Mapping[str, Any], context: Any) -> None:
    """Count in one invocation what there is to count."""
    settings = get_use_settings()
    uses = Uses(Database({"access": settings.access_table}))
    with limit_call(context):
        count_uses(partial(read_lines, settings.log_group), uses, datetime.now(UTC))
