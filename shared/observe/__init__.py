"""Logs, traces and metrics: no other package imports their libraries, which can be replaced."""

from shared.observe.reports import (
    classify_status,
    report_ambiguous_rejection,
    report_batch,
    report_bug,
    report_call,
    report_lost_count,
    report_lost_use,
    report_uses,
)
from shared.observe.traces import trace_call, trace_client

__all__ = [
    "classify_status",
    "report_ambiguous_rejection",
    "report_batch",
    "report_bug",
    "report_call",
    "report_lost_count",
    "report_lost_use",
    "report_uses",
    "trace_call",
    "trace_client",
]
