"""A process like that of a Lambda function, which makes the sample calls and reports their use.

    python -m tools.cost.worker record <repetitions> [<name of a sample> …]
    python -m tools.cost.worker heavy

The first command prints a JSON object of names and uses. The second one stores prompts for heavy
requests, and prints a JSON object of the events of these requests. Only `tools.cost.machine` may
start this process, because its environment has all services on this machine.
"""

from __future__ import annotations

import io
import json
import os
import platform
import sys
import time
from collections import Counter
from dataclasses import asdict
from importlib import import_module
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, Any

from infra.local.gateway import Context, Gateway, Handler, Request, Response
from shared.routes import EVENT_PUBLISHER, ROUTES
from tools.cost.record import PUBLISHER, Use
from tools.cost.samples import (
    JINJA,
    NOTE,
    PARAGRAPH,
    SAMPLES,
    TEMPLATE,
    VARIABLES,
    Sample,
    Scene,
    Team,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from shared.routes import Route
    from shared.store.store import Store

LARGE = 4 * 1024 * 1024 - 64 * 1024  # bytes of a template that still fits into a body
FILLING = 9  # large versions that exceed the cache of a process: `content_cache_bytes`
MANY = 1000  # prompts of a large team
UNIT_BYTES = 1024  # that a unit writes
ITEM_OVERHEAD = 100  # bytes that DynamoDB adds to each item it stores


def _leave_out(task: Callable[[], None]) -> None:
    """Leave a task out, instead of starting it beside the call."""


class Meter:
    """Counts requests to AWS.

    Attributes:
        on: Whether it counts.
        requests: The number of requests by operation.
        units: Units of DynamoDB: `read` and `write`.
        events: The number of events of prompts.
    """

    def __init__(self) -> None:
        """Observe all requests of this process from now on."""
        from shared.store import aws

        self.on = False
        self.requests: Counter[str] = Counter()
        self.units = {"read": 0.0, "write": 0.0}
        self.events = 0
        self._units_of_transaction: Counter[str] = Counter()
        for client in (aws.get_dynamodb(), aws.get_s3(), aws.get_eventbridge()):
            client.meta.events.register("before-parameter-build", self._prepare)
            client.meta.events.register("after-call", self._count)

    def clear(self) -> None:
        """Set all counters to zero."""
        self.requests.clear()
        self.units = {"read": 0.0, "write": 0.0}
        self.events = 0

    def _prepare(self, params: dict[str, Any], model: Any, **_: object) -> None:
        if not self.on or model.service_model.service_name != "dynamodb":
            return
        params["ReturnConsumedCapacity"] = "TOTAL"
        writes = params["TransactItems"] if model.name == "TransactWriteItems" else ()
        self._units_of_transaction = count_units(writes)
        puts = [item.get("Put", {}) for item in writes]
        heads = os.environ["PROMPTS_TABLE"]  # the table whose stream is published
        self.events += sum(put.get("TableName") == heads for put in puts)

    def _count(self, parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        if not self.on:
            return
        tries = 1 + parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0)
        self.requests[f"{model.service_model.service_name}:{model.name}"] += tries
        capacities = parsed.get("ConsumedCapacity", [])
        reads = model.name in ("GetItem", "BatchGetItem", "TransactGetItems", "Query")
        for capacity in capacities if isinstance(capacities, list) else [capacities]:
            units = max(
                capacity["CapacityUnits"], self._units_of_transaction[capacity["TableName"]]
            )
            self.units["read" if reads else "write"] += units


def count_units(writes: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Count the least units that the writes of a transaction take, by table.

    DynamoDB counts each item by itself, twice in a transaction; DynamoDB Local counts all items of
    a table together. Of what is updated, deleted or checked only the key is known, and one unit is
    assumed.
    """
    units: Counter[str] = Counter()
    for write in writes:
        ((verb, target),) = write.items()
        size = compute_size({"M": target["Item"]}) if verb == "Put" else 1
        units[target["TableName"]] += 2 * ceil(size / UNIT_BYTES)
    return units


class Machine:
    """The handlers behind a simulated API Gateway.

    Attributes:
        gateway: The API.
        meter: Counts requests to AWS.
        cpu_ms: The processor time of the last call's handler, in milliseconds.
    """

    def __init__(self, log: io.StringIO) -> None:
        """Make a machine that has not loaded any handler.

        Args:
            log: Where the handlers write their logs.
        """
        from shared import background, serve

        # The day of a key's last use: one write of 1 unit a day in each process, of no call.
        background.start = _leave_out
        self._log = log
        self.cpu_ms = 0.0
        self.gateway = Gateway(ROUTES, self._load_handler)
        self._serve = serve
        self.meter = Meter()

    @property
    def store(self) -> Store:
        """The store of the handlers."""
        return self._serve.get_store()

    def clear_cache(self) -> None:
        """Clear the caches of keys and content, as in a process that has just started."""
        self._serve.get_store.cache_clear()
        self._serve.get_store()

    def _load_handler(self, route: Route) -> Handler:
        return self.load_handler(route.module)

    def load_handler(self, module: str) -> Handler:
        """Load a module's handler, whose calls set `cpu_ms`."""
        handler = import_module(module).lambda_handler

        def call(event: dict[str, Any], context: Context) -> object:
            start = time.thread_time_ns()
            try:
                return handler(event, context)
            finally:
                self.cpu_ms = (time.thread_time_ns() - start) / 1e6

        return call

    def measure(self, call: Callable[[], Response], cpu_ms: float) -> Use:
        """Measure what one call uses.

        Args:
            call: Makes the call.
            cpu_ms: The processor time of the call, which is measured with the meter off.
        """
        self._log.seek(0)
        self._log.truncate()
        self.meter.clear()
        self.meter.on = True
        try:
            response = call()
        finally:
            self.meter.on = False
        log = self._log.getvalue().encode()
        head = sum(len(f"{name}: {value}\r\n") for name, value in response.headers)
        return Use(
            requests=dict(sorted(self.meter.requests.items())),
            read_units=self.meter.units["read"],
            write_units=self.meter.units["write"],
            events=self.meter.events,
            status=response.status,
            response_bytes=head + len(response.body),
            log_bytes=len(log),
            log_lines=log.count(b"\n"),
            metrics=sorted(find_metrics(log.decode().splitlines())),
            cpu_ms=cpu_ms,
        )


def find_metrics(lines: Iterable[str]) -> set[str]:
    """Find the metrics in log lines, with the values of their dimensions."""
    return {
        " ".join([metric["Name"], *(record[name] for name in names if name != "service")])
        for record in map(json.loads, lines)
        for directive in record.get("_aws", {}).get("CloudWatchMetrics", ())
        for names in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


def record_samples(
    machine: Machine, repetitions: int, names: Collection[str] = ()
) -> dict[str, Any]:
    """Record what samples use; returns the part of the record about calls.

    Args:
        machine: Makes the calls.
        repetitions: The number of repetitions to measure processor time; 0 for no measurement.
        names: Names of the samples; empty for all.
    """
    scene = Scene(machine.gateway.respond, machine.store)
    calls = {
        sample.name: record_sample(machine, scene, sample, repetitions)
        for sample in SAMPLES
        if not names or sample.name in names
    }
    calls[PUBLISHER] = record_publisher(machine, scene, repetitions)
    before_prompt = sum_stored_bytes()
    prompt = scene.writers.create_prompt()
    before_version = sum_stored_bytes()
    body = {"template": TEMPLATE, "message": NOTE}
    scene.writers("POST", f"/v1/prompts/{prompt.id}/versions", body)
    version_bytes = sum_stored_bytes() - before_version
    return {
        "python": platform.python_version(),
        "prompt_bytes": before_version - before_prompt - 3 * version_bytes,
        "version_bytes": version_bytes,
        "calls": {name: asdict(use) for name, use in calls.items()},
    }


def record_sample(machine: Machine, scene: Scene, sample: Sample, repetitions: int) -> Use:
    """Record what a sample uses.

    Raises:
        RuntimeError: The status is not the one that the sample expects.
    """

    def prepare() -> Request:
        request = scene.build_request(sample)
        if sample.clear_cache:
            machine.clear_cache()
        return request

    # Reads can be repeated more often. The first call does not count: it fills the cache of slugs.
    reads = sample.on in ("team", "held prompts")
    times = []
    for _ in range((3 * repetitions if reads else repetitions) + (reads or bool(repetitions))):
        request = prepare()
        machine.gateway.respond(request)
        times.append(machine.cpu_ms)
    request = prepare()
    cpu_ms = round(median(times[1:]), 3) if times[1:] else 0.0
    use = machine.measure(lambda: machine.gateway.respond(request), cpu_ms)
    if use.status != sample.status:
        raise RuntimeError(f"{sample.name} has the status {use.status} instead of {sample.status}")
    return use


def record_publisher(machine: Machine, scene: Scene, repetitions: int) -> Use:
    """Record the publishing of one event; under load up to a hundred share a call.

    Lambda does not bill reading the stream.

    Raises:
        RuntimeError: The event was not published.
    """
    from shared.store import aws

    prompt = scene.writers.create_prompt()
    table, key = os.environ["PROMPTS_TABLE"], {"prompt_id": {"S": prompt.id}}
    head = aws.get_dynamodb().get_item(TableName=table, Key=key)["Item"]
    change = {"SequenceNumber": "4" * 24, "NewImage": head, "OldImage": head}
    event = {"Records": [{"eventID": "1", "eventName": "MODIFY", "dynamodb": change}]}
    handler = machine.load_handler(EVENT_PUBLISHER)
    context = Context(aws_request_id="1", function_name="publisher", deadline=1e12)
    times = []
    for _ in range(1 + 3 * repetitions):
        handler(event, context)
        times.append(machine.cpu_ms)
    cpu_ms = round(median(times[1:]), 3) if times[1:] else 0.0

    def call() -> Response:
        result = handler(event, context)
        if result != {"batchItemFailures": []}:
            raise RuntimeError(f"the event was not published: {result}")
        return Response(200, ())

    return machine.measure(call, cpu_ms)


def sum_stored_bytes() -> int:
    """Sum up the billed bytes of all tables."""
    from shared.settings import get_settings
    from shared.store import aws

    pages = (
        page
        for name in get_settings().tables.values()
        for page in aws.get_dynamodb().get_paginator("scan").paginate(TableName=name)
    )
    return sum(
        ITEM_OVERHEAD + compute_size({"M": item}) for page in pages for item in page["Items"]
    )


def compute_size(attribute: Mapping[str, Any]) -> int:
    """Compute the size of an attribute in bytes.

    Texts are in UTF-8, numbers take half a byte per digit, maps and lists 3 additional bytes.
    Source: AWS's guide "DynamoDB item sizes and formats".
    """
    ((kind, value),) = attribute.items()
    match kind:
        case "M":
            return 3 + sum(1 + len(name.encode()) + compute_size(v) for name, v in value.items())
        case "L":
            return 3 + sum(1 + compute_size(element) for element in value)
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 2
        case _:
            return 1


# -- events for other processes


class EventRecorder:
    """Records the events of requests, without calling a function."""

    def __init__(self) -> None:
        """Make a recorder."""
        self._calls: list[tuple[str, dict[str, Any]]] = []
        self._gateway = Gateway(ROUTES, self._load_handler)

    def record(self, *requests: Request) -> list[Any]:
        """Record requests of one function; returns its module, followed by the events."""
        self._calls.clear()
        for request in requests:
            self._gateway.respond(request)
        return [self._calls[0][0], *(event for _, event in self._calls)]

    def _load_handler(self, route: Route) -> Handler:
        def call(event: dict[str, Any], context: Context) -> object:
            self._calls.append((route.module, event))
            return {"statusCode": 200, "body": ""}

        return call


def build_heavy_requests(machine: Machine) -> dict[str, Any]:
    """Store the prompts of heavy requests, and build their events.

    Returns:
        The module of the function, followed by the events, by name of the request.
    """
    requests_by_name: dict[str, Any] = {}
    respond = machine.gateway.respond
    recorder = EventRecorder()

    def keep(name: str, *requests: Request) -> None:
        requests_by_name[name] = recorder.record(*requests)

    team = Team(respond, machine.store, 1 << 66)
    typical = team.create_prompt()
    keep("health check", team.build_request("GET", "/v1/health"))
    render = team.build_request(
        "POST", f"/v1/prompts/{typical.slug}/render", {"variables": VARIABLES}
    )
    keep("render, 2 KB", render)

    lines = "".join(f"{number} {PARAGRAPH}\n" for number in range(LARGE // len(PARAGRAPH)))
    whole = lines[:LARGE]
    part = whole[: LARGE // 3]
    large = team("POST", f"/v1/teams/{team.id}/prompts", {"name": "Large"})["prompt"]
    path = f"/v1/prompts/{large['id']}/versions"
    for template in (part, part.replace("0 You", "0 We"), *FILLING * (whole,)):
        version = team("POST", path, {"template": template})["version"]
        team("POST", f"{path}/{version['version']}/promote")
    targets = [f"/v1/prompts/{large['slug']}/versions/{3 + n}/render" for n in range(FILLING)]
    renders = [team.build_request("POST", target, {}) for target in targets]
    keep("render, 4 MiB", renders[0])
    keep("render, as much as a process caches", *renders)
    keep("create a version, 4 MiB", team.build_request("POST", path, {"template": whole}))
    keep("get a version, 4 MiB", team.build_request("GET", f"{path}/3"))
    keep("compare 1.3 MiB with 1.3 MiB", team.build_request("GET", f"{path}/diff?from=1&to=2"))

    for engine, template in (("jinja", JINJA_WORK), ("go", GO_WORK)):
        name = f"Work {engine}"
        work = team("POST", f"/v1/teams/{team.id}/prompts", {"name": name})["prompt"]
        path = f"/v1/prompts/{work['id']}/versions"
        team("POST", path, {"template": template, "engine": engine})
        target = f"/v1/prompts/{work['slug']}/versions/1/render"
        body = {"variables": {"rows": [*range(20_000)]}}
        keep(f"render up to the limit of work, {engine}", team.build_request("POST", target, body))

    many = Team(respond, machine.store, 1 << 67)
    for number in range(MANY):
        new = {"handle": f"prompt-{number}", "prompt": JINJA, "tags": ["production"]}
        many("POST", "/api/prompts", new)
    keep(
        "Maxim's sync, 1,000 prompts",
        many.build_request("GET", "/api/sdk/v4/prompts", dialect="maxim"),
    )
    keep("list of 1,000 prompts", many.build_request("GET", f"/v1/teams/{many.id}/prompts"))
    keep("LangWatch's list, 1,000 prompts", many.build_request("GET", "/api/prompts"))
    return requests_by_name


# These end with 422 at the limit of steps, so that they take as long as any rendering can.
JINJA_WORK = "{% for a in rows %}{% for b in rows %}{{ a * b }},{% endfor %}{% endfor %}"
GO_WORK = '{{range $a := .rows}}{{range $b := $.rows}}{{printf "%v" $b}},{{end}}{{end}}'


def main() -> int:
    """Print the result of a command as JSON."""
    out, log = sys.stdout, io.StringIO()
    sys.stdout = log  # before the logger gets it
    machine = Machine(log)
    command, *rest = sys.argv[1:]
    if command == "record":
        repetitions, *names = rest
        json.dump(record_samples(machine, int(repetitions), names), out)
    else:
        json.dump(build_heavy_requests(machine), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
