"""Every route with every kind of credential: what happens is what its row declares.

Also, whoever it is, and whether served or refused: the log line and the trace say who it was.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from shared import background, observe
from shared.domain.access import Grant
from shared.routes import NATIVE, ROUTES, Permission
from shared.store import quotas
from tests.client import Client
from tests.routes.credentials import SEVERAL, build_credentials, require_declaration
from tests.routes.problems import assert_problem
from tests.routes.scene import GUARDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.routes import Route
    from tests.routes.credentials import Credential
    from tests.routes.scene import Prepared, Scene

NAMES = (
    "none",
    "malformed key",
    "malformed session",
    "neither",
    "unknown key",
    "unknown session",
    "expired key",
    "revoked key",
    "expired session",
    "revoked session",
    "key: read_render",
    "key: all",
    "key: admin",
    "key of another team",
    "key of several teams",
    "key of all teams",
    "key of the prompt",
    "key of another prompt",
    "key of the pointer live",
    "key of the pointer prod",
    "key of the pointer elsewhere",
    "session: viewer",
    "session: editor",
    "session: admin",
    "session: organisation admin",
    "session: organisation admin in no team",
    "session: stranger",
    "session: nobody's",
)


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """The annotations of the calls' traces."""
    annotations: list[Mapping[str, Any]] = []

    @contextmanager
    def note(route: Route, values: Mapping[str, Any]) -> Iterator[None]:
        yield
        annotations.append(dict(values))

    monkeypatch.setattr(observe, "trace_call", note)
    return annotations


def test_all_credentials_are_tried(scene: Scene) -> None:
    assert tuple(build_credentials(scene)) == NAMES


def list_lasting(scene: Scene) -> dict[str, list[Any]]:
    """List all that is stored, but for the counts of attempts to sign in, which also fail."""
    return {
        table: [item for item in items if item["entity"]["S"] != "attempts"]
        for table, items in scene.list_stored().items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_happens_is_what_the_row_declares(
    scene: Scene,
    name: str,
    caplog: pytest.LogCaptureFixture,
    traces: list[Mapping[str, Any]],
) -> None:
    credential = build_credentials(scene)[name]
    for route in ROUTES:
        with scene.visit(route) as call:
            require_declaration(route)
            before = list_lasting(scene)
            caplog.clear()
            traces.clear()

            response = call.send(credential.client)

            assert response.status in credential.expect(route), response.text
            if response.status >= 400:
                assert list_lasting(scene) == before
            if response.status == 400:
                assert SEVERAL in response.text
                assert_served_where_a_team_is_named(call, credential)
            elif route.permission is not Permission.PUBLIC:
                (line,) = (each for each in caplog.records if each.message == "call")
                (trace,) = traces
                # Other dialects know no sessions.
                is_known = route.dialect == NATIVE or not credential.is_session
                for fields in (line.__dict__, trace):
                    assert fields.get("principal_id") == (
                        credential.principal_id if is_known else None
                    )
                    if is_known and credential.team_id:
                        assert fields["team_id"] == credential.team_id
                assert trace.get("team_id") == line.__dict__.get("team_id")


@pytest.mark.slow
def test_a_key_beyond_its_quota_is_refused_by_every_route(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    traces: list[Mapping[str, Any]],
) -> None:
    monkeypatch.setattr(background, "start", lambda task: task())
    monkeypatch.setattr(quotas, "MINUTE", 10**10)  # it does not end during the test
    registry = scene.registry
    grant = Grant(name="key", operation="admin", team_ids=(registry.team_id,), quota=1)
    client = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    principal = registry.store.api_keys.find_principal(str(client.key))
    assert principal is not None
    assert client("GET", "/v1/prompts").status == 200
    for route in GUARDED:
        if route.sessions_only:
            continue
        with scene.visit(route) as call:  # by a process that has counted nothing
            caplog.clear()
            traces.clear()

            response = call.send(client)

            assert_problem(response, route, 429)
            assert int(response.headers["Retry-After"]) > 0
            assert "1 requests a minute" in response.text
            (line,) = (each for each in caplog.records if each.message == "call")
            assert line.__dict__["code"] == "quota_exceeded"
            assert observe.classify_status(line.__dict__["status"]) == "throttled"
            for fields in (line.__dict__, *traces):
                assert fields["principal_id"] == principal.id
                assert fields["team_id"] == registry.team_id
            assert len(traces) == 1


def assert_served_where_a_team_is_named(call: Prepared, credential: Credential) -> None:
    """Assert that a key of several teams is served where the dialect lets it name one."""
    if call.route.dialect == "langwatch":
        named = call.send(credential.client, X_Project_Id=credential.client.team_id)
        assert named.status == call.route.status, named.text


def test_a_row_that_nobody_may_call_fails_by_name() -> None:
    route = replace(GUARDED[0], name="launch", permission="launch")  # type: ignore[arg-type]

    with pytest.raises(AssertionError, match="the row of launch needs the permission 'launch'"):
        require_declaration(route)
