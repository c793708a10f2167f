"""Logs, traces and metrics. No other module imports their libraries, so that they can be replaced.

Fields are passed with each record and never appended to the logger, because a warm process serves
several callers, and the local server even concurrently.
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

# The name of the service is in POWERTOOLS_SERVICE_NAME, and includes the stage.
logger = Logger(use_rfc3339=True)


@cache
def _get_tracer() -> Tracer:
    return Tracer(patch_modules=["botocore"])


@contextmanager
def trace_call(route: Route, annotations: Mapping[str, str | int]) -> Iterator[None]:
    """Trace one call in a subsegment with the annotations that the call has added by its end.

    The trace captures nothing of the request or the response, because they contain prompts.
    """
    with _get_tracer().provider.in_subsegment(name=f"## {route.name}") as segment:
        yield
        for name, value in {"route": route.name, "dialect": route.dialect, **annotations}.items():
            segment.put_annotation(key=name, value=value)  # type: ignore[arg-type]  # ints too


def report_call(
    route: Route,
    *,
    request_id: str,
    status: int,
    code: str | None,
    milliseconds: float,
    annotations: Mapping[str, str | int],
) -> None:
    """Write one log line and one metric record for a call, with ids and sizes only.

    Metrics are by outcome, and by route and outcome. CloudWatch bills each combination of
    dimension values per hour in which it occurs; therefore a deployment can turn off those by
    route, and codes and prompts are only in the log line.

    Args:
        route: The route whose endpoint responded.
        request_id: API Gateway's id of the request.
        status: The status of the response.
        code: The code of the problem; None if there was none.
        milliseconds: The duration of the call.
        annotations: Ids and numbers that the call has added.
    """
    outcome = classify_status(status)
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
            **annotations,
        },
    )
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("outcome", outcome)  # in addition to the service, which is always there
    if settings.get_metric_settings().metrics_by_route:
        metrics.add_dimensions(service=str(metrics.service), route=route.name, outcome=outcome)
    metrics.add_metric("calls", MetricUnit.Count, 1)
    metrics.add_metric("latency", MetricUnit.Milliseconds, milliseconds)
    if "raced" in annotations:  # only in calls that write: how often another writer was faster
        metrics.add_metric("raced", MetricUnit.Count, float(annotations["raced"]))
    metrics.flush_metrics()
    if outcome == "failed":
        _count_failure(route)


def _count_failure(route: Route) -> None:
    """Count a failure by kind of route and by dialect, for alarms: one route is lost in a share.

    Only what occurs is billed, and normally nothing fails.
    """
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("kind", route.kind)  # in addition to the service
    metrics.add_dimensions(service=str(metrics.service), dialect=route.dialect)
    metrics.add_metric("failures", MetricUnit.Count, 1)
    metrics.flush_metrics()


def classify_status(status: int) -> str:
    """Classify a status as `ok`, `failed` for 5xx, or one of three outcomes for other problems."""
    if status >= 500:
        return "failed"
    if status < 400:
        return "ok"
    return {401: "unauthorized", 429: "throttled"}.get(status, "refused")


def report_batch(*, records: int, unpublishable: int, complete: bool) -> None:
    """Write one log line for a batch of the stream.

    Args:
        records: The number of records in the batch.
        unpublishable: The number of records that can never be published.
        complete: Whether no record has to be retried.
    """
    logger.info(
        "published",
        extra={"records": records, "unpublishable": unpublishable, "complete": complete},
    )


def report_lost_use(key_id: str) -> None:
    """Log that the day of an API key's last use could not be written."""
    logger.warning("use not written", extra={"key_id": key_id}, exc_info=True)


def report_lost_count(of: str, id: str) -> None:
    """Log that the count of a quota could not be shared with other processes."""
    logger.warning("count not shared", extra={"quota_of": of, "quota_id": id}, exc_info=True)


def report_ambiguous_rejection(operation: str, code: str) -> None:
    """Log that Cognito has rejected a call for what the caller has sent, or for its configuration.

    Its text is left out, which may have what the caller has sent.
    """
    logger.warning("rejected by Cognito", extra={"operation": operation, "aws_code": code})


def report_bug(request_id: str, route: Route) -> None:
    """Log the current exception, which is a bug, and mark the trace of the call."""
    logger.exception("bug", extra={"request_id": request_id, "route": route.name})
    recorder: Any = _get_tracer().provider
    segment = recorder.current_subsegment()
    if segment is not None:  # Lambda may not trace this call
        segment.add_fault_flag()  # without the exception, which may contain the caller's input
