"""What a program gets while the service fails."""

from __future__ import annotations

import asyncio
import copy
import pickle
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from cuebook import (
    AsyncCuebook,
    AuthenticationError,
    ConfigurationError,
    Cuebook,
    CuebookError,
    Fallback,
    InvalidRequestError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    UnavailableError,
)
from tests.documents import read_document
from tests.python_client.conftest import KEY, Clock
from tests.python_client.service import (
    Fault,
    Service,
    close_at_once,
    close_within_body,
    drip,
    drip_headers,
    fail,
    redirect,
    repeat_without_end,
    respond_packed,
    run_service,
    say,
)
from tests.python_client.test_holding import expire, wait_for, wait_until

if TYPE_CHECKING:
    from threading import Thread

Connect = Callable[..., Cuebook]

# What is wrong, the error of a program that holds nothing, and the number of requests for it.
FAULTS: dict[str, tuple[Fault, type[CuebookError], int]] = {
    "status 500": (fail(500, "internal"), ServerError, 3),
    "status 503, a page": (say(b"<html>", 503), ServerError, 3),
    "status 429": (fail(429, "quota_exceeded", Retry_After="0"), RateLimitedError, 3),
    "status 429 for an hour": (
        fail(429, "quota_exceeded", Retry_After="3600"),
        RateLimitedError,
        1,
    ),
    "closed": (close_at_once, UnavailableError, 3),
    "closed within the body": (close_within_body, UnavailableError, 3),
    "a byte now and then": (drip, UnavailableError, 1),
    "a byte of a header now and then": (drip_headers, UnavailableError, 1),
    "packed twice": (respond_packed, UnavailableError, 3),
    "a redirect": (redirect, UnavailableError, 3),
    "a share without end": (
        say(
            b'{"unchanged": [], "unknown": [], "failed": [], "omitted": [], "prompts":'
            b' [{"name": "greeting", "pointer": "live", "etag": "e", "split": [{"weight": 1e999}],'
            b' "version": {"template": "x"}}]}'
        ),
        UnavailableError,
        1,
    ),
    "tools that are no list": (
        say(
            b'{"unchanged": [], "unknown": [], "failed": [], "omitted": [], "prompts":'
            b' [{"name": "greeting", "pointer": "live", "etag": "e",'
            b' "version": {"template": "x", "tools": 5}}]}'
        ),
        UnavailableError,
        1,
    ),
    "a body without end": (repeat_without_end, UnavailableError, 3),
    "no JSON": (say(b"hello"), UnavailableError, 3),
    "half of JSON": (say(b'{"prompts": ['), UnavailableError, 3),
    "deep JSON": (say(b"[" * 100_000), UnavailableError, 3),
    "no object": (say(b"[]"), UnavailableError, 1),
    "no list": (say(b'{"prompts": 1}'), UnavailableError, 1),
    "nothing of it": (
        say(b'{"prompts": [], "unchanged": [], "unknown": [], "omitted": [], "failed": []}'),
        UnavailableError,
        1,
    ),
    "all left out": (
        say(
            b'{"prompts": [], "unchanged": [], "unknown": [], "failed": [],'
            b' "omitted": [{"name": "greeting", "pointer": "live"}]}'
        ),
        UnavailableError,
        1,
    ),
    "a version without text": (
        say(
            b'{"unchanged": [], "unknown": [], "failed": [], "omitted": [], "prompts":'
            b' [{"name": "greeting", "pointer": "live", "etag": "e", "version": {}}]}'
        ),
        UnavailableError,
        1,
    ),
    "status 401": (fail(401, "unauthorized"), AuthenticationError, 1),
    "status 403": (fail(403, "forbidden"), PermissionDeniedError, 1),
}


def choose_timeout(fault: Fault | None) -> float:
    """Choose the time for a request, in seconds: a response that never ends takes all of it."""
    return 1.0 if fault in (drip, drip_headers) else 10.0


def shorten_timeout(cues: Cuebook, timeout: float) -> None:
    """Shorten the time for requests, once those that are to succeed were made."""
    cues._core.options = replace(cues._core.options, timeout=timeout)


