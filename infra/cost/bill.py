"""A record times the price list: what a call costs, and what a month does. Pure arithmetic."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from infra.cost import prices
from infra.cost.prices import GB, HOURS, MILLION
from infra.cost.record import PUBLISHER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.cost.record import Record, Use

FULL_VCPU_MB = 1769  # the memory at which a function has one processor; AWS, "Configure memory"

# Assumed, for waiting cannot be measured on one machine: how long a request to AWS takes from
# within its region, in milliseconds. A function is billed while it waits.
WAIT_MS: Mapping[str, float] = {
    "dynamodb": 5,
    "dynamodb:TransactWriteItems": 15,
    "s3": 30,
    "events": 15,
}

# What others write to the logs about a call, as specimens: their lengths are what is billed.
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
    '"function_ms":"29","bytes":"2240","refusal":"-"}'
)
LINE_OVERHEAD = 26  # bytes that CloudWatch adds to each line
# CloudWatch bills what it keeps as it is compressed; this is assumed.
LOG_COMPRESSION = 0.15
LOG_MONTHS = 30 / 30.4  # that a line is kept: the default of `log_retention_days`

ALARMS = 7  # of infra.alarms
DASHBOARDS = 1


# -- one call


def share(memory_mb: float) -> float:
    """The part of a processor that a function has; ours use one at most."""
    return min(1.0, memory_mb / FULL_VCPU_MB)


def waited_ms(use: Use) -> float:
    """Milliseconds that a call is assumed to wait for AWS."""
    return sum(
        times * WAIT_MS.get(name, WAIT_MS[name.partition(":")[0]])
        for name, times in use.requests.items()
    )


def billed_ms(use: Use, memory_mb: int) -> int:
    """The duration that a call is billed for: the processor's time, slowed down, and waiting."""
    return math.ceil(use.cpu_ms / share(memory_mb) + waited_ms(use))


def gb_seconds(milliseconds: float, memory_mb: int) -> float:
    return milliseconds / 1000 * memory_mb / 1024


def log_bytes(use: Use, *, called: bool = True) -> int:
    """What a call has written to all logs, as CloudWatch counts. Args: called: through the API."""
    others = [*PLATFORM_LINES, *([ACCESS_LINE] if called else [])]
    lines = use.log_lines + len(others)
    return use.log_bytes + sum(map(len, others)) + lines * LINE_OVERHEAD


def lines_of_a_million(use: Use, memory_mb: int, *, called: bool = True) -> dict[str, float]:
    """Dollars for a million calls, by what they are spent on, without their events.

    The month's first calls, at the first tier's price. Left out is what does not come with every
    call: storage, traces, starts, and data sent to the internet.

    Args:
        called: through the API; False for the consumer of the stream.
    """
    seconds = gb_seconds(billed_ms(use, memory_mb), memory_mb)
    return {
        "API Gateway": prices.GATEWAY_CALLS.of(MILLION) if called else 0.0,
        "Lambda calls": prices.LAMBDA_CALLS.of(MILLION),
        "Lambda time": prices.LAMBDA_GB_SECONDS.of(seconds * MILLION),
        "DynamoDB": prices.DYNAMODB_READS.of(use.read_units * MILLION)
        + prices.DYNAMODB_WRITES.of(use.write_units * MILLION),
        "S3": prices.S3_PUTS.of(use.count("s3:PutObject") * MILLION)
        + prices.S3_GETS.of(use.count("s3:GetObject") * MILLION),
        "EventBridge": prices.EVENTS.of(use.count("events:PutEvents") * MILLION),
        "Logs": prices.LOGS_TAKEN_IN.of(log_bytes(use, called=called) * MILLION / GB),
    }


def dollars_of_a_million(record: Record, name: str, memory_mb: int) -> float:
    """Of a million calls, with the publishing of what they change."""
    use, publisher = record.calls[name], record.calls[PUBLISHER]
    own = lines_of_a_million(use, memory_mb, called=name != PUBLISHER)
    told = lines_of_a_million(publisher, memory_mb, called=False)
    return sum(own.values()) + use.events * sum(told.values())


