"""A hand on the wire between the handlers and AWS, so that what is rare happens when a test says.

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

    Answer = tuple[int, dict[str, str], Any]
    Send = Callable[[], Answer]
    Deed = Callable[[Send], Answer]

TRANSACTION = "TransactWriteItems"


class Crash(BaseException):
    """The process dies: no handler of ours may catch this."""


# -- what can become of a call


def preceded_by(rival: Callable[[], object]) -> Deed:
    """Somebody else is faster."""

    def deed(send: Send) -> Answer:
        rival()
        return send()

    return deed


def followed_by(rival: Callable[[], object]) -> Deed:
    """Somebody else acts while the answer is under way."""

    def deed(send: Send) -> Answer:
        answer = send()
        rival()
        return answer

    return deed


def crashed(send: Send) -> NoReturn:
    raise Crash


def crashed_after(send: Send) -> NoReturn:
    send()
    raise Crash


def unsent(send: Send) -> NoReturn:
    raise ConnectionClosedError(endpoint_url="dynamodb")


def lost(send: Send) -> NoReturn:
    """The call is carried out, but its answer does not arrive."""
    send()
    raise ReadTimeoutError(endpoint_url="dynamodb")


def failed(code: str, status: int = 400, **more: object) -> Deed:
    """AWS refuses the call, in the protocol of DynamoDB."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}
    return lambda send: (status, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(body))


def cancelled(*codes: str) -> Deed:
    """The transaction is not carried out, for these reasons of its first legs."""
    reasons = [{"Code": code, "Message": code} for code in codes]
    return failed("TransactionCanceledException", CancellationReasons=reasons)


# -- the wire


@dataclass(slots=True)
class Plan:
    """Args:
    call: name of the calls that it is for; None for all.
    skip: how many of them pass first. times: how many are then met.
    stubborn: whether it also meets what botocore sends again, however often.
    """

    deed: Deed
    call: str | None
    skip: int
    times: float
    stubborn: bool
    met: object = None

    def meets(self, call: str, request: AWSPreparedRequest) -> bool:
        sent = (request.url, request.headers.get("X-Amz-Target"), request.body)
        if self.stubborn and self.met == sent:
            return True
        self.met = None
        if self.times <= 0 or self.call not in (None, call):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        self.met = sent
        return True


@dataclass(slots=True)
class Wire:
    """Args:
    process: what answers in AWS's place.
    calls: names of all calls so far.
    """

    process: Callable[[AWSPreparedRequest], Any]
    calls: list[str] = field(default_factory=list)
    _plans: list[Plan] = field(default_factory=list)
    _answered: dict[str, Answer] = field(default_factory=dict)

    def meet(self, deed: Deed, call: str | None = None, *, skip: int = 0, times: float = 1) -> None:
        """Let this become of the next calls; a deed's own calls are met by other plans only."""
        self._plans.append(Plan(deed, call, skip, times, stubborn=False))

    def meet_for_good(self, deed: Deed, call: str | None = None, *, skip: int = 0) -> None:
        """Let this become of the next call, and of all that botocore sends for it."""
        self._plans.append(Plan(deed, call, skip, 1, stubborn=True))

    def always(self, deed: Deed, call: str | None = None) -> None:
        self.meet(deed, call, times=inf)

    def clear(self) -> None:
        self._plans.clear()
        self.calls.clear()

    @property
    def pending(self) -> int:
        """Plans that have not met all they were made for."""
        return sum(plan.times > 0 for plan in self._plans)

    def __call__(self, request: AWSPreparedRequest) -> Any:
        call = name_of(request)
        self.calls.append(call)

        def send() -> Any:
            return self._send(request)

        for plan in self._plans:
            if plan.meets(call, request):
                return plan.deed(send)
        return send()

    def _send(self, request: AWSPreparedRequest) -> Any:
        token = token_of(request)
        if token is None:
            return self.process(request)
        # What DynamoDB has carried out once, it answers again: botocore repeats itself.
        if token not in self._answered:
            answer = self.process(request)
            if answer[0] >= 300:
                return answer
            self._answered[token] = answer
        return self._answered[token]


def name_of(request: AWSPreparedRequest) -> str:
    if target := request.headers.get("X-Amz-Target"):
        text = target.decode() if isinstance(target, bytes) else str(target)
        return text.rpartition(".")[2]
    key = urlsplit(request.url).path.count("/") > 1
    return f"{request.method.capitalize()}{'Object' if key else 'Bucket'}"


def token_of(request: AWSPreparedRequest) -> str | None:
    if name_of(request) != TRANSACTION:
        return None
    assert isinstance(request.body, str | bytes)
    token: str = json.loads(request.body)["ClientRequestToken"]
    return token


# -- time


class Clock:
    """Stands still but for those who sleep."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
