"""Each route, called in each of the ways that lead to other calls of AWS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from infra.local.aws import build_table_name
from shared.routes import NATIVE, ROUTES, Permission, Route
from shared.routes.route import INCLUDE
from shared.store import aws
from shared.store.tables import TABLES
from tests.memory import Memory
from tests.routes.problems import assert_problem
from tests.routes.sample import get_sample
from tests.routes.scene import GUARDED, MOVING, READING, WRITING, Scene

if TYPE_CHECKING:
    from tests.client import Registry

PROMPTS = next(table for table in TABLES if table.name == "prompts")
TEXTS = ("template", "prompt", "content")  # of the bodies of all dialects


def call_in_every_way(scene: Scene, route: Route) -> None:
    """Call a route, each time by a process that remembers nothing."""
    registry = scene.registry
    client = scene.get_caller(
        route, registry.nobody if route.permission is Permission.PUBLIC else None
    )
    if route.if_match:
        # What is decided on an old head counts only if the head is the same still.
        with scene.visit(route) as call:
            assert_problem(call.send(client, If_Match='"another"'), route, 412)
    with scene.visit(route) as call:
        key = str(uuid4())
        if route in WRITING:
            registry.cloud.run_before("TransactWriteItems", partial(race, scene))
        # A write goes again after a lost race, and a second time it is told what it was told.
        for _ in range(2 if route in WRITING else 1):
            registry.forget()
            headers = {} if route.shows_secret else {"Idempotency_Key": key}
            response = call.send(client, **headers)
            assert response.status == route.status, response.text
    if route.dialect == NATIVE and route in GUARDED and not get_sample(route).caller:
        with scene.visit(route) as call:
            response = call.send(registry.people["organisation_admin"])
            assert response.status == route.status, response.text
    if route in GUARDED and get_sample(route).caller and not route.sessions_only:
        # The use of a key is written, whatever becomes of the call.
        with scene.visit(route) as call:
            response = call.send(registry.admin)
            assert response.status < 500, response.text
    if route in MOVING:
        call_under_protection(scene, route)
    for variant in get_sample(route).variants:
        for headers in ({}, {"If_Match": '"another"'}) if route.if_match else ({},):
            with scene.visit(route, variant) as call:
                response = call.send(scene.get_caller(route, client, variant), **headers)
                assert response.status < 500, response.text


def call_heads_of_an_earlier_release(scene: Scene) -> None:
    """Read prompts whose heads do not have the newest stable version."""
    for head in scene.list_stored()["prompts"]:
        aws.get_dynamodb().update_item(
            TableName=build_table_name(PROMPTS),
            Key={"prompt_id": head["prompt_id"]},
            UpdateExpression="REMOVE newest_stable",
        )
    for route in ROUTES:
        # A new version is made of the newest one.
        if route in GUARDED and (route in READING or "versions:Query" in route.actions):
            with scene.visit(route) as call:
                scene.registry.forget()
                assert call.send(scene.get_caller(route)).status == route.status


def call_with_parts(registry: Registry) -> None:
    """Call each route upon a prompt whose versions include others, and that others include."""
    editor = registry.editor
    texts = {"Inner": "and me", "Part": f"And you, {refer('inner')}", "New": "and you"}
    for name, template in texts.items():
        part = editor.create_prompt(name)
        editor.create_version(part["id"], template, engine="text")
        editor.promote(part["id"], 1)
        editor.create_version(part["id"], "a draft")
    scene = Scene(registry, suffix=refer("part"))
    scene.put_into_folder()
    parent = editor.create_prompt("Parent")
    for selector in ("label=live", "label=latest", "label=prod", "version=2"):
        number = editor.create_version(parent["id"], refer(scene.prompt["slug"], selector))
        editor.promote(parent["id"], number["version"], times=2)
    for route in GUARDED:
        for variant in (None, *get_sample(route).variants):
            with scene.visit(route, variant) as call:
                client = scene.get_caller(route, variant=variant)
                response = call.replace_body(_add_reference(call.body)).send(client)
                assert response.status in (501, *range(500)), response.text
            if {*INCLUDE} <= {*route.actions}:
                with scene.visit(route, variant) as call:
                    forget_names(scene)
                    assert call.send(scene.get_caller(route, variant=variant)).status < 500
            if route in MOVING:
                with scene.visit(route, variant) as call:
                    scene.protect(require_payloads=True)
                    registry.forget()
                    response = call.replace_body(_add_reference(call.body)).send(registry.admin)
                    assert response.status < 500, response.text


def forget_names(scene: Scene) -> None:
    """Make the versions those of a release that knew no references."""
    memory = Memory()
    for item in memory.list_items()["versions"]:
        item.pop("includes", None)
        memory.put("versions", item)
    scene.registry.forget()


def refer(name: str, selector: str = "label=latest") -> str:
    """Build a reference to a prompt."""
    return f"@@@langfusePrompt:name={name}|{selector}@@@"


def _add_reference(body: Any) -> Any:
    """Add a reference to the texts of a body."""
    if isinstance(body, list):
        return [_add_reference(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {
        name: value + refer("part") + refer("new")  # which the versions do not name yet
        if name in TEXTS and isinstance(value, str)
        else _add_reference(value)
        for name, value in body.items()
    }


def call_under_protection(scene: Scene, route: Route) -> None:
    """Call a route that moves a pointer where all of them are protected."""
    for variant in (None, *get_sample(route).variants):
        with scene.visit(route, variant) as call:
            scene.protect(require_payloads=True)
            scene.registry.forget()
            assert call.send(scene.registry.admin).status < 500
        with scene.visit(route, variant) as call:
            scene.protect(editors_roll_back=True)
            scene.registry.forget()
            assert call.send(scene.registry.editor).status < 500
        with scene.visit(route, variant) as call:
            scene.protect(required_review=True, editors_roll_back=False)
            # The request of a review is recorded, and is there when the same is requested again.
            for headers in ({"Idempotency_Key": str(uuid4())}, {}):
                scene.registry.forget()
                assert call.send(scene.registry.editor, **headers).status < 500


def race(scene: Scene) -> None:
    """Be faster than a write, whatever it writes."""
    admin = scene.registry.admin
    assert admin("PUT", scene.path, {"description": "rival"}).status == 200
    assert admin("POST", "/api/prompts/tags", {"name": f"r{uuid4().hex[:8]}"}).status == 201
    scene.create_folder()


def call_hidden_prompts(registry: Registry) -> None:
    """Call prompts whose slug is the last part of another dialect's path, which hides them.

    What is in front of a native route serves people too.
    """
    for front in ROUTES:
        if front.falls_back_to is not None:
            registry.forget()
            person = registry.people["organisation_admin"]
            assert person(front.method, front.path).status < 500
        if front.falls_back_to == "get_prompt":
            slug = front.path.rpartition("/")[2]
            prompt = registry.editor.create_prompt(f"Named {slug}", slug=slug)
            registry.editor.create_version(prompt["id"])
            for query in ("", "?version=1", "?version=latest"):
                registry.forget()
                assert registry.editor("GET", f"{front.path}{query}").status == 200
