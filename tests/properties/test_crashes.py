"""A crash, or an answer that is lost, at every call to AWS that a write makes.

Whatever the moment, the tables hold together, and the call repeated with its idempotency key ends
in exactly one effect.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from shared.routes import ROUTES
from tests.properties.consistency import assert_consistent, assert_follows, list_kinds
from tests.properties.interception import CrashError, crash, crash_after, lose_response
from tests.properties.scene import Scene, describe_prompt, drop_ids
from tests.routes.scene import DRAFT, LIVE, STABLE

if TYPE_CHECKING:
    from tests.client import Client, Response
    from tests.properties.consistency import Snapshot

LONG = "Long enough for the bucket. " * 100


@dataclass(frozen=True, slots=True)
class Write:
    """A write.

    Args:
        route: name of its endpoint.
        path: after the prompt's own; `{payload}` and `{team}` stand for ids.
        caller: name of the registry's client.
    """

    route: str
    method: str
    path: str
    body: Any = None
    caller: str = "editor"
    effect: str = ""

    def __call__(self, scene: Scene) -> Response:
        """As a process that has just started."""
        scene.registry.forget()
        client: Client = (
            scene.mover if self.caller == "mover" else getattr(scene.registry, self.caller)
        )
        path = self.path.format(
            prompt=scene.path, payload=scene.payload_id, team=scene.registry.team_id
        )
        body = self.body
        if self.route == "move_prompt":
            body = {"team_id": scene.registry.stranger.team_id}
        return client(self.method, path, body, headers={"Idempotency-Key": "once"})


VERSION = "{prompt}/versions/"
WRITES = {
    "create prompt": Write(
        "create_prompt",
        "POST",
        "/v1/teams/{team}/prompts",
        {"name": "Another", "description": LONG},
        effect="prompt.created",
    ),
    "describe prompt": Write(
        "update_prompt", "PUT", "{prompt}", {"description": "New"}, effect="prompt.updated"
    ),
    "archive prompt": Write("archive_prompt", "POST", "{prompt}/archive", effect="prompt.archived"),
    "restore active prompt": Write("restore_prompt", "POST", "{prompt}/restore"),
    "move prompt": Write(
        "move_prompt", "POST", "{prompt}/move", caller="mover", effect="prompt.moved"
    ),
    "create version": Write(
        "create_version", "POST", "{prompt}/versions", {"template": "4"}, effect="version.created"
    ),
    "create long version": Write(
        "create_version", "POST", "{prompt}/versions", {"template": LONG}, effect="version.created"
    ),
    "revise draft": Write(
        "update_version", "PUT", f"{VERSION}{DRAFT}", {"template": LONG}, effect="version.updated"
    ),
    "erase draft": Write(
        "delete_prompt_version", "DELETE", f"{VERSION}{DRAFT}", effect="version.deleted"
    ),
    "delete stable": Write(
        "delete_prompt_version", "DELETE", f"{VERSION}{STABLE}", effect="version.archived"
    ),
    "promote draft": Write(
        "promote_version", "POST", f"{VERSION}beta/promote", effect="version.promoted"
    ),
    "promote stable": Write(
        "promote_version", "POST", f"{VERSION}{STABLE}/promote", effect="version.promoted"
    ),
    "demote live": Write(
        "demote_version", "POST", f"{VERSION}live/demote", effect="version.demoted"
    ),
    "archive live": Write(
        "archive_version", "POST", f"{VERSION}{LIVE}/archive", effect="version.archived"
    ),
    "duplicate": Write(
        "duplicate_version", "POST", f"{VERSION}latest/duplicate", effect="version.created"
    ),
    "roll back": Write(
        "rollback_prompt",
        "POST",
        "{prompt}/rollback",
        {"target_version": STABLE, "rollback_reason": "It broke"},
        effect="version.rolled_back",
    ),
    "move tag": Write(
        "set_version_tag", "POST", f"{VERSION}{STABLE}/tags", {"tag": "beta"}, effect="tag.moved"
    ),
    "remove tag": Write("remove_version_tag", "DELETE", "{prompt}/tags/beta", effect="tag.removed"),
    "create payload": Write(
        "create_prompt_payload",
        "POST",
        "{prompt}/payloads",
        {"variables": {"text": LONG}},
        effect="payload.created",
    ),
    "update payload": Write(
        "update_prompt_payload",
        "PUT",
        "{prompt}/payloads/{payload}",
        {"name": "New"},
        effect="payload.updated",
    ),
    "delete payload": Write(
        "delete_prompt_payload", "DELETE", "{prompt}/payloads/{payload}", effect="payload.deleted"
    ),
}


def test_every_write_of_the_registry_is_among_those_that_crash() -> None:
    renders = {"render_live", "render_version"}
    writes = {
        route.name for route in ROUTES if route.dialect == "registry" and route.method != "GET"
    }

    assert {write.route for write in WRITES.values()} == writes - renders


@pytest.mark.parametrize("name", WRITES)
def test_a_crash_at_any_call_leaves_all_or_nothing_and_a_repeat_completes_it(
    name: str, scene: Scene
) -> None:
    write, saved, before = WRITES[name], scene.memory.save(), scene.take_snapshot()
    calls, wanted = carry_out(write, scene)

    for place in range(calls + 1):
        scene.memory.restore(saved)
        if place < calls:
            scene.interceptor.intercept(crash, skip=place)
        else:
            scene.interceptor.intercept(crash_after, skip=place - 1)
        with pytest.raises(CrashError):
            write(scene)

        assert not scene.interceptor.remaining
        assert_all_or_nothing(write, before, scene)
        assert_repeat_completes(write, before, wanted, scene)


@pytest.mark.parametrize("name", WRITES)
def test_an_answer_lost_at_any_call_leaves_all_or_nothing_and_a_repeat_completes_it(
    name: str, scene: Scene
) -> None:
    write, saved, before = WRITES[name], scene.memory.save(), scene.take_snapshot()
    calls, wanted = carry_out(write, scene)

    for place in range(calls):
        scene.memory.restore(saved)
        scene.interceptor.intercept_for_good(lose_response, skip=place)
        answer = write(scene)

        assert not scene.interceptor.remaining
        scene.interceptor.clear()
        happened = assert_all_or_nothing(write, before, scene)
        if answer.status == 503:
            assert answer.headers["Retry-After"] == "1"
        else:
            assert answer.status < 300
            assert happened == [write.effect][: bool(write.effect)]
        assert_repeat_completes(write, before, wanted, scene)


def carry_out(write: Write, scene: Scene) -> tuple[int, object]:
    """How many calls it makes, and the state that it leads to; it is then undone."""
    saved = scene.memory.save()
    scene.interceptor.clear()
    answer = write(scene)
    calls, after = len(scene.interceptor.calls), describe_all(scene)
    assert answer.status < 300, answer.text
    scene.memory.restore(saved)
    return calls, after


def assert_all_or_nothing(write: Write, before: Snapshot, scene: Scene) -> list[str]:
    """Invariants 1 to 5, in the tables themselves."""
    after = scene.take_snapshot()
    assert_consistent(after)
    assert_follows(before, after)
    happened = list_kinds(before, after)
    assert happened in ([], [write.effect])
    if write.effect:
        kept = len(after.list_responses()) - len(before.list_responses())
        assert kept == len(happened), "an effect without its answer, or the other way round"
    return happened


def assert_repeat_completes(write: Write, before: Snapshot, wanted: object, scene: Scene) -> None:
    """Invariant 6: a call repeated with its idempotency key changes nothing more."""
    repeated = write(scene)
    once = scene.take_snapshot()
    assert repeated.status < 300, repeated.text
    assert list_kinds(before, once) == [write.effect][: bool(write.effect)]
    assert describe_all(scene) == wanted
    assert_consistent(once)

    again = write(scene)
    assert (again.status, again.text) == (repeated.status, repeated.text)
    assert again.headers.get("ETag") == repeated.headers.get("ETag")
    assert scene.take_snapshot() == once


def describe_all(scene: Scene) -> object:
    """All that is stored, but for ids and times."""
    snapshot = scene.take_snapshot()
    heads = sorted(head["slug"] for head in snapshot.tables["prompts"])
    sizes = {name: len(items) for name, items in snapshot.tables.items()}
    bodies = [(item["status"], snapshot.get_body(item)) for item in snapshot.list_responses()]
    kept = [(status, drop_ids(json.loads(body)) if body else None) for status, body in bodies]
    return heads, sizes, kept, describe_prompt(snapshot, scene.id)