# -- a month


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What happens in a month.

    Args:
        about: the same in words.
        calls: how many, by the name of the sample that they are like.
        cold: the share of calls that start a process first.
        busy_hours: in which there are calls at all; they are spread evenly over these.
        prompts, versions: that are stored all month; `versions` of each prompt.
    """

    title: str
    about: str
    calls: Mapping[str, float]
    cold: float
    busy_hours: float
    prompts: int
    versions: int


def traced(calls: float, busy_hours: float) -> float:
    """Traces recorded by the default rule: the first call of each second, and 5% of the others."""
    first = min(calls, busy_hours * 3600)
    return first + 0.05 * (calls - first)


def bill(month: Month, record: Record, memory_mb: int) -> dict[str, float]:
    """Dollars, by what they are spent on."""
    called = sum(month.calls.values())
    published = sum(times * record.calls[name].events for name, times in month.calls.items())
    uses = [(record.calls[name], times, True) for name, times in month.calls.items()]
    uses.append((record.calls[PUBLISHER], published, False))

    duration = sum(times * billed_ms(use, memory_mb) for use, times, _ in uses)
    starts = (called + published) * month.cold
    start = record.start["registry/render_live"]
    duration += starts * (start["start_ms"] + start["call_ms"]) / share(memory_mb)
    written = sum(times * log_bytes(use, called=api) for use, times, api in uses) / GB
    stored = month.prompts * (record.prompt_bytes + month.versions * record.version_bytes) / GB
    sent = sum(times * use.answer_bytes for use, times, api in uses if api) / GB
    told: Counter[str] = Counter()
    for use, times, _ in uses:
        told.update(dict.fromkeys(use.metrics, times))
    return {
        "API Gateway": prices.GATEWAY_CALLS.of(called),
        "Lambda": prices.LAMBDA_CALLS.of(called + published)
        + prices.LAMBDA_GB_SECONDS.of(gb_seconds(duration, memory_mb)),
        "DynamoDB requests": prices.DYNAMODB_READS.of(sum(n * use.read_units for use, n, _ in uses))
        + prices.DYNAMODB_WRITES.of(sum(n * use.write_units for use, n, _ in uses)),
        "DynamoDB storage, recovery": prices.DYNAMODB_STORAGE.of(stored)
        + prices.DYNAMODB_RECOVERY.of(stored),
        "S3": prices.S3_PUTS.of(sum(n * use.count("s3:PutObject") for use, n, _ in uses))
        + prices.S3_GETS.of(sum(n * use.count("s3:GetObject") for use, n, _ in uses)),
        "EventBridge": prices.EVENTS.of(published),
        "Logs": prices.LOGS_TAKEN_IN.of(written)
        + prices.LOGS_KEPT.of(written * LOG_COMPRESSION * LOG_MONTHS),
        # Each is billed for the hours in which it has values.
        "Metrics": prices.METRICS.of(
            sum(min(month.busy_hours, times) for times in told.values()) / HOURS
        ),
        "Alarms, dashboard": prices.ALARMS.of(ALARMS) + prices.DASHBOARDS.of(DASHBOARDS),
        "X-Ray": prices.TRACES.of(
            traced(called, month.busy_hours) + traced(published, month.busy_hours)
        ),
        "Data out": prices.DATA_OUT.of(sent),
    }


# -- the months that the README shows

RENDERS = 100 * MILLION
PROCESSES, PROMPTS_OF_A_PROCESS, REFRESH_SECONDS = 50, 10, 60
REFRESHES = PROCESSES * PROMPTS_OF_A_PROCESS * HOURS * 3600 / REFRESH_SECONDS
EDITS = {  # of a team's writers, in a month
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
    about="nobody calls; 20 prompts of 10 versions are there, the alarms, and the dashboard",
    calls={},
    cold=0,
    busy_hours=0,
    prompts=20,
    versions=10,
)
SMALL_TEAM = Month(
    title="small team",
    about=f"300,000 renders, a tenth of them in a process that remembers nothing, {READS:,} other "
    f"reads and {WRITES:,} writes; 50 prompts of 50 versions; every twentieth call waits for a "
    "start; less than one call a second, so that all are traced",
    calls={
        "registry/render_live": 270_000,
        "registry/render_live, nothing remembered": 30_000,
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
    about=f"as many calls, the same {READS:,} reads and {WRITES:,} writes; 1,000 prompts of 50 "
    "versions; one call in 10,000 waits for a start",
    calls={"registry/render_live": RENDERS, **EDITS, **BROWSING},
    cold=0.0001,
    busy_hours=HOURS,
    prompts=1000,
    versions=50,
)
LARGE_CACHED = replace(
    LARGE_RENDERED_HERE,
    title="100 million renders, clients cache",
    about=f"the same where {PROCESSES} processes keep {PROMPTS_OF_A_PROCESS} prompts each, ask "
    f"every {REFRESH_SECONDS} seconds with `If-None-Match` whether they are current "
    f"({REFRESHES:,.0f} calls), and render by themselves",
    calls={"registry/get_prompt, not modified": REFRESHES, **EDITS, **BROWSING},
)
MONTHS = (IDLE, SMALL_TEAM, LARGE_RENDERED_HERE, LARGE_CACHED)
