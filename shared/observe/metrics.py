"""Metrics: lines of the log that CloudWatch reads. Source: its embedded metric format, version 0.

Powertools writes the same lines in ten times the processor time.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Literal

from shared import settings
from shared.observe.logs import logger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Unit = Literal["Count", "Milliseconds"]

NAMESPACE = "Cuebook"


def write_metrics(
    dimensions: Mapping[str, str],
    sets: Sequence[Sequence[str]],
    values: Mapping[str, tuple[float, Unit]],
) -> None:
    """Write one record of metrics, unless this process writes none.

    Args:
        dimensions: The values of dimensions by name, beside the service.
        sets: Which of them go together, each time with the service.
        values: A value and its unit for each metric, by its name.
    """
    if not settings.get_metric_settings().metrics:
        return
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["service", *names] for names in sets],
        "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in values.items()],
    }
    record = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        "service": logger.service,
        **dimensions,
        **{name: [value] for name, (value, _) in values.items()},
    }
    sys.stdout.write(json.dumps(record, separators=(",", ":")) + "\n")
