"""The demo: a team with API keys and a prompt, to try the API with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from infra.local.errors import StartError
from infra.local.gateway import Request
from infra.local.servers import lock_demo, write_private
from shared.domain import api_keys, credentials
from shared.domain.access import Grant, Role
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.people import Membership, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from infra.local.gateway import Response
    from shared.store.store import Store

TEAM_ID = "00000000-0000-4000-8000-0000000000de"
OPERATIONS = {"api_key": "all", "viewer_key": "read_render", "admin_key": "admin"}
KEY_FILE = "demo-keys.json"
EMAIL = "ada@example.com"
PASSWORD = "Try-Cuebook-1"  # of everybody who runs the demo, on their own machine
SLUG = "welcome"
TEMPLATE = "Hello {{.name}}, welcome to {{.product}}!"
VARIABLES = {"name": "Ada", "product": "Cuebook"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The content of `demo.json`: the server's URL, the demo team, its keys, and its admin."""

    base_url: str
    team_id: str
    prompt_id: str
    api_key: str
    viewer_key: str
    admin_key: str
    email: str
    password: str

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
    if store.teams.find_team(TEAM_ID) is None:
        store.organisations.create_team(team_id=TEAM_ID, name="Demo", at=now)
    for name, operation in OPERATIONS.items():
        if store.api_keys.find_principal(keys[name]) is None:
            key = api_keys.create(
                keys[name],
                Grant(name=f"demo {operation}", operation=operation, team_ids=(TEAM_ID,)),
                by=None,
                now=now,
            )
            store.api_keys.commit(None, key, Origin(by=OPERATOR, now=now))
    seed_person(store)
    return Demo(
        base_url=base_url,
        email=EMAIL,
        password=PASSWORD,
        team_id=TEAM_ID,
        prompt_id=seed_prompt(Api(respond, keys["api_key"])),
        **keys,
    )


def seed_person(store: Store) -> None:
    """Create the demo's person, an admin of the team and of the organisation.

    The user pool lives as long as this process, so that the person is another one after each start.
    """
    now = datetime.now(UTC)
    person_id = store.sign_in.invite(EMAIL)
    store.sign_in.set_password(person_id, PASSWORD)
    if store.people.find_person(person_id) is not None:
        return
    person = Person(id=person_id, email=EMAIL, is_organisation_admin=True, created_at=now)
    membership = Membership(
        team_id=TEAM_ID, person_id=person_id, email=EMAIL, role=Role.ADMIN, created_at=now
    )
    store.organisations.add_person(person, Origin(by=OPERATOR, now=now), memberships=[membership])


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
            name: key if is_key(key := previous.get(name)) else credentials.generate_api_key()
            for name in OPERATIONS
        }
        if keys != previous:
            write_private(file, json.dumps(keys, indent=2) + "\n").close()
    return keys


def is_key(text: object) -> TypeGuard[str]:
    """Tell whether a value is the secret of an API key."""
    return isinstance(text, str) and credentials.parse_kind(text) == credentials.API_KEY


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
