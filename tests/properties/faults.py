"""What can go wrong at a call of AWS, and what becomes of the request that has made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.properties.interception import (
    TRANSACTION,
    cancel_with,
    crash,
    crash_after,
    fail_with,
    lose_request,
    lose_response,
    slow_down,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.properties.interception import Interceptor, Reaction

STEPS = frozenset(
    {
        TRANSACTION,
        "AdminCreateUser",
        "AdminDeleteUser",
        "AdminSetUserMFAPreference",
        "AdminSetUserPassword",
        "DeleteItem",
        "PutItem",
        "UpdateItem",
    }
)
# Those that cannot be made again: what they are made with is used up.
ONE_TIME_STEPS = frozenset({"AdminRespondToAuthChallenge", "ConfirmForgotPassword"})
ONCE, FOR_GOOD, FOR_EVER = "once", "for good", "for ever"


def is_any(call: str) -> bool:
    """Tell whether a fault of every service can come to a call."""
    return bool(call)


def is_write(call: str) -> bool:
    """Tell whether a call has an effect."""
    return call == "PutObject" or is_step(call)


def is_step(call: str) -> bool:
    """Tell whether a call changes what is stored: an object that nobody names is not."""
    return call in STEPS or call in ONE_TIME_STEPS


def is_s3(call: str) -> bool:
    """Tell whether a call is one of S3."""
    return call.endswith("Object")


def is_dynamodb(call: str) -> bool:
    """Tell whether a call is one of DynamoDB."""
    return not is_s3(call)


def is_transaction(call: str) -> bool:
    """Tell whether a call is a transaction."""
    return call == TRANSACTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        name: What goes wrong.
        reaction: What becomes of the call instead.
        can_hit: Tells which calls it can come to.
        lasting: Whether it comes once, or to all that botocore sends for the call, or to all such
            calls from then on.
        has_effect: Whether the call is carried out all the same.
        is_deadly: Whether the process dies of it.
        is_hidden: Whether the caller sees nothing of it.
    """

    name: str
    reaction: Reaction
    can_hit: Callable[[str], bool] = is_any
    lasting: str = FOR_GOOD
    has_effect: bool = False
    is_deadly: bool = False
    is_hidden: bool = False

    def plan(self, interceptor: Interceptor, place: int, call: str) -> None:
        """Let it come to the call of AWS at a place."""
        if self.lasting == FOR_GOOD:
            interceptor.intercept_for_good(self.reaction, skip=place)
        elif self.lasting == ONCE:
            interceptor.intercept(self.reaction, skip=place)
        else:
            interceptor.intercept_all(self.reaction, call)


FAULTS = (
    Fault(name="crash before", reaction=crash, lasting=ONCE, is_deadly=True),
    Fault(
        name="crash after",
        reaction=crash_after,
        can_hit=is_write,
        lasting=ONCE,
        is_deadly=True,
        has_effect=True,
    ),
    Fault(name="no connection", reaction=lose_request, can_hit=is_write),
    Fault(name="response lost", reaction=lose_response, can_hit=is_write, has_effect=True),
    Fault(
        name="response lost once",
        reaction=lose_response,
        can_hit=is_write,
        lasting=ONCE,
        has_effect=True,
        is_hidden=True,
    ),
    Fault(name="throttled", reaction=fail_with("ThrottlingException"), can_hit=is_dynamodb),
    Fault(
        name="throttled once",
        reaction=fail_with("ProvisionedThroughputExceededException"),
        can_hit=is_transaction,
        lasting=ONCE,
        is_hidden=True,
    ),
    Fault(
        name="conflict once",
        reaction=cancel_with("None", "TransactionConflict"),
        can_hit=is_transaction,
        lasting=ONCE,
        is_hidden=True,
    ),
    Fault(
        name="conflicts without end",
        reaction=cancel_with("TransactionConflict"),
        can_hit=is_transaction,
        lasting=FOR_EVER,
    ),
    Fault(
        name="throttled transaction",
        reaction=cancel_with("None", "ThrottlingError"),
        can_hit=is_transaction,
    ),
    Fault(name="S3 down", reaction=slow_down, can_hit=is_s3),
    Fault(
        name="S3 slow once",
        reaction=slow_down,
        can_hit=lambda call: call == "PutObject",
        lasting=ONCE,
        is_hidden=True,
    ),
)


Hit = tuple[Fault, int]


def list_hits(calls: Sequence[str]) -> Iterator[Hit]:
    """List every fault at every place where it can come to one of some calls of AWS."""
    for fault in FAULTS:
        for place, call in enumerate(calls):
            if fault.can_hit(call):
                yield fault, place


def choose_hits(hits: Sequence[Hit], turn: int) -> list[Hit]:
    """Choose one fault for each place, at each turn other ones."""
    by_place: dict[int, list[Hit]] = {}
    for fault, place in hits:
        by_place.setdefault(place, []).append((fault, place))
    return [choice[(turn + place) % len(choice)] for place, choice in sorted(by_place.items())]
