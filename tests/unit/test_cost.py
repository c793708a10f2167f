"""Costs, computed by hand."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra.project import ROOT
from tools.cost import bill, memory, prices, report
from tools.cost.record import PUBLISHER, HeavyUse, Record, Use, list_differences
from tools.cost.samples import SAMPLES
from tools.cost.worker import compute_size, count_units, find_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INFRA = ROOT / "infra"
MILLION = 1_000_000
GB = 1024**3

WRITE = Use(
    requests={"dynamodb:GetItem": 1, "dynamodb:TransactWriteItems": 1},
    read_units=2,
    write_units=12,
    events=1,
    status=201,
    response_bytes=1000,
    log_bytes=700,
    log_lines=2,
    metrics=("calls ok", "latency ok"),
    cpu_ms=10,
)
PUBLISH = Use(
    requests={"events:PutEvents": 1},
    read_units=0,
    write_units=0,
    events=0,
    status=200,
    response_bytes=0,
    log_bytes=200,
    log_lines=1,
    metrics=(),
    cpu_ms=5,
)
RECORD = Record(
    python="3.13.0",
    day="2026-01-02",
    prompt_bytes=1024,
    version_bytes=4096,
    start={"registry/render_live": {"start_ms": 200, "call_ms": 100}},
    heavy={},
    calls={"write": WRITE, PUBLISHER: PUBLISH},
)
OF_THE_PLATFORM = sum(map(len, bill.PLATFORM_LINES))


# -- prices


@pytest.mark.parametrize(
    ("units", "dollars"),
    [
        (0, 0),
        (10, 0),  # all of them free
        (30, 4),  # 20 at 2 for ten
        (110, 20),  # the last of the first tier
        (140, 23),  # 30 more at 1 for ten
    ],
)
def test_units_are_billed_by_tiers_without_the_free_ones(units: float, dollars: float) -> None:
    price = prices.Price(
        dollars=2, per=10, unit="call", up_to=100, beyond=1, free=10, page="https://example.com"
    )

    assert price.compute(units) == dollars


def test_every_price_names_its_page() -> None:
    all_prices = [price for price in vars(prices).values() if isinstance(price, prices.Price)]

    assert all_prices
    assert all(price.page.startswith("https://aws.amazon.com/") for price in all_prices)


# -- one call


@pytest.mark.parametrize(
    ("memory_mb", "milliseconds"),
    [
        (1769, 30),  # 10 of processor, 5 and 15 of waiting
        (3008, 30),  # more than one processor is of no use
        (1024, 38),  # 10 at 0.579 of a processor are 17.3
        (256, 90),  # at 0.145, 69.1
    ],
)
def test_a_call_is_billed_for_its_share_of_a_processor_and_for_waiting(
    memory_mb: int, milliseconds: int
) -> None:
    assert bill.compute_billed_ms(WRITE, memory_mb) == milliseconds


def test_a_second_of_a_gigabyte_is_one_unit_of_duration() -> None:
    assert bill.compute_gb_seconds(1000, 1024) == 1
    assert bill.compute_gb_seconds(30, 512) == 0.015


def test_a_million_calls_by_what_they_are_spent_on() -> None:
    lines = bill.itemize_million(WRITE, 1024)

    assert lines["API Gateway"] == 3.50
    assert lines["Lambda calls"] == 0.20
    assert lines["Lambda time"] == pytest.approx(0.5066692)  # 38,000 GB-seconds
    assert lines["DynamoDB"] == pytest.approx(0.25 + 7.50)
    assert lines["S3"] == lines["EventBridge"] == 0
    logged = 700 + OF_THE_PLATFORM + len(bill.ACCESS_LINE) + 5 * 26
    assert lines["Logs"] == pytest.approx(logged * MILLION / GB * 0.50)


def test_requests_to_the_bucket_are_billed_by_kind() -> None:
    use = replace(WRITE, requests={"s3:PutObject": 1, "s3:GetObject": 2})

    assert bill.itemize_million(use, 1024)["S3"] == pytest.approx(5.00 + 0.80)


def test_a_write_bears_the_publishing_of_its_event() -> None:
    own = sum(bill.itemize_million(WRITE, 1024).values())
    publishing = bill.itemize_million(PUBLISH, 1024, through_api=False)

    assert publishing["API Gateway"] == 0
    assert publishing["EventBridge"] == 1.00
    assert publishing["Lambda time"] == pytest.approx(24_000 * 0.0000133334)  # 8.6 + 15, rounded up
    assert bill.price_million(RECORD, "write", 1024) == pytest.approx(
        own + sum(publishing.values())
    )
    assert bill.price_million(RECORD, PUBLISHER, 1024) == pytest.approx(sum(publishing.values()))


# -- a month


@pytest.mark.parametrize(
    ("calls", "hours", "traces"),
    [
        (0, 0, 0),
        (1000, 730, 1000),  # fewer than one a second
        (100 * MILLION, 730, 7_496_600),  # 2,628,000 first ones, and 5% of 97,372,000
        (3700, 1, 3605),
    ],
)
def test_the_first_call_of_each_second_is_traced_and_a_twentieth_of_the_others(
    calls: float, hours: float, traces: float
) -> None:
    assert bill.count_traces(calls, hours) == pytest.approx(traces)


def test_a_month_line_by_line() -> None:
    month = bill.Month(
        title="",
        about="",
        calls={"write": 2 * MILLION},
        cold=0.25,
        busy_hours=365,
        prompts=1024,
        versions=10,
    )

    lines = bill.itemize_month(month, RECORD, 1769)

    assert lines["API Gateway"] == 7.00
    # 2 million of 30 ms, as many publications of 20 ms, and 1 million starts of 300 ms.
    seconds = 60_000 + 40_000 + 300_000
    assert lines["Lambda"] == pytest.approx(0.80 + seconds * 1769 / 1024 * 0.0000133334)
    assert lines["DynamoDB requests"] == pytest.approx(0.50 + 15.00)
    stored = 1024 * (1024 + 10 * 4096) / GB
    assert lines["DynamoDB storage, recovery"] == pytest.approx(stored * 0.45)
    assert lines["EventBridge"] == 2.00
    called = 700 + OF_THE_PLATFORM + len(bill.ACCESS_LINE) + 5 * 26
    published = 200 + OF_THE_PLATFORM + 3 * 26
    logged = 2 * MILLION * (called + published) / GB
    assert lines["Logs"] == pytest.approx(logged * (0.50 + 0.03 * 0.15 * 30 / 30.4))
    assert lines["Metrics"] == pytest.approx(2 * 0.30 / 2)  # there for half of the month
    assert lines["Alarms, dashboard"] == pytest.approx(0.10 * bill.ALARMS + 3.00)
    first = 365 * 3600
    assert lines["X-Ray"] == pytest.approx(2 * (first + 0.05 * (2 * MILLION - first)) * 5e-6)
    assert lines["Data out"] == 0  # 1.9 GB


def test_a_metric_is_billed_for_the_hours_in_which_it_has_values() -> None:
    rare = replace(WRITE, metrics=("calls ok", "calls rare"))
    month = replace(bill.IDLE, calls={"write": 100_000, "rare": 73}, busy_hours=730)

    lines = bill.itemize_month(month, replace(RECORD, calls={**RECORD.calls, "rare": rare}), 1769)

    # "calls ok" and "latency ok" all month, "calls rare" in a tenth of its hours
    assert lines["Metrics"] == pytest.approx(2.1 * 0.30)


def test_an_idle_month_costs_what_is_there() -> None:
    month = replace(bill.IDLE, prompts=0)

    lines = bill.itemize_month(month, RECORD, 1769)

    assert {name for name, dollars in lines.items() if dollars} == {"Alarms, dashboard"}


def test_each_item_of_a_transaction_is_counted_by_itself() -> None:
    def put(table: str, size: int) -> dict[str, Any]:
        return {"Put": {"TableName": table, "Item": {"text": {"S": "x" * size}}}}

    key = {"TableName": "names", "Key": {"key": {"S": "a"}}}
    writes = [put("history", 300), put("history", 300), put("versions", 2000), {"Delete": key}]

    assert count_units(writes) == {"history": 4, "versions": 4, "names": 2}


# -- what is assumed elsewhere


def test_as_many_alarms_and_dashboards_are_billed_as_there_are() -> None:
    def count_calls(file: str, name: str) -> int:
        tree = ast.parse((INFRA / file).read_text())
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        return sum(ast.unparse(call.func) == name for call in calls)

    assert count_calls("alarms.py", "AlarmRule") == bill.ALARMS
    assert count_calls("dashboard.py", "cloudwatch.Dashboard") == bill.DASHBOARDS


def test_the_access_line_has_the_fields_of_the_access_log() -> None:
    tree = ast.parse((INFRA / "api.py").read_text())
    (fields,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ACCESS_LOG"
    ]

    assert list(json.loads(bill.ACCESS_LINE)) == ["service", *fields]
    assert all(json.loads(line)["type"].startswith("platform.") for line in bill.PLATFORM_LINES)


def test_memory_is_what_functions_are_given() -> None:
    assert f"\nMEMORY_MB = {report.read_memory_mb()}\n" in (INFRA / "functions.py").read_text()
    assert report.read_memory_mb() in memory.SIZES


# -- the record


def test_the_tables_are_about_recorded_calls() -> None:
    names = {name for month in bill.MONTHS for name in month.calls}

    assert names | report.CALLS.keys() <= Record.read().calls.keys()


def test_each_sample_has_a_name_of_its_own() -> None:
    names = [sample.name for sample in SAMPLES]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"read_units": 3}, "write: read_units was 2, is 3"),
        ({"write_units": 10}, "write: write_units was 12, is 10"),
        ({"events": 2}, "write: events was 1, is 2"),
        ({"status": 500}, "write: status was 201, is 500"),
        ({"requests": {}}, f"write: requests was {WRITE.requests}, is {{}}"),
    ],
)
def test_what_a_call_uses_otherwise_is_told(change: Mapping[str, Any], sentence: str) -> None:
    assert [*list_differences({"write": WRITE}, {"write": replace(WRITE, **change)})] == [sentence]


def test_times_and_sizes_may_differ() -> None:
    other = replace(WRITE, cpu_ms=99, response_bytes=1001, log_bytes=701)

    assert [*list_differences({"write": WRITE}, {"write": other})] == []


def test_calls_that_come_and_go_are_told() -> None:
    assert [*list_differences({}, {"write": WRITE})] == ["write is a sample, but not in the record"]
    assert [*list_differences({"write": WRITE}, {})] == [
        "write is in the record, but is no longer a sample"
    ]


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "units.json"
    heavy = HeavyUse(status=200, requests=3, cpu_ms=1.5, memory_mb=40)
    calls = {"write": replace(WRITE, metrics=["calls ok"])}
    record = replace(RECORD, heavy={"all": heavy}, calls=calls)

    record.write(file)

    assert Record.read(file) == record
    assert len([line for line in file.read_text().splitlines() if '"requests": {' in line]) == 1


def test_what_there_is_against_starts_is_priced_by_memory_and_time() -> None:
    # Of 2,048 MB, which have a whole processor; a month has 2,628,000 seconds.
    assert bill.price_starts(100, 2048) == pytest.approx(
        {
            "1,000 starts": 200 * 0.0000133334,
            "process and month": 2 * 2_628_000 * 0.0000033334,
            "version and month": 2 * 2_628_000 * 0.0000015046,
            "1,000 restores": 2000 * 0.0001397998,
        }
    )


def test_the_block_of_the_document_is_replaced_as_a_whole() -> None:
    record = Record.read()
    text = "before\n<!-- cost -->\nold\n<!-- /cost -->\nafter\n"

    text_after = report.replace_block(text, record)

    assert (
        text_after == f"before\n<!-- cost -->\n{report.build_block(record)}<!-- /cost -->\nafter\n"
    )
    assert report.replace_block(text_after, record) == text_after


# -- what the worker counts


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ({"S": "héllo"}, 6),
        ({"N": "12345"}, 4),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": [{"S": "a"}, {"S": "bc"}]}, 3 + 2 + 3),
        ({"M": {"name": {"S": "Ada"}}}, 3 + 1 + 4 + 3),
    ],
)
def test_an_attribute_has_the_size_that_dynamodb_bills(
    attribute: Mapping[str, Any], expected: int
) -> None:
    assert compute_size(attribute) == expected


def test_metrics_are_counted_by_the_values_of_their_dimensions() -> None:
    record = {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Dimensions": [["service", "outcome"], ["service", "route", "outcome"]],
                    "Metrics": [{"Name": "calls"}, {"Name": "latency"}],
                }
            ]
        },
        "service": "cuebook-prod",
        "route": "render_live",
        "outcome": "ok",
    }

    assert find_metrics([json.dumps(record), '{"message": "call"}']) == {
        "calls ok",
        "latency ok",
        "calls render_live ok",
        "latency render_live ok",
    }


# -- memory


def test_a_size_makes_of_processor_time_what_its_share_allows() -> None:
    record = replace(RECORD, calls={**RECORD.calls, "registry/render_live": WRITE})

    choices = memory.list_choices(record, "registry/render_live")
    by_size = {choice.memory_mb: choice for choice in choices}

    assert [*by_size] == [256, 512, 768, 1024, 1769, 3008]
    assert by_size[1769].start_ms == by_size[1769].boosted_ms == 200 + 100 + 20
    assert by_size[3008].start_ms == 320
    assert by_size[1024].start_ms == pytest.approx(300 * 1769 / 1024 + 20)
    assert by_size[1024].boosted_ms == pytest.approx(200 + 100 * 1769 / 1024 + 20)
    assert by_size[1024].call_ms == 38
    assert by_size[1024].cents == pytest.approx(20 + 38_000 * 0.00133334)


def test_a_heavy_request_waits_for_each_of_its_requests() -> None:
    heavy = HeavyUse(status=200, requests=10, cpu_ms=1000, memory_mb=60)

    assert memory.compute_seconds(heavy, 1769) == 1.05
    assert memory.compute_seconds(heavy, 1024) == pytest.approx(1769 / 1024 + 0.05)
