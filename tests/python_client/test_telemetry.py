"""Traces and metrics of the client."""

from __future__ import annotations

import asyncio
import gc
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, Tracer, format_trace_id

from cuebook import AsyncCuebook, Cuebook, NotFoundError, RenderError, UnavailableError
from cuebook import telemetry as module
from cuebook._core import Exchange
from cuebook._requests import request
from cuebook.telemetry import METRICS, describe, instrument, link, uninstrument
from tests.documents import read_document
from tests.python_client.conftest import KEY
from tests.python_client.service import Service, close_at_once, fail
from tests.python_client.test_holding import expire, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "of nobody else"
GREETING = {
    "gen_ai.prompt.name": "greeting",
    "gen_ai.prompt.version": "1",
    "cuebook.prompt.id": "id of greeting",
    "cuebook.prompt.pointer": "live",
}
WITHOUT_OPENTELEMETRY = """
import sys
sys.modules["opentelemetry"] = None  # as if it were not installed
import cuebook, cuebook.telemetry
prompt = cuebook.prompts.build_fallback("Hello {{.name}}", name="p", pointer="live")
rendering = prompt.render(name="Ada")
assert rendering == "Hello Ada"
cuebook.telemetry.link(rendering)
assert cuebook.telemetry.describe(rendering)["gen_ai.prompt.name"] == "p"
try:
    cuebook.telemetry.instrument()
except cuebook.ConfigurationError as error:
    assert "pip install opentelemetry-api" in str(error)
else:
    raise AssertionError("it said nothing")
"""
WITHOUT_INSTRUMENT = """
import sys
import cuebook, cuebook.telemetry
prompt = cuebook.prompts.build_fallback("Hello {{.name}}", name="p", pointer="live")
assert prompt.render(name="Ada") == "Hello Ada"
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""


class Telemetry:
    """What the SDK of OpenTelemetry has got from the client."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meter_provider = MeterProvider([self.reader])

    @property
    def tracer(self) -> Tracer:
        return self.tracer_provider.get_tracer("program")

    def get_spans(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]

    def get_span(self, name: str) -> ReadableSpan:
        (span,) = self.get_spans(name)
        return span

    def read_metrics(self) -> dict[str, Any]:
        """Read the metrics: by name, and of `cuebook.gets` by the state of the prompt."""
        data = self.reader.get_metrics_data()
        assert data is not None
        values: dict[str, Any] = {}
        for metric in data.resource_metrics[0].scope_metrics[0].metrics:
            for point in metric.data.data_points:
                state = (point.attributes or {}).get("cuebook.prompt.state")
                values[metric.name if state is None else str(state)] = point.value  # type: ignore[union-attr]
        return values


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    gc.collect()  # clients of other tests, whose counts are counted too
    running = Telemetry()
    instrument(tracer_provider=running.tracer_provider, meter_provider=running.meter_provider)
    yield running
    uninstrument()
    running.tracer_provider.shutdown()
    running.meter_provider.shutdown()


def test_a_fetch_and_a_rendering_are_spans_and_a_hit_is_none(
    telemetry: Telemetry, connect: Callable[..., Cuebook]
) -> None:
    cues = connect()
    for _ in range(3):
        cues.get("greeting")
    assert cues.render("greeting", {"name": SECRET}) == f"Hello {SECRET}"

    fetch, render = telemetry.exporter.get_finished_spans()
    assert (fetch.name, fetch.kind, fetch.attributes) == (
        "cuebook.fetch",
        SpanKind.CLIENT,
        GREETING | {"cuebook.prompt.state": "miss"},
    )
    assert (render.name, render.kind, render.attributes) == (
        "cuebook.render",
        SpanKind.INTERNAL,
        GREETING | {"cuebook.prompt.state": "hit"},
    )
    assert {fetch.status.status_code, render.status.status_code} == {StatusCode.UNSET}


def test_no_span_has_a_value_or_the_key(
    telemetry: Telemetry, service: Service, connect: Callable[..., Cuebook]
) -> None:
    service.texts["strict", "live"] = "{{.name.first.second}} {{.nothing}}"
    service.fault = fail(401, "unauthorized")
    with pytest.raises(Exception, match="unauthorized"):
        connect().get("greeting")
    service.fault = None
    with pytest.raises(RenderError):
        connect().render("strict", {"name": SECRET})

    texts = [span.to_json() for span in telemetry.exporter.get_finished_spans()]
    assert len(texts) == 3
    assert not [text for text in texts if SECRET in text or KEY in text]


