"""A deployment as what the good calls of `tests/routes` are made to, instead of this process.

Whatever is needed for them is made through the API, by the first admin: no table is written to.
"""

from __future__ import annotations

import json
import time
from base64 import b32decode
from collections import defaultdict
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest import mock
from uuid import uuid4

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from infra.local.gateway import Response
from shared.domain.organisation import ORGANISATION_ID
from tests.client import PASSWORD, Client, Cloud, Registry
from tests.routes.sample import NAME, get_sample
from tests.routes.scene import WRITING, Scene, name_route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from infra.local.gateway import Request
    from shared.routes import Route
    from tests.e2e.deployment import Api, Deployment
    from tests.routes.sample import Variant
    from tests.routes.scene import Prepared

SECOND_FACTOR = "/v1/auth/me/second-factor"
PEOPLE = f"/v1/orgs/{ORGANISATION_ID}/people"
RESET_CODE = "654321"  # the emulator's, which it sends to nobody
# Whoever calls these is not the same afterwards.
ENDING = frozenset(
    {
        "leave_team",
        "revoke_session",
        "change_password",
        "create_second_factor",
        "set_second_factor",
        "sign_out",
    }
)


class RemoteCloud(Cloud):
    """AWS as nobody here can look into it, or interfere with it."""

    def __init__(self) -> None:
        self.used = defaultdict(set)
        self.is_strict = False

    def run_before(self, operation: str, act: Callable[[], object]) -> None:
        """Do nothing: nobody can be faster than a call that is made there."""


class RemoteRegistry(Registry):
    """The team of a deployment; its clients call the API over HTTP while it is connected.

    Attributes:
        statuses: All statuses that it has responded with.
    """

    def __init__(self, deployment: Deployment, api: Api) -> None:
        self.deployment = deployment
        self.api = api
        self.cloud = RemoteCloud()
        self.team_id = api.demo["team_id"]
        self.editor, self.viewer, self.admin = (
            Client(self.team_id, api.demo[name], self.cloud)
            for name in ("api_key", "viewer_key", "admin_key")
        )
        self.nobody = self.stranger = Client(self.team_id, None, self.cloud)
        self.emails: dict[str, str] = {}
        self.authenticators: dict[str, TOTP] = {}
        self.statuses: set[int] = set()
        self._sources = count(1)
        with self.connect():
            self.boss = self.sign_in(api.demo["email"], api.demo["password"])
            self.people = {role: self.create_user(role) for role in ("viewer", "editor", "admin")}
            self.people |= {
                "organisation_admin": self.boss,
                "password": self.create_user("viewer"),
                "second_factor": self.create_user_with_second_factor(),
            }

    def forget(self) -> None:
        """Do nothing: what the functions remember is not to be reached."""

    def connect(self) -> mock._patch[object]:
        """Have the clients call the deployment, for a while."""
        return mock.patch("tests.client.GATEWAY", self)

    def respond(self, request: Request) -> Response:
        """Respond as the gateway in this process would do, each time to another machine.

        All attempts to sign in from one place would soon be too many.
        """
        number = next(self._sources)
        headers = dict(request.headers)
        headers["X-Forwarded-For"] = f"203.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        response = self.api.send(request.method, request.target, request.body, headers)
        self.statuses.add(response.status)
        return Response(response.status, tuple(response.headers.items()), response.body)

    # -- people

    def invite(self, role: str | None, *, is_organisation_admin: bool = False) -> str:
        """Invite a person into the team, or into none; gives the id."""
        email = f"{uuid4().hex[:12]}@example.com"
        fields = {"team_id": self.team_id, "role": role} if role else {}
        response = self.boss("POST", PEOPLE, {"email": email, **fields})
        assert response.status == 201, response.text
        person_id: str = response.json["user"]["id"]
        self.emails[person_id] = email
        if is_organisation_admin:
            path = f"/v1/orgs/{ORGANISATION_ID}/members/{person_id}/role"
            assert self.boss("PUT", path, {"role": "admin"}).status == 200
        return person_id

    def create_user(self, role: str) -> Client:
        """Create a person with a password and a session."""
        email = self.emails[self.invite(role)]
        self.deployment.set_password(email, PASSWORD)
        return self.sign_in(email, PASSWORD)

    def create_user_with_second_factor(self) -> Client:
        """Create a person whom sign-in asks for a code of an authenticator."""
        user = self.create_user("viewer")
        body = {"enabled": True, "password": PASSWORD, "code": self.build_code(user)}
        assert user("PUT", SECOND_FACTOR, body).status == 200
        return user

    def build_code(self, user: Client) -> str:
        """Build the code that the authenticator of a person shows, which is set up first."""
        if user.person_id not in self.authenticators:
            response = user("POST", SECOND_FACTOR, {"password": PASSWORD})
            assert response.status == 200, response.text
            secret = b32decode(response.json["secret"])
            authenticator = TOTP(secret, 6, SHA1(), 30, enforce_key_length=False)
            self.authenticators[user.person_id] = authenticator
        return self.authenticators[user.person_id].generate(int(time.time())).decode()

    def sign_in(self, email: str, password: str) -> Client:
        """Sign in."""
        body = {"email": email, "password": password}
        response = self.nobody("POST", "/v1/auth/login", body)
        assert response.status == 200, response.text
        person_id: str = response.json["user"]["id"]
        self.emails[person_id] = email
        return Client(self.team_id, response.json["token"], self.cloud, person_id=person_id)

    def create_challenge(self) -> str:
        """Invite a person, and give the token that the first sign-in gives."""
        email = self.emails[self.invite("viewer")]
        self.deployment.set_password(email, PASSWORD, permanent=False)
        body = {"email": email, "password": PASSWORD}
        response = self.nobody("POST", "/v1/auth/login", body)
        assert response.status == 403, response.text
        token: str = response.json["details"][0]["challenge_token"]
        return token