@pytest.mark.parametrize("name", FAULTS)
def test_a_program_gets_what_it_held_or_its_fallback_or_an_error(
    name: str, service: Service, connect: Connect
) -> None:
    service.fault, error, requests = FAULTS[name]
    timeout = choose_timeout(service.fault)

    with pytest.raises(error) as raised:
        connect(timeout=timeout).get("greeting")
    assert len(service.requests) == requests
    assert "POST /v1/batch" in str(raised.value) or "the service has" in str(raised.value)

    prompt = connect(timeout=timeout).get("greeting", fallback="Hi {{ .name }}")
    assert (prompt.state, prompt.is_fallback, prompt.render(name="Ada")) == (
        "fallback",
        True,
        "Hi Ada",
    )

    service.fault = None
    for refresh in ("inline", "background"):
        cues = connect(refresh=refresh)
        cues.get("greeting")
        service.fault = FAULTS[name][0]
        shorten_timeout(cues, timeout)
        expire(cues)
        assert cues.get("greeting").state == "stale"
        assert cues.render("greeting", {"name": "Ada"}) == "Hello Ada"
        service.fault = None


# How client/README.md calls what is wrong: in its table each row says what a program gets.
ROWS = {
    "no response within the time-out": "a byte now and then",
    "status 500": "status 500",
    "status 429, `Retry-After` beyond the time-out": "status 429 for an hour",
    "body is cut off": "half of JSON",
    "body is not JSON": "no JSON",
    "JSON of another type": "no object",
    "connection closed within the body": "closed within the body",
    "down for an hour": "closed",
    "up again after an hour": "closed",
}
TABLE = read_document("client/README.md").get_table("While the service fails")
SITUATIONS = dict(
    zip(
        TABLE.head[1:],
        ("nothing is held", "it is fresh", "it is not fresh", "a fallback", "requests"),
        strict=True,
    )
)


def test_the_table_has_each_fault() -> None:
    assert TABLE.index_rows().keys() == ROWS.keys()


@pytest.mark.parametrize("refresh", ["inline", "background"])
@pytest.mark.parametrize("head", [*SITUATIONS])
@pytest.mark.parametrize("row", ROWS)
def test_a_program_gets_what_the_table_says(
    row: str, head: str, refresh: str, service: Service, connect: Connect, clock: Clock
) -> None:
    cell = TABLE.index_rows()[row][TABLE.head.index(head) - 1].strip("`")
    situation = SITUATIONS[head]
    fault = FAULTS[ROWS[row]][0]
    cues = connect(refresh=refresh)
    if situation in ("it is fresh", "it is not fresh"):
        cues.get("greeting")
    service.fault = fault
    shorten_timeout(cues, choose_timeout(fault))
    if row.startswith("up again"):
        with suppress(CuebookError):
            cues.get("other")  # which tells the client that the service is down
        service.fault = None
    if situation == "it is not fresh":
        clock.pass_time(3600 if "hour" in row else 61)
    elif row.startswith("up again"):
        clock.pass_time(31)
    service.requests.clear()

    fallback = "Hi" if situation == "a fallback" else None
    try:
        outcome: str = cues.get("greeting", fallback=fallback).state
    except CuebookError as error:
        outcome = type(error).__name__

    if situation == "requests":
        assert str(len(service.requests)) == cell
    else:
        assert outcome == cell
    if situation == "it is fresh":
        assert service.requests == []
    wait_until(lambda: cues._core._refresh is None)


@pytest.mark.parametrize("name", ["status 500", "closed", "closed within the body", "no JSON"])
def test_a_fault_that_passes_is_not_seen(name: str, service: Service, connect: Connect) -> None:
    service.faults += [FAULTS[name][0]] * 2

    assert connect().get("greeting").state == "miss"
    assert len(service.requests) == 3


def test_the_service_says_when_to_come_back(service: Service, connect: Connect) -> None:
    service.faults.append(fail(503, "unavailable", Retry_After="1"))
    begin = time.monotonic()

    assert connect().get("greeting").state == "miss"
    assert time.monotonic() - begin >= 1


def test_while_the_service_is_down_calls_do_not_wait_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cuebook._core.FIRST_COOLDOWN", 30.0)
    with run_service() as other:
        url = other.url
    cues = Cuebook(url, KEY, attempts=1)
    with pytest.raises(UnavailableError, match="1 attempt"):
        cues.get("greeting")
    requests = cues.statistics.requests

    for number in range(100):
        assert cues.get(f"p{number}", fallback="Hi").is_fallback
    with pytest.raises(UnavailableError, match="left alone"):
        cues.get("greeting")

    assert cues.statistics.requests == requests


