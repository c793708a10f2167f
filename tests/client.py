"""The HTTP API without a socket: requests go through the gateway's routing to the real handlers.

`serve_registry` gives it one, for what is no part of this process.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from infra.local.aws import BUCKET, USER_POOL_ID, build_table_name
from infra.local.gateway import Context, Event, Gateway, Handler, Request, load_handler
from infra.local.server import Server
from shared import serve
from shared.domain import api_keys, prompts
from shared.domain.access import Grant, Role
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin, build_change
from shared.domain.credentials import generate_api_key, generate_session
from shared.domain.model import Author
from shared.domain.people import Membership, Person, create_session
from shared.routes import ROUTES, Route
from shared.store import aws
from shared.store.sign_in import Challenge
from shared.store.tables import TABLES
from tests.aws_calls import handle_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from shared.store.store import Store

AUTHENTICATOR_CODE = "246810"  # moto takes any
PASSWORD = "Correct-horse-7"  # of whoever has one
TEAM_ID = "7d1f0c52-93e4-4b8a-a6c1-2f5e8d90b347"  # of the first team
RUNNING: ContextVar[Route | None] = ContextVar("RUNNING", default=None)


def load_noting_handler(route: Route) -> Handler:
    """Load the handler of a route, which notes that it is the one that runs."""
    handler = load_handler(route)

    def run(event: Event, context: Context) -> object:
        with note_running(route):
            return handler(event, context)

    return run


@contextmanager
def note_running(route: Route) -> Iterator[None]:
    """Note that whatever is done in AWS is done for a route."""
    token = RUNNING.set(route)
    try:
        yield
    finally:
        RUNNING.reset(token)


@contextmanager
def serve_registry() -> Iterator[str]:
    """Serve the functions on loopback; gives the address."""
    server = Server(("127.0.0.1", 0), GATEWAY)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.finish(5)
        thread.join()


GATEWAY = Gateway(ROUTES, load_noting_handler)
# The id of nothing; the same in every process, so that all collect the same tests.
UNKNOWN_ID = "4f9c2d0e-6a3b-4c57-8e1d-0b2a97c5d613"
RESOURCES = {build_table_name(table): table.name for table in TABLES} | {BUCKET: "content"}
ALLOWED_ACTIONS = {route.module: frozenset(route.role_actions) for route in ROUTES}
WRITE_ACTIONS = {
    "Put": "PutItem",
    "Delete": "DeleteItem",
    "Update": "UpdateItem",
    "ConditionCheck": "ConditionCheckItem",
}


def list_actions(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """List what IAM asks for before it lets an AWS call through, in the route table's words."""
    if "UserPoolId" in params:
        yield f"people:{operation}"
    elif {"ClientId", "AccessToken"} & params.keys():
        return  # Cognito's operations for everybody
    elif operation == "TransactWriteItems":
        for item in params["TransactItems"]:
            for write, target in item.items():
                yield f"{RESOURCES[target['TableName']]}:{WRITE_ACTIONS[write]}"
    elif operation == "TransactGetItems":
        for item in params["TransactItems"]:
            yield f"{RESOURCES[item['Get']['TableName']]}:GetItem"
    elif operation == "BatchGetItem":
        for table in params["RequestItems"]:
            yield f"{RESOURCES[table]}:{operation}"
    else:
        yield f"{RESOURCES[params.get('TableName') or params['Bucket']]}:{operation}"