def choose_variant(route: Route, variant: Variant | None) -> Variant | None:
    """Choose the call of a route: all others need the team that the good one would delete."""
    is_ending = route.name == "delete_team" and variant is None
    return get_sample(route).variants[0] if is_ending else variant


class RemoteScene(Scene):
    """A scene in a deployment, where nothing that was done can be undone.

    Attributes:
        caller: Whoever makes the next call.
    """

    registry: RemoteRegistry

    def __init__(self, registry: RemoteRegistry, caller: Client | None = None) -> None:
        self.caller = caller or registry.editor
        self.is_protected = False
        super().__init__(registry)

    def create_empty_team(self) -> dict[str, str]:
        """Create none, because it is deleted."""
        return {}

    def create_people(self) -> dict[str, str]:
        """Create nobody: whoever is needed is created for each call."""
        return {}

    def create_api_key(self) -> dict[str, str]:
        """Create none, for the same reason."""
        return {}

    def create_author(self) -> Client:
        """Create who makes the release requests, once for all scenes."""
        return self.registry.people.get("author") or self.registry.create_user("editor")

    def protect(self, **rules: bool) -> None:
        """Protect all pointers that samples move, until the visit ends."""
        super().protect(**rules)
        self.is_protected = True

    def unprotect(self) -> None:
        """Protect nothing any more."""
        path = f"/v1/teams/{self.registry.team_id}/protected"
        assert self.registry.admin("PUT", path, {"pointers": []}).status == 200
        self.is_protected = False

    def get_caller(
        self, route: Route, default: Client | None = None, variant: Variant | None = None
    ) -> Client:
        """Get who makes the good call of a route: somebody new if the call changes that."""
        variant = choose_variant(route, variant)
        role = (variant and variant.caller) or get_sample(route).caller
        is_new = bool(role) and route.name in ENDING
        self.caller = (
            self.create_user(role) if is_new else super().get_caller(route, default, variant)
        )
        return self.caller

    def create_user(self, role: str) -> Client:
        """Create somebody with a role, or a viewer with what is called by another name."""
        if role == "second_factor":
            return self.registry.create_user_with_second_factor()
        return self.registry.create_user("viewer" if role == "password" else role)

    def build_name(self, name: str, names: Mapping[str, Any]) -> Any:
        """Build what a text in braces stands for, if it has to be made for the call."""
        registry = self.registry
        match name:
            case "empty_team":
                path = f"/v1/orgs/{ORGANISATION_ID}/teams"
                return registry.boss("POST", path, {"name": f"Empty {uuid4()}"}).json["team"]["id"]
            case "person":
                return registry.invite("viewer")
            case "second_admin":
                return registry.invite(None, is_organisation_admin=True)
            case "team_admin":
                return registry.invite("admin")
            case "other_admin":
                return registry.invite("admin", is_organisation_admin=True)
            case "outsider":
                return registry.invite(None)
            case "email":
                return registry.emails[registry.create_user("viewer").person_id]
            case "account":
                return registry.create_user_with_second_factor().person_id
            case "authenticator":
                return registry.build_code(self.caller)
            case "password":
                return PASSWORD
            case "challenge":
                return registry.create_challenge()
            case "session":
                email = registry.emails[self.caller.person_id]
                other = registry.sign_in(email, PASSWORD)
                sessions = other("GET", "/v1/auth/sessions").json["sessions"]
                return next(each["id"] for each in sessions if each["is_current"])
            case "key_id":
                body = {"name": "A key", "org_id": ORGANISATION_ID, "team_ids": [registry.team_id]}
                return registry.boss("POST", "/v1/api-keys", body).json["id"]
            case "code":
                path = "/v1/auth/password-reset/trigger"
                assert registry.nobody("POST", path, {"email": names["email"]}).status == 200
                return RESET_CODE
        return None

    @contextmanager
    def visit(
        self, route: Route, variant: Variant | None = None, names: Mapping[str, Any] | None = None
    ) -> Iterator[Prepared]:
        """Make a call ready, on a scene of its own if something is changed there."""
        sample = get_sample(route)
        variant = choose_variant(route, variant)
        is_read = route not in WRITING and not sample.first
        with name_route(route):
            scene = self if is_read else RemoteScene(self.registry, self.caller)
            parts: list[Any] = [sample.target, sample.body]
            if variant is not None:
                parts += [variant.target, variant.body]
            own: dict[str, Any] = {}
            # The code is made for the address.
            for name in sorted({*NAME.findall(json.dumps(parts))}, key="code".__eq__):
                if name not in scene.names and (value := scene.build_name(name, own)) is not None:
                    own[name] = value
            try:
                yield scene.prepare(route, variant, {**own, **(names or {})})
            finally:
                if self.is_protected or route.name == "set_protected":
                    self.unprotect()
