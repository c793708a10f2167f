"""One prompt with one of everything, and a good call of every route upon it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.routes import ROUTES, Permission, Route

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response

REGISTRY = tuple(route for route in ROUTES if route.dialect == "registry")
GUARDED = tuple(route for route in REGISTRY if route.allow is not Permission.PUBLIC)
WRITING = tuple(route for route in GUARDED if "prompts:PutItem" in route.actions)
LISTS = tuple(route for route in GUARDED if "cursor" in route.query)
READING = tuple(route for route in REGISTRY if route.method == "GET")
TAKING = tuple(route for route in GUARDED if route.takes)

LIVE, STABLE, DRAFT = 1, 2, 3
VERSION = {  # that a route can do its work on
    "update_version": DRAFT,
    "delete_prompt_version": DRAFT,
    "promote_version": DRAFT,
    "archive_version": STABLE,
}


def name_of(route: Route) -> str:
    return route.name


def body_for(route: Route, team_id: str) -> Any:
    """None where the route takes no body."""
    bodies: dict[str | None, Any] = {
        "NewPrompt": {"name": f"New {uuid4().hex}"},
        "PromptChanges": {"description": "for the night shift"},
        "Move": {"team_id": team_id},
        "NewVersion": {"template": "Hi {{.name}}"},
        "VersionChanges": {"template": "Hi again {{.name}}"},
        "NewTag": {"tag": "blue"},
        "Rollback": {"target_version": STABLE, "rollback_reason": "it was better"},
        "NewPayload": {"variables": {"name": "Ada"}},
        "PayloadChanges": {"name": "Ada", "variables": {"name": "Ada Lovelace"}},
        "RenderRequest": {"variables": {"name": "Ada"}},
        None: None,
    }
    return bodies[route.takes]


def target_for(route: Route, **parameters: object) -> str:
    """The path, with the query that the route needs."""
    path = route.path.format(**parameters)
    if route.name == "list_all_prompts":
        return f"{path}?team_id={parameters['team_id']}"
    return f"{path}?from={LIVE}&to={STABLE}" if route.name == "diff_versions" else path


class World:
    """Args:
    prompt: its versions are live, stable and draft; the live one is tagged `prod`.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        editor = registry.editor
        self.prompt = editor.new_prompt()
        self.id: str = self.prompt["id"]
        for template in ("Hello {{.name}}!", "Good day {{.name}}!", "Hey {{.name}}!"):
            editor.new_version(self.id, template)
        editor.promote(self.id, LIVE, times=2)
        editor.promote(self.id, STABLE)
        editor("POST", f"/v1/prompts/{self.id}/versions/{LIVE}/tags", {"tag": "prod"})
        made = editor("POST", f"/v1/prompts/{self.id}/payloads", {"variables": {"name": "Ada"}})
        self.payload: dict[str, Any] = made.json["payload"]

    def target(self, route: Route) -> str:
        return target_for(
            route,
            team_id=self.registry.team_id,
            id=self.id,
            slug=self.prompt["slug"],
            version=VERSION.get(route.name, LIVE),
            payload_id=self.payload["id"],
            tag="prod",
        )

    def call(self, route: Route, client: Client | None = None, **headers: str) -> Response:
        """A call that works for an editor, and changes something where it is there to do so."""
        self.ready(route)
        return (client or self.registry.editor)(
            route.method,
            self.target(route),
            self.body(route),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def body(self, route: Route) -> Any:
        return body_for(route, self.registry.team_id)

    def ready(self, route: Route) -> None:
        if route.name == "restore_prompt":
            self.registry.editor("POST", f"/v1/prompts/{self.id}/archive")

    def state(self) -> Any:
        """Everything that there is to read of the prompt."""
        read = self.registry.editor
        prompt = f"/v1/prompts/{self.id}"
        paths = [
            prompt,
            *(f"{prompt}/{part}" for part in ("versions", "tags", "payloads", "history")),
        ]
        return [read("GET", path).json for path in paths]
