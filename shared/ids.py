"""Ids: UUIDs, written in one form and accepted in several."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

# The form in which ids are written.
ID_PATTERN = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ID = re.compile(ID_PATTERN)
# The forms that Go's uuid package accepts, in upper or lower case.
SPELLINGS = re.compile(
    r"(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})"
    r"|\{([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}"
    r"|([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})",
    re.IGNORECASE,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def is_id(text: str) -> bool:
    """Tell whether a text is an id in the form in which ids are written."""
    return ID.fullmatch(text) is not None


def parse_id(text: str) -> str | None:
    """Convert a UUID in any accepted form to an id.

    Returns:
        The id, or None if the text is not a UUID.
    """
    if (match := SPELLINGS.fullmatch(text)) is None:
        return None
    return "-".join(group for group in match.groups() if group).lower()


def new_id() -> str:
    """Make a random id."""
    return str(uuid4())


def new_ordered_id(at: datetime) -> str:
    """Make an id that sorts by its time of creation.

    It is a UUID of version 7 (RFC 9562): 48 bits of milliseconds since 1970, the version, 12 bits
    of microseconds within the millisecond, the variant, and 62 random bits.
    """
    milliseconds, microseconds = divmod((at - EPOCH) // MICROSECOND, 1000)
    version, variant = 7, 2
    random_bits = uuid4().int & (1 << 62) - 1
    # Spreads 1,000 microseconds over the 4,096 values of 12 bits.
    fraction = microseconds * 4
    value = milliseconds << 80 | version << 76 | fraction << 64 | variant << 62 | random_bits
    return str(UUID(int=value))
