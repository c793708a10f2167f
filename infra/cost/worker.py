"""A Lambda function's process on this machine: it makes the sample calls and says what they used.

    python -m infra.cost.worker record <repetitions>
    python -m infra.cost.worker heavy

The first prints a JSON object of names and uses, the second one of the events of the heaviest
requests, whose prompts it has stored before. `infra.cost.machine` gives it its environment, in
which every service is on this machine; nothing but that may start it.
"""

from __future__ import annotations

import io
import json
import os
import platform
import sys
import time
from collections import Counter
from dataclasses import asdict, replace
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

from infra.cost.record import PUBLISHER, Use
from infra.cost.samples import (
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
from infra.local.gateway import Answer, Context, Gateway, Handler, Request
from shared.routes import CONSUMERS, ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shared.routes import Route
    from shared.store.store import Store

LARGE = 4 * 1024 * 1024 - 64 * 1024  # of a template, so that the body around it fits too
FILLING = 9  # so large versions are more than a process remembers: `content_cache_bytes`
MANY = 1000  # prompts of a large team
ITEM_OVERHEAD = 100  # bytes that DynamoDB adds to each item it stores


class Meter:
    """Takes down what goes to AWS, from when it is made."""

    def __init__(self) -> None:
        from shared.store import aws

        self.on = False
        self.requests: Counter[str] = Counter()
        self.units = {"read": 0.0, "write": 0.0}
        self.events = 0
        for client in (aws.dynamodb(), aws.s3(), aws.eventbridge()):
            client.meta.events.register("before-parameter-build", self._before)
            client.meta.events.register("after-call", self._after)

    def clear(self) -> None:
        self.requests.clear()
        self.units = {"read": 0.0, "write": 0.0}
        self.events = 0

    def _before(self, params: dict[str, Any], model: Any, **_: object) -> None:
        if not self.on or model.service_model.service_name != "dynamodb":
            return
        params["ReturnConsumedCapacity"] = "TOTAL"
        puts = [item.get("Put", {}) for item in params.get("TransactItems", ())]
        heads = os.environ["PROMPTS_TABLE"]  # the one whose stream is published
        self.events += sum(put.get("TableName") == heads for put in puts)

    def _after(self, parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        if not self.on:
            return
        tries = 1 + parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0)
        self.requests[f"{model.service_model.service_name}:{model.name}"] += tries
        consumed = parsed.get("ConsumedCapacity", [])
        reads = model.name in ("GetItem", "BatchGetItem", "Query")
        for one in consumed if isinstance(consumed, list) else [consumed]:
            self.units["read" if reads else "write"] += one["CapacityUnits"]


class Machine:
    """The handlers behind an API Gateway, one call after the other.

    Args:
        said: what they write to the logs.
    """

    def __init__(self, said: io.StringIO) -> None:
        from shared import serve

        self.said = said
        self.cpu_ms = 0.0
        self.gateway = Gateway(ROUTES, self._handler)
        self._serve = serve
        self.meter = Meter()

    @property
    def store(self) -> Store:
        return self._serve.store()

    def forget(self) -> None:
        self._serve.store.cache_clear()
        self._serve.store()

    def _handler(self, route: Route) -> Handler:
        return self.timed(route.module)

    def timed(self, module: str) -> Handler:
        handler = import_module(module).lambda_handler

        def call(event: dict[str, Any], context: Context) -> object:
            started = time.thread_time_ns()
            try:
                return handler(event, context)
            finally:
                self.cpu_ms = (time.thread_time_ns() - started) / 1e6

        return call

    def use(self, call: Callable[[], Answer], cpu_ms: float) -> Use:
        """What one call uses; its processor time is measured elsewhere, with the meter off."""
        self.said.seek(0)
        self.said.truncate()
        self.meter.clear()
        self.meter.on = True
        try:
            answer = call()
        finally:
            self.meter.on = False
        said = self.said.getvalue().encode()
        head = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers)
        return Use(
            requests=dict(sorted(self.meter.requests.items())),
            read_units=self.meter.units["read"],
            write_units=self.meter.units["write"],
            events=self.meter.events,
            status=answer.status,
            answer_bytes=head + len(answer.body),
            log_bytes=len(said),
            log_lines=said.count(b"\n"),
            metrics=sorted(metrics(said.decode().splitlines())),
            cpu_ms=cpu_ms,
        )


