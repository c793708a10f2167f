"""One prompt with a version of each kind, and the calls that are made of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.properties.wire import TRANSACTION, preceded_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.client import Client, Registry, Response
    from tests.properties.consistency import Snapshot
    from tests.properties.memory import Memory
    from tests.properties.wire import Wire

    Join = Callable[..., Client]  # of a registry and the ids of the teams that a caller is to be in

LIVE, STABLE, DRAFT = 1, 2, 3  # the versions of every scene


@dataclass(frozen=True, slots=True)
class Scene:
    """A prompt with a version of each kind; `beta` is on the draft and `prod` on the live one.

    Args:
        mover: a caller in both teams.
    """

    registry: Registry
    wire: Wire
    memory: Memory
    mover: Client
    prompt: dict[str, Any]
    payload_id: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def keyed(self) -> Scene:
        """The same, with an idempotency key in every write."""
        return replace(self, headers={"idempotency-key": "k"})

    @property
    def id(self) -> str:
        return str(self.prompt["id"])

    @property
    def path(self) -> str:
        return f"/v1/prompts/{self.id}"

    def call(self, method: str, path: str = "", body: object = None, **headers: str) -> Response:
        """By the editor, with underscores for the dashes of headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**self.headers, **named}
        return self.registry.editor(method, f"{self.path}{path}", body, headers=sent)

    def version(self, action: str, version: int | str, **headers: str) -> Response:
        return self.call("POST", f"/versions/{version}/{action}", **headers)

    def revise(self, template: str, **headers: str) -> Response:
        return self.call("PUT", f"/versions/{DRAFT}", {"template": template}, **headers)

    def tag(self, tag: str, version: int | str) -> Response:
        return self.call("POST", f"/versions/{version}/tags", {"tag": tag})

    def create(self, template: str = "New", **headers: str) -> Response:
        return self.call("POST", "/versions", {"template": template}, **headers)

    def move(self) -> Response:
        target = self.registry.stranger.team_id
        body = {"team_id": target}
        return self.mover("POST", f"{self.path}/move", body, headers=self.headers)

    def describe(self, text: str, **headers: str) -> Response:
        return self.call("PUT", "", {"description": text}, **headers)

    def roll_back(self, version: int) -> Response:
        body = {"target_version": version, "rollback_reason": "It broke"}
        return self.call("POST", "/rollback", body)

    def etag(self, path: str) -> str:
        return self.call("GET", path).headers["ETag"]

    def race(
        self,
        mine: Callable[[], Response],
        rival: Callable[[], Response],
        *,
        place: int | None = None,
    ) -> tuple[Response, Response]:
        """Both answers; the rival is let in just before the write, or before the call `place`."""
        answers: list[Response] = []
        deed = preceded_by(lambda: answers.append(rival()))
        if place is None:
            self.wire.meet(deed, TRANSACTION)
        else:
            self.wire.meet(deed, skip=place)
        first = mine()
        assert not self.wire.pending, "the rival was not let in"
        return first, answers[0]

    def statuses(self) -> dict[int, str]:
        return self.memory.snapshot().statuses(self.id)

    def head(self) -> dict[str, Any]:
        return self.memory.snapshot().head(self.id)


def calls_of(scene: Scene, request: Callable[[], object]) -> int:
    """How many calls a request makes, which is then undone."""
    saved = scene.memory.saved()
    for _ in range(2):  # the first looks up what the process then remembers
        scene.wire.clear()
        request()
        scene.memory.restore(saved)
    return len(scene.wire.calls)


def said(response: Response) -> object:
    return response.status, scrubbed(response.json) if response.text else None


def scrubbed(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: scrubbed(item)
            for name, item in value.items()
            if name != "id" and not name.endswith(("_id", "_at")) and name != "at"
        }
    return [scrubbed(item) for item in value] if isinstance(value, list) else value


def state(snapshot: Snapshot, prompt_id: str) -> object:
    versions = snapshot.versions(prompt_id)
    return (
        scrubbed(snapshot.head(prompt_id)),
        {number: (item["stage"], snapshot.body(item)) for number, item in versions.items()},
        [event["kind"] for event in snapshot.history(prompt_id)],
        len(snapshot.of("payloads", prompt_id)),
    )
