"""What hostile requests cost: CPU seconds and peak memory, each in a process of its own.

    python -m tests.routes.bounds [<name of a route> …]

For each route with a body, each place of a good body gets each of the values in
`tests/routes/hostile.py`. Templates that are heavy to render are rendered with all of them. What a
process had before its request does not count; what it puts into the tables, in its memory, does.
The worst come first. The exit code is 1 if a request exceeds a bound, or gets a 5xx.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.aws import build_environment, simulate_aws
from shared.observe.logs import logger
from shared.routes import ROUTES, Permission, Route
from tests.routes.hostile import FULL, build_values, list_bodies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.client import Response
    from tests.routes.scene import Prepared, Scene

MAX_SECONDS = 1.0
MAX_MEGABYTES = 200
PATIENCE = 60  # seconds after which a process is killed
MIN_ROWS = 30  # rows
PAGE_BYTES = resource.getpagesize()
# Templates that do much with a variable, by engine.
HEAVY = {
    "go": (
        "{{.}}",
        '{{printf "%#v" .}}',
        "{{js .a}}",
        "{{html .a}}",
        "{{urlquery .a}}",
        "{{range .a}}{{.}}{{end}}",
        "{{range .a}}{{range $.a}}{{end}}{{end}}",
        '{{printf "%q" .a}}',
    ),
    "jinja": (
        "{{ a }}",
        "{{ a|tojson }}",
        "{{ a|pprint }}",
        "{{ a|sort }}",
        "{{ a|join(',') }}",
        "{{ a|escape }}",
        "{{ a|urlencode }}",
        "{{ a|wordwrap }}",
        "{{ a|replace('q', 'qq') }}",
        "{% for x in a %}{% for y in a %}{{ y }}{% endfor %}{% endfor %}",
        "{{ a ~ a ~ a ~ a }}",
        "{{ (a ~ '')|upper|title|reverse }}",
    ),
    "liquid": (
        "{{ a }}",
        "{{ a | sort }}",
        "{{ a | join: ',' }}",
        "{{ a | escape }}",
        "{{ a | url_encode }}",
        "{{ a | uniq | size }}",
        "{{ a | split: '' | size }}",
        "{{ a | strip_html }}",
        "{{ a | replace: 'q', 'qqqq' }}",
        "{% for i in a %}{{ i }}{% endfor %}",
        "{% for i in a %}{% for j in a %}{% endfor %}{% endfor %}",
        "{% if a contains 'z' %}{% endif %}{% if a == a %}{% endif %}",
    ),
    "simple": ("{{a}}", "{{a}}{{a.b}}{{ a }}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What a request cost.

    Attributes:
        route: The name of its route.
        role: Who sent it.
        body: What was hostile about it.
        status: The status of the response; 0 if the process was killed.
        seconds: Seconds of CPU.
        megabytes: The peak of memory above that before the request.
    """

    route: str
    role: str
    body: str
    status: int
    seconds: float
    megabytes: float

    def __str__(self) -> str:
        """Format it as a line of the table."""
        return (
            f"{self.seconds:5.2f}  {self.megabytes:7.0f}  {self.status:6}  "
            f"{self.route}, {self.role}, {self.body}"
        )

    @property
    def is_within_bounds(self) -> bool:
        """Whether the request was neither refused by a bug nor beyond a bound."""
        return (
            0 < self.status < 500 + (self.status == 501) * 500
            and self.seconds <= MAX_SECONDS
            and self.megabytes <= MAX_MEGABYTES
        )


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.routes.bounds", description=__doc__)
    parser.add_argument("routes", nargs="*", help="names of routes; by default all")
    names = parser.parse_args().routes
    os.environ.update(build_environment())
    logger.setLevel("CRITICAL")
    with tempfile.TemporaryDirectory() as folder, simulate_aws(None, Path(folder)):
        rows = []
        for row in measure_routes(names):
            rows.append(row)
            if not row.is_within_bounds:  # at once, because the whole run takes long
                sys.stderr.write(f"beyond a bound: {row}\n")
    excess = sum(not row.is_within_bounds for row in rows)
    sys.stdout.write("CPU s  peak MB  status  route, role, body\n")
    for row in sorted(rows, key=_compute_excess, reverse=True)[: max(MIN_ROWS, excess)]:
        sys.stdout.write(f"{row}\n")
    sys.stdout.write(
        f"{len(rows)} requests; beyond {MAX_SECONDS:.0f} s or {MAX_MEGABYTES} MB: {excess}\n"
    )
    return int(excess > 0)


def measure_routes(names: list[str]) -> Iterator[Measurement]:
    """Measure the hostile requests of routes; of all if there are no names."""
    from shared import serve
    from tests.client import Registry
    from tests.routes.scene import Scene

    scene = Scene(Registry(serve.get_store()))
    scene.registry.cloud.close()
    routes = [route for route in ROUTES if route.body and (not names or route.name in names)]
    for route in routes:  # whatever a process loads with its first call
        with scene.visit(route) as call:
            call.send(scene.get_caller(route))
    gc.collect()
    gc.freeze()
    values = build_values(FULL)
    for route in routes:
        with scene.visit(route) as call:
            yield from _measure_route(scene, call, values)
        if route.name == "render_version":
            yield from _measure_renders(scene, route, values)


def _measure_route(
    scene: Scene, call: Prepared, values: Mapping[str, str]
) -> Iterator[Measurement]:
    roles = {"editor": scene.get_caller(call.route)}
    if call.route.permission is not Permission.READ:
        roles["viewer"] = scene.registry.viewer
    for role, client in roles.items():
        for name, raw in list_bodies(call.route, call.body, values):
            if role == "editor" or name.startswith("all"):
                yield measure(
                    lambda client=client, raw=raw: call.send(client, raw=raw),  # type: ignore[misc]
                    route=call.route.name,
                    role=role,
                    body=name,
                )


def _measure_renders(
    scene: Scene, route: Route, values: Mapping[str, str]
) -> Iterator[Measurement]:
    for engine, templates in HEAVY.items():
        for template in templates:
            version = scene.registry.editor.create_version(scene.id, template, engine=engine)
            with scene.visit(route, names={"version": version["version"]}) as call:
                path = call.target.replace("/versions/1/", f"/versions/{version['version']}/")
                for name, text in values.items():
                    raw = f'{{"variables":{{"a":{text}}}}}'
                    yield measure(
                        lambda raw=raw, path=path: scene.registry.viewer("POST", path, raw=raw),  # type: ignore[misc]
                        route=route.name,
                        role="viewer",
                        body=f"{template}: {name}",
                    )


def measure(send: Callable[[], Response], *, route: str, role: str, body: str) -> Measurement:
    """Send a request in a process of its own."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        signal.alarm(PATIENCE)
        before, start = _read_resident_bytes(), resource.getrusage(resource.RUSAGE_SELF)
        response = send()
        end = resource.getrusage(resource.RUSAGE_SELF)
        seconds = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
        peak = max(0, end.ru_maxrss * 1024 - before) / 1e6
        os.write(writer, json.dumps((response.status, seconds, peak)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        data = file.read()
    os.waitpid(process, 0)
    status, seconds, megabytes = json.loads(data) if data else (0, float(PATIENCE), 0.0)
    return Measurement(
        route=route, role=role, body=body, status=status, seconds=seconds, megabytes=megabytes
    )


def _read_resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def _compute_excess(row: Measurement) -> float:
    return max(row.seconds / MAX_SECONDS, row.megabytes / MAX_MEGABYTES, 9.0 * (row.status == 0))


if __name__ == "__main__":
    sys.exit(main())