def metrics(lines: Iterable[str]) -> set[str]:
    """The metrics that log lines have CloudWatch keep, each with the values of its dimensions."""
    return {
        " ".join([metric["Name"], *(said[name] for name in names if name != "service")])
        for said in map(json.loads, lines)
        for told in said.get("_aws", {}).get("CloudWatchMetrics", ())
        for names in told["Dimensions"]
        for metric in told["Metrics"]
    }


def record(machine: Machine, repetitions: int) -> dict[str, Any]:
    """Args: repetitions: for the processor's time; 0 measures none."""
    scene = Scene(machine.gateway.answer, machine.store)
    calls = {sample.name: recorded(machine, scene, sample, repetitions) for sample in SAMPLES}
    calls[PUBLISHER] = published(machine, scene, repetitions)
    empty = stored()
    scene.writers.prompt()
    whole = stored() - empty
    body = {"template": TEMPLATE, "message": NOTE}
    prompt = scene.writers.prompt()
    before = stored()
    scene.writers("POST", f"/v1/prompts/{prompt.id}/versions", body)
    version = stored() - before
    return {
        "python": platform.python_version(),
        "prompt_bytes": whole - 3 * version,
        "version_bytes": version,
        "calls": {name: asdict(use) for name, use in calls.items()},
    }


def recorded(machine: Machine, scene: Scene, sample: Sample, repetitions: int) -> Use:
    """Raises RuntimeError where the call is not answered as the sample says."""

    def prepared() -> Request:
        if sample.route == "registry/move_prompt":
            return moved(machine, scene, sample)
        request = scene.request(sample)
        if sample.forgotten:
            machine.forget()
        return request

    # What changes nothing can be done more often; the first time, names are not known yet.
    reads = sample.on == "team"
    times = []
    for _ in range((3 * repetitions if reads else repetitions) + (reads or bool(repetitions))):
        request = prepared()
        machine.gateway.answer(request)
        times.append(machine.cpu_ms)
    request = prepared()
    cpu_ms = round(median(times[1:]), 3) if times[1:] else 0.0
    use = machine.use(lambda: machine.gateway.answer(request), cpu_ms)
    if use.status != sample.status:
        raise RuntimeError(f"{sample.name}: {use.status} instead of {sample.status}")
    return use


def moved(machine: Machine, scene: Scene, sample: Sample) -> Request:
    """By a caller who is in both teams, which no key is: the process is made to remember one."""
    from shared.store import keys

    other = scene.team()
    request = scene.request(replace(sample, body={"team_id": other.id}))
    caller = machine.store.principal(scene.writers.key)
    assert caller is not None
    both = {**caller.permissions, other.id: caller.permissions[scene.writers.id]}
    known = machine.store._principals
    known.keep(keys.api_key(scene.writers.key)["pk"], replace(caller, permissions=both))
    return request


def published(machine: Machine, scene: Scene, repetitions: int) -> Use:
    """One change, published by itself; under load up to a hundred share a call of the function.

    That Lambda reads the stream for it costs nothing.
    """
    from shared.store import aws

    prompt = scene.writers.prompt()
    table, key = os.environ["PROMPTS_TABLE"], {"prompt_id": {"S": prompt.id}}
    head = aws.dynamodb().get_item(TableName=table, Key=key)["Item"]
    change = {"SequenceNumber": "4" * 24, "NewImage": head, "OldImage": head}
    event = {"Records": [{"eventID": "1", "eventName": "MODIFY", "dynamodb": change}]}
    (module,) = CONSUMERS
    handler = machine.timed(module)
    context = Context(aws_request_id="1", function_name="publisher", deadline=1e12)
    times = []
    for _ in range(1 + 3 * repetitions):
        handler(event, context)
        times.append(machine.cpu_ms)
    cpu_ms = round(median(times[1:]), 3) if times[1:] else 0.0

    def call() -> Answer:
        result = handler(event, context)
        if result != {"batchItemFailures": []}:
            raise RuntimeError(f"not published: {result}")
        return Answer(200, ())

    return machine.use(call, cpu_ms)


def stored() -> int:
    """Bytes of all tables, as DynamoDB bills them."""
    from shared.store import aws

    names = aws.dynamodb().list_tables()["TableNames"]
    pages = (
        page
        for name in names
        for page in aws.dynamodb().get_paginator("scan").paginate(TableName=name)
    )
    return sum(ITEM_OVERHEAD + size({"M": item}) for page in pages for item in page["Items"])


