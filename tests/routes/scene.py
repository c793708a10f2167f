"""One prompt with one of everything, and the calls of every route upon it."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from shared.dialects.dialect import get_dialect
from shared.domain import api_keys
from shared.domain.access import Grant
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.credentials import generate_api_key, hash_secret
from shared.domain.organisation import ORGANISATION_ID
from shared.domain.uses import WINDOW, Caller, Use, Window
from shared.routes import DIALECTS, ROUTES, Permission, Route
from shared.routes.route import CHECK
from shared.settings import get_settings
from shared.store.dynamodb import Database
from shared.store.uses import Uses
from tests.client import AUTHENTICATOR_CODE, PASSWORD, build_basic, build_bearer
from tests.memory import Memory
from tests.routes.sample import NAME, Variant, fill, get_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.client import Client, Registry, Response

GUARDED = tuple(route for route in ROUTES if route.permission is not Permission.PUBLIC)
CALLING = tuple(route for route in ROUTES if route in GUARDED or route.actions)  # AWS
CHANGING = tuple(route for route in CALLING if route.method != "GET")
READING = tuple(route for route in ROUTES if route.method == "GET")
MOVING = tuple(  # pointers of prompts
    route
    for route in GUARDED
    if {*CHECK} <= {*route.actions} and route.permission in (Permission.WRITE, Permission.CURATE)
)
WRITING = tuple(route for route in GUARDED if route.writes and route.status < 300)

LIVE, STABLE, DRAFT = 1, 2, 3
POINTERS = ["live", "prod", "blue", "staging"]  # that samples move
FOLDER_CHANGE = {"workspaceId": "team", "id": "id", "folderId": "folder"}
ADA = {"variables": {"name": "Ada"}}  # what the versions are rendered with


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that is ready to be made, as often as it takes."""

    route: Route
    target: str
    body: Any
    variant: Variant | None = None

    def replace_body(self, body: Any) -> Prepared:
        """Make the same call with another body."""
        return replace(self, body=body)

    def replace_query(self, **parameters: str) -> Prepared:
        """Make the same call with other query parameters, percent-encoded already."""
        path, _, query = self.target.partition("?")
        pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair) | parameters
        query = "&".join(f"{name}={value}" for name, value in pairs.items())
        return replace(self, target=f"{path}?{query}")

    def get_segment(self, name: str) -> str:
        """Get a segment of the path."""
        path = self.target.partition("?")[0]
        return path.split("/")[self.route.path.split("/").index(f"{{{name}}}")]

    def replace_segment(self, name: str, value: str) -> Prepared:
        """Make the same call with another segment in its path, percent-encoded already."""
        path, mark, query = self.target.partition("?")
        segments = path.split("/")
        segments[self.route.path.split("/").index(f"{{{name}}}")] = value
        return replace(self, target="/".join(segments) + mark + query)

    def send(self, client: Client, *, raw: str | bytes | None = None, **headers: str) -> Response:
        """Make the call.

        Args:
            client: The caller, who sends the key as the route's dialect has it.
            raw: A body instead of the good one.
            headers: More of them, whose dashes are underscores here.
        """
        return client.use_credential(get_credential(self.route))(
            self.route.method,
            self.target,
            self.body,
            raw=raw,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )


@contextmanager
def name_route(route: Route) -> Iterator[None]:
    """Name the route in whatever fails meanwhile."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"The route is {route.name}, in functions/{route.dialect}.")
        raise


def get_credential(route: Route) -> Callable[[str], Mapping[str, str]]:
    """Get what builds the headers in which the callers of a route's dialect send their key."""
    return find_credential(route.dialect)


@cache
def find_credential(dialect: str) -> Callable[[str], Mapping[str, str]]:
    """Find what builds the headers in which the callers of a dialect send their key."""
    schemes = get_dialect(dialect).security.values()
    for scheme in schemes:
        if scheme["type"] == "apiKey":
            name = str(scheme["name"]).lower()
            return lambda key: {name: key}
    return build_basic if all(each["scheme"] == "basic" for each in schemes) else build_bearer


