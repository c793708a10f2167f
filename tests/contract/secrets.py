"""Every route with secrets that can be told apart, in a process of its own that is traced.

`python -m tests.contract.secrets FILE` writes to the file what was secret, and where it could have
got to; the log is the standard output.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypedDict
from unittest import mock

from pydantic import BaseModel, SecretStr

from infra.local.aws import become_local, simulate_aws
from infra.openapi import load_models
from shared import background, serve
from shared.routes import ROUTES
from shared.store import sign_in_page
from tests import sign_in_page as page_of_tests
from tests.client import TEAM_ID, Registry
from tests.e2e.traces import Daemon, run_daemon
from tests.functions.tracing import begin_trace
from tests.routes.sample import get_sample
from tests.routes.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.routes import Route
    from tests.client import Client, Response
    from tests.routes.scene import Prepared

ISSUED = ("token", "key", "challenge_token")  # in responses
LAST = "get_prompt"  # the route whose trace comes last


class Report(TypedDict):
    """What a run has found.

    Attributes:
        secrets: All that was secret in requests, or was issued in responses.
        refusals: By route, the bodies of problems, with what was secret in their requests.
        stored: By route, what was stored after its calls.
        traces: The documents of X-Ray.
        routes: The names of the routes that had secrets in their bodies.
    """

    secrets: list[str]
    refusals: list[tuple[str, str, list[str]]]
    stored: dict[str, str]
    traces: str
    routes: list[str]


class Run:
    """Calls of every route, and what is found meanwhile."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.secrets: set[str] = set()
        self.refusals: list[tuple[str, str, list[str]]] = []
        self.stored: dict[str, str] = {}

    def call_all(self) -> None:
        """Call every route: as is right, repeated, with wrong secrets, and while AWS fails."""
        registry = self.scene.registry
        clients = [registry.editor, registry.viewer, registry.admin, registry.stranger]
        self.secrets |= {str(client.key) for client in (*clients, *registry.people.values())}
        for route in ROUTES:
            for variant in (None, *get_sample(route).variants):
                with self.scene.visit(route, variant) as call:
                    client = self.scene.get_caller(route, registry.editor, variant)
                    self.send(call, client)
                    self.send(call, client, Idempotency_Key=f"repeat {route.name}")
                    self.keep_stored(route)
            with self.scene.visit(route) as call:
                self.send_wrong(call)
                self.keep_stored(route)

    def send_wrong(self, call: Prepared) -> None:
        """Send what is refused, and what fails."""
        registry, route = self.scene.registry, call.route
        client = self.scene.get_caller(route, registry.editor)
        marked = {name: f"Marked-{name}-7-{route.name}" for name in list_secret_fields(route)}
        if marked:
            self.send(call.replace_body({**call.body, **marked}), client)
            # Each alone, as far as the route looks at it.
            for name, value in marked.items():
                self.send(call.replace_body({**call.body, name: value}), client)
                self.send(call.replace_body({**call.body, name: [value]}), client)
        for kind in ("ak_", "sess_", ""):
            wrong = f"{kind}marked-credential-{route.name}"
            self.secrets.add(wrong)
            self.send(call, replace(registry.nobody, key=wrong))
        for operation in sorted({action.partition(":")[2] for action in route.actions}):
            for code in ("SomethingNewException", "InternalErrorException"):
                undo = registry.cloud.fail(code, operation=operation)
                self.send(call, client)
                undo()

    def send(self, call: Prepared, client: Client, **headers: str) -> None:
        """Send a request, and note its secrets and those of the response."""
        fields = list_secret_fields(call.route)
        body = call.body if isinstance(call.body, dict) else {}
        texts = [value for name in fields if isinstance(value := body.get(name), str) and value]
        self.secrets |= {*texts}
        response = call.send(client, **headers)
        self.secrets |= {*list_issued(response)}
        if response.status >= 400:
            known = [*texts, *([client.key] if client.key else [])]
            self.refusals.append((call.route.name, response.text, known))

    def keep_stored(self, route: Route) -> None:
        """Keep what is stored now."""
        stored = self.scene.list_stored()
        self.stored[route.name] = self.stored.get(route.name, "") + json.dumps(stored, default=str)


def list_secret_fields(route: Route) -> list[str]:
    """List the fields of a route's body that its models have as secrets."""
    models = load_models(route.dialect)
    return [
        name
        for model in route.body
        if issubclass(kind := getattr(models, model), BaseModel)
        for name, field in kind.model_fields.items()
        if field.annotation is SecretStr
    ]


def list_issued(response: Response) -> Iterator[str]:
    """List the secrets that a response issues."""
    try:
        body: Any = json.loads(response.text)
    except ValueError:
        return
    if isinstance(body, dict):
        for part in (body, *body.get("details", ())):
            yield from (part[name] for name in ISSUED if isinstance(part.get(name), str))


def run(xray: Daemon) -> Report:
    """Make all calls."""
    begin_trace(1, sampled=True)
    scene = Scene(Registry(serve.get_store()))
    calls = Run(scene)
    calls.call_all()
    prompt: str = scene.registry.editor.create_prompt()["id"]
    scene.registry.editor("GET", f"/v1/prompts/{prompt}")
    xray.trace(LAST, prompt)  # once that is here, so are the others
    return {
        "secrets": sorted(calls.secrets),
        "refusals": calls.refusals,
        "stored": calls.stored,
        "traces": json.dumps(xray.documents),
        "routes": [route.name for route in ROUTES if list_secret_fields(route)],
    }


if __name__ == "__main__":
    become_local()
    os.environ.update(
        SIGN_IN_URL=page_of_tests.URL,
        SIGN_IN_CLIENT_ID=page_of_tests.CLIENT_ID,
        GROUPS=page_of_tests.build_groups(TEAM_ID),
    )
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        xray = stack.enter_context(run_daemon())
        os.environ["AWS_XRAY_DAEMON_ADDRESS"] = xray.address
        stack.enter_context(simulate_aws(None, Path(folder)))
        stack.enter_context(mock.patch.object(background, "start"))
        stack.enter_context(mock.patch.object(sign_in_page, "send", page_of_tests.send))
        report = run(xray)
    Path(sys.argv[1]).write_text(json.dumps(report))
