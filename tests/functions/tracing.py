"""Calls with tracing on, in a process of their own: what is patched for it stays patched.

`python -m tests.functions.tracing FILE` writes to the file what each call left in X-Ray.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest import mock

from infra.local.aws import become_local, simulate_aws
from shared import background, serve
from shared.call import Call
from tests.client import Registry
from tests.e2e.traces import run_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Response
    from tests.e2e.traces import Daemon

SECRET = "not for everybody"
TRACE = "1-65a00000-{:024x}"


def begin_trace(number: int, *, sampled: bool) -> None:
    """What Lambda does before each call."""
    decided = f"Root={TRACE.format(number)};Parent=00000000000000aa;Sampled={int(sampled)}"
    os.environ["_X_AMZN_TRACE_ID"] = decided


def make_calls(registry: Registry, prompt: str) -> Iterator[tuple[str, Response]]:
    """One after the other; the first version of the prompt is live, and lies in the bucket."""
    editor, viewer, cloud = registry.editor, registry.viewer, registry.cloud
    versions, render = f"/v1/prompts/{prompt}/versions", "/v1/prompts/traced/render"
    said = {"variables": {"name": SECRET}}
    yield "large", editor("POST", versions, {"template": SECRET * 50_000})
    registry.forget()
    yield "cold", viewer("POST", render, said)
    yield "warm", viewer("POST", render, said)
    yield "absent", viewer("POST", "/v1/prompts/traced/versions/77/render", said)
    cloud.fail(
        "TransactionCanceledException",
        operation="TransactWriteItems",
        reasons=["ConditionalCheckFailed"],
        times=1,
    )
    yield "raced", editor("POST", versions, {"template": SECRET})
    cloud.fail("InternalServerError", operation="GetItem", times=1)
    yield "unavailable", viewer("POST", render, said)
    with mock.patch.object(Call, "load_body", side_effect=ValueError(SECRET)):
        yield "bug", editor("POST", versions, {"template": SECRET})
    yield "last", viewer("GET", f"/v1/prompts/{prompt}")


def trace_calls(registry: Registry, xray: Daemon) -> dict[str, Any]:
    """Status and documents of each call, and the words that none of them may hold."""
    begin_trace(0, sampled=False)
    prompt: str = registry.editor.create_prompt("Traced")["id"]
    registry.editor.create_version(prompt, "Hello {{.name}}" + SECRET * 50_000)
    registry.editor.promote(prompt, 1, times=2)
    names: dict[str, str] = {}
    statuses: dict[str, int] = {}
    begin_trace(1, sampled=True)
    for number, (name, answer) in enumerate(make_calls(registry, prompt), start=1):
        names[TRACE.format(number)], statuses[name] = name, answer.status
        begin_trace(number + 1, sampled=True)
    xray.trace("get_prompt", prompt)  # once that is here, so are the others
    documents: dict[str, list[dict[str, Any]]] = {name: [] for name in [*statuses, "unsampled"]}
    for document in xray.documents:
        documents[names.get(document["trace_id"], "unsampled")].append(document)
    secrets = [SECRET, str(registry.editor.key), str(registry.viewer.key)]
    principal = registry.store.api_keys.find_principal(str(registry.viewer.key))
    assert principal is not None
    return {
        "principal": principal.id,
        "team": registry.team_id,
        "prompt": prompt,
        "statuses": statuses,
        "documents": documents,
        "secrets": secrets,
    }


if __name__ == "__main__":
    become_local()
    with (
        TemporaryDirectory() as folder,
        run_daemon() as xray,
        mock.patch.dict(os.environ, AWS_XRAY_DAEMON_ADDRESS=xray.address),
        simulate_aws(None, Path(folder)),
        # What no call waits for may come before the end of a trace, or after it.
        mock.patch.object(background, "start"),
    ):
        found = trace_calls(Registry(serve.get_store()), xray)
    Path(sys.argv[1]).write_text(json.dumps(found))
