"""The benchmark of the client, without its measurements."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from tools.bench_client import report, server
from tools.bench_client.__main__ import FULL, SHORT, Workers, build_parser
from tools.bench_client.clients import CAPACITY, KEY, PRODUCTS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = report.FILE.read_text(encoding="utf-8") if report.FILE.exists() else ""
PATHS = {
    "cuebook": "/v1/batch",
    "langfuse": "/api/public/v2/prompts/a%20b?label=production",
    "langsmith": "/commits/-/a b/latest",
    "promptlayer": "/prompt-templates/a%20b",
}


@pytest.fixture
def running() -> Iterator[server.Server]:
    with server.run_server() as running:
        yield running


# -- the service


@pytest.mark.parametrize("client", PRODUCTS)
def test_the_service_tells_the_clients_apart_by_their_paths(client: str) -> None:
    body = {"prompts": [{"name": "a b", "pointer": "live"}]}

    name, document = server.build_response(PATHS[client].partition("?")[0], body)

    text = json.dumps(document)
    assert name == client
    assert all(server.FORMS[client] % variable in text for variable in VARIABLES)
    assert "a b" in text


@pytest.mark.enable_socket
def test_the_service_counts_requests_and_has_nothing_else(running: server.Server) -> None:
    with urlopen(running.url + "/prompt-templates/a", data=b"{}") as response:
        assert json.load(response)["prompt_name"] == "a"
    with pytest.raises(OSError, match="404"):
        urlopen(Request(running.url + "/info"))

    assert running.counts == {"promptlayer": 1, "": 1}


# -- what is measured of our own client


@pytest.fixture
def workers(running: server.Server) -> Workers:
    return Workers(sys.executable, running)


@pytest.mark.enable_socket
def test_callers_at_once_cost_one_request(workers: Workers) -> None:
    workers.server.seconds = 0.3

    _, requests = workers.measure("callers", "cuebook", callers=32)

    assert requests == 1


@pytest.mark.enable_socket
def test_a_ttl_costs_one_request_for_all_prompts(workers: Workers) -> None:
    _, requests = workers.measure("use", "cuebook", speed=60, seconds=3.5)

    assert CAPACITY + 1 <= requests <= CAPACITY + 4


@pytest.mark.enable_socket
def test_calls_have_times_and_memory_a_size(workers: Workers) -> None:
    times, _ = workers.measure("calls", "cuebook", samples=2)
    size, requests = workers.measure("memory", "cuebook", prompts=10)

    assert {name for name, value in times.items() if value > 0} == {"get", "render"}
    assert size.keys() == {"bytes"}
    assert requests == 1 + 10


@pytest.mark.enable_socket
def test_a_start_has_its_import_and_its_first_prompt(workers: Workers) -> None:
    times = workers.measure_start("cuebook")

    assert 0 < times["import"] < times["first prompt"]


@pytest.mark.enable_socket
def test_a_client_that_fails_fails_the_run(workers: Workers) -> None:
    with pytest.raises(RuntimeError):
        workers.measure("nothing", "cuebook")


# -- tables


def build_times(**values: Any) -> Any:
    return {
        "cuebook": {name: [value, value] for name, value in values.items()},
        "langsmith": {next(iter(values)): [10, 20]},
    }


def test_a_client_is_compared_with_ours() -> None:
    table = report.build_calls(build_times(get=1.0, render=30.0))

    assert table.rows == [
        [
            *("Cuebook", "1.00 / 1.00", "≤ 1.2 µs: met", "1"),
            *("30.0 / 30.0", "≤ 20 µs: missed", "1"),
        ],
        [
            *("LangSmith", "10.00 / 15.00", "-", "10.00 / 15.00 (12.50 to 17.50)"),
            *("-", "-", "-"),
        ],
    ]
    assert {len(row) for row in table.rows} == {len(table.head)}


def test_starts_have_no_goal_for_the_first_prompt() -> None:
    table = report.build_starts(build_times(**{"import": 50.0, "first prompt": 200.0}))

    assert table.rows[0] == [
        *("Cuebook", "50 / 50", "≤ 60 ms: met", "1", "200 / 200", "-", "1"),
    ]
    assert len(table.head) == 7


def test_requests_and_memory_are_shown() -> None:
    requests = report.build_requests(
        {"cuebook": [1, 1], "langfuse": [32, 30]},
        {"cuebook": 61.0, "langfuse": 6000.0},
        callers=32,
        speed=10,
    )
    memory = report.build_memory({"cuebook": (6e6, 1000), "promptlayer": (8e6, 0)}, 1000)

    assert requests.rows == [
        ["Cuebook", "1 / 1", "≤ 1: met", "61", "≤ 60: missed"],
        ["Langfuse", "30 / 31", "-", "6000", "-"],
    ]
    assert memory.rows == [
        ["Cuebook", "1,000", "6.0", "6.0"],
        ["PromptLayer", "0", "8.0", "-"],
    ]


# -- the command


def test_the_short_form_measures_the_same_less_often() -> None:
    assert SHORT.turns < FULL.turns
    assert SHORT.prompts < FULL.prompts
    assert 60 * SHORT.minutes / SHORT.speed < 60 * FULL.minutes / FULL.speed


def test_what_is_written_is_all_of_it() -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--python", "p", "--write", "--short"])


def test_the_results_are_of_a_whole_run_with_the_machine_and_the_day() -> None:
    assert re.search(r"Measured on \d{4}-\d\d-\d\d at commit \w+, on \d+ processors", RESULTS)
    assert "make bench-client ARGS=--write" in RESULTS
    assert re.findall(r"^## (.+)$", RESULTS, re.M) == ["Calls", "Start", "Requests", "Memory"]
    assert KEY not in RESULTS
