"""What is between the handlers and AWS, so that what is rare happens when a test wants it to.

It also keeps DynamoDB's promise about request tokens, which moto does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest

    RawResponse = tuple[int, dict[str, str], Any]
    Send = Callable[[], RawResponse]
    Reaction = Callable[[Send], RawResponse]

TRANSACTION = "TransactWriteItems"


class CrashError(BaseException):
    """The process dies: no handler of ours may catch this."""


# -- what can become of a call


def run_before(rival: Callable[[], object]) -> Reaction:
    """Let somebody else be faster."""

    def react(send: Send) -> RawResponse:
        rival()
        return send()

    return react


def run_after(rival: Callable[[], object]) -> Reaction:
    """Let somebody else act while the response is under way."""

    def react(send: Send) -> RawResponse:
        response = send()
        rival()
        return response

    return react


def crash(send: Send) -> NoReturn:
    """Crash before the call is made."""
    raise CrashError


def crash_after(send: Send) -> NoReturn:
    """Crash once the call is carried out."""
    send()
    raise CrashError


def lose_request(send: Send) -> NoReturn:
    """Lose the call on its way."""
    raise ConnectionClosedError(endpoint_url="dynamodb")


def lose_response(send: Send) -> NoReturn:
    """Carry out the call, and lose its response on its way back."""
    send()
    raise ReadTimeoutError(endpoint_url="dynamodb")


def fail_with(code: str, status: int = 400, **more: object) -> Reaction:
    """Fail with an error of AWS, in the protocol of DynamoDB."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}
    return lambda send: (status, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(body))


def slow_down(send: Send) -> RawResponse:
    """Fail as S3 does while it cannot serve."""
    body = "<Error><Code>SlowDown</Code><Message>SlowDown</Message></Error>"
    return 503, {"Content-Type": "application/xml"}, body


def cancel_with(*codes: str) -> Reaction:
    """Cancel a transaction, for these reasons of its first writes."""
    reasons = [{"Code": code, "Message": code} for code in codes]
    return fail_with("TransactionCanceledException", CancellationReasons=reasons)


# -- interception


@dataclass(slots=True)
class Plan:
    """What is to become of some calls.

    Attributes:
        reaction: What becomes of them.
        call: Name of the calls that it is for; None for all.
        skip: How many of them pass first.
        times: How many are then intercepted.
        is_for_good: Whether what botocore sends again is intercepted too, however often.
        current: The request that was last intercepted.
    """

    reaction: Reaction
    call: str | None
    skip: int
    times: float
    is_for_good: bool
    current: object = None

    def take(self, call: str, request: AWSPreparedRequest) -> bool:
        """Take a request, if it is one of those that the plan is for."""
        identity = (request.url, request.headers.get("X-Amz-Target"), request.body)
        if self.is_for_good and self.current == identity:
            return True
        self.current = None
        if self.times <= 0 or self.call not in (None, call):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        self.current = identity
        return True


@dataclass(slots=True)
class Interceptor:
    """Stands between botocore and what carries out its calls.

    Attributes:
        process: Carries out a call, in AWS's place.
        calls: Names of all calls so far.
    """

    process: Callable[[AWSPreparedRequest], Any]
    calls: list[str] = field(default_factory=list)
    _plans: list[Plan] = field(default_factory=list)
    _responses: dict[str, RawResponse] = field(default_factory=dict)

    def intercept(
        self, reaction: Reaction, call: str | None = None, *, skip: int = 0, times: float = 1
    ) -> None:
        """Let this become of the next calls; a rival's own calls are left to other plans."""
        self._plans.append(Plan(reaction, call, skip, times, is_for_good=False))

    def intercept_for_good(
        self, reaction: Reaction, call: str | None = None, *, skip: int = 0
    ) -> None:
        """Let this become of the next call, and of all that botocore sends for it."""
        self._plans.append(Plan(reaction, call, skip, 1, is_for_good=True))

    def intercept_all(self, reaction: Reaction, call: str | None = None) -> None:
        """Let this become of all calls from now on."""
        self.intercept(reaction, call, times=inf)

    def clear(self) -> None:
        """Forget all plans and calls."""
        self._plans.clear()
        self.calls.clear()

    @property
    def remaining(self) -> int:
        """The number of plans that have not taken all the calls that they are for."""
        return sum(plan.times > 0 for plan in self._plans)

    def __call__(self, request: AWSPreparedRequest) -> Any:
        call = get_operation(request)
        self.calls.append(call)

        def send() -> Any:
            return self._send(request)

        for plan in self._plans:
            if plan.take(call, request):
                return plan.reaction(send)
        return send()

    def _send(self, request: AWSPreparedRequest) -> Any:
        token = find_token(request)
        if token is None:
            return self.process(request)
        # What DynamoDB has carried out once has the same response again: botocore repeats itself.
        if token not in self._responses:
            response = self.process(request)
            if response[0] >= 300:
                return response
            self._responses[token] = response
        return self._responses[token]


def get_operation(request: AWSPreparedRequest) -> str:
    """Get the name of the operation that a request asks for."""
    if target := request.headers.get("X-Amz-Target"):
        text = target.decode() if isinstance(target, bytes) else str(target)
        return text.rpartition(".")[2]
    key = urlsplit(request.url).path.count("/") > 1
    return f"{request.method.capitalize()}{'Object' if key else 'Bucket'}"


def find_token(request: AWSPreparedRequest) -> str | None:
    """Find the token by which DynamoDB knows a transaction that is sent again."""
    if get_operation(request) != TRANSACTION:
        return None
    assert isinstance(request.body, str | bytes)
    token: str = json.loads(request.body)["ClientRequestToken"]
    return token


# -- time


class Clock:
    """A clock that stands still but for those who sleep."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Tell the time, in seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
