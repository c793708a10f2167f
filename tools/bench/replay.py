"""The process that makes the same calls again and again, without AWS's time.

    python -m tools.bench.replay functions <loops> < {name: [module, event, event …]}
    python -m tools.bench.replay profile <loops>   < the same
    python -m tools.bench.replay client <loops>    < {name: [[operation, body, response], …]}

It runs with the deployed packages of any commit, and therefore imports nothing of this project but
the handlers. Only `tools.cost.machine` may start it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections import Counter
from importlib import import_module
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import HeadersDict
from botocore.endpoint import Endpoint

from tools.cost.cold import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    Call = Callable[[], object]

READS = frozenset({"GetItem", "BatchGetItem", "TransactGetItems", "Query"})
WARMING = 20  # the least number of calls before those that count
SAMPLE_SECONDS = 0.001
LIBRARY = re.compile(r"/python/(\w+)[/.]")  # in the folder of a layer
OURS = re.compile(r"/(functions|shared/\w+)[/.]")


class Response:
    """A response of HTTP, as far as botocore reads it."""

    status_code = 200
    headers = HeadersDict(
        {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": 52 * "A"}
    )

    def __init__(self, content: bytes) -> None:
        """Make a response of DynamoDB with a body."""
        self.content = content


class Recordings:
    """Answers reads from DynamoDB with what it has answered before, and lets nothing be written.

    So what the next call reads, and therefore does, stays the same.

    Attributes:
        responses: The responses by operation and body.
        requests: The requests so far: operation, body, response.
        unknown: The number of reads that had to be sent.
    """

    def __init__(self) -> None:
        """Answer all requests of this process from now on."""
        self.responses: dict[tuple[str, bytes], Response] = {}
        self.requests: list[tuple[str, bytes, Response]] = []
        self.unknown = 0
        self._empty = Response(b"{}")
        # Where all clients send, after everything that they have been told to do before.
        endpoints: Any = Endpoint
        self._send = endpoints._send
        endpoints._send = lambda endpoint, request: self._respond(endpoint, request)

    def _respond(self, endpoint: Any, request: Any) -> Response:
        operation, body = find_operation(request), request.body
        if operation not in READS:
            response = self._empty
        elif (operation, body) in self.responses:
            response = self.responses[operation, body]
        else:
            self.unknown += 1
            response = Response(self._send(endpoint, request).content)
            self.responses[operation, body] = response
        self.requests.append((operation, body, response))
        return response


def find_operation(request: Any) -> str:
    """Find the operation of a request to DynamoDB."""
    target: str | bytes = request.headers["X-Amz-Target"]
    return (target if isinstance(target, str) else target.decode()).rpartition(".")[2]


class Calls:
    """The calls of one function, for one event after the other."""

    _traces = count(1)

    def __init__(self, name: str, module: str, events: Sequence[Any]) -> None:
        """Import the function."""
        self.count = len(events)
        self._name = name
        self._handler = import_module(module).lambda_handler
        self._events = cycle(events)
        self._context = Context()

    def prepare(self) -> None:
        """Start the trace of the next call, as Lambda does."""
        trace = f"Root=1-65a00000-{next(self._traces):024x};Parent=0000000000000001;Sampled=1"
        os.environ["_X_AMZN_TRACE_ID"] = trace

    def __call__(self) -> object:
        """Make the next call."""
        return self._handler(next(self._events), self._context)

    def warm_up(self) -> None:
        """Make calls until everything is known.

        Raises:
            RuntimeError: A call fails.
        """
        for _ in range(max(WARMING, 2 * self.count)):
            self.prepare()
            result: Any = self()
            if result["statusCode"] >= 300:
                raise RuntimeError(f"{self._name}: {result}")


def measure(call: Call, loops: int, prepare: Call = lambda: None) -> float:
    """Measure the processor time of the median call, in milliseconds.

    Args:
        call: The call.
        loops: How often it is made.
        prepare: Is called before each, and not measured.
    """
    times = []
    for _ in range(loops):
        prepare()
        start = time.process_time_ns()
        call()
        times.append(time.process_time_ns() - start)
    return median(times) / 1e6


def list_calls(
    work: Mapping[str, Sequence[Any]], recordings: Recordings
) -> Iterator[tuple[str, Calls]]:
    """List the calls of each function, warm.

    Raises:
        RuntimeError: A call fails, or reads something else each time.
    """
    for name, (module, *events) in work.items():
        calls = Calls(name, module, events)
        calls.warm_up()
        recordings.unknown = 0
        yield name, calls
        if recordings.unknown:
            raise RuntimeError(f"{name} reads something else each time")


def run_functions(work: Mapping[str, Sequence[Any]], loops: int) -> dict[str, Any]:
    """Measure functions, and record the requests of a call of each.

    Raises:
        RuntimeError: A call fails, or reads something else each time.
    """
    recordings = Recordings()
    results = {}
    for name, calls in list_calls(work, recordings):
        recordings.requests.clear()
        calls.prepare()
        calls()
        requests = [
            (operation, body.decode(), response.content.decode())
            for operation, body, response in recordings.requests
        ]
        milliseconds = measure(calls, max(loops, calls.count), calls.prepare)
        results[name] = {"milliseconds": milliseconds, "requests": requests}
    return results


def run_client(work: Mapping[str, Sequence[tuple[str, str, str]]], loops: int) -> dict[str, Any]:
    """Measure a plain boto3 client that makes the requests of calls."""
    recordings = Recordings()
    client = boto3.client("dynamodb")
    methods: Mapping[str, Any] = {
        name: getattr(client, method) for method, name in client.meta.method_to_api_mapping.items()
    }
    results = {}
    for name, requests in work.items():
        for operation, body, response in requests:
            recordings.responses[operation, body.encode()] = Response(response.encode())
        calls = [(methods[operation], json.loads(body)) for operation, body, _ in requests]

        def call(calls: Sequence[tuple[Any, Any]] = calls) -> None:
            for method, parameters in calls:
                method(**parameters)

        measure(call, WARMING)
        results[name] = {"milliseconds": measure(call, loops)}
        recordings.requests.clear()
    return results


def run_profile(work: Mapping[str, Sequence[Any]], loops: int) -> dict[str, Any]:
    """Count where functions are while a clock of processor time interrupts them.

    Raises:
        RuntimeError: A call fails, or reads something else each time.
    """
    results = {}
    for name, calls in list_calls(work, Recordings()):
        libraries = Counter[str]()

        def note(_: int, frame: FrameType | None, libraries: Counter[str] = libraries) -> None:
            libraries[find_library(frame)] += 1

        signal.signal(signal.SIGPROF, note)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)
        for _ in range(loops):
            calls.prepare()
            calls()
        signal.setitimer(signal.ITIMER_PROF, 0)
        results[name] = {"libraries": dict(libraries.most_common())}
    return results


def find_library(frame: FrameType | None) -> str:
    """Find the library that a function belongs to, or works for if it is a standard one."""
    while frame is not None:
        file = frame.f_code.co_filename
        if match := LIBRARY.search(file) or OURS.search(file):
            return match[1]
        frame = frame.f_back
    return "other"


MODES: Mapping[str, Callable[[Any, int], dict[str, Any]]] = {
    "functions": run_functions,
    "client": run_client,
    "profile": run_profile,
}


def main() -> int:
    """Print the result of a command as JSON."""
    mode, loops = sys.argv[1:]
    out = sys.stdout
    with Path(os.devnull).open("w", buffering=1) as sink:
        sys.stdout = sink  # before the logger gets it
        result = MODES[mode](json.load(sys.stdin), int(loops))
    json.dump(result, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
