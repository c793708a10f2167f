"""Measure the Python client beside those of other vendors.

python -m tools.bench_client            everything; six minutes on two processors
python -m tools.bench_client --short    the same with fewer turns, in less than a minute
python -m tools.bench_client --write    everything, into tools/bench_client/RESULTS.md

`make bench-client` prepares the environment that `--python` names.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.project import ROOT
from tools.bench.tables import build_document, describe_origin
from tools.bench_client import report
from tools.bench_client.clients import CAPACITY, PRODUCTS
from tools.bench_client.server import run_server

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.bench.tables import Table
    from tools.bench_client.server import Server

CALLERS = 32
SECONDS = 0.3  # of a response that all callers wait for


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured.

    Attributes:
        turns: The number of processes of each client for starts, calls, and callers at once.
        samples: How often each process measures some calls.
        speed: By how much the times of the clients are shortened where requests are counted.
        minutes: For how long they are counted, in minutes of the time that is shortened.
        prompts: The number of prompts whose memory is measured.
    """

    turns: int
    samples: int
    speed: int
    minutes: int
    prompts: int


FULL = Extent(turns=9, samples=50, speed=10, minutes=12, prompts=10_000)
SHORT = Extent(turns=2, samples=10, speed=60, minutes=12, prompts=300)


class Workers:
    """Starts processes that measure, and counts their requests.

    Attributes:
        python: The interpreter of the environment that has all clients.
        server: The service that they ask.
    """

    def __init__(self, python: str, server: Server) -> None:
        self.python = python
        self.server = server

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python with these arguments."""
        environment = {
            name: text for name, text in os.environ.items() if not name.startswith("PYTHON")
        }
        folders = os.pathsep.join([str(ROOT), str(ROOT / "client")])
        return subprocess.Popen(
            [self.python, *arguments],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": folders},
            stdout=subprocess.PIPE,
            text=True,
        )

    def start_worker(
        self, measurement: str, client: str, options: Mapping[str, float]
    ) -> subprocess.Popen[str]:
        """Start a process that measures a client; see `tools.bench_client.worker`."""
        arguments = measurement, client, self.server.url, json.dumps(options)
        return self.start("-m", "tools.bench_client.worker", *arguments)

    def measure(self, measurement: str, client: str, **options: float) -> tuple[Any, int]:
        """Measure one client in a process of its own.

        Returns:
            What the process has measured, and the number of its requests.
        """
        before = self.server.counts[client]
        result = load_result(self.start_worker(measurement, client, options))
        return result, self.server.counts[client] - before

    def measure_start(self, client: str) -> Any:
        """Measure the start of one client; see `tools.bench_client.start`."""
        script = str(ROOT / "tools/bench_client/start.py")
        statement = PRODUCTS[client].statement
        return load_result(self.start("-P", script, client, statement, self.server.url))


def load_result(process: subprocess.Popen[str]) -> Any:
    """Load what a process has measured.

    Raises:
        RuntimeError: It has failed; it has said why.
    """
    output, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError("a client could not be measured")
    return json.loads(output)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench_client",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--python", required=True, help="the interpreter of an environment with all clients"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--short", action="store_true")
    which.add_argument("--write", action="store_true")
    return parser


def main() -> int:
    """Run the command; returns the exit code."""
    arguments = build_parser().parse_args()
    with run_server() as server:
        workers = Workers(arguments.python, server)
        versions = load_result(workers.start("-m", "tools.bench_client.worker", "versions"))
        names = ", ".join(f"{name} {version}" for name, version in versions.items())
        origin = describe_origin(names)  # with the load of the machine before this adds to it
        try:
            tables = measure(SHORT if arguments.short else FULL, workers)
        except RuntimeError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    options = "--short" if arguments.short else "--write" if arguments.write else ""
    document = build_document(
        tables,
        title="Speed of the Python client",
        origin=origin,
        command=f"make bench-client ARGS={options}" if options else "make bench-client",
    )
    if arguments.write:
        report.FILE.write_text(document, encoding="utf-8")
    sys.stdout.write(document)
    return 0


def measure(extent: Extent, workers: Workers) -> list[Table]:
    """Measure all clients in turn, and build the tables.

    Raises:
        RuntimeError: A client cannot be measured.
    """
    at_once = defaultdict[str, list[int]](list)
    starts, calls = (
        {client: defaultdict[str, list[float]](list) for client in PRODUCTS} for _ in "ab"
    )
    for client in PRODUCTS:
        workers.measure_start(client)  # which compiles its modules
    for _ in range(extent.turns):
        for client in PRODUCTS:
            add(starts[client], workers.measure_start(client))
        for client in PRODUCTS:
            add(calls[client], workers.measure("calls", client, samples=extent.samples)[0])
        workers.server.seconds = SECONDS
        for client in PRODUCTS:
            at_once[client].append(workers.measure("callers", client, callers=CALLERS)[1])
        workers.server.seconds = 0
    memory = {}
    for client in PRODUCTS:
        result, requests = workers.measure("memory", client, prompts=extent.prompts)
        memory[client] = result["bytes"], 2 * extent.prompts + 1 - requests
    return [
        report.build_calls(calls),
        report.build_starts(starts),
        report.build_requests(
            at_once, count_requests(extent, workers), callers=CALLERS, speed=extent.speed
        ),
        report.build_memory(memory, extent.prompts),
    ]


def count_requests(extent: Extent, workers: Workers) -> dict[str, float]:
    """Count the requests in an hour of a process that uses prompts all the time.

    Raises:
        RuntimeError: A client cannot be measured.
    """
    options = {"speed": extent.speed, "seconds": 60 * extent.minutes / extent.speed}
    before = workers.server.counts.copy()
    # All at once, since they mostly wait.
    processes = [workers.start_worker("use", client, options) for client in PRODUCTS]
    for process in processes:
        load_result(process)
    hours = extent.minutes / 60
    counts = workers.server.counts
    return {client: (counts[client] - before[client] - CAPACITY) / hours for client in PRODUCTS}


def add(series: defaultdict[str, list[float]], values: dict[str, float]) -> None:
    """Add what one process has measured."""
    for name, value in values.items():
        series[name].append(value)


if __name__ == "__main__":
    sys.exit(main())