def size(value: Mapping[str, Any]) -> int:
    """Bytes of an attribute: of texts in UTF-8, of numbers half a byte a digit, of maps 3 more."""
    ((kind, held),) = value.items()
    match kind:
        case "M":
            return 3 + sum(1 + len(name.encode()) + size(one) for name, one in held.items())
        case "L":
            return 3 + sum(1 + size(one) for one in held)
        case "S":
            return len(held.encode())
        case "N":
            return len(held) // 2 + 2
        case _:
            return 1


# -- the heaviest requests


def heavy(machine: Machine) -> dict[str, Any]:
    """By what is asked for: the module that answers, and the events."""
    found: dict[str, Any] = {}
    answer = machine.gateway.answer
    asked: list[tuple[str, dict[str, Any]]] = []  # what a gateway would have had answered

    def noting(route: Route) -> Handler:
        def call(event: dict[str, Any], context: Context) -> object:
            asked.append((route.module, event))
            return {"statusCode": 200, "body": ""}

        return call

    noted = Gateway(ROUTES, noting)

    def keep(name: str, *requests: Request) -> None:
        for request in requests:
            noted.answer(request)
        found[name] = [asked[0][0], *(event for _, event in asked)]
        asked.clear()

    team = Team(answer, machine.store, 1 << 66)
    typical = team.prompt()
    keep("health check", team.request("GET", "/v1/health"))
    render = team.request("POST", f"/v1/prompts/{typical.slug}/render", {"variables": VARIABLES})
    keep("render, 2 KB", render)

    lines = "".join(f"{number} {PARAGRAPH}\n" for number in range(LARGE // len(PARAGRAPH)))
    whole = lines[:LARGE]
    part = whole[: LARGE // 3]
    large = team("POST", f"/v1/teams/{team.id}/prompts", {"name": "Large"})["prompt"]
    path = f"/v1/prompts/{large['id']}/versions"
    for template in (part, part.replace("0 You", "0 We"), *FILLING * (whole,)):
        made = team("POST", path, {"template": template})["version"]
        team("POST", f"{path}/{made['version']}/promote")
    targets = [f"/v1/prompts/{large['slug']}/versions/{3 + n}/render" for n in range(FILLING)]
    renders = [team.request("POST", target, {}) for target in targets]
    keep("render, 4 MiB", renders[0])
    keep("render, as much as a process remembers", *renders)
    keep("create a version, 4 MiB", team.request("POST", path, {"template": whole}))
    keep("get a version, 4 MiB", team.request("GET", f"{path}/3"))
    keep("compare 1.3 MiB with 1.3 MiB", team.request("GET", f"{path}/diff?from=1&to=2"))

    for engine, template in (("jinja", JINJA_WORK), ("go", GO_WORK)):
        name = f"Work {engine}"
        work = team("POST", f"/v1/teams/{team.id}/prompts", {"name": name})["prompt"]
        path = f"/v1/prompts/{work['id']}/versions"
        team("POST", path, {"template": template, "engine": engine})
        target = f"/v1/prompts/{work['slug']}/versions/1/render"
        body = {"variables": {"rows": [*range(20_000)]}}
        keep(f"render up to the limit of work, {engine}", team.request("POST", target, body))

    many = Team(answer, machine.store, 1 << 67)
    for number in range(MANY):
        new = {"handle": f"prompt-{number}", "prompt": JINJA, "tags": ["production"]}
        many("POST", "/api/prompts", new)
    keep("Maxim's sync, 1,000 prompts", many.request("GET", "/api/sdk/v4/prompts", maxim=True))
    keep("list of 1,000 prompts", many.request("GET", f"/v1/teams/{many.id}/prompts"))
    keep("LangWatch's list, 1,000 prompts", many.request("GET", "/api/prompts"))
    return found


# They end with 422 when the limit is reached, which takes as long as anything may.
JINJA_WORK = "{% for a in rows %}{% for b in rows %}{{ a * b }},{% endfor %}{% endfor %}"
GO_WORK = '{{range $a := .rows}}{{range $b := $.rows}}{{printf "%v" $b}},{{end}}{{end}}'


def main() -> int:
    out, said = sys.stdout, io.StringIO()
    sys.stdout = said  # before the logger takes hold of it
    machine = Machine(said)
    what, *rest = sys.argv[1:]
    json.dump(record(machine, int(*rest)) if what == "record" else heavy(machine), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
