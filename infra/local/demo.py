"""A team with keys and one prompt, so that there is something to try at once."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from infra.local import CannotStart
from infra.local.gateway import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from infra.local.gateway import Answer
    from shared.store.store import Store

TEAM_ID = "00000000-0000-4000-8000-0000000000de"
OPERATIONS = {"api_key": "all", "viewer_key": "read_render", "admin_key": "admin"}
SLUG = "welcome"
TEMPLATE = "Hello {{.name}}, welcome to {{.product}}!"
VARIABLES = {"name": "Ada", "product": "Cuebook"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What `demo.json` tells."""

    base_url: str
    team_id: str
    prompt_id: str
    api_key: str
    viewer_key: str
    admin_key: str

    @property
    def curl(self) -> str:
        body = json.dumps({"variables": VARIABLES})
        return (
            f"curl -sS {self.base_url}/v1/prompts/{SLUG}/render"
            f" -H 'Authorization: Bearer {self.api_key}'"
            f" -H 'Content-Type: application/json' -d '{body}'"
        )

    def write(self, file: Path) -> None:
        """For its owner's eyes: it holds keys."""
        unfinished = file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(asdict(self), indent=2) + "\n")
        unfinished.replace(file)


def seed(answer: Callable[[Request], Answer], store: Store, *, base_url: str, file: Path) -> Demo:
    """The demo as it is to be; what is there already stays, and so do the keys in the file."""
    now = datetime.now(UTC)
    keys = known_keys(file)
    if store.team(TEAM_ID) is None:
        store.add_team(team_id=TEAM_ID, name="Demo", at=now)
    for name, operation in OPERATIONS.items():
        if store.principal(keys[name]) is None:
            store.add_key(
                secret=keys[name],
                key_id=str(uuid4()),
                team_id=TEAM_ID,
                name=f"demo {operation}",
                operation=operation,
                at=now,
            )
    return Demo(
        base_url=base_url,
        team_id=TEAM_ID,
        prompt_id=seed_prompt(Api(answer, keys["api_key"])),
        **keys,
    )


def known_keys(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError):
        known = {}
    return {
        name: key if valid(key := known.get(name)) else f"ak_{secrets.token_hex(32)}"
        for name in OPERATIONS
    }


def valid(key: object) -> bool:
    return isinstance(key, str) and key.startswith("ak_") and len(key) == 67


def seed_prompt(api: Api) -> str:
    """The prompt's id; it is made by the handlers, as any client would."""
    found = api.call("GET", f"/v1/prompts/{SLUG}", expect=(200, 404))
    if "prompt" not in found:
        found = api.call(
            "POST",
            f"/v1/teams/{TEAM_ID}/prompts",
            {"name": "Welcome", "slug": SLUG, "description": "Greets a new user"},
        )
    prompt_id = str(found["prompt"]["id"])
    live = api.call("GET", f"/v1/prompts/{prompt_id}/versions?status=live")
    if not live["versions"]:
        made = api.call("POST", f"/v1/prompts/{prompt_id}/versions", {"template": TEMPLATE})
        promote = f"/v1/prompts/{prompt_id}/versions/{made['version']['version']}/promote"
        api.call("POST", promote)  # from draft to stable
        api.call("POST", promote)  # from stable to live
    return prompt_id


@dataclass(frozen=True, slots=True)
class Api:
    """The HTTP API, without a socket."""

    answer: Callable[[Request], Answer]
    key: str

    def call(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | None = None,
        *,
        expect: tuple[int, ...] = (200, 201),
    ) -> dict[str, Any]:
        answer = self.answer(
            Request(
                method=method,
                target=target,
                headers=(
                    ("Host", "localhost"),
                    ("Authorization", f"Bearer {self.key}"),
                    ("Content-Type", "application/json"),
                ),
                body=b"" if body is None else json.dumps(body).encode(),
            )
        )
        if answer.status not in expect:
            raise CannotStart(f"demo: {method} {target}: {answer.status} {answer.body.decode()}")
        reply: dict[str, Any] = json.loads(answer.body)
        return reply
