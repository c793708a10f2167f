"""The cost of a call and of a month, computed from a record and the price list."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tools.cost import prices
from tools.cost.prices import GB, HOURS, MILLION
from tools.cost.record import PUBLISHER
from tools.cost.samples import HELD_PROMPTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.cost.record import Record, Use

FULL_VCPU_MB = 1769  # memory with which a function has one processor; AWS, "Configure memory"

# Assumed durations of requests to AWS from within its region, in milliseconds, which cannot be
# measured on one machine. A function is billed while it waits.
WAIT_MS: Mapping[str, float] = {
    "dynamodb": 5,
    "dynamodb:TransactWriteItems": 15,
    "s3": 30,
    "events": 15,
}

# Examples of the lines that Lambda and API Gateway log for a call, which are billed by length.
PLATFORM_LINES = (
    '{"time":"2026-01-02T03:04:05.678Z","type":"platform.start","record":{"requestId":'
    '"6f1c0000-0000-4000-8000-000000000000","functionArn":"arn:aws:lambda:us-east-1:123456789012:'
    'function:Cuebook-FunctionsRegistryRenderLiveFunction01234567-0123456789ab",'
    '"version":"$LATEST"}}',
    '{"time":"2026-01-02T03:04:05.701Z","type":"platform.report","record":{"requestId":'
    '"6f1c0000-0000-4000-8000-000000000000","metrics":{"durationMs":22.551,"billedDurationMs":23,'
    '"memorySizeMB":1024,"maxMemoryUsedMB":110},"tracing":{"spanId":"5b7c0000000000a1","type":'
    '"X-Amzn-Trace-Id","value":"Root=1-65a00000-000000000000000000000000;Parent=0000000000000000;'
    'Sampled=0"},"status":"success"}}',
)
ACCESS_LINE = (
    '{"service":"cuebook-prod","request_id":"6f1c0000-0000-4000-8000-000000000000","trace_id":'
    '"1-65a00000-000000000000000000000000","time":"1767323045678","method":"POST","route":'
    '"/v1/prompts/{p1}/render","status":"200","lambda_status":"200","latency_ms":"31",'
    '"function_ms":"29","bytes":"2240","problem":"-"}'
)
LINE_OVERHEAD = 26  # bytes that CloudWatch adds to each line
# CloudWatch bills the storage of compressed logs; this ratio is assumed.
LOG_COMPRESSION = 0.15
LOG_MONTHS = 30 / 30.4  # retention of a line: the default of `log_retention_days`

ALARMS = 10  # the number of alarms in infra.alarms
DASHBOARDS = 1


# -- one call


def compute_share(memory_mb: float) -> float:
    """Compute the share of a processor that a function has; its code uses at most one."""
    return min(1.0, memory_mb / FULL_VCPU_MB)


def compute_wait_ms(use: Use) -> float:
    """Compute the milliseconds that a call is assumed to wait for AWS."""
    return sum(
        times * WAIT_MS.get(name, WAIT_MS[name.partition(":")[0]])
        for name, times in use.requests.items()
    )


def compute_billed_ms(use: Use, memory_mb: int) -> int:
    """Compute the billed duration of a call in milliseconds: processor time and waiting.

    Args:
        use: What the call uses.
        memory_mb: The memory of the function, which determines its share of a processor.
    """
    return math.ceil(use.cpu_ms / compute_share(memory_mb) + compute_wait_ms(use))


def compute_gb_seconds(milliseconds: float, memory_mb: int) -> float:
    """Compute the GB-seconds of a duration."""
    return milliseconds / 1000 * memory_mb / 1024


def price_starts(start_ms: float, memory_mb: int) -> dict[str, float]:
    """Price what there is against starts, in dollars.

    Args:
        start_ms: The processor time of a start, without its first call.
        memory_mb: The memory of the function.
    """
    gb, seconds = memory_mb / 1024, HOURS * 3600
    start_seconds = start_ms / compute_share(memory_mb) / 1000
    return {
        "1,000 starts": prices.LAMBDA_GB_SECONDS.compute(1000 * start_seconds * gb),
        "process and month": prices.PROVISIONED_GB_SECONDS.compute(seconds * gb),
        "version and month": prices.SNAPSHOT_GB_SECONDS.compute(seconds * gb),
        "1,000 restores": prices.SNAPSHOT_RESTORES.compute(1000 * gb),
    }


def count_log_bytes(use: Use, *, through_api: bool = True) -> int:
    """Count the bytes that a call writes to all logs, as CloudWatch counts them.

    Args:
        use: What the call uses.
        through_api: False for the consumer of the stream.
    """
    others = [*PLATFORM_LINES, *([ACCESS_LINE] if through_api else [])]
    lines = use.log_lines + len(others)
    return use.log_bytes + sum(map(len, others)) + lines * LINE_OVERHEAD


def itemize_million(use: Use, memory_mb: int, *, through_api: bool = True) -> dict[str, float]:
    """Itemize the dollars for a million calls, without their events.

    Prices are those of the first tier. Storage, traces, starts, and data sent to the internet are
    not included, because they do not depend on each call.

    Args:
        use: What each call uses.
        memory_mb: The memory of the function.
        through_api: False for the consumer of the stream.
    """
    seconds = compute_gb_seconds(compute_billed_ms(use, memory_mb), memory_mb)
    return {
        "API Gateway": prices.GATEWAY_CALLS.compute(MILLION) if through_api else 0.0,
        "Lambda calls": prices.LAMBDA_CALLS.compute(MILLION),
        "Lambda time": prices.LAMBDA_GB_SECONDS.compute(seconds * MILLION),
        "DynamoDB": prices.DYNAMODB_READS.compute(use.read_units * MILLION)
        + prices.DYNAMODB_WRITES.compute(use.write_units * MILLION),
        "S3": prices.S3_PUTS.compute(use.count("s3:PutObject") * MILLION)
        + prices.S3_GETS.compute(use.count("s3:GetObject") * MILLION),
        "EventBridge": prices.EVENTS.compute(use.count("events:PutEvents") * MILLION),
        "Logs": prices.LOG_BYTES.compute(
            count_log_bytes(use, through_api=through_api) * MILLION / GB
        ),
    }


def price_million(record: Record, name: str, memory_mb: int) -> float:
    """Compute the dollars for a million calls, including the publishing of their events.

    Args:
        record: The measurements.
        name: The name of the sample for these calls.
        memory_mb: The memory of all functions.
    """
    use, publisher = record.calls[name], record.calls[PUBLISHER]
    own = itemize_million(use, memory_mb, through_api=name != PUBLISHER)
    publishing = itemize_million(publisher, memory_mb, through_api=False)
    return sum(own.values()) + use.events * sum(publishing.values())


# -- a month


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The use of the service in a month.

    Attributes:
        title: A short name.
        about: A description in a sentence.
        calls: The number of calls by name of their sample.
        cold: The share of calls with a cold start.
        busy_hours: The number of hours with calls, over which these are evenly distributed.
        prompts: The number of stored prompts.
        versions: The number of versions of each prompt.
    """

    title: str
    about: str
    calls: Mapping[str, float]
    cold: float
    busy_hours: float
    prompts: int
    versions: int


