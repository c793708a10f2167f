"""What others include, over all routes: no call takes it from them without saying so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.routes import DIALECTS
from tests.memory import Memory
from tests.routes.roles import refer
from tests.routes.sample import get_sample
from tests.routes.scene import DRAFT, GUARDED, LIVE, STABLE

if TYPE_CHECKING:
    from tests.client import Client
    from tests.routes.scene import Scene

REFUSAL = re.compile("included by including|Including [0-9] v1 depends on")  # Langfuse's words
LABELS = ("label=production", "label=prod", "label=latest", f"version={LIVE}")
WRITERS = tuple(route for route in GUARDED if {*route.actions} & {"prompts:PutItem"})


def include(scene: Scene) -> list[str]:
    """Include the scene's prompt in others, which of its versions can follow the live one only.

    Returns:
        The slugs of the others.
    """
    editor = scene.registry.editor
    slugs: list[str] = []
    if editor("GET", scene.path).json["prompt"]["status"] == "archived":
        return slugs
    for number, label in enumerate(LABELS):
        prompt = editor.create_prompt(f"Including {number}")
        editor.create_version(prompt["id"], refer(scene.prompt["slug"], label))
        editor.promote(prompt["id"], 1, times=2)
        slugs.append(prompt["slug"])
    memory = Memory()
    for item in memory.list_items()["versions"]:
        number = int(item["version"]["N"])
        if item["prompt_id"] == {"S": scene.id} and number in (STABLE, DRAFT):
            content = {"S": '{"template":"Hey","engine":"jinja"}'}
            memory.put("versions", {**item, "content": content})
    scene.registry.forget()
    return slugs


def list_broken(client: Client, slugs: list[str]) -> list[str]:
    """List those of some prompts that cannot be rendered."""
    body = {"variables": {"name": "Ada"}}
    return [
        slug for slug in slugs if client("POST", f"/v1/prompts/{slug}/render", body).status != 200
    ]


def test_no_call_takes_from_others_what_they_include(scene: Scene) -> None:
    """Those that could be rendered can be afterwards, or the call is refused and names them."""
    assert {route.dialect for route in WRITERS} == {*DIALECTS}
    refusals: dict[str, str] = {}
    memory = Memory()
    alone = memory.save()
    others = include(scene)
    beside = memory.save()
    for route in WRITERS:
        sample = get_sample(route)
        for variant in (None, *sample.variants):
            # What a sample does first comes before the others, which may not be able to follow.
            memory.restore(alone if sample.first else beside)
            with scene.visit(route, variant) as call:
                slugs = include(scene) if sample.first else others
                before = list_broken(scene.registry.viewer, slugs)

                response = call.send(scene.get_caller(route, variant=variant))

                assert response.status < 500, response.text
                broken = {*list_broken(scene.registry.viewer, slugs)} - {*before}
                is_forced = "force=true" in call.target
                assert not broken or is_forced, (call.target, response.text)
                if REFUSAL.search(response.text):
                    refusals[route.name] = route.dialect
                    assert response.status in (400, 403, 409), response.text
    assert {*refusals.values()} == {*DIALECTS}
    assert {"promote_version", "demote_version", "remove_version_tag"} <= refusals.keys()
