"""The deployment in the shape that tests of functions know, so that what drives those drives it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from unittest import mock

from infra.local.gateway import Answer
from tests.client import Client, Cloud, Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.gateway import Request
    from tests.e2e.deployment import Api


class FarCloud(Cloud):
    """AWS as nobody here can look into it, or interfere with it."""

    def __init__(self) -> None:
        self.used = defaultdict(set)
        self.strict = False

    def before(self, operation: str, act: Callable[[], object]) -> None:
        pass


class Remote(Registry):
    """The team of a deployment; its clients call the API over HTTP while `reached` lasts."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.cloud = FarCloud()
        self.team_id = api.demo["team_id"]
        self.editor, self.viewer, self.admin = (
            Client(self.team_id, api.demo[name], self.cloud)
            for name in ("api_key", "viewer_key", "admin_key")
        )
        self.nobody = self.stranger = Client(self.team_id, None, self.cloud)

    def forget(self) -> None:
        pass

    def reached(self) -> mock._patch[object]:
        return mock.patch("tests.client.GATEWAY", self)

    def answer(self, request: Request) -> Answer:
        """What the gateway in this process would do."""
        got = self.api.send(request.method, request.target, request.body, dict(request.headers))
        return Answer(got.status, tuple(got.headers.items()), got.body)
