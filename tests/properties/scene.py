"""Calls of a prompt in short, and rivals that are let in between the steps of one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.properties.consistency import Snapshot
from tests.properties.interception import TRANSACTION, run_before
from tests.routes.scene import DRAFT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.client import Client, Registry, Response
    from tests.memory import Memory
    from tests.properties.interception import Interceptor

    Join = Callable[..., Client]  # of a registry and the ids of the teams that a caller is to be in


@dataclass(frozen=True, slots=True)
class Scene:
    """The scene of `tests/routes`, with the tag `beta` on the draft, and short calls of it.

    Attributes:
        registry: Two teams; the prompt is of the first.
        interceptor: What is between the handlers and AWS.
        memory: What is stored.
        mover: A caller in both teams.
        prompt: As the editor created it.
        payload_id: Of the prompt's payload.
        headers: Of every call.
    """

    registry: Registry
    interceptor: Interceptor
    memory: Memory
    mover: Client
    prompt: dict[str, Any]
    payload_id: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def add_key(self) -> Scene:
        """Make the same scene, with an idempotency key in every write."""
        return replace(self, headers={"idempotency-key": "k"})

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
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {**self.headers, **more}
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
        return self.mover("POST", f"{self.path}/move", body, headers=self.headers)

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

    def take_snapshot(self) -> Snapshot:
        """Take a snapshot of all that is stored."""
        return Snapshot.load(self.memory)

    def list_statuses(self) -> dict[int, str]:
        """List the status of each version, by number."""
        return self.take_snapshot().list_statuses(self.id)

    def get_head(self) -> dict[str, Any]:
        """Get the head of the prompt as it is stored."""
        return self.take_snapshot().get_head(self.id)


def count_calls(scene: Scene, request: Callable[[], object]) -> int:
    """Count the calls of AWS that a request makes; it is then undone."""
    saved = scene.memory.save()
    for _ in range(2):  # the first looks up what the process then remembers
        scene.interceptor.clear()
        request()
        scene.memory.restore(saved)
    return len(scene.interceptor.calls)


def summarize(response: Response) -> object:
    """Give what a response says, but for ids and times."""
    return response.status, drop_ids(response.json) if response.text else None


def drop_ids(value: Any) -> Any:
    """Drop ids and times from a JSON value."""
    if isinstance(value, dict):
        return {
            name: drop_ids(item)
            for name, item in value.items()
            if name != "id" and not name.endswith(("_id", "_at")) and name != "at"
        }
    return [drop_ids(item) for item in value] if isinstance(value, list) else value


def describe_prompt(snapshot: Snapshot, prompt_id: str) -> object:
    """Describe a prompt as it is stored, but for ids and times."""
    versions = snapshot.list_versions(prompt_id)
    return (
        drop_ids(snapshot.get_head(prompt_id)),
        {number: (item["stage"], snapshot.get_body(item)) for number, item in versions.items()},
        [event["kind"] for event in snapshot.list_history(prompt_id)],
        len(snapshot.list_of("payloads", prompt_id)),
    )