@pytest.mark.parametrize("is_async", [False, True])
def test_spans_are_children_of_the_callers_span_and_the_service_continues_the_trace(
    is_async: bool, telemetry: Telemetry, service: Service
) -> None:
    async def get() -> None:
        async with AsyncCuebook(service.url, KEY) as cues:
            await cues.render("greeting", {"name": "Ada"})

    with telemetry.tracer.start_as_current_span("caller") as caller:
        if is_async:
            asyncio.run(get())
        else:
            with Cuebook(service.url, KEY) as cues:
                cues.render("greeting", {"name": "Ada"})

    fetch, render = telemetry.get_span("cuebook.fetch"), telemetry.get_span("cuebook.render")
    for span in (fetch, render):
        assert span.parent is not None
        assert span.parent.span_id == caller.get_span_context().span_id
    _, trace_id, span_id, _ = service.headers[0]["traceparent"].split("-")
    assert (int(trace_id, 16), int(span_id, 16)) == (
        caller.get_span_context().trace_id,
        fetch.context.span_id if fetch.context else None,
    )


@pytest.mark.parametrize("is_async", [False, True])
def test_a_refresh_beside_the_caller_is_in_its_trace(
    is_async: bool, telemetry: Telemetry, service: Service
) -> None:
    def count_refreshes() -> int:
        return len(telemetry.get_spans("cuebook.refresh"))

    async def get() -> None:
        async with AsyncCuebook(service.url, KEY) as cues:
            await cues.get("greeting")
            expire(cues)  # type: ignore[arg-type]
            with telemetry.tracer.start_as_current_span("caller"):
                await cues.get("greeting")
            while not count_refreshes():
                await asyncio.sleep(0.005)

    if is_async:
        asyncio.run(get())
    else:
        with Cuebook(service.url, KEY) as cues:
            cues.get("greeting")
            expire(cues)
            service.texts["greeting", "live"] = "Good evening"
            with telemetry.tracer.start_as_current_span("caller"):
                cues.get("greeting")
            wait_until(lambda: count_refreshes() > 0)

    caller, refresh = telemetry.get_span("caller"), telemetry.get_span("cuebook.refresh")
    assert caller.context is not None
    assert refresh.parent is not None
    assert refresh.parent.span_id == caller.context.span_id
    assert format_trace_id(caller.context.trace_id) in service.headers[1]["traceparent"]
    assert refresh.attributes == {
        "cuebook.prompts.total": 1,
        "cuebook.prompts.moved": 0 if is_async else 1,
    }


def test_a_preload_is_a_span_for_each_request(
    telemetry: Telemetry, service: Service, connect: Callable[..., Cuebook]
) -> None:
    names = [f"prompt-{number}" for number in range(101)]
    service.texts |= {(name, "live"): "Hello" for name in names}

    connect().preload(names)

    spans = telemetry.get_spans("cuebook.preload")
    assert [dict(span.attributes or {}) for span in spans] == [
        {"cuebook.prompts.total": 100, "cuebook.prompts.moved": 100},
        {"cuebook.prompts.total": 1, "cuebook.prompts.moved": 1},
    ]


@pytest.mark.parametrize(
    ("name", "error"), [("nothing", NotFoundError), ("greeting", UnavailableError)]
)
def test_a_fetch_that_fails_names_its_error(
    name: str,
    error: type[Exception],
    telemetry: Telemetry,
    service: Service,
    connect: Callable[..., Cuebook],
) -> None:
    service.fault = close_at_once if error is UnavailableError else None
    with pytest.raises(error):
        connect(attempts=1).get(name)

    span = telemetry.get_span("cuebook.fetch")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == error.__name__
    assert not span.events


