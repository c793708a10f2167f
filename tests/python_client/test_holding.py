"""What the client holds, for how long, and how often it asks the service."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, Event

import pytest

from cuebook import AsyncCuebook, Cuebook, NotFoundError, UnavailableError
from tests.hangs import HANG_SECONDS
from tests.python_client.conftest import KEY, Clock
from tests.python_client.service import Fault, Handler, Service, close_at_once, respond

Connect = Callable[..., Cuebook]
CALLERS = 32
SECONDS = 30.0


def wait_until(is_done: Callable[[], bool]) -> None:
    end = time.monotonic() + HANG_SECONDS
    while not is_done():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.005)


def wait_for(event: Event) -> Fault:
    """Let the service answer only after an event."""

    def respond_later(handler: Handler, body: bytes) -> None:
        event.wait(SECONDS)
        with suppress(OSError):  # the client may have gone
            respond(handler, body)

    return respond_later


def expire(cues: Cuebook) -> None:
    """Let the time pass after which what is held is refreshed, on a machine of any speed."""
    for copy in cues._core.copies.values():
        copy.fresh_until = time.monotonic()


def count_entries(service: Service) -> list[int]:
    return [len(request["prompts"]) for request in service.requests]


def test_a_prompt_is_asked_for_once(service: Service, connect: Connect) -> None:
    cues = connect()

    states = [cues.get("greeting").state for _ in range(3)]

    assert states == ["miss", "hit", "hit"]
    assert service.requests == [{"prompts": [{"name": "greeting", "pointer": "live"}]}]
    assert service.headers[0]["authorization"] == f"Bearer {KEY}"
    statistics = cues.statistics
    assert (statistics.hits, statistics.misses, statistics.requests) == (2, 1, 1)


def test_many_threads_ask_once(service: Service, connect: Connect) -> None:
    cues, barrier, service.seconds = connect(), Barrier(CALLERS), 0.2

    def get(_: int) -> str:
        barrier.wait()
        return cues.render("greeting", {"name": "Ada"})

    with ThreadPoolExecutor(CALLERS) as pool:
        texts = [*pool.map(get, range(CALLERS))]

    assert texts == ["Hello Ada"] * CALLERS
    assert len(service.requests) == 1


def test_many_threads_learn_once_that_there_is_nothing(service: Service, connect: Connect) -> None:
    cues, barrier, service.seconds = connect(), Barrier(CALLERS), 0.2

    def get(_: int) -> bool:
        barrier.wait()
        with pytest.raises(NotFoundError):
            cues.get("nothing")
        return True

    with ThreadPoolExecutor(CALLERS) as pool:
        assert all(pool.map(get, range(CALLERS)))

    assert len(service.requests) == 1


def test_many_tasks_ask_once(service: Service) -> None:
    async def get_all() -> list[str]:
        async with AsyncCuebook(service.url, KEY) as cues:
            renderings = (cues.render("greeting", {"name": "Ada"}) for _ in range(CALLERS))
            return [*await asyncio.gather(*renderings)]

    service.seconds = 0.2
    assert asyncio.run(get_all()) == ["Hello Ada"] * CALLERS
    assert len(service.requests) == 1


def test_a_task_that_is_cancelled_leaves_the_others_their_answer(service: Service) -> None:
    async def get_all() -> list[int | None]:
        async with AsyncCuebook(service.url, KEY) as cues:
            first, *others = (asyncio.create_task(cues.get("greeting")) for _ in range(3))
            while not service.requests:
                await asyncio.sleep(0.005)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            release.set()
            return [(await each).version for each in others]

    release = Event()
    service.faults.append(wait_for(release))
    assert asyncio.run(get_all()) == [1, 1]
    assert len(service.requests) == 2


def test_one_client_serves_the_loops_of_several_threads(service: Service) -> None:
    cues = AsyncCuebook(service.url, KEY)

    async def get() -> str:
        try:
            return await cues.render("greeting", {"name": "Ada"})
        finally:
            await cues.close()

    service.seconds = 0.2
    with ThreadPoolExecutor(4) as pool:
        texts = [*pool.map(lambda _: asyncio.run(get()), range(4))]

    assert texts == ["Hello Ada"] * 4
    assert len(service.requests) == 1


def test_one_refresh_is_for_all_that_is_held(service: Service, connect: Connect) -> None:
    names = [f"p{number}" for number in range(20)]
    service.texts |= {(name, "live"): f"first {name}" for name in names}
    cues = connect()
    cues.preload(names)
    service.texts |= {(name, "live"): f"second {name}" for name in names}
    expire(cues)

    stale = [(prompt.state, prompt.template) for prompt in map(cues.get, names)]
    wait_until(lambda: cues.get("p7").template == "second p7")

    assert {*stale} <= {
        *((state, f"first {name}") for name in names for state in ("stale",)),
        *(("hit", f"second {name}") for name in names),
    }
    assert stale[0] == ("stale", "first p0")
    assert [cues.get(name).template for name in names] == [f"second {name}" for name in names]
    assert count_entries(service) == [20, 20]
    assert all("etag" in copy for copy in service.requests[1]["prompts"])


def test_many_threads_refresh_once_and_none_waits(service: Service, connect: Connect) -> None:
    cues = connect(refresh_seconds=SECONDS, timeout=2 * SECONDS)
    cues.get("greeting")
    expire(cues)
    barrier, release = Barrier(CALLERS), Event()
    service.faults.append(wait_for(release))

    def get(_: int) -> str:
        barrier.wait()
        return cues.get("greeting").state

    begin = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        states = {*pool.map(get, range(CALLERS))}
    assert cues.get("greeting").state == "stale"
    assert time.perf_counter() - begin < SECONDS / 2
    release.set()

    assert states == {"stale"}
    wait_until(lambda: cues.get("greeting").state == "hit")
    assert len(service.requests) == 2


def test_a_number_is_asked_for_once_for_ever(service: Service, connect: Connect) -> None:
    service.texts["greeting", 3] = "third"
    cues = connect(ttl=0)
    cues.get("greeting", version=3)

    assert [cues.get("greeting", version=3).state for _ in range(3)] == ["hit"] * 3
    assert len(service.requests) == 1


@pytest.mark.parametrize("kind", ["draft", "included"])
def test_a_number_whose_text_can_change_is_refreshed(
    kind: str, service: Service, connect: Connect
) -> None:
    key = "greeting", 3
    service.texts[key] = "first"
    if kind == "draft":
        service.statuses[key] = "draft"
    else:
        service.includes[key] = [{"prompt_id": "p", "slug": "part", "version": 1}]
    cues = connect(ttl=0.05, refresh="inline")
    cues.get("greeting", version=3)
    service.texts[key] = "second"
    time.sleep(0.06)

    assert cues.get("greeting", version=3).template == "second"


def test_what_does_not_exist_is_remembered_for_a_while(service: Service, connect: Connect) -> None:
    cues = connect(absent_ttl=600)

    for _ in range(3):
        with pytest.raises(NotFoundError, match="nothing"):
            cues.get("nothing")
    assert len(service.requests) == 1

    service.texts["nothing", "live"] = "something"
    cues._core._absent = dict.fromkeys(cues._core._absent, time.monotonic())
    assert cues.get("nothing").template == "something"


def test_what_is_gone_is_not_held(service: Service, connect: Connect) -> None:
    cues = connect(ttl=0.05, refresh="inline")
    cues.get("greeting")
    del service.texts["greeting", "live"]
    time.sleep(0.06)

    with pytest.raises(NotFoundError):
        cues.get("greeting")
    assert cues.get("greeting", fallback="Hi").is_fallback


def test_preload_gets_a_hundred_with_each_request(service: Service, connect: Connect) -> None:
    names = [f"p{number}" for number in range(250)]
    service.texts |= {(name, "live"): name for name in names}
    cues = connect()
    cues.preload([*names, "p0"])

    assert count_entries(service) == [100, 100, 50]
    assert {cues.get(name).state for name in names} == {"hit"}


def test_preload_names_what_does_not_exist_and_holds_the_rest(
    service: Service, connect: Connect
) -> None:
    cues = connect()
    with pytest.raises(NotFoundError, match=r"there is no nothing \(live\), greeting \(9\)"):
        cues.preload(["greeting", "nothing", ("greeting", 9)])

    assert cues.get("greeting").state == "hit"


def test_invalidate_forgets_one_name_exactly(service: Service, connect: Connect) -> None:
    service.texts["greeting_2", "live"] = "other"
    service.texts["greeting", "canary"] = "canary"
    cues = connect()
    cues.preload(["greeting", "greeting_2", ("greeting", "canary")])
    cues.invalidate("greeting")

    assert cues.get("greeting_2").state == "hit"
    assert cues.get("greeting").state == "miss"
    assert cues.get("greeting", tag="canary").state == "miss"
    cues.invalidate()
    assert cues.get("greeting_2").state == "miss"


def test_an_answer_from_before_invalidate_is_not_kept(service: Service, connect: Connect) -> None:
    cues, first = connect(), service.texts["greeting", "live"]

    def change_meanwhile(handler: object, body: bytes) -> None:
        service.texts["greeting", "live"] = "second"
        cues.invalidate("greeting")
        respond(handler, body)  # type: ignore[arg-type]

    service.faults.append(change_meanwhile)

    assert cues.get("greeting").template == first
    assert cues.get("greeting").template == "second"


def test_memory_is_bounded_and_what_is_used_stays(service: Service, connect: Connect) -> None:
    names = [f"p{number}" for number in range(60)]
    service.texts |= {(name, "live"): "x" * 1000 for name in names}
    cues = connect(max_bytes=200_000)
    for name in names:
        cues.get(name)
        cues.get("p0")

    assert cues.get("p0").state == "hit"
    assert cues.statistics.evictions > 0
    assert cues._core._weight <= 200_000
    assert len(cues._core.copies) < len(names)


# How long a process is suspended, by the monotonic clock and by the one on the wall: on some
# systems the first stands still meanwhile.
SUSPENSIONS = [(0.0, 3600.0), (3600.0, 3600.0), (1e6, 1e6)]


@pytest.mark.parametrize("ahead", SUSPENSIONS)
@pytest.mark.parametrize("refresh", ["inline", "background"])
def test_a_process_that_was_suspended_refreshes_before_it_answers(
    refresh: str, ahead: tuple[float, float], service: Service, connect: Connect, clock: Clock
) -> None:
    cues = connect(refresh=refresh)
    cues.get("greeting")
    service.texts["greeting", "live"] = "second"
    clock.ahead, clock.ahead_wall = ahead

    prompt = cues.get("greeting")

    assert (prompt.state, prompt.template) == ("hit", "second")
    assert len(service.requests) == 2


@pytest.mark.parametrize("ahead", SUSPENSIONS)
def test_a_process_that_was_suspended_waits_for_the_service_no_longer_than_it_should(
    ahead: tuple[float, float], service: Service, connect: Connect, clock: Clock
) -> None:
    cues, release = connect(refresh_seconds=0.2, max_stale=1e7), Event()
    cues.get("greeting")
    service.fault = wait_for(release)
    clock.ahead, clock.ahead_wall = ahead
    begin = time.perf_counter()

    state = cues.get("greeting").state
    seconds = time.perf_counter() - begin
    release.set()

    assert state == "stale"
    assert 0.2 <= seconds < SECONDS


def test_what_is_invalidated_is_asked_for_again_while_an_older_request_runs(
    service: Service, connect: Connect
) -> None:
    cues, release = connect(), Event()
    service.faults.append(wait_for(release))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cues.get, "greeting")
        wait_until(lambda: len(service.requests) == 1)
        service.texts["greeting", "live"] = "second"
        cues.invalidate("greeting")

        assert cues.get("greeting").template == "second"
        release.set()
        assert first.result().template == "Hello {{.name}}"
    assert cues.get("greeting").template == "second"


def test_what_is_too_old_by_either_clock_is_not_used(
    service: Service, connect: Connect, clock: Clock
) -> None:
    cues = connect(max_stale=3600, attempts=1)
    cues.get("greeting")
    service.fault = close_at_once
    clock.ahead_wall = 30 * 86_400

    with pytest.raises(UnavailableError):
        cues.get("greeting")


def test_a_call_waits_for_all_that_is_held_no_longer_than_for_one(
    service: Service, connect: Connect, clock: Clock
) -> None:
    names = [f"p{number}" for number in range(500)]
    service.texts |= {(name, "live"): name for name in names}
    cues = connect(refresh="inline", refresh_seconds=1.0)
    cues.preload(names)
    service.requests.clear()
    service.seconds = 0.4
    clock.pass_time(61)

    for count in (4, 6):  # those that were not asked for the first time come next
        cues.get("p0")
        cues.get("p499")
        assert len(service.requests) <= count
    asked = {each["name"] for body in service.requests for each in body["prompts"]}
    assert asked == {*names}


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # no ended loop closes anything
def test_a_loop_for_each_call_leaves_nothing_behind_and_gets_what_has_moved(
    service: Service, clock: Clock
) -> None:
    """What runs beside a call ends with its loop, so that a later call waits for it."""
    cues = AsyncCuebook(service.url, KEY)
    asyncio.run(cues.get("greeting"))
    service.texts["greeting", "live"] = "second"
    clock.pass_time(61)

    texts = [asyncio.run(cues.get("greeting")).template for _ in range(3)]

    assert texts[-1] == "second"
    assert len(cues._runner._clients) == 1
    del cues
    gc.collect()


def test_a_suspended_process_finds_its_connection_closed(
    service: Service, connect: Connect, clock: Clock
) -> None:
    def respond_and_close(handler: Handler, body: bytes) -> None:
        respond(handler, body)
        handler.close_connection = True

    service.faults.append(respond_and_close)
    cues = connect(refresh="inline")
    cues.get("greeting")
    clock.ahead_wall = 3600

    assert cues.get("greeting").state == "hit"


def test_a_refresh_that_was_suspended_is_not_waited_for_again_and_again(
    service: Service, connect: Connect, clock: Clock
) -> None:
    """Its thread may never go on, or only when the process is suspended again."""
    cues, release = connect(refresh_seconds=0.2), Event()
    cues.get("greeting")
    service.faults.append(wait_for(release))
    clock.pass_time(61)
    assert cues.get("greeting").state == "stale"
    wait_until(lambda: len(service.requests) == 2)
    service.texts["greeting", "live"] = "second"
    clock.pass_time(3600)

    prompt = cues.get("greeting")
    release.set()

    assert (prompt.state, prompt.template) == ("hit", "second")


def test_in_lambda_a_call_refreshes_by_itself(
    service: Service, connect: Connect, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs beside a call is suspended with the process, at the end of the call."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "reader")
    monkeypatch.setattr("cuebook._threads.Threads.start", lambda *_: pytest.fail("a thread"))
    cues = connect()
    cues.get("greeting")
    service.texts["greeting", "live"] = "second"
    clock.pass_time(61)

    prompt = cues.get("greeting")

    assert (prompt.state, prompt.template) == ("hit", "second")


@pytest.mark.parametrize("refresh", ["inline", "background"])
def test_a_hundred_prompts_cost_at_most_sixty_requests_an_hour(
    refresh: str, service: Service, connect: Connect, clock: Clock
) -> None:
    names = [f"p{number}" for number in range(100)]
    service.texts |= {(name, "live"): name for name in names}
    cues = connect(refresh=refresh)
    cues.preload(names)
    service.requests.clear()

    for _ in range(360):
        clock.pass_time(10)
        states = {cues.get(name).state for name in names}
        assert states <= {"hit", "stale"}
        wait_until(lambda: cues._core._refresh is None)

    assert 50 <= len(service.requests) <= 60


def test_a_clock_that_is_set_back_does_no_harm(
    service: Service, connect: Connect, clock: Clock
) -> None:
    cues = connect(refresh="inline")
    cues.get("greeting")
    service.texts["greeting", "live"] = "second"
    clock.ahead_wall = -86_400
    clock.ahead = 61

    assert cues.get("greeting").template == "second"


# Python warns of a fork beside threads: the child uses none of what they may hold.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("is_held", [True, False])
def test_a_forked_process_uses_connections_of_its_own(
    is_held: bool, service: Service, connect: Connect
) -> None:
    service.texts["other", "live"] = "other"
    cues = connect()
    cues.get("greeting")
    cues._core._lock.acquire()  # as another thread may, at the moment of the fork
    child = os.fork()
    if child == 0:
        try:
            name = "greeting" if is_held else "other"
            os._exit(0 if cues.get(name).state == ("hit" if is_held else "miss") else 1)
        finally:
            os._exit(2)
    cues._core._lock.release()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    cues.invalidate()
    assert cues.get("greeting").state == "miss"


def test_a_split_gives_each_key_its_version(service: Service, connect: Connect) -> None:
    service.texts["greeting", "live"] = "first", "second"
    cues = connect()

    versions = {
        key: {cues.get("greeting", split_key=key).version for _ in range(3)}
        for key in map(str, range(50))
    }

    assert all(len(numbers) == 1 for numbers in versions.values())
    assert {number for numbers in versions.values() for number in numbers} == {1, 2}
    assert cues.get("greeting").version == 1
    assert len(service.requests) == 1


@pytest.mark.parametrize("refresh", ["inline", "background"])
def test_without_a_ttl_each_call_asks_the_service(
    refresh: str, service: Service, connect: Callable[..., Cuebook]
) -> None:
    cues = connect(ttl=0, refresh=refresh, refresh_seconds=10)
    cues.get("greeting")

    for text in ("Hi", "Good day"):
        service.texts["greeting", "live"] = text
        prompt = cues.get("greeting")
        assert (prompt.template, prompt.state) == (text, "hit")
