"""Splits: a pointer that hands out several versions by weight, the same one for the same key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.buckets import TOTAL_WEIGHT
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHARES = 5  # versions of one split
SPLIT_KEY_LENGTH = 255  # characters


@dataclass(frozen=True, slots=True)
class Share:
    """A version's part of a split.

    Attributes:
        version: The number of the version.
        weight: How many of `TOTAL_WEIGHT` buckets get the version.
    """

    version: int
    weight: int


def describe_shares(shares: Iterable[Share]) -> list[dict[str, int]]:
    """Describe shares as JSON."""
    return [{"version": share.version, "weight": share.weight} for share in shares]


def check_shares(shares: Sequence[Share]) -> None:
    """Check the shares of a split.

    Raises:
        InvalidRequest: There are none or too many, a version is there twice, or the weights are not
            positive or do not sum to `TOTAL_WEIGHT`.
    """
    if not 1 <= len(shares) <= SHARES:
        raise InvalidRequest(f"a split has 1 to {SHARES} versions")
    if len({share.version for share in shares}) < len(shares):
        raise InvalidRequest("a split has each version once")
    total = sum(share.weight for share in shares)
    if min(share.weight for share in shares) < 1 or total != TOTAL_WEIGHT:
        raise InvalidRequest(
            f"the weights of a split are positive and sum to {TOTAL_WEIGHT}; these sum to {total}"
        )


def check_split_key(key: object) -> str | None:
    """Check the key of a request.

    Returns:
        The key; None if the request has none.

    Raises:
        InvalidRequest: It is no text, or too long.
    """
    if key is None or (isinstance(key, str) and len(key) <= SPLIT_KEY_LENGTH):
        return key
    message = f"split_key: send a text of at most {SPLIT_KEY_LENGTH} characters"
    raise InvalidRequest(details=[{"path": "split_key", "message": message}])


def choose_version(split: Sequence[Share], bucket: int) -> int:
    """Choose the version of a bucket: the first whose cumulated weight is beyond it.

    While weights change and the order stays, no more buckets change their version than the weights
    say.

    Args:
        split: The shares, whose weights sum to `TOTAL_WEIGHT`.
        bucket: From 0 up to `TOTAL_WEIGHT`, exclusive.
    """
    end = 0
    for share in split:
        end += share.weight
        if bucket < end:
            break
    return share.version
