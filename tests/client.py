"""The HTTP API without a socket: requests go through the gateway's routing to the real handlers."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from infra.local.aws import BUCKET, table_name
from infra.local.gateway import Context, Event, Gateway, Handler, Request
from shared import serve
from shared.domain import prompts
from shared.domain.changes import Act, Author, change
from shared.routes import ROUTES, Route
from shared.store import aws
from shared.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from shared.store.store import Store

RUNNING: ContextVar[Route | None] = ContextVar("RUNNING", default=None)


def load(route: Route) -> Handler:
    handler: Handler = import_module(route.module).lambda_handler

    def running(event: Event, context: Context) -> object:
        token = RUNNING.set(route)
        try:
            return handler(event, context)
        finally:
            RUNNING.reset(token)

    return running


GATEWAY = Gateway(ROUTES, load)
# The id of nothing; the same in every process, so that all collect the same tests.
NOWHERE = "4f9c2d0e-6a3b-4c57-8e1d-0b2a97c5d613"
RESOURCES = {table_name(table): table.name for table in TABLES} | {BUCKET: "content"}
LEGS = {"Put": "PutItem", "Delete": "DeleteItem", "Update": "UpdateItem"} | {
    "ConditionCheck": "ConditionCheckItem"
}


def actions(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """What IAM asks for before it lets an AWS call through, in the route table's words."""
    if operation == "TransactWriteItems":
        for item in params["TransactItems"]:
            for leg, target in item.items():
                yield f"{RESOURCES[target['TableName']]}:{LEGS[leg]}"
    elif operation == "BatchGetItem":
        for table in params["RequestItems"]:
            yield f"{RESOURCES[table]}:{operation}"
    else:
        yield f"{RESOURCES[params.get('TableName') or params['Bucket']]}:{operation}"


class Cloud:
    """AWS as the handlers meet it: what they do there is noted, and it can be made to fail."""

    def __init__(self) -> None:
        self.used: defaultdict[str, set[str]] = defaultdict(set)
        self.strict = True
        self._undo: list[Callable[[], None]] = []
        self._on("before-parameter-build", self._note)

    def refuse(
        self,
        code: str,
        *,
        operation: str = "",
        reasons: Sequence[str] = (),
        times: int | None = None,
    ) -> Callable[[], None]:
        """Answer calls with an AWS error, so many times or until the returned function is called.

        Args:
            operation: of either service; all of both when it is empty.
            reasons: why a transaction is cancelled, leg by leg.
        """
        left = times

        def answer(model: Any, **_: object) -> object:
            nonlocal left
            if left == 0 or operation not in ("", model.name):
                return None
            left = left and left - 1
            error = {
                "Error": {"Code": code, "Message": "told by AWS"},
                "CancellationReasons": [{"Code": reason} for reason in reasons],
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
            return AWSResponse("", 400, HTTPHeaders(), None), error

        return self._on("before-call", answer)

    def before(self, operation: str, act: Callable[[], object]) -> None:
        """Let something happen just before the next such call."""

        def once(model: Any, **_: object) -> None:
            if model.name == operation:
                undo()
                act()

        undo = self._on("before-parameter-build", once)

    def close(self) -> None:
        for undo in self._undo:
            undo()

    def _note(self, model: Any, params: Mapping[str, Any], **_: object) -> None:
        if (route := RUNNING.get()) is not None:
            self.used[route.name] |= set(actions(model.name, params))

    def _on(self, event: str, handler: Callable[..., Any]) -> Callable[[], None]:
        sources = [aws.dynamodb().meta.events, aws.s3().meta.events]
        for source in sources:
            source.register(event, handler)

        def undo() -> None:
            for source in sources:
                source.unregister(event, handler)

        self._undo.append(undo)
        return undo


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


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


@dataclass(frozen=True, slots=True)
class Client:
    """Args:
    key: the API key that it sends; None to send none.
    credential: the headers in which it sends the key.
    """

    team_id: str
    key: str | None
    cloud: Cloud
    credential: Callable[[str], Mapping[str, str]] = bearer

    def speaking(self, credential: Callable[[str], Mapping[str, str]]) -> Client:
        """The same caller, with the key in other headers."""
        return replace(self, credential=credential)

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
            sent |= self.credential(self.key)
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        answer = GATEWAY.answer(
            Request(
                method=method,
                target=path,
                headers=tuple((name, value) for name, value in sent.items() if value is not None),
                body=raw.encode() if isinstance(raw, str) else raw or b"",
            )
        )
        for route in ROUTES if self.cloud.strict else ():
            excess = self.cloud.used[route.name] - set(route.role_actions)
            assert not excess, f"the role of {route.name} lacks {excess}"
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
        self.cloud = Cloud()
        self.team_id = self.new_team("Ours")
        self.editor = self.client(self.team_id, "all")
        self.viewer = self.client(self.team_id, "read_render")
        self.admin = self.client(self.team_id, "admin")
        self.stranger = self.client(self.new_team("Theirs"), "admin")
        self.nobody = Client(self.team_id, None, self.cloud)

    def forget(self) -> None:
        """Go on as a process that has just started, without what it had remembered."""
        serve.store.cache_clear()
        self.store = serve.store()

    def move(self, prompt_id: str, team_id: str) -> None:
        """As by somebody who is in both teams, which no API key is."""
        prompt = self.store.prompt(prompt_id)
        assert prompt is not None
        by = Author(id=str(uuid4()), name="in both teams")
        self.store.commit(prompts.move(prompt, team_id, Act(by=by)))

    def tag(self, prompt_id: str, tags: Iterable[str]) -> None:
        """Set many tags on version 1 at once, for which there is no call."""
        prompt = self.store.prompt(prompt_id)
        assert prompt is not None
        by = Author(id=str(uuid4()), name="in a hurry")
        after = dict.fromkeys(tags, 1)
        self.store.commit(change(prompt, Act(by=by), "tag.moved", about=None, tags=after))

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
        return Client(team_id, secret, self.cloud)
