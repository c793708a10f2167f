"""Calls of a prompt in short, and rivals that are let in between the steps of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.domain.access import Grant
from tests.client import Client
from tests.properties.consistency import Snapshot
from tests.properties.interception import TRANSACTION, run_before
from tests.routes.scene import DRAFT

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.routes import Route
    from tests.client import Registry, Response
    from tests.memory import Memory
    from tests.properties.interception import Interceptor
    from tests.routes.scene import Prepared
    from tests.routes.scene import Scene as BaseScene


@dataclass(frozen=True, slots=True)
class Scene:
    """The scene of `tests/routes`, with the tag `beta` on the draft, and short calls of it.

    Attributes:
        base: The scene, and the calls of every route upon it.
        interceptor: What is between the handlers and AWS.
        memory: What is stored.
        mover: A caller in both teams.
    """

    base: BaseScene
    interceptor: Interceptor
    memory: Memory
    mover: Client

    @property
    def registry(self) -> Registry:
        """Two teams; the prompt is of the first."""
        return self.base.registry

    @property
    def prompt(self) -> dict[str, Any]:
        """The prompt, as the editor created it."""
        return self.base.prompt

    @property
    def payload_id(self) -> str:
        """The id of the prompt's payload."""
        return str(self.base.payload["id"])

    @property
    def id(self) -> str:
        """The prompt's id."""
        return str(self.prompt["id"])

    @property
    def slug(self) -> str:
        """The prompt's slug."""
        return str(self.prompt["slug"])

    @property
    def path(self) -> str:
        """The prompt's path."""
        return f"/v1/prompts/{self.id}"

    def call(self, method: str, path: str = "", body: object = None, **headers: str) -> Response:
        """Call a path below the prompt's as the editor, with underscores for dashes of headers."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.registry.editor(method, f"{self.path}{path}", body, headers=headers)

    def act(self, action: str, version: int | str, **headers: str) -> Response:
        """Promote, demote, archive or duplicate a version."""
        return self.call("POST", f"/versions/{version}/{action}", **headers)

    def revise(self, template: str, **headers: str) -> Response:
        """Change the draft."""
        return self.call("PUT", f"/versions/{DRAFT}", {"template": template}, **headers)

    def set_tag(self, tag: str, version: int | str) -> Response:
        """Set a tag on a version."""
        return self.call("POST", f"/versions/{version}/tags", {"tag": tag})

    def create(self, template: str = "New", **headers: str) -> Response:
        """Create a version."""
        return self.call("POST", "/versions", {"template": template}, **headers)

    def move(self) -> Response:
        """Move the prompt to the other team."""
        target = self.registry.stranger.team_id
        body = {"team_id": target}
        return self.mover("POST", f"{self.path}/move", body)

    def describe(self, text: str, **headers: str) -> Response:
        """Change the description."""
        return self.call("PUT", "", {"description": text}, **headers)

    def roll_back(self, version: int) -> Response:
        """Roll back to a version."""
        body = {"target_version": version, "rollback_reason": "It broke"}
        return self.call("POST", "/rollback", body)

    def get_etag(self, path: str) -> str:
        """Get the ETag of what is at a path."""
        return self.call("GET", path).headers["ETag"]

    def race(
        self,
        mine: Callable[[], Response],
        rival: Callable[[], Response],
        *,
        place: int | None = None,
    ) -> tuple[Response, Response]:
        """Make a call, and let a rival in just before its write, or before its call `place`.

        Returns:
            The responses to both.
        """
        responses: list[Response] = []
        reaction = run_before(lambda: responses.append(rival()))
        if place is None:
            self.interceptor.intercept(reaction, TRANSACTION)
        else:
            self.interceptor.intercept(reaction, skip=place)
        first = mine()
        assert not self.interceptor.remaining, "the rival was not let in"
        return first, responses[0]

    def get_names(self, route: Route) -> dict[str, str]:
        """Get what a route's good call names otherwise than in other tests."""
        # Who moves a prompt must be in both teams.
        is_move = route.name == "move_prompt"
        return {"team": self.registry.stranger.team_id} if is_move else {}

    def send(self, call: Prepared, **headers: str) -> Response:
        """Make a good call as one who may."""
        is_move = call.route.name == "move_prompt"
        caller = self.mover if is_move else self.base.get_caller(call.route, variant=call.variant)
        return call.send(caller, **headers)

    def take_snapshot(self) -> Snapshot:
        """Take a snapshot of all that is stored."""
        return Snapshot.load(self.memory)

    def list_statuses(self) -> dict[int, str]:
        """List the status of each version, by number."""
        return self.take_snapshot().list_statuses(self.id)

    def get_head(self) -> dict[str, Any]:
        """Get the head of the prompt as it is stored."""
        return self.take_snapshot().get_head(self.id)


def create_mover(registry: Registry, *team_ids: str) -> Client:
    """Create a client whose key is of several teams, so that it can move prompts between them."""
    grant = Grant(name="mover", operation="admin", team_ids=team_ids)
    return Client(team_ids[0], registry.create_key(grant), registry.cloud)


def count_calls(scene: Scene, request: Callable[[], object]) -> int:
    """Count the calls of AWS that a request makes; it is then undone."""
    saved = scene.memory.save()
    for _ in range(2):  # the first looks up what the process then remembers
        scene.interceptor.clear()
        request()
        scene.memory.restore(saved)
    return len(scene.interceptor.calls)
