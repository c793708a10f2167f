"""Every fault at every call of AWS that any route makes.

Whatever goes wrong, the tables hold together, the caller is told what the documents say, and the
request made again ends in exactly one effect. Routes, calls and places are found out here, so that
a new route is in as soon as it has its row and its good call. `make faults` tries every fault at
every place; otherwise each place has one of its faults, and the next place or route another one.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from infra.openapi import list_problems
from shared.routes import NATIVE
from shared.routes.route import REQUESTED
from tests.properties.consistency import assert_consistent, assert_follows
from tests.properties.effects import Baseline
from tests.properties.faults import (
    FAULTS,
    ONE_TIME_STEPS,
    Fault,
    choose_hits,
    is_step,
    is_write,
    list_hits,
)
from tests.properties.interception import TRANSACTION, CrashError
from tests.routes.problems import assert_problem
from tests.routes.sample import get_sample
from tests.routes.scene import CALLING, WRITING, Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shared.routes import Route
    from tests.client import Response
    from tests.properties.faults import Hit
    from tests.properties.interception import Clock
    from tests.properties.scene import Scene
    from tests.routes.sample import Variant

INLINE_BYTES = 0  # all bodies are in the bucket, so that every request needs S3 too
WITH_KEY, WITHOUT_KEY = {"Idempotency_Key": "once"}, dict[str, str]()


@pytest.fixture(autouse=True)
def few_attempts(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conflicts without end cost few attempts: a writer that pauses oversleeps."""
    sleepy = SimpleNamespace(sleep=lambda seconds: clock.sleep(100 * seconds))
    monkeypatch.setattr("shared.writing.time", sleepy)


@pytest.mark.parametrize("route", CALLING, ids=lambda route: f"{route.dialect}.{route.name}")
def test_a_fault_at_any_call_breaks_nothing_and_a_repeat_completes_the_request(
    route: Route,
    scene: Scene,
    record_property: Callable[[str, object], None],
    pytestconfig: pytest.Config,
) -> None:
    ways: set[tuple[str, ...]] = set()
    counts = [0, len(FAULTS), 0]
    record_property("faults", counts)
    for variant, status in list_ways(route):
        with scene.base.visit(route, variant, scene.get_names(route)) as call:
            if status == REQUESTED:
                scene.base.protect(required_review=True, editors_roll_back=False)
            for headers in (WITH_KEY, WITHOUT_KEY) if route in WRITING else (WITHOUT_KEY,):
                original = Original(scene, call, headers)
                # Another way to make the call counts if it leads to other calls of AWS.
                way = (str(status), *original.calls)
                if original.response.status != status or way in ways:
                    continue
                ways.add(way)
                hits = original.list_hits()
                if not pytestconfig.getoption("every_fault"):
                    hits = choose_hits(hits, CALLING.index(route) + len(ways))
                for fault, place in hits:
                    with name_trial(fault, place, original):
                        try_fault(original, fault, place)
                    original.undo()
                counts[0] += len({place for _, place in hits})
                counts[2] += len(hits)
    assert counts[2]
    assert {status for status, *_ in ways} == {str(status) for _, status in list_ways(route)}


def list_ways(route: Route) -> Iterator[tuple[Variant | None, int]]:
    """List the calls of a route, each with its status, also that of a move that waits."""
    for variant in (None, *get_sample(route).variants):
        yield variant, route.status
        if route.is_reviewed and route.dialect == NATIVE:
            yield variant, REQUESTED


def test_a_choice_has_every_place_and_in_time_every_fault() -> None:
    calls = ["GetItem", "PutObject", TRANSACTION]
    hits = [*list_hits(calls)]
    choices = [choose_hits(hits, turn) for turn in range(len(FAULTS))]

    assert all([place for _, place in choice] == [0, 1, 2] for choice in choices)
    assert {hit for choice in choices for hit in choice} == {*hits}


