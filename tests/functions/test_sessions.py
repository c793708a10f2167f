"""Sessions of people: who they are, what they may do, and when they stop working."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.domain.credentials import generate_session, hash_secret
from shared.domain.people import SESSION_LIFE, create_session
from shared.routes import NATIVE
from tests.memory import Memory
from tests.routes.scene import GUARDED, get_credential

if TYPE_CHECKING:
    from shared.domain.people import Person
    from tests.client import Client, Registry


def get_person(registry: Registry, client: Client) -> Person:
    person = registry.store.people.find_person(client.person_id)
    assert person is not None
    return person


@pytest.mark.parametrize(
    ("role", "statuses"),
    [("viewer", (200, 403, 403)), ("editor", (200, 200, 403)), ("admin", (200, 200, 200))],
)
def test_a_person_may_do_what_the_role_in_the_team_says(
    registry: Registry, role: str, statuses: tuple[int, ...]
) -> None:
    prompt = registry.editor.create_prompt()
    person, path = registry.people[role], f"/v1/prompts/{prompt['id']}"

    assert (
        person("GET", path).status,
        person("PUT", path, {"description": "new"}).status,
        person("POST", f"{path}/archive").status,
    ) == statuses


def test_what_a_person_makes_has_the_e_mail_address(registry: Registry) -> None:
    editor = registry.people["editor"]
    prompt = editor.create_prompt()

    author = editor.create_version(prompt["id"])["author"]

    assert author == {"id": editor.person_id, "name": get_person(registry, editor).email}


def test_an_admin_of_the_organisation_reads_prompts_of_no_other_team(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    outside = registry.create_person(is_organisation_admin=True)

    assert outside("GET", f"/v1/prompts/{prompt['id']}").status == 404
    assert outside("GET", f"/v1/teams/{registry.team_id}/prompts").status == 403


def test_other_dialects_take_no_sessions(registry: Registry) -> None:
    for route in GUARDED:
        if route.dialect != NATIVE and route.method == "GET" and not route.segments:
            client = registry.people["admin"].use_credential(get_credential(route))

            assert client("GET", route.path).status == 401, route.name


def test_a_session_ends_after_a_day(registry: Registry) -> None:
    person = get_person(registry, registry.people["editor"])
    ended = datetime.now(UTC) - SESSION_LIFE - timedelta(seconds=2)
    secret = generate_session()
    registry.store.people.add_session(create_session(secret, person, now=ended))

    client = replace(registry.people["editor"], key=secret)

    assert client("GET", "/v1/prompts").status == 401


def test_a_revoked_session_stops_at_once_and_others_go_on(registry: Registry) -> None:
    first = registry.people["editor"]
    second = replace(first, key=registry.create_session(get_person(registry, first)))
    assert (first("GET", "/v1/prompts").status, second("GET", "/v1/prompts").status) == (200, 200)
    (session,) = (
        session
        for session in registry.store.people.list_sessions(first.person_id, {})
        if session.secret_hash == hash_secret(str(first.key))
    )

    registry.store.people.revoke_session(session)

    assert (first("GET", "/v1/prompts").status, second("GET", "/v1/prompts").status) == (401, 200)


def test_only_hashes_of_sessions_are_stored(registry: Registry) -> None:
    for client in registry.people.values():
        assert str(client.key) not in str(Memory().list_items())
