"""What the functions report of their calls: log lines and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared import settings
from shared.observe.logs import logger
from shared.observe.metrics import write_metrics
from shared.observe.traces import mark_bug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.observe.metrics import Unit
    from shared.routes import Route


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
            "use": route.use or None,
            "status": status,
            "outcome": outcome,
            "code": code,
            "milliseconds": round(milliseconds, 1),
            **annotations,
        },
    )
    sets = [["outcome"]]
    if settings.get_metric_settings().metrics_by_route:
        sets.append(["route", "outcome"])
    values: dict[str, tuple[float, Unit]] = {
        "calls": (1.0, "Count"),
        "latency": (milliseconds, "Milliseconds"),
    }
    if "raced" in annotations:  # only in calls that write: how often another writer was faster
        values["raced"] = (float(annotations["raced"]), "Count")
    write_metrics({"outcome": outcome, "route": route.name}, sets, values)
    if outcome == "failed":
        _count_failure(route)


def _count_failure(route: Route) -> None:
    """Count a failure by kind of route and by dialect, for alarms: one route is lost in a share.

    Only what occurs is billed, and normally nothing fails.
    """
    dimensions = {"kind": route.kind, "dialect": route.dialect}
    write_metrics(dimensions, [["kind"], ["dialect"]], {"failures": (1.0, "Count")})


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


def report_uses(*, windows: int, counted_to: datetime | None, complete: bool) -> None:
    """Write one log line for a run that counts how prompts are used.

    Args:
        windows: The number of windows that it has counted.
        counted_to: The time up to which all is counted; None before the first window.
        complete: Whether all windows that have ended are counted.
    """
    end = None if counted_to is None else counted_to.isoformat(timespec="seconds")
    fields = {"windows": windows, "counted_to": end, "complete": complete}
    logger.info("counted uses", extra=fields)


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
    mark_bug()