def count_traces(calls: float, busy_hours: float) -> float:
    """Count traces by X-Ray's default rule: the first call of each second, and 5% of the others."""
    first = min(calls, busy_hours * 3600)
    return first + 0.05 * (calls - first)


def itemize_month(month: Month, record: Record, memory_mb: int) -> dict[str, float]:
    """Itemize the dollars of a month.

    Args:
        month: The use of the service.
        record: The measurements.
        memory_mb: The memory of all functions.
    """
    calls = sum(month.calls.values())
    events = sum(times * record.calls[name].events for name, times in month.calls.items())
    uses = [(record.calls[name], times, True) for name, times in month.calls.items()]
    uses.append((record.calls[PUBLISHER], events, False))

    milliseconds = sum(times * compute_billed_ms(use, memory_mb) for use, times, _ in uses)
    starts = (calls + events) * month.cold
    start = record.start["registry/render_live"]
    milliseconds += starts * (start["start_ms"] + start["call_ms"]) / compute_share(memory_mb)
    log_gb = sum(times * count_log_bytes(use, through_api=api) for use, times, api in uses) / GB
    stored_gb = month.prompts * (record.prompt_bytes + month.versions * record.version_bytes) / GB
    sent_gb = sum(times * use.response_bytes for use, times, api in uses if api) / GB
    metrics: Counter[str] = Counter()
    for use, times, _ in uses:
        metrics.update(dict.fromkeys(use.metrics, times))
    return {
        "API Gateway": prices.GATEWAY_CALLS.compute(calls),
        "Lambda": prices.LAMBDA_CALLS.compute(calls + events)
        + prices.LAMBDA_GB_SECONDS.compute(compute_gb_seconds(milliseconds, memory_mb)),
        "DynamoDB requests": prices.DYNAMODB_READS.compute(
            sum(n * use.read_units for use, n, _ in uses)
        )
        + prices.DYNAMODB_WRITES.compute(sum(n * use.write_units for use, n, _ in uses)),
        "DynamoDB storage, recovery": prices.DYNAMODB_STORAGE.compute(stored_gb)
        + prices.DYNAMODB_RECOVERY.compute(stored_gb),
        "S3": prices.S3_PUTS.compute(sum(n * use.count("s3:PutObject") for use, n, _ in uses))
        + prices.S3_GETS.compute(sum(n * use.count("s3:GetObject") for use, n, _ in uses)),
        "EventBridge": prices.EVENTS.compute(events),
        "Logs": prices.LOG_BYTES.compute(log_gb)
        + prices.LOG_STORAGE.compute(log_gb * LOG_COMPRESSION * LOG_MONTHS),
        # A metric is billed for the hours in which it has values.
        "Metrics": prices.METRICS.compute(
            sum(min(month.busy_hours, times) for times in metrics.values()) / HOURS
        ),
        "Alarms, dashboard": prices.ALARMS.compute(ALARMS) + prices.DASHBOARDS.compute(DASHBOARDS),
        "X-Ray": prices.TRACES.compute(
            count_traces(calls, month.busy_hours) + count_traces(events, month.busy_hours)
        ),
        "Data out": prices.DATA_OUT.compute(sent_gb),
    }


