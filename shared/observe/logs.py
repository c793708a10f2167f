"""The log: one JSON object a line, through the Logger of Powertools.

Fields are passed with each record and never appended to the logger, because a warm process serves
several callers, and the local server even concurrently.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

from shared.settings import get_trace_header

if TYPE_CHECKING:
    from logging import LogRecord


class Formatter(LambdaPowertoolsFormatter):
    """A formatter of the same lines that knows which fields they have.

    Its base class finds that out for each line, which takes ten times as long.
    """

    def format(self, record: LogRecord) -> str:
        """Format a record as a line of JSON."""
        if record.exc_info:
            return super().format(record)
        line = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.msg,
            "timestamp": self.formatTime(record),
            "service": logger.service,
        }
        line |= {
            name: value
            for name, value in vars(record).items()
            if value is not None and name not in _ATTRIBUTES
        }
        if header := get_trace_header():
            line["xray_trace_id"] = header.partition(";")[0].removeprefix("Root=")
        return self.serialize(line)

    def formatTime(self, record: LogRecord, datefmt: str | None = None) -> str:
        """Format the time of a record. Source: RFC 3339."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


_ATTRIBUTES = frozenset({*RESERVED_LOG_ATTRS, "message", "taskName"})

# The name of the service is in POWERTOOLS_SERVICE_NAME, and includes the stage.
logger = Logger(logger_formatter=Formatter())