class Scene:
    """A prompt whose versions are live, stable and draft; the live one is tagged `prod`.

    Attributes:
        names: What the samples' texts in braces stand for.
    """

    def __init__(self, registry: Registry, *, suffix: str = "") -> None:
        """Make the prompt.

        Args:
            registry: Its teams and clients.
            suffix: More of the text of its versions.
        """
        self.registry = registry
        editor = registry.editor
        self.prompt = editor.create_prompt()
        self.id: str = self.prompt["id"]
        self.path = f"/v1/prompts/{self.id}"
        versions = [
            editor.create_version(self.id, template + suffix)
            for template in ("Hello {{.name}}!", "Good day {{.name}}!", "Hey {{.name}}!")
        ]
        editor.promote(self.id, LIVE, times=2)
        editor.promote(self.id, STABLE)
        editor("POST", f"{self.path}/versions/{LIVE}/tags", {"tag": "prod"})
        response = editor("POST", f"{self.path}/payloads", {"variables": {"name": "Ada"}})
        self.payload: dict[str, Any] = response.json["payload"]
        self.names: dict[str, Any] = {
            "team": registry.team_id,
            "team_id": registry.team_id,
            "id": self.id,
            "slug": self.prompt["slug"],
            "live": versions[0]["id"],
            "stable": versions[1]["id"],
            "draft": versions[2]["id"],
            "version": LIVE,
            "tag": "prod",
            "payload_id": self.payload["id"],
            "prompt_name": quote(self.prompt["name"]),
            "release": self.create_release(),
            "folder": self.create_folder(),
            "org": ORGANISATION_ID,
            **self.create_empty_team(),
            **self.create_people(),
            **self.create_api_key(),
        }

    def create_empty_team(self) -> dict[str, str]:
        """Create a team that has a member and keys, and no prompts."""
        registry = self.registry
        team_id = registry.create_team("Empty")
        registry.create_person(role="admin", team_id=team_id)
        registry.create_client(team_id, "all")
        teams = (team_id, registry.team_id)
        registry.create_key(Grant(name="Key of two teams", team_ids=teams))
        return {"empty_team": team_id}

    def create_api_key(self) -> dict[str, str]:
        """Create an API key that something is done to."""
        store, now = self.registry.store, datetime.now(UTC)
        grant = Grant(name="Key of the scene", team_ids=(self.registry.team_id,))
        key = api_keys.create(generate_api_key(), grant, by=None, now=now)
        store.api_keys.commit(None, key, Origin(by=OPERATOR, now=now))
        store.api_keys.write_use(key.id, f"{now:%Y-%m-%d}")
        return {"key_id": key.id}

    def count_use(self) -> None:
        """Count that an API key has used the prompt today."""
        use = Use(self.id, LIVE, "renders", Caller(self.names["key_id"], "api_key"))
        day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        uses = Uses(Database(get_settings().tables))
        uses.add({self.id: Counter([use])}, Window(day, day + WINDOW))

    def create_people(self) -> dict[str, str]:
        """Create people that something is done to, and what they sign in with."""
        registry = self.registry
        editor = registry.people["editor"]
        person = registry.store.people.find_person(editor.person_id)
        assert person is not None
        registry.create_session(person)
        user = registry.people["password"]
        registry.create_session(replace(person, id=user.person_id, email=registry.get_email(user)))
        sessions = registry.store.people.list_sessions(editor.person_id, {})
        session = next(
            each for each in sessions if each.secret_hash != hash_secret(str(editor.key))
        )
        email = registry.get_email(user)
        return {
            "person": registry.people["viewer"].person_id,
            "second_admin": registry.create_person(is_organisation_admin=True).person_id,
            "team_admin": registry.people["admin"].person_id,
            "other_admin": registry.people["organisation_admin"].person_id,
            "outsider": registry.create_person().person_id,
            "account": registry.people["second_factor"].person_id,
            "session": session.id,
            "email": email,
            "password": PASSWORD,
            "challenge": registry.create_challenge(),
            "code": "4829-from-the-mail",  # moto takes any
            "authenticator": AUTHENTICATOR_CODE,
        }

    def get_caller(
        self, route: Route, default: Client | None = None, variant: Variant | None = None
    ) -> Client:
        """Get who makes the good call of a route.

        Args:
            route: The route.
            variant: Another call of it than the first.
            default: The caller of routes that need no person; the editor's API key if left out.
        """
        caller = (variant and variant.caller) or get_sample(route).caller
        return self.registry.people[caller] if caller else default or self.registry.editor

    def create_release(self) -> str:
        """Create a release request of another editor, which waits, and give its id."""
        author = self.registry.people["author"] = self.create_author()
        body = {"pointer": "live", "version": STABLE}
        response = author("POST", f"{self.path}/releases", body)
        release_id: str = response.json["release"]["id"]
        return release_id

    def create_author(self) -> Client:
        """Create who makes the release request."""
        return self.registry.create_person(role="editor")

    def protect(self, **rules: bool) -> None:
        """Protect all pointers that samples move."""
        body = {"pointers": POINTERS, **rules}
        path = f"/v1/teams/{self.registry.team_id}/protected"
        assert self.registry.admin("PUT", path, body).status == 200

    def create_folder(self) -> str:
        """Create a folder, as only Maxim's clients can, and give its id."""
        body = {"workspaceId": self.registry.team_id, "entityType": "PROMPT", "name": "Folder"}
        (route,) = (route for route in ROUTES if route.name == "create_folder")
        response = Prepared(route, route.path, body).send(self.registry.editor)
        folder_id: str = response.json["data"]["id"]
        return folder_id

    def deploy(self, number: int) -> None:
        """Deploy a version under a condition, as only Maxim's clients can."""
        (route,) = (route for route in ROUTES if route.name == "deploy_prompt")
        condition = {"variable": "scene", "operator": "=", "value": str(number)}
        body = {
            "workspaceId": self.registry.team_id,
            "promptId": self.id,
            "version": number,
            "deploymentConditions": [condition],
        }
        assert Prepared(route, route.path, body).send(self.registry.admin).status == 200

    def put_into_folder(self) -> None:
        """Put the prompt into the folder, as only Maxim's clients can."""
        (route,) = (route for route in ROUTES if route.name == "update_workspace_prompt")
        body = {key: self.names[name] for key, name in FOLDER_CHANGE.items()}
        assert Prepared(route, route.path, body).send(self.registry.editor).status == 200

    def prepare(
        self, route: Route, variant: Variant | None = None, names: Mapping[str, Any] | None = None
    ) -> Prepared:
        """Make a route's good call ready, and do what must be done before it.

        Args:
            route: The route.
            variant: Another call of it than the first.
            names: What texts in braces stand for instead.
        """
        sample = get_sample(route)
        ours = {**self.names, "new": f"new-{uuid4().hex[:12]}"}
        # Calls of all dialects can come first, but those whose header another one has.
        builders = map(find_credential, DIALECTS)
        credentials = [build for build in builders if build is not build_basic]
        editor = self.registry.editor.use_credential(
            lambda key: {name: text for build in credentials for name, text in build(key).items()}
        )
        for method, target, body in sample.first:
            response = editor(method, fill(target, ours), fill(body, ours))
            assert response.status < 300, f"{target}: {response.text}"
        target = (variant and variant.target) or sample.target or route.path
        body = sample.body if variant is None or variant.body is None else variant.body
        ours |= names or {}
        target = fill(target, ours)
        assert NAME.findall(target) == [], (
            f"the good call of {route.name} has the path {target}, but the scene knows only: "
            f"{', '.join(ours)}"
        )
        return Prepared(route, target, fill(body, ours), variant)

    @contextmanager
    def visit(
        self, route: Route, variant: Variant | None = None, names: Mapping[str, Any] | None = None
    ) -> Iterator[Prepared]:
        """Make a call ready as `prepare` does, for a process that remembers nothing.

        In the end, what was done is undone. Whatever fails meanwhile names the route.
        """
        memory = Memory()
        saved = memory.save()
        try:
            with name_route(route):
                call = self.prepare(route, variant, names)
                if get_sample(route).is_used:
                    self.count_use()
                self.registry.forget()
                yield call
        finally:
            memory.restore(saved)
            self.registry.forget()

    def list_stored(self) -> dict[str, list[Any]]:
        """List all that is stored, table by table, whoever it belongs to."""
        return Memory().list_items()
