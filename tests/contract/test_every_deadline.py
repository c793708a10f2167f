"""Every call ends in time with a 503, whatever AWS does: by a clock that only waiting moves."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.retries.quota import RetryQuota
from moto.core.models import botocore_stubber

from infra.local.gateway import SECONDS
from infra.local.moto_patches import replace_attribute
from shared.deadline import PATIENCE_SECONDS, RESPONSE_SECONDS
from shared.store import aws
from shared.store.dynamodb import ATTEMPTS
from tests.properties.interception import (
    TRANSACTION,
    Clock,
    cancel_with,
    fail_with,
    get_operation,
)
from tests.routes.problems import assert_problem
from tests.routes.scene import GUARDED, WRITING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest

    from tests.client import Response
    from tests.properties.interception import RawResponse, Send
    from tests.routes.scene import Prepared, Scene

pytestmark = pytest.mark.slow

ATTEMPTS_PER_REQUEST = 4


class SlowAws:
    """AWS whose behaviour can be chosen; the clock stands still but for what it makes us wait.

    Attributes:
        behaviour: Name of the method that requests are given to.
        skip: How many requests are served well before.
        requests: How many requests came.
        clock: Moved by waiting.
    """

    def __init__(self, clock: Clock) -> None:
        self.behaviour, self.skip, self.requests = "serve", 0, 0
        self.clock = clock
        self._process = botocore_stubber.process_request

    def __call__(self, request: AWSPreparedRequest) -> Any:
        self.requests += 1
        behaviour = "serve" if self.requests <= self.skip else self.behaviour
        return getattr(self, behaviour)(request, lambda: self._process(request))

    def send(self, scene: Scene, call: Prepared, behaviour: str, *, skip: int = 0) -> Response:
        """Make a call while AWS behaves in a certain way."""
        self.behaviour, self.skip, self.requests = behaviour, skip, 0
        self.clock.now = 0.0
        scene.registry.forget()
        try:
            headers = {} if call.route.shows_secret else {"Idempotency_Key": "key"}
            return call.send(scene.get_caller(call.route), **headers)
        finally:
            self.behaviour = "serve"

    # -- what becomes of a request

    def serve(self, _request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Do at once what is requested."""
        return send()

    def serve_slowly(self, _request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Do what is requested at the last moment."""
        self.clock.sleep(aws.READ_SECONDS)
        return send()

    def hang(self, _request: AWSPreparedRequest, _send: Send) -> RawResponse:
        """Take the connection, and never respond."""
        self.clock.sleep(aws.CONNECT_SECONDS + aws.READ_SECONDS)
        raise ReadTimeoutError(endpoint_url="aws")

    def refuse_connection(self, _request: AWSPreparedRequest, _send: Send) -> RawResponse:
        """Take no connection."""
        self.clock.sleep(aws.CONNECT_SECONDS)
        raise ConnectTimeoutError(endpoint_url="aws")

    def throttle(self, _request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Refuse at once."""
        return fail_with("ThrottlingException")(send)

    def throttle_slowly(self, _request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Refuse at the last moment."""
        self.clock.sleep(aws.READ_SECONDS)
        return fail_with("ThrottlingException")(send)

    def ask_for_pauses(self, _request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Refuse, and ask for a pause of a minute."""
        status, headers, body = fail_with("ThrottlingException")(send)
        return status, {**headers, aws.PAUSE_HEADER: "60000"}, body

    def leave_out_keys(self, request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Read nothing of a batch."""
        if get_operation(request) != "BatchGetItem":
            return send()
        assert isinstance(request.body, bytes)
        body = {"Responses": {}, "UnprocessedKeys": json.loads(request.body)["RequestItems"]}
        return 200, {}, json.dumps(body)

    def leave_out_keys_slowly(self, request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Read nothing of a batch, and only at the last moment."""
        if get_operation(request) == "BatchGetItem":
            self.clock.sleep(aws.READ_SECONDS)
        return self.leave_out_keys(request, send)

    def conflict_slowly(self, request: AWSPreparedRequest, send: Send) -> RawResponse:
        """Let each transaction meet another one, and say so at the last moment."""
        if get_operation(request) != TRANSACTION:
            return send()
        self.clock.sleep(aws.READ_SECONDS)
        return cancel_with("TransactionConflict")(send)


@pytest.fixture
def slow_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowAws]:
    """AWS by a clock of its own, and botocore without the quota that makes it retry less."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock.monotonic)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)
    slow_aws = SlowAws(clock)
    with replace_attribute(botocore_stubber, "process_request", slow_aws):
        yield slow_aws


@pytest.mark.parametrize(
    "behaviour", ["hang", "refuse_connection", "throttle", "throttle_slowly", "ask_for_pauses"]
)
def test_whoever_gets_nothing_from_aws_is_told_so_in_time(
    scene: Scene, slow_aws: SlowAws, behaviour: str
) -> None:
    for route in GUARDED:
        with scene.visit(route) as call:
            response = slow_aws.send(scene, call, behaviour)

            assert_problem(response, route, 503)
            assert response.headers["Retry-After"] == "1"
            assert slow_aws.clock.now <= PATIENCE_SECONDS
            assert 1 <= slow_aws.requests <= ATTEMPTS_PER_REQUEST


def test_aws_may_hang_at_any_request_of_a_call(scene: Scene, slow_aws: SlowAws) -> None:
    for route in GUARDED:
        for skip in range(100):
            # What was done before AWS hangs, such as to set a password, is undone each time.
            with scene.visit(route) as call:
                response = slow_aws.send(scene, call, "hang", skip=skip)
                if slow_aws.requests <= skip:
                    assert response.status == route.status, response.text
                    break
                assert_problem(response, route, 503)
                assert response.headers["Retry-After"] == "1"
                assert slow_aws.clock.now <= PATIENCE_SECONDS


@pytest.mark.parametrize("behaviour", ["leave_out_keys", "leave_out_keys_slowly"])
def test_a_batch_of_which_nothing_is_read_is_given_up(
    scene: Scene, slow_aws: SlowAws, behaviour: str
) -> None:
    given_up = set()
    for route in GUARDED:
        with scene.visit(route) as call:
            response = slow_aws.send(scene, call, behaviour)

            if response.status != route.status:
                given_up.add(route.dialect)
                assert_problem(response, route, 503)
                assert response.headers["Retry-After"] == "1"
                assert slow_aws.requests <= ATTEMPTS + 10
            assert slow_aws.clock.now <= PATIENCE_SECONDS
    assert given_up >= {"registry", "maxim", "langwatch"}


@pytest.mark.parametrize("behaviour", ["serve_slowly", "conflict_slowly"])
def test_a_call_whose_every_request_takes_long_ends_in_time(
    scene: Scene, slow_aws: SlowAws, behaviour: str
) -> None:
    for route in WRITING if behaviour == "conflict_slowly" else GUARDED:
        with scene.visit(route) as call:
            response = slow_aws.send(scene, call, behaviour)

            if response.status != route.status:
                assert_problem(response, route, 503)
                assert response.headers["Retry-After"] == "1"
            assert slow_aws.clock.now <= SECONDS - RESPONSE_SECONDS


def test_a_walk_through_slow_pages_ends_in_time(scene: Scene, slow_aws: SlowAws) -> None:
    (route,) = (route for route in GUARDED if route.name == "list_prompts")
    with scene.visit(route) as call:
        for _ in range(60):
            scene.registry.editor.create_prompt()

        def leave_out_most(request: AWSPreparedRequest, send: Send) -> RawResponse:
            if get_operation(request) != "BatchGetItem":
                return send()
            slow_aws.clock.sleep(aws.READ_SECONDS)
            body = json.loads(send()[2])
            assert isinstance(request.body, bytes)
            ((name, keys),) = json.loads(request.body)["RequestItems"].items()
            body["Responses"][name] = body["Responses"][name][:1]
            body["UnprocessedKeys"] = {name: {**keys, "Keys": keys["Keys"][1:]}}
            return 200, {}, json.dumps(body)

        slow_aws.leave_out_most = leave_out_most  # type: ignore[attr-defined]
        response = slow_aws.send(scene, call, "leave_out_most")

        assert_problem(response, route, 503)
        assert PATIENCE_SECONDS < slow_aws.clock.now <= SECONDS - RESPONSE_SECONDS
