"""Logs, traces and metrics; nothing else imports their libraries: another tracer is one file away.

Fields travel with each record and are never appended to the logger: a warm process serves one
caller after the other, and the local server many at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from shared import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.routes import Route

NAMESPACE = "Cuebook"

# The service's name comes with the environment, as POWERTOOLS_SERVICE_NAME: it tells the stage.
logger = Logger(use_rfc3339=True)


@cache
def _tracer() -> Tracer:
    return Tracer(patch_modules=["botocore"])


@contextmanager
def traced(route: Route, facts: Mapping[str, str | int]) -> Iterator[None]:
    """A subsegment for one call; what is known of the call when it ends can be searched for.

    Nothing of the request or the answer is captured: they hold prompts.
    """
    with _tracer().provider.in_subsegment(name=f"## {route.name}") as segment:
        yield
        for name, value in {"route": route.name, "dialect": route.dialect, **facts}.items():
            segment.put_annotation(key=name, value=value)  # type: ignore[arg-type]  # ints too


def report(
    route: Route,
    *,
    request_id: str,
    status: int,
    code: str | None,
    milliseconds: float,
    facts: Mapping[str, str | int],
) -> None:
    """One log line and one metric record for a call, ids and sizes only.

    The metrics are by outcome, and by route and outcome. CloudWatch bills every combination of
    values that dimensions take, in the hours in which there are any: a deployment may do without
    those by route, and codes and prompts are in the log line only.

    Args:
        code: of the problem, when the call failed.
    """
    outcome = outcome_of(status)
    logger.info(
        "call",
        extra={
            "request_id": request_id,
            "route": route.name,
            "dialect": route.dialect,
            "status": status,
            "outcome": outcome,
            "code": code,
            "milliseconds": round(milliseconds, 1),
            **facts,
        },
    )
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("outcome", outcome)  # and the service, which every record has
    if settings.reporting().metrics_by_route:
        metrics.add_dimensions(service=str(metrics.service), route=route.name, outcome=outcome)
    metrics.add_metric("calls", MetricUnit.Count, 1)
    metrics.add_metric("latency", MetricUnit.Milliseconds, milliseconds)
    if "raced" in facts:  # of a call that writes: how often somebody else was faster
        metrics.add_metric("raced", MetricUnit.Count, float(facts["raced"]))
    metrics.flush_metrics()


def outcome_of(status: int) -> str:
    """One of five: fine, the caller's fault in three kinds, or ours."""
    if status >= 500:
        return "failed"
    if status < 400:
        return "ok"
    return {401: "unauthorized", 429: "throttled"}.get(status, "refused")


def published(*, records: int, unfit: int, complete: bool) -> None:
    """One log line for a batch of changes."""
    logger.info("published", extra={"records": records, "unfit": unfit, "complete": complete})


def bug(request_id: str, route: Route) -> None:
    """Log the exception being handled, which is a fault of ours, and mark the trace of its call."""
    logger.exception("bug", extra={"request_id": request_id, "route": route.name})
    recorder: Any = _tracer().provider
    segment = recorder.current_subsegment()
    if segment is not None:  # Lambda may have begun no trace
        segment.add_fault_flag()  # without the exception, whose words may be the caller's
