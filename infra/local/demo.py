"""The demo: a team with API keys and a prompt, to try the API with."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard
from uuid import uuid4

from infra.local.errors import StartError
from infra.local.gateway import Request
from infra.local.servers import lock_demo, write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from infra.local.gateway import Response
    from shared.store.store import Store

TEAM_ID = "00000000-0000-4000-8000-0000000000de"
OPERATIONS = {"api_key": "all", "viewer_key": "read_render", "admin_key": "admin"}
KEY_FILE = "demo-keys.json"
SLUG = "welcome"
TEMPLATE = "Hello {{.name}}, welcome to {{.product}}!"
VARIABLES = {"name": "Ada", "product": "Cuebook"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The content of `demo.json`: the server's URL, the demo team, and its keys."""

    base_url: str
    team_id: str
    prompt_id: str
    api_key: str
    viewer_key: str
    admin_key: str

    @property
    def curl(self) -> str:
        """A command that renders the demo's prompt."""
        body = json.dumps({"variables": VARIABLES})
        return (
            f"curl -sS {self.base_url}/v1/prompts/{SLUG}/render"
            f" -H 'Authorization: Bearer {self.api_key}'"
            f" -H 'Content-Type: application/json' -d '{body}'"
        )

    def dump(self) -> str:
        """Convert the demo to JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def seed(
    respond: Callable[[Request], Response], store: Store, *, base_url: str, folder: Path
) -> Demo:
    """Create the demo team, its keys and its prompt, unless they exist.

    Args:
        respond: The API, as a function from requests to responses.
        store: The store of the API.
        base_url: The URL of the server.
        folder: The folder for what lasts between starts, such as the keys.

    Raises:
        StartError: A request to the API fails.
    """
    now = datetime.now(UTC)
    keys = load_keys(folder)
    if store.callers.find_team(TEAM_ID) is None:
        store.callers.add_team(team_id=TEAM_ID, name="Demo", at=now)
    for name, operation in OPERATIONS.items():
        if store.callers.find_principal(keys[name]) is None:
            store.callers.add_key(
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
        prompt_id=seed_prompt(Api(respond, keys["api_key"])),
        **keys,
    )


def load_keys(folder: Path) -> dict[str, str]:
    """Load the keys of the demo from their file, which is created if it does not exist.

    All servers of a folder have the same keys, also after the next start.
    """
    file = folder / KEY_FILE
    with lock_demo(folder):
        try:
            previous = dict(json.loads(file.read_text()))
        except (OSError, TypeError, ValueError):
            previous = {}
        keys = {
            name: key if is_key(key := previous.get(name)) else f"ak_{secrets.token_hex(32)}"
            for name in OPERATIONS
        }
        if keys != previous:
            write_private(file, json.dumps(keys, indent=2) + "\n").close()
    return keys


def is_key(text: object) -> TypeGuard[str]:
    """Tell whether a value is the secret of an API key."""
    return isinstance(text, str) and text.startswith("ak_") and len(text) == 67


def seed_prompt(api: Api) -> str:
    """Create the demo's prompt through the API, as clients do; returns its id."""
    document = api.call("GET", f"/v1/prompts/{SLUG}", expect=(200, 404))
    if "prompt" not in document:
        document = api.call(
            "POST",
            f"/v1/teams/{TEAM_ID}/prompts",
            {"name": "Welcome", "slug": SLUG, "description": "Greets a new user"},
        )
    prompt_id = str(document["prompt"]["id"])
    live = api.call("GET", f"/v1/prompts/{prompt_id}/versions?status=live")
    if not live["versions"]:
        draft = api.call("POST", f"/v1/prompts/{prompt_id}/versions", {"template": TEMPLATE})
        promote = f"/v1/prompts/{prompt_id}/versions/{draft['version']['version']}/promote"
        api.call("POST", promote)  # from draft to stable
        api.call("POST", promote)  # from stable to live
    return prompt_id


@dataclass(frozen=True, slots=True)
class Api:
    """A client of the HTTP API without a socket.

    Attributes:
        respond: The API, as a function from requests to responses.
        key: The secret of an API key.
    """

    respond: Callable[[Request], Response]
    key: str

    def call(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | None = None,
        *,
        expect: tuple[int, ...] = (200, 201),
    ) -> dict[str, Any]:
        """Call the API; returns the body of its response.

        Raises:
            StartError: The response has an unexpected status.
        """
        response = self.respond(
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
        if response.status not in expect:
            raise StartError(
                f"the demo cannot be created, {method} {target} responds with "
                f"{response.status} {response.body.decode().strip()}; see serve.log"
            )
        document: dict[str, Any] = json.loads(response.body)
        return document
