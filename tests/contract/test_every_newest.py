"""A newest version that cannot be read, over all routes: it fails only who asks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.routes import DIALECTS
from tests.memory import Memory
from tests.routes.sample import get_sample
from tests.routes.scene import GUARDED

if TYPE_CHECKING:
    from tests.routes.scene import Prepared, Scene

LATEST = re.compile(r"[/=]latest(?![\w-])")  # the selector
READERS = tuple(
    route for route in GUARDED if any(each.startswith("versions:") for each in route.actions)
)


def damage_newest(scene: Scene) -> None:
    """Create the newest version of dialects without drafts, and that of others; damage both."""
    editor = scene.registry.editor
    numbers = [editor.create_version(scene.id)["version"] for _ in range(2)]
    editor.promote(scene.id, numbers[0])
    memory = Memory()
    for item in memory.list_items()["versions"]:
        if item["prompt_id"] == {"S": scene.id} and int(item["version"]["N"]) in numbers:
            memory.put("versions", {**item, "content": {"S": "[]"}})
    scene.registry.forget()


def asks_for_newest(call: Prepared) -> bool:
    """Tell whether a call is there to read or change the newest version itself."""
    is_plain_get = call.route.name == "get_prompt_by_handle" and "?" not in call.target
    is_condition = call.route.name == "patch_prompt"  # whose version counts for If-Match alone
    return is_plain_get or (LATEST.search(call.target) is not None and not is_condition)


def test_a_newest_version_that_cannot_be_read_fails_only_who_asks_for_it(scene: Scene) -> None:
    assert {route.dialect for route in READERS} == {*DIALECTS}
    for route in READERS:
        for variant in (None, *get_sample(route).variants):
            with scene.visit(route, variant) as call:
                damage_newest(scene)

                response = call.send(scene.get_caller(route, variant=variant))

                assert response.status == route.status or response.status < 500, response.text
                is_unreadable = response.status >= 400 and '"unreadable"' in response.text
                assert is_unreadable == asks_for_newest(call), (call.target, response.text)
