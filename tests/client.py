"""The HTTP API without a socket: requests go through the gateway's routing to the real handlers."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from infra.local.gateway import Gateway, Handler, Request
from shared.routes import ROUTES, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.store.store import Store


def load(route: Route) -> Handler:
    handler: Handler = import_module(route.module).lambda_handler
    return handler


GATEWAY = Gateway(ROUTES, load)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> str:
        message: str = self.json["error"]
        return message


@dataclass(frozen=True, slots=True)
class Client:
    """Args:
    key: the API key that it sends; None to send none.
    """

    team_id: str
    key: str | None

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: str | bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Response:
        """Args:
        body: sent as JSON; raw: sent as it is. headers: None takes a default one away.
        """
        if raw is None and body is not None:
            raw = json.dumps(body)
        sent: dict[str, str | None] = {"content-type": None if raw is None else "application/json"}
        if self.key is not None:
            sent["authorization"] = f"Bearer {self.key}"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        answer = GATEWAY.answer(
            Request(
                method=method,
                target=path,
                headers=tuple((name, value) for name, value in sent.items() if value is not None),
                body=raw.encode() if isinstance(raw, str) else raw or b"",
            )
        )
        return Response(answer.status, dict(answer.headers), answer.body.decode())

    def new_prompt(self, name: str | None = None, **fields: str) -> dict[str, Any]:
        name = name or f"Prompt {uuid4().hex[:8]}"
        made = self("POST", f"/v1/teams/{self.team_id}/prompts", {"name": name, **fields})
        assert made.status == 201, made.text
        prompt: dict[str, Any] = made.json["prompt"]
        return prompt

    def new_version(self, prompt_id: str, template: str = "Hi", **fields: Any) -> dict[str, Any]:
        made = self("POST", f"/v1/prompts/{prompt_id}/versions", {"template": template, **fields})
        assert made.status == 201, made.text
        version: dict[str, Any] = made.json["version"]
        return version

    def promote(self, prompt_id: str, version: int, *, times: int = 1) -> dict[str, Any]:
        for _ in range(times):
            done = self("POST", f"/v1/prompts/{prompt_id}/versions/{version}/promote")
            assert done.status == 200, done.text
        promoted: dict[str, Any] = done.json["version"]
        return promoted

    def statuses(self, prompt_id: str) -> dict[int, str]:
        """Status by number."""
        listed = self("GET", f"/v1/prompts/{prompt_id}/versions").json["versions"]
        return {version["version"]: version["status"] for version in listed}


class Registry:
    """Two teams, and clients with keys of each kind in the first."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.team_id = self.new_team("Ours")
        self.editor = self.client(self.team_id, "all")
        self.viewer = self.client(self.team_id, "read_render")
        self.admin = self.client(self.team_id, "admin")
        self.stranger = self.client(self.new_team("Theirs"), "admin")
        self.nobody = Client(self.team_id, None)

    def new_team(self, name: str) -> str:
        team_id = str(uuid4())
        self.store.add_team(team_id=team_id, name=name, at=datetime.now(UTC))
        return team_id

    def client(self, team_id: str, operation: str) -> Client:
        secret = f"ak_{secrets.token_hex(32)}"
        self.store.add_key(
            secret=secret,
            key_id=str(uuid4()),
            team_id=team_id,
            name=f"{operation} key",
            operation=operation,
            at=datetime.now(UTC),
        )
        return Client(team_id, secret)
