"""The prompts that a client holds, in the memory of its process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from ._contents import Content
from .buckets import TOTAL_WEIGHT, compute_bucket
from .errors import ConfigurationError, UnavailableError
from .prompts import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Key: TypeAlias = tuple[str, str | int]  # a name, and a pointer or the number of a version

ENTRY_BYTES = 2_000  # of the objects of one entry, besides its texts
FOREVER = float("inf")


def is_name(value: object) -> TypeGuard[str]:
    """Tell whether a value can name a prompt or a version: a text, as UTF-8 can have it."""
    if not isinstance(value, str) or not value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def check_name(name: object) -> None:
    """Check what names a prompt.

    Raises:
        ConfigurationError: It cannot name one.
    """
    if not is_name(name):
        raise ConfigurationError(f"{name!r} names no prompt: give a slug or an id")


@dataclass(slots=True)
class Copy:
    """What a pointer of a prompt hands out, as the service said it.

    Attributes:
        key: The name and the pointer that it was asked for by.
        etag: What tells the service which response this is of.
        document: The response, from which the others are made.
        hits: The versions of the pointer, each with the bucket at which its share ends.
        stales: The same prompts in the other state.
        is_permanent: Whether it can never change.
        weight: Its memory, roughly, in bytes.
        confirmed_at: When the service last said so, by the monotonic clock.
        confirmed_wall: The same by the clock on the wall, which goes on while a process is frozen.
        used_at: When a program last asked for it, by the monotonic clock.
    """

    key: Key
    etag: str
    document: Mapping[str, Any]
    hits: tuple[tuple[int, Prompt], ...]
    stales: tuple[tuple[int, Prompt], ...]
    is_permanent: bool
    weight: int
    confirmed_at: float
    confirmed_wall: float
    used_at: float
    hit: Prompt
    fresh_until: float = 0.0
    fresh_until_wall: float = 0.0

    def confirm(self, ttl: float, now: float, wall: float) -> None:
        """Note that the service has said at a time what this is."""
        self.confirmed_at, self.confirmed_wall = now, wall
        self.fresh_until = FOREVER if self.is_permanent else now + ttl
        self.fresh_until_wall = FOREVER if self.is_permanent else wall + ttl

    def is_fresh(self) -> bool:
        """Tell whether the service need not be asked."""
        return self.fresh_until > time.monotonic() and self.fresh_until_wall > time.time()

    def compute_age(self) -> float:
        """Compute for how long the service has not confirmed this, in seconds."""
        if self.is_permanent:
            return 0.0
        return max(time.monotonic() - self.confirmed_at, time.time() - self.confirmed_wall)

    def choose(self, split_key: str | None, *, is_fresh: bool) -> Prompt:
        """Choose the version of a split for a key; without a key it is the first."""
        versions = self.hits if is_fresh else self.stales
        if split_key is None or len(versions) == 1:
            return versions[0][1]
        bucket = compute_bucket(str(versions[0][1].id), str(self.key[1]), split_key)
        return next(prompt for end, prompt in versions if bucket < end)


def load_copy(key: Key, entry: Mapping[str, Any], weight: int) -> Copy:
    """Load an entry of the service's response.

    Args:
        key: What was asked for.
        entry: An entry of `prompts`.
        weight: The size of its JSON, in bytes.

    Raises:
        UnavailableError: The entry has another shape.
    """
    try:
        documents = [entry, *(entry.get("others") or ())]
        contents = [Content(each["version"], each.get("includes") or ()) for each in documents]
        shares = entry.get("split") or [{"weight": TOTAL_WEIGHT}]
        ends = [*_accumulate(int(share["weight"]) for share in shares)]
        if len(ends) != len(contents) or ends[-1] != TOTAL_WEIGHT or not entry["etag"]:
            raise ValueError("the shares are not those of the versions")
        name, pointer = key
        if not is_name(name) or not (is_name(pointer) or isinstance(pointer, int)):
            raise ValueError("the key is none")
        hits = tuple(
            (end, Prompt(content, name=name, pointer=pointer, state="hit"))
            for end, content in zip(ends, contents, strict=True)
        )
        now, wall = time.monotonic(), time.time()
        return Copy(
            key=key,
            etag=str(entry["etag"]),
            document=entry,
            hits=hits,
            stales=tuple((end, prompt.with_state("stale")) for end, prompt in hits),
            is_permanent=_is_permanent(pointer, contents),
            weight=ENTRY_BYTES + 3 * weight,
            confirmed_at=now,
            confirmed_wall=wall,
            used_at=now,
            hit=hits[0][1],
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError(f"the service has sent {key[0]} in an unknown form") from error


def _is_permanent(pointer: str | int, contents: Iterable[Content]) -> bool:
    """Tell whether a version can never change: it is no draft, and has parts of no other prompt."""
    return isinstance(pointer, int) and all(
        content.document.get("status") in ("stable", "live", "archived") and not content.includes
        for content in contents
    )


def _accumulate(weights: Iterable[int]) -> Iterator[int]:
    end = 0
    for weight in weights:
        end += weight
        yield end