def list_access_writes(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """List the partitions of the table `access`, where API keys are, that an AWS call writes to."""
    if operation == "TransactWriteItems":
        targets = [
            target
            for item in params["TransactItems"]
            for kind, target in item.items()
            if kind != "ConditionCheck"
        ]
    else:
        targets = [params] if operation in WRITE_ACTIONS.values() else []
    for target in targets:
        if RESOURCES[target["TableName"]] == "access":
            yield (target.get("Item") or target["Key"])["pk"]["S"]


class Cloud:
    """AWS as the handlers reach it: what they do there is noted, and it can be made to fail.

    Attributes:
        used: The actions that each endpoint needed, by its module.
        partitions: The partitions of the table `access` that each endpoint wrote to, by its module.
        is_strict: Whether a call may do only what the role of its route allows.
    """

    def __init__(self) -> None:
        self.used: defaultdict[str, set[str]] = defaultdict(set)
        self.partitions: defaultdict[str, set[str]] = defaultdict(set)
        self.is_strict = True
        self._undo: list[Callable[[], None]] = []
        self.open()

    def open(self) -> None:
        """Note from now on what is done."""
        self.used.clear()
        self.partitions.clear()
        self.is_strict = True
        self._register("before-parameter-build", self._note)

    def fail(
        self,
        code: str,
        *,
        operation: str = "",
        reasons: Sequence[str] = (),
        times: int | None = None,
    ) -> Callable[[], None]:
        """Fail calls with an AWS error, until the function that this returns is called.

        Args:
            code: Of the error.
            operation: Of any service; all of them when it is empty.
            reasons: Why a transaction is cancelled, write by write.
            times: How many calls fail at most; None for any number.
        """
        remaining = times

        def respond(model: Any, **_: object) -> object:
            nonlocal remaining
            if remaining == 0 or operation not in ("", model.name):
                return None
            remaining = remaining and remaining - 1
            status = 500 if code == "InternalServerError" else 400  # as DynamoDB
            error = {
                "Error": {"Code": code, "Message": "told by AWS"},
                "CancellationReasons": [{"Code": reason} for reason in reasons],
                "ResponseMetadata": {"HTTPStatusCode": status},
            }
            return AWSResponse("", status, HTTPHeaders(), None), error

        return self._register("before-call", respond)

    def run_before(self, operation: str, act: Callable[[], object]) -> None:
        """Run something just before the next such call."""

        def run(model: Any, **_: object) -> None:
            if model.name == operation:
                undo()
                act()

        undo = self._register("before-parameter-build", run)

    def close(self) -> None:
        """Undo all failures, and note nothing more."""
        for undo in self._undo:
            undo()
        self._undo.clear()

    def _note(self, model: Any, params: Mapping[str, Any], **_: object) -> None:
        if (route := RUNNING.get()) is not None:
            self.used[route.module] |= set(list_actions(model.name, params))
            self.partitions[route.module] |= set(list_access_writes(model.name, params))

    def _register(self, event: str, handler: Callable[..., Any]) -> Callable[[], None]:
        clients = (aws.get_dynamodb(), aws.get_s3(), aws.get_cognito())
        stack = ExitStack()
        stack.enter_context(handle_event(event, handler, *clients))
        self._undo.append(stack.close)
        return stack.close


@dataclass(frozen=True, slots=True)
class Response:
    """What a call is answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The JSON value of the body."""
        return json.loads(self.text)

    @property
    def error(self) -> str:
        """The text of a problem, in the dialects that have it here."""
        message: str = self.json["error"]
        return message


def build_bearer(key: str) -> dict[str, str]:
    """Build the header in which most dialects send a key."""
    return {"authorization": f"Bearer {key}"}


def build_basic(key: str, user: str = "pk-lf-1") -> dict[str, str]:
    """Build the header in which dialects send a key as the second of a pair."""
    return {"authorization": f"Basic {b64encode(f'{user}:{key}'.encode()).decode()}"}


@dataclass(frozen=True, slots=True)
class Client:
    """A caller of the API.

    Attributes:
        team_id: The team that it works in.
        key: The API key, or the session, that it sends; None to send none.
        cloud: What its calls do in AWS.
        build_credential: Builds the headers in which it sends the key.
        person_id: The id of the person who calls; empty for an API key.
    """

    team_id: str
    key: str | None
    cloud: Cloud
    build_credential: Callable[[str], Mapping[str, str]] = build_bearer
    person_id: str = ""

    def use_credential(self, build_credential: Callable[[str], Mapping[str, str]]) -> Client:
        """Make the same caller, with the key in other headers."""
        return replace(self, build_credential=build_credential)

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: str | bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Response:
        """Call the API.

        Args:
            method: Of the request.
            path: With the query.
            body: Sent as JSON.
            raw: Sent as it is.
            headers: More of them; None takes a default one away.
        """
        if raw is None and body is not None:
            raw = json.dumps(body)
        fields: dict[str, str | None] = {
            "content-type": None if raw is None else "application/json"
        }
        if self.key is not None:
            fields |= self.build_credential(self.key)
        fields |= {name.lower(): value for name, value in (headers or {}).items()}
        response = GATEWAY.respond(
            Request(
                method=method,
                target=path,
                headers=tuple((name, value) for name, value in fields.items() if value is not None),
                body=raw.encode() if isinstance(raw, str) else raw or b"",
            )
        )
        for module, actions in self.cloud.used.items() if self.cloud.is_strict else ():
            excess = actions - ALLOWED_ACTIONS[module]
            assert not excess, f"the role of {module} lacks {excess}"
        return Response(response.status, dict(response.headers), response.body.decode())

    def create_prompt(self, name: str | None = None, **fields: str) -> dict[str, Any]:
        """Create a prompt."""
        name = name or f"Prompt {uuid4().hex[:8]}"
        response = self("POST", f"/v1/teams/{self.team_id}/prompts", {"name": name, **fields})
        assert response.status == 201, response.text
        prompt: dict[str, Any] = response.json["prompt"]
        return prompt

    def create_version(self, prompt_id: str, template: str = "Hi", **fields: Any) -> dict[str, Any]:
        """Create a version of a prompt."""
        body = {"template": template, **fields}
        response = self("POST", f"/v1/prompts/{prompt_id}/versions", body)
        assert response.status == 201, response.text
        version: dict[str, Any] = response.json["version"]
        return version

    def create_stable_version(
        self, prompt_id: str, template: str = "Hi", **fields: Any
    ) -> dict[str, Any]:
        """Create a version that is no draft, so that it exists in every dialect."""
        version = self.create_version(prompt_id, template, **fields)
        return self.promote(prompt_id, version["version"])

    def promote(self, prompt_id: str, number: int, *, times: int = 1) -> dict[str, Any]:
        """Promote a version, twice for a draft to become live."""
        for _ in range(times):
            response = self("POST", f"/v1/prompts/{prompt_id}/versions/{number}/promote")
            assert response.status == 200, response.text
        version: dict[str, Any] = response.json["version"]
        return version

    def list_statuses(self, prompt_id: str) -> dict[int, str]:
        """List the status of each version, by number."""
        versions = self("GET", f"/v1/prompts/{prompt_id}/versions").json["versions"]
        return {version["version"]: version["status"] for version in versions}


class Registry:
    """Two teams, and clients with keys of each kind, and people of each role, in the first.

    Attributes:
        people: People with a session by role; `organisation_admin` is an admin of the team too, and
            `password` is a viewer with a password, `second_factor` one with that as well.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cloud = Cloud()
        self.team_id = self.create_team("Ours", TEAM_ID)
        self.editor = self.create_client(self.team_id, "all")
        self.viewer = self.create_client(self.team_id, "read_render")
        self.admin = self.create_client(self.team_id, "admin")
        self.stranger = self.create_client(self.create_team("Theirs"), "admin")
        self.nobody = Client(self.team_id, None, self.cloud)
        self.people = {str(role): self.create_person(role=role) for role in Role} | {
            "organisation_admin": self.create_person(role="admin", is_organisation_admin=True),
            "stranger": self.create_person(role="admin", team_id=self.stranger.team_id),
            "password": self.create_person(role="viewer", password=PASSWORD),
            "second_factor": self.create_person(
                role="viewer", password=PASSWORD, has_second_factor=True
            ),
        }

    def open(self) -> None:
        """Begin a test: nothing is remembered, and nothing fails."""
        self.forget()
        self.cloud.open()

    def forget(self) -> None:
        """Go on as a process that has just started, without what it had remembered."""
        serve.get_store.cache_clear()
        self.store = serve.get_store()

    def move_prompt(self, prompt_id: str, team_id: str) -> None:
        """Move a prompt, as somebody who is in both teams could; no API key is."""
        prompt = self.store.find_prompt(prompt_id)
        assert prompt is not None
        by = Author(id=str(uuid4()), name="in both teams")
        target = self.store.open_team(team_id)
        self.store.open_team(prompt.team_id).commit(
            prompts.move(prompt, team_id, Origin(by=by)), target=target
        )

    def set_tags(self, prompt_id: str, tags: Iterable[str]) -> None:
        """Set many tags on version 1 at once, for which there is no call."""
        prompt = self.store.find_prompt(prompt_id)
        assert prompt is not None
        by = Author(id=str(uuid4()), name="in a hurry")
        after = dict.fromkeys(tags, 1)
        change = build_change(prompt, Origin(by=by), "tag.moved", subject=None, tags=after)
        self.store.open_team(prompt.team_id).commit(change)

    def create_team(self, name: str, team_id: str = "") -> str:
        """Create a team, and give its id."""
        team_id = team_id or str(uuid4())
        self.store.organisations.create_team(team_id=team_id, name=name, at=datetime.now(UTC))
        return team_id

    def create_client(self, team_id: str, operation: str) -> Client:
        """Create a client with a key of its own."""
        grant = Grant(name=f"{operation} key", operation=operation, team_ids=(team_id,))
        return Client(team_id, self.create_key(grant), self.cloud)

    def create_key(self, grant: Grant) -> str:
        """Create an API key, and give its secret."""
        secret = generate_api_key()
        key = api_keys.create(secret, grant, by=None, now=datetime.now(UTC))
        self.store.api_keys.commit(None, key, Origin(by=OPERATOR))
        return secret

    def create_person(
        self,
        *,
        role: str | None = None,
        team_id: str = "",
        is_organisation_admin: bool = False,
        email: str = "",
        password: str = "",
        has_second_factor: bool = False,
    ) -> Client:
        """Create a person with a session.

        Args:
            role: The role in the team; None for a person who is in no team.
            team_id: The team; the first one if left out.
            is_organisation_admin: Whether the person is an admin of the organisation.
            email: The address; one of its own if left out.
            password: To sign in with; the person cannot sign in if it is left out.
            has_second_factor: Whether sign-in asks for a code too.
        """
        now = datetime.now(UTC)
        email = email or f"{uuid4().hex[:12]}@example.com"
        person_id = str(uuid4())
        if password:
            person_id = self.store.sign_in.invite(email)
            self.store.sign_in.set_password(person_id, password)
        if has_second_factor:
            sign_in, source = self.store.sign_in, "192.0.2.1"
            sign_in.create_second_factor(person_id, password, source=source)
            sign_in.start_second_factor(person_id, password, AUTHENTICATOR_CODE, source=source)
        person = Person(
            id=person_id,
            email=email,
            is_organisation_admin=is_organisation_admin,
            created_at=now,
        )
        team_id = team_id or self.team_id
        fields: dict[str, Any] = {
            "person_id": person.id,
            "email": person.email,
            "created_at": now,
        }
        memberships = [Membership(team_id=team_id, role=role, **fields)] if role else []
        origin = Origin(by=OPERATOR, now=now)
        self.store.organisations.add_person(person, origin, memberships=memberships)
        return Client(team_id, self.create_session(person), self.cloud, person_id=person.id)

    def create_session(self, person: Person) -> str:
        """Create a session, and give its secret."""
        secret = generate_session()
        session = create_session(secret, person, now=datetime.now(UTC))
        self.store.people.add_session(session)
        return secret

    def get_email(self, client: Client) -> str:
        """Get the e-mail address of a person."""
        person = self.store.people.find_person(client.person_id)
        assert person is not None
        return person.email

    def create_challenge(self) -> str:
        """Create a person who has been invited, and give the token that the first sign-in gives."""
        client = self.create_person(role="viewer", password=PASSWORD)
        aws.get_cognito().admin_set_user_password(
            UserPoolId=USER_POOL_ID, Username=client.person_id, Password=PASSWORD, Permanent=False
        )
        challenge = self.store.sign_in.authenticate(
            self.get_email(client), PASSWORD, source="203.0.113.1"
        )
        assert isinstance(challenge, Challenge)
        token: str = challenge.build_problem().details[0]["challenge_token"]  # type: ignore[index]
        return token