def test_an_hour_without_the_service(service: Service, connect: Connect, clock: Clock) -> None:
    cues = connect(ttl=0.05, max_stale=3600, refresh="inline", attempts=1)
    cues.get("greeting")
    service.fault = close_at_once

    clock.pass_time(3590)
    assert cues.get("greeting").state == "stale"
    clock.pass_time(110)
    with pytest.raises(UnavailableError):
        cues.get("greeting")
    assert cues.get("greeting", fallback="Hi").is_fallback

    service.fault = None
    clock.pass_time(3600)
    assert cues.get("greeting").state == "miss"
    assert cues.get("greeting").state == "hit"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere.pem"),
        ("SSL_CERT_FILE", __file__),
        ("ALL_PROXY", "foo://proxy"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ],
)
def test_an_environment_without_a_way_to_the_service_is_one_where_it_is_down(
    name: str, value: str, service: Service, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def get_in_task() -> str:
        async with AsyncCuebook(service.url, KEY, attempts=1) as cues:
            with pytest.raises(UnavailableError):
                await cues.get("greeting")
            return (await cues.get("greeting", fallback="Hi")).state

    cues = connect(attempts=1)
    cues.get("greeting")
    cues.close()
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv(name, value)

    with pytest.raises(UnavailableError):
        cues.get("other")
    assert cues.get("other", fallback="Hi").state == "fallback"
    expire(cues)
    assert cues.get("greeting").state == "stale"
    assert asyncio.run(get_in_task()) == "fallback"


def test_the_service_is_left_alone_for_as_long_as_it_wants(
    service: Service, connect: Connect, clock: Clock
) -> None:
    cues = connect(attempts=1)
    service.faults.append(fail(429, "quota_exceeded", Retry_After="600"))
    with pytest.raises(RateLimitedError) as raised:
        cues.get("greeting")
    assert raised.value.retry_after == 600

    clock.pass_time(500)
    with pytest.raises(UnavailableError, match="left alone"):
        cues.get("greeting")
    clock.pass_time(101)
    assert cues.get("greeting").state == "miss"


def test_an_error_can_go_to_another_process(service: Service, connect: Connect) -> None:
    service.fault = fail(403, "forbidden")
    with pytest.raises(PermissionDeniedError) as raised:
        connect().get("greeting")

    for error in (pickle.loads(pickle.dumps(raised.value)), copy.copy(raised.value)):
        assert (type(error), str(error)) == (PermissionDeniedError, str(raised.value))
        assert (error.status, error.code, error.request_id) == (403, "forbidden", "r-1")


@pytest.mark.parametrize("fault", [drip, drip_headers])
def test_a_response_that_does_not_end_costs_its_caller_alone_the_time(
    fault: Fault, service: Service, connect: Connect
) -> None:
    """It is ended by closing connections that others may be using: they are sent again."""
    cues = connect(timeout=1.0)
    service.seconds = 0.6
    service.faults += [fault]

    def get(name: str) -> str:
        begin = time.monotonic()
        try:
            return cues.get(name, fallback="Hi").state
        finally:
            assert time.monotonic() - begin < 3  # a drip takes five seconds

    service.texts["other", "live"] = "x"
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(get, "greeting")
        wait_until(lambda: len(service.requests) == 1)
        second = pool.submit(get, "other")
        assert (first.result(), second.result()) == ("fallback", "miss")


def test_tasks_wait_no_longer_than_threads(service: Service) -> None:
    async def get(fault: Fault) -> str:
        service.fault = fault
        async with AsyncCuebook(service.url, KEY, timeout=choose_timeout(fault)) as cues:
            with pytest.raises(UnavailableError) as raised:
                await cues.get("greeting")
            return str(raised.value)

    for fault in (drip, drip_headers):
        assert "more than 1.0 seconds" in asyncio.run(get(fault))
    assert "more than 33,554,432 bytes" in asyncio.run(get(repeat_without_end))


def test_close_lets_what_is_under_way_end_and_opens_nothing_after(
    service: Service, connect: Connect
) -> None:
    cues = connect(attempts=2)
    cues.get("greeting")
    release = Event()
    service.faults.append(wait_for(release))
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(cues.get, "greeting", version=1)
        service.texts["greeting", 1] = "x"
        wait_until(lambda: len(service.requests) == 2)
        cues.close()
        release.set()
        assert other.result().state == "miss"

    expire(cues)
    service.faults.append(fail(503, "unavailable"))
    assert cues.get("greeting").state == "stale"
    wait_until(lambda: len(service.requests) == 3)
    cues.close()  # while the refresh pauses before its second attempt
    wait_until(lambda: cues._core._refresh is None)
    assert len(service.requests) == 3
    assert cues.get("greeting").state == "stale"


def test_the_key_is_in_no_message(service: Service, connect: Connect) -> None:
    service.fault = fail(401, "unauthorized")
    with pytest.raises(AuthenticationError) as raised:
        connect().get("greeting")

    assert KEY not in str(raised.value)
    assert (raised.value.status, raised.value.code) == (401, "unauthorized")
    assert raised.value.request_id == "r-1"


def test_a_request_that_is_refused_harms_no_other(service: Service, connect: Connect) -> None:
    cues = connect()
    service.faults.append(fail(400, "invalid_request"))
    with pytest.raises(InvalidRequestError):
        cues.get("greeting", tag="a b")

    assert cues.get("greeting").state == "miss"


def test_a_thread_that_cannot_be_started_leaves_what_is_held(
    service: Service, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    cues = connect()
    cues.get("greeting")
    expire(cues)
    with monkeypatch.context() as patch:
        patch.setattr("cuebook._threads.Thread.start", refuse)
        assert cues.get("greeting").state == "stale"

    cues.get("greeting")
    wait_until(lambda: cues.get("greeting").state == "hit")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"url": ""}, "CUEBOOK_URL"),
        ({"url": "ftp://x"}, "https://"),
        ({"url": "http://[x"}, "https://"),
        ({"url": "localhost:8000"}, "https://"),
        ({"url": "https://a b"}, "https://"),
        ({"url": "https://a\n.example"}, "https://"),
        ({"url": "https://ada:pass@example.com"}, "https://"),
        ({"url": "https://example.com:port"}, "https://"),
        ({"api_key": ""}, "CUEBOOK_API_KEY"),
        ({"api_key": "ak_\n1"}, "characters"),
        ({"ttl": -1}, "ttl"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"url": 5}, "address"),
        ({"api_key": 5}, "API key"),
        ({"attempts": 1.5}, "attempts"),
        ({"refresh": "never"}, "refresh"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(
    arguments: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CUEBOOK_URL", "CUEBOOK_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for client in (Cuebook, AsyncCuebook):
        with pytest.raises(ConfigurationError, match=words):
            client(**{"url": "http://localhost", "api_key": KEY, **arguments})


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": ""},
        {"name": 1},
        {"name": ["p"]},
        {"name": "\ud800"},
        {"name": "p", "tag": "\ud800"},
        {"name": "p", "version": 0},
        {"name": "p", "version": True},
        {"name": "p", "version": "1"},
        {"name": "p", "tag": ""},
        {"name": "p", "tag": "t", "version": 1},
        {"name": "p", "split_key": 1},
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    arguments: dict[str, Any], service: Service, connect: Connect
) -> None:
    with pytest.raises(ConfigurationError):
        connect().get(**arguments)

    assert service.requests == []


@pytest.mark.parametrize(
    "names", [5, None, "greeting", [5], [("greeting",)], ["\ud800"], [("a", [])]]
)
def test_what_cannot_be_preloaded_is_refused(
    names: Any, service: Service, connect: Connect
) -> None:
    with pytest.raises(ConfigurationError):
        connect().preload(names)

    assert service.requests == []


@pytest.mark.parametrize(
    "fallback",
    [5, ["a"], {"role": "user"}, [], Fallback(template=5), Fallback(template="x", params=None)],  # type: ignore[arg-type]
)
def test_what_is_no_fallback_is_told(fallback: Any, service: Service, connect: Connect) -> None:
    service.fault = close_at_once
    with pytest.raises(ConfigurationError, match="fallback"):
        connect(attempts=1).get("greeting", fallback=fallback)