class Original:
    """A request that nothing happens to, and what it leads to.

    Attributes:
        call: The request.
        headers: More headers of it.
        interceptor: What is between it and AWS.
        response: Its response, without what is new each time.
        calls: The names of the calls of AWS that it makes.
        effect: What it changes.
    """

    def __init__(self, scene: Scene, call: Prepared, headers: Mapping[str, str]) -> None:
        self.call = call
        self.headers = headers
        self.interceptor = scene.interceptor
        self._scene = scene
        self._baseline = Baseline(scene.take_snapshot())
        self._saved = scene.memory.save()
        self.interceptor.clear()
        self.response = self.send()
        self.calls = tuple(self.interceptor.calls)
        self.effect = self.observe_effect()
        self.undo()

    def send(self) -> Response:
        """Make the request, as a process that has just started."""
        self._scene.registry.forget()
        return self.send_again()

    def send_again(self) -> Response:
        """Make the request, as a process that remembers what it has read."""
        return self._scene.send(self.call, **self.headers)

    def list_hits(self) -> list[Hit]:
        """List every fault that makes a difference, at every place where it can come."""
        writes = any(map(is_write, self.calls))
        return [
            (fault, place)
            for fault, place in list_hits(self.calls)
            # Without an effect a key makes no difference, and a crash breaks nothing.
            if (fault.has_effect or self.headers or not writes) and (writes or not fault.is_deadly)
        ]

    def observe_effect(self) -> list[str]:
        """Describe what has changed, and assert that all that is stored is consistent."""
        after = self._scene.take_snapshot()
        effect = self._baseline.describe_effect(after)
        if effect:
            assert_consistent(after)
            assert_follows(self._baseline.snapshot, after)
        return effect

    @property
    def has_steps(self) -> bool:
        """Whether it is more than one write, between which a process can die."""
        return sum(map(is_step, self.calls)) > 1

    def is_same(self, response: Response) -> bool:
        """Tell whether a response says what the first one does, but for new ids and times."""
        describe = self._baseline.describe_response
        return describe(response) == describe(self.response)

    def undo(self) -> None:
        """Restore what was stored, and forget all plans."""
        self._scene.memory.restore(self._saved)
        self.interceptor.clear()


def try_fault(original: Original, fault: Fault, place: int) -> None:
    """Make a request that a fault comes to, and then make it again."""
    route, status, is_success = original.call.route, original.response.status, False
    fault.plan(original.interceptor, place, original.calls[place])
    if fault.is_deadly:
        with pytest.raises(CrashError):
            original.send()
    else:
        response = original.send()
        is_success = response.status == status
        if is_success:
            assert original.is_same(response)
        elif original.calls[place] in ONE_TIME_STEPS and response.status != 503:
            assert fault.has_effect  # botocore has sent it again
            assert_problem(response, route, 401)
        else:
            assert not fault.is_hidden, response.text
            assert_problem(response, route, 503)
            assert int(response.headers["Retry-After"]) >= 1
    original.interceptor.clear()
    effect = original.observe_effect()
    is_partial = effect not in ([], original.effect)
    assert original.has_steps or not is_partial, "neither nothing nor all"
    if is_success:
        assert effect == original.effect, "success without its effect"
    assert not effect or fault.has_effect or is_success or original.has_steps, (
        "an effect that nobody expects"
    )

    if is_success or (fault.is_deadly and not effect):
        # A new process that finds what the first one found does what that did.
        return
    repeat = original.send() if fault.is_deadly else original.send_again()
    is_used_up = is_partial and not ONE_TIME_STEPS.isdisjoint(original.calls[: place + 1])
    if (effect and not is_partial and not original.headers) or is_used_up:
        # Without a key it is another request, and what is done may be in its way.
        if repeat.status != status:
            assert_problem(repeat, route, *list_problems(route) - {500, 503})
        original.observe_effect()
    else:
        assert original.is_same(repeat), repeat.text
        assert original.observe_effect() == original.effect


@contextmanager
def name_trial(fault: Fault, place: int, original: Original) -> Iterator[None]:
    """Name the fault and its place in whatever fails meanwhile."""
    try:
        yield
    except BaseException as error:
        key = "with" if original.headers else "without"
        calls = [*original.calls]
        calls[place] += f" ({fault.name})"
        error.add_note(f"{original.call.target} {key} a key: {', '.join(calls)}")
        raise
