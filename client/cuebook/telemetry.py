"""Traces and metrics of OpenTelemetry, for programs that have it.

A program calls `instrument` once. Then each request for prompts and each rendering is a span, and
the counts of `Cuebook.statistics` are metrics. A prompt that the client holds costs neither.

A prompt's name and version have the names of OpenTelemetry's conventions for generative AI; what
these have no name for begins with `cuebook.`. The values of variables, texts and the API key are in
no span. Neither is the model: backends count each span with `gen_ai.request.model` as a call of it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from . import _observer
from ._copies import Copy
from ._core import Core, Statistics, list_cores
from .errors import ConfigurationError, CuebookError
from .prompts import Prompt, Rendering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
    from opentelemetry.trace import Span, TracerProvider

    from ._copies import Key
    from ._core import Exchange, Outcome
    from ._effects import Program

# Of https://github.com/open-telemetry/semantic-conventions-genai, where both are texts.
NAME = "gen_ai.prompt.name"
VERSION = "gen_ai.prompt.version"
ID = "cuebook.prompt.id"
POINTER = "cuebook.prompt.pointer"
STATE = "cuebook.prompt.state"
TOTAL = "cuebook.prompts.total"  # of one request
MOVED = "cuebook.prompts.moved"  # those of them that the client did not hold as they are
ERROR = "error.type"

# The fields of `Statistics` by metric, each with the attributes of its values.
METRICS: dict[str, tuple[str, str, dict[str, dict[str, str]]]] = {
    "cuebook.gets": (
        "{prompt}",
        "Prompts that the program has asked the client for.",
        {
            "hits": {STATE: "hit"},
            "stale": {STATE: "stale"},
            "misses": {STATE: "miss"},
            "fallbacks": {STATE: "fallback"},
        },
    ),
    "cuebook.requests": ("{request}", "Requests to the service for prompts.", {"requests": {}}),
    "cuebook.failures": ("{request}", "Those of them that have failed.", {"failures": {}}),
    "cuebook.evictions": (
        "{prompt}",
        "Prompts that were dropped, because there was no room.",
        {"evictions": {}},
    ),
}


def instrument(
    *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> None:
    """Trace and measure all clients of this process, also those that are made later.

    Args:
        tracer_provider: Makes the spans; None for that of the process.
        meter_provider: Makes the metrics; None for that of the process.

    Raises:
        ConfigurationError: OpenTelemetry is not installed.
    """
    try:
        import opentelemetry.propagate  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "traces and metrics need OpenTelemetry: pip install opentelemetry-api"
        ) from error
    _observer.observer = Observer(tracer_provider, meter_provider)


def uninstrument() -> None:
    """Trace and measure nothing from now on."""
    _observer.observer = None


def describe(prompt: Prompt | Rendering) -> dict[str, str]:
    """Describe a prompt by attributes, for a span of the program.

    Args:
        prompt: The prompt, or its rendering.

    Returns:
        The attributes: which prompt and version it is, what it was asked for by, and where it
        comes from. A fallback has no id and no version.
    """
    if isinstance(prompt, Rendering):
        prompt = prompt.prompt
    attributes = _describe_key((prompt.name, prompt.pointer)) | {STATE: prompt.state}
    if prompt.id is not None:
        attributes[ID] = prompt.id
    if prompt.version is not None:
        attributes[VERSION] = str(prompt.version)
    return attributes


def link(prompt: Prompt | Rendering, span: Span | None = None) -> None:
    """Note in the span of a model's call which prompt the model is given.

    Without OpenTelemetry it does nothing.

    Args:
        prompt: The prompt, or its rendering.
        span: The span; None for the current one.
    """
    if span is None:
        try:
            from opentelemetry.trace import get_current_span
        except ModuleNotFoundError:
            return
        span = get_current_span()
    if span.is_recording():
        span.set_attributes(describe(prompt))


class Observer:
    """Makes spans and metrics of what clients do."""

    def __init__(
        self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None
    ) -> None:
        """Make the instruments.

        Args:
            tracer_provider: Makes the spans; None for that of the process.
            meter_provider: Makes the metrics; None for that of the process.
        """
        from opentelemetry import metrics, propagate, trace

        self._trace = trace
        self._inject: Callable[[dict[str, str]], None] = propagate.inject
        self._build_observation = metrics.Observation
        self._tracer = trace.get_tracer("cuebook", tracer_provider=tracer_provider)
        self._lock = Lock()
        self._totals = Statistics()
        self._counts: WeakKeyDictionary[Core, Statistics] = WeakKeyDictionary()
        self._meter_provider = meter_provider or metrics.get_meter_provider()
        meter = metrics.get_meter("cuebook", meter_provider=self._meter_provider)
        for name, (unit, description, values) in METRICS.items():
            meter.create_observable_counter(
                name, [partial(self._observe, values)], unit=unit, description=description
            )

    def observe_exchange(
        self,
        kind: Exchange,
        copies: Mapping[Key, Copy | None],
        program: Program[dict[Key, Outcome]],
    ) -> Program[dict[Key, Outcome]]:
        """Make a span of a program that asks the service for prompts.

        Args:
            kind: Why the service is asked.
            copies: What the client holds of each prompt.
            program: The program.
        """
        is_single = kind == "fetch"
        attributes: dict[str, Any] = {TOTAL: len(copies)}
        if is_single:
            attributes = _describe_key(next(iter(copies))) | {STATE: "miss"}
        with (
            self._start_span(f"cuebook.{kind}", self._trace.SpanKind.CLIENT, attributes) as span,
            self._trace.use_span(span, record_exception=False, set_status_on_exception=False),
        ):
            outcomes = yield from program
            if is_single:
                self._describe_outcome(span, *outcomes.values())
            else:
                moved = [key for key in outcomes if outcomes[key] is not copies[key]]
                span.set_attribute(MOVED, len(moved))
            return outcomes

    def observe_rendering(self, prompt: Prompt) -> AbstractContextManager[Span]:
        """Make a span of the rendering of a prompt, which ends with the block."""
        return self._start_span("cuebook.render", self._trace.SpanKind.INTERNAL, describe(prompt))

    def list_headers(self) -> dict[str, str]:
        """List the headers by which the service continues the trace."""
        headers: dict[str, str] = {}
        self._inject(headers)
        return headers

    @contextmanager
    def _start_span(self, name: str, kind: Any, attributes: Mapping[str, Any]) -> Iterator[Span]:
        """Start a span, which ends with the block; of an error it has only the class.

        The message of an error may repeat the value of a variable.
        """
        span = self._tracer.start_span(name, kind=kind, attributes=attributes)
        try:
            yield span
        except CuebookError as error:
            self._note_error(span, error)
            raise
        finally:
            span.end()

    def _describe_outcome(self, span: Span, outcome: Outcome) -> None:
        if isinstance(outcome, Copy):
            span.set_attributes(describe(outcome.hit.with_state("miss")))
        else:
            self._note_error(span, outcome)

    def _note_error(self, span: Span, error: CuebookError) -> None:
        span.set_attribute(ERROR, type(error).__name__)
        span.set_status(self._trace.StatusCode.ERROR)

    def _observe(
        self, values: Mapping[str, dict[str, str]], options: CallbackOptions
    ) -> Iterable[Observation]:
        """Give the values of a metric: one for each of its fields of `Statistics`."""
        current = _observer.observer
        # A provider keeps the first callbacks of a metric, however often it is made.
        if not isinstance(current, Observer) or current._meter_provider is not self._meter_provider:
            return []
        with self._lock:
            self._add_counts()
            return [
                self._build_observation(getattr(self._totals, name), attributes)
                for name, attributes in values.items()
            ]

    def _add_counts(self) -> None:
        """Add what clients have counted since the last time: a total never becomes less.

        What a client counts between that and its end is lost.
        """
        for core in list_cores():
            before = self._counts.get(core, Statistics())
            self._counts[core] = after = core.copy_statistics()
            for each in fields(Statistics):
                increase = getattr(after, each.name) - getattr(before, each.name)
                setattr(self._totals, each.name, getattr(self._totals, each.name) + increase)


def _describe_key(key: Key) -> dict[str, str]:
    name, pointer = key
    return {NAME: name, POINTER: str(pointer)}
