"""Who has just lost a role, in another process, does not use what is cached here to get it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.domain.access import MANAGING, Grant
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.credentials import generate_session
from shared.domain.people import create_session
from shared.routes import ROUTES
from shared.settings import get_settings
from shared.store import items
from shared.store.store import Store
from shared.store.transactions import LostRaceError
from tests.client import PASSWORD, Client

if TYPE_CHECKING:
    from tests.client import Registry
    from tests.routes.scene import Scene

ROUTES_OF_MANAGERS = [route for route in ROUTES if route.permission in MANAGING]


def test_sessions_that_end_elsewhere_manage_nothing_more(scene: Scene) -> None:
    registry, elsewhere = scene.registry, Store(get_settings())
    for role in ("admin", "organisation_admin"):
        person = registry.people[role]
        assert person("GET", f"/v1/teams/{registry.team_id}/prompts").status in (200, 403)
        elsewhere.people.revoke_sessions(person.person_id)

    for route in ROUTES_OF_MANAGERS:
        for role in ("admin", "organisation_admin"):
            with scene.visit(route) as call:
                response = call.send(registry.people[role])
                assert response.status == 401, (route.name, response.text)


def test_a_role_that_is_lost_elsewhere_manages_nothing_more(registry: Registry) -> None:
    admin, elsewhere = registry.people["admin"], Store(get_settings())
    path = f"/v1/teams/{registry.team_id}"
    assert admin("GET", f"{path}/prompts").status == 200
    person = registry.create_person(role="admin", team_id=registry.team_id)
    assert person.person_id
    member = elsewhere.organisations.find_member(registry.team_id, admin.person_id)
    assert member is not None
    elsewhere.organisations.set_role(member, "viewer", Origin(by=OPERATOR))

    again = {"role": "admin"}
    assert admin("PUT", f"{path}/members/{admin.person_id}/role", again).status == 403
    assert admin("PUT", path, {"name": "Mine"}).status == 403


def test_an_admins_key_that_is_revoked_elsewhere_manages_nothing_more(registry: Registry) -> None:
    grant = Grant(name="Admin", operation="admin", team_ids=(registry.team_id,))
    key = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    path, elsewhere = f"/v1/teams/{registry.team_id}", Store(get_settings())
    assert key("PUT", path, {"name": "Ours"}).status == 200
    rows = map(items.load_api_key, elsewhere.api_keys.list_items())
    (listed,) = (each for each in rows if each.grant.name == "Admin")
    elsewhere.api_keys.commit(listed, None, Origin(by=OPERATOR))

    assert key("GET", f"{path}/prompts").status == 200  # for half a minute
    assert key("PUT", path, {"name": "Mine"}).status == 401


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_session_that_began_before_sessions_ended_is_not_written(
    registry: Registry, offset: int
) -> None:
    client, people = registry.people["editor"], registry.store.people
    person = people.find_person(client.person_id)
    assert person is not None
    people.revoke_sessions(person.id)
    item = registry.store._backend.database.get(
        "access", {"pk": f"person#{person.id}", "sk": "person"}
    )
    assert item is not None
    since = datetime.fromisoformat(item["sessions_since"]["S"])
    start = since.astimezone(UTC) + timedelta(microseconds=offset)
    session = create_session(generate_session(), person, now=start)

    if offset > 0:
        people.add_session(session)
        assert people.list_sessions(person.id, {})
    else:
        with pytest.raises(LostRaceError):
            people.add_session(session)
        assert people.list_sessions(person.id, {}) == []


def test_a_sign_in_that_overlaps_a_change_of_the_password_opens_no_session(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = registry.people["password"]
    email = registry.get_email(client)
    sign_in = type(registry.store.sign_in)
    authenticate = sign_in.authenticate

    def authenticate_and_lose(self: object, name: str, password: str, **fields: str) -> object:
        outcome = authenticate(self, name, password, **fields)  # type: ignore[arg-type]
        monkeypatch.undo()
        body = {"current_password": PASSWORD, "new_password": "Another-horse-7"}
        assert client("POST", "/v1/auth/me/change-password", body).status == 200
        return outcome

    monkeypatch.setattr(sign_in, "authenticate", authenticate_and_lose)

    body = {"email": email, "password": PASSWORD}
    assert registry.nobody("POST", "/v1/auth/login", body).status == 401
    assert len(registry.store.people.list_sessions(client.person_id, {})) == 1
