"""A deployment as what the good calls of `tests/routes` are made to, instead of this process."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from infra.local.gateway import Response
from tests.client import Client, Cloud, Registry
from tests.routes.sample import get_sample
from tests.routes.scene import WRITING, Scene, name_route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from infra.local.gateway import Request
    from shared.routes import Route
    from tests.e2e.deployment import Api
    from tests.routes.sample import Variant
    from tests.routes.scene import Prepared


class RemoteCloud(Cloud):
    """AWS as nobody here can look into it, or interfere with it."""

    def __init__(self) -> None:
        self.used = defaultdict(set)
        self.is_strict = False

    def run_before(self, operation: str, act: Callable[[], object]) -> None:
        """Do nothing: nobody can be faster than a call that is made there."""


class RemoteRegistry(Registry):
    """The team of a deployment; its clients call the API over HTTP while it is connected."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.cloud = RemoteCloud()
        self.team_id = api.demo["team_id"]
        self.editor, self.viewer, self.admin = (
            Client(self.team_id, api.demo[name], self.cloud)
            for name in ("api_key", "viewer_key", "admin_key")
        )
        self.nobody = self.stranger = Client(self.team_id, None, self.cloud)

    def forget(self) -> None:
        """Do nothing: what the functions remember is not to be reached."""

    def connect(self) -> mock._patch[object]:
        """Have the clients call the deployment, for a while."""
        return mock.patch("tests.client.GATEWAY", self)

    def respond(self, request: Request) -> Response:
        """Respond as the gateway in this process would do."""
        response = self.api.send(
            request.method, request.target, request.body, dict(request.headers)
        )
        return Response(response.status, tuple(response.headers.items()), response.body)


class RemoteScene(Scene):
    """A scene in a deployment, where nothing that was done can be undone."""

    @contextmanager
    def visit(
        self, route: Route, variant: Variant | None = None, names: Mapping[str, Any] | None = None
    ) -> Iterator[Prepared]:
        """Make a call ready, on a scene of its own if something is changed there."""
        is_read = route not in WRITING and not get_sample(route).first
        with name_route(route):
            scene = self if is_read else Scene(self.registry)
            yield scene.prepare(route, variant, names)