# -- the months in the docs

RENDERS = 100 * MILLION
PROCESSES, REFRESH_SECONDS = 50, 60
BATCHES = PROCESSES * HOURS * 3600 / REFRESH_SECONDS
REFRESHES = BATCHES * HELD_PROMPTS
EDITS = {  # writes of a team in a month
    "registry/create_version": 1000,
    "registry/promote_version": 600,
    "registry/set_version_tag": 300,
    "registry/create_prompt": 20,
    "registry/rollback_prompt": 10,
}
BROWSING = {
    "registry/list_prompts": 3000,
    "registry/list_versions": 6000,
    "registry/get_version": 6000,
    "registry/diff_versions": 2000,
}

WRITES, READS = sum(EDITS.values()), sum(BROWSING.values())

IDLE = Month(
    title="idle",
    about="no calls; 20 prompts with 10 versions each, the alarms, and the dashboard",
    calls={},
    cold=0,
    busy_hours=0,
    prompts=20,
    versions=10,
)
SMALL_TEAM = Month(
    title="small team",
    about=f"300,000 renders, a tenth of them in a process with empty caches, {READS:,} other reads "
    f"and {WRITES:,} writes; 50 prompts with 50 versions each; 5% of calls wait for a cold start; "
    "less than one call per second, so that all are traced",
    calls={
        "registry/render_live": 270_000,
        "registry/render_live, nothing cached": 30_000,
        **EDITS,
        **BROWSING,
    },
    cold=0.05,
    busy_hours=HOURS,
    prompts=50,
    versions=50,
)
LARGE_RENDERED_HERE = Month(
    title="100 million renders, all here",
    about=f"100 million renders, the same {READS:,} reads and {WRITES:,} writes; 1,000 prompts "
    "with 50 versions each; one call in 10,000 waits for a cold start",
    calls={"registry/render_live": RENDERS, **EDITS, **BROWSING},
    cold=0.0001,
    busy_hours=HOURS,
    prompts=1000,
    versions=50,
)
LARGE_CACHED = replace(
    LARGE_RENDERED_HERE,
    title="100 million renders, clients cache",
    about=f"the same, but {PROCESSES} client processes cache {HELD_PROMPTS} prompts each, "
    f"check every {REFRESH_SECONDS} seconds with `If-None-Match` whether they are current "
    f"({REFRESHES:,.0f} calls), and render locally",
    calls={"registry/get_prompt, not modified": REFRESHES, **EDITS, **BROWSING},
)
# As if each process held every prompt that moves.
MOVES = PROCESSES * (EDITS["registry/promote_version"] + EDITS["registry/rollback_prompt"])
LARGE_IN_BATCHES = replace(
    LARGE_CACHED,
    title="100 million renders, clients refresh together",
    about=f"the same, but each process asks for all of its {HELD_PROMPTS} prompts in one "
    f"`POST /v1/batch` ({BATCHES:,.0f} calls), of which {MOVES:,} bring one that has moved",
    calls={
        "registry/refresh_prompts": BATCHES - MOVES,
        "registry/refresh_prompts, one of them has moved": MOVES,
        **EDITS,
        **BROWSING,
    },
)
MONTHS = (IDLE, SMALL_TEAM, LARGE_RENDERED_HERE, LARGE_CACHED, LARGE_IN_BATCHES)