def test_metrics_are_the_statistics_of_all_clients(
    telemetry: Telemetry, service: Service, connect: Callable[..., Cuebook]
) -> None:
    before = telemetry.read_metrics()
    first, second = connect(attempts=1), connect(attempts=1)
    for cues in (first, second):
        for _ in range(3):
            cues.get("greeting")
    expire(first)
    service.fault = close_at_once
    first.get("greeting")
    wait_until(lambda: first.statistics.failures == 1)
    second.get("other", fallback="Hello")

    after = telemetry.read_metrics()
    assert {name: after[name] - before[name] for name in after} == {
        "hit": 4,
        "stale": 1,
        "miss": 2,
        "fallback": 1,
        "cuebook.requests": 4,
        "cuebook.failures": 2,
        "cuebook.evictions": 0,
    }


def test_metrics_go_on_when_they_are_asked_for_again(
    telemetry: Telemetry, connect: Callable[..., Cuebook]
) -> None:
    uninstrument()
    instrument(meter_provider=telemetry.meter_provider)
    connect().get("greeting")

    assert telemetry.read_metrics()["miss"] >= 1


def test_a_metric_never_becomes_less(telemetry: Telemetry, service: Service) -> None:
    cues = Cuebook(service.url, KEY)
    cues.get("greeting")
    before = telemetry.read_metrics()
    cues.close()
    del cues
    gc.collect()

    assert telemetry.read_metrics() == before


def test_a_models_span_says_which_prompt_the_model_is_given(
    telemetry: Telemetry, connect: Callable[..., Cuebook]
) -> None:
    cues = connect()
    rendering = cues.render("greeting", {"name": "Ada"})
    with telemetry.tracer.start_as_current_span("chat"):
        link(rendering)
    with telemetry.tracer.start_as_current_span("caller"):
        span = telemetry.tracer.start_span("chat of another kind")
        link(rendering.prompt, span)
        span.end()

    expected = GREETING | {"cuebook.prompt.state": "miss"}
    assert describe(rendering) == expected
    assert telemetry.get_span("chat").attributes == expected
    assert telemetry.get_span("chat of another kind").attributes == expected
    assert not telemetry.get_span("caller").attributes


def test_a_fallback_has_no_version(telemetry: Telemetry, connect: Callable[..., Cuebook]) -> None:
    assert describe(connect().get("nothing", tag="canary", fallback="Hello")) == {
        "gen_ai.prompt.name": "nothing",
        "cuebook.prompt.pointer": "canary",
        "cuebook.prompt.state": "fallback",
    }


def test_nothing_is_traced_or_measured_any_more(
    telemetry: Telemetry, service: Service, connect: Callable[..., Cuebook]
) -> None:
    uninstrument()
    connect().render("greeting", {"name": "Ada"})

    assert telemetry.exporter.get_finished_spans() == ()
    assert telemetry.reader.get_metrics_data() is None
    assert "traceparent" not in service.headers[0]


def test_every_request_continues_the_trace_that_it_is_made_in(telemetry: Telemetry) -> None:
    def get_headers() -> dict[str, str]:
        headers = {"Idempotency-Key": "k"}
        effect: Any = next(request("PUT", "/v1/x", {}, seconds=1, attempts=1, headers=headers))
        return dict(effect.headers)

    with telemetry.tracer.start_as_current_span("caller") as caller:
        inside = get_headers()

    assert get_headers() == {"Idempotency-Key": "k"}
    assert inside.keys() == {"Idempotency-Key", "traceparent"}
    trace_id = format_trace_id(caller.get_span_context().trace_id)
    assert inside["traceparent"].split("-")[1] == trace_id


def test_the_page_names_all_spans_attributes_and_metrics() -> None:
    text = read_document("client/README.md").prose
    exchanges = {f"cuebook.{kind}" for kind in get_args(Exchange)}
    attributes = {
        value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)
    }
    names = {"cuebook.render", *exchanges, *attributes, *METRICS}

    assert {name for name in names if f"`{name}`" not in text} == set()
    assert set(re.findall(r"`(cuebook\.(?!lock|shapes|telemetry)[a-z.]+)`", text)) <= names


@pytest.mark.parametrize("program", [WITHOUT_OPENTELEMETRY, WITHOUT_INSTRUMENT])
def test_a_program_without_opentelemetry_works_and_loads_nothing_of_it(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2] / "client",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
