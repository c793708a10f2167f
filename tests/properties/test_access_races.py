"""Rivals in what people and keys may do: at every point of a request, and once for real.

Whoever is first, what is stored is consistent: nobody is left without an admin, nothing comes into
a team that was deleted, and no key works that was revoked.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.access import Grant
from shared.domain.organisation import ORGANISATION_ID
from tests.client import PASSWORD, Client
from tests.properties.consistency import assert_consistent, assert_follows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Registry, Response
    from tests.properties.scene import Scene

    Request = Callable[[], Response]
    Case = Callable[["Scene"], tuple[Request, Request, Callable[[Response, Response], None]]]

PEOPLE = f"/v1/orgs/{ORGANISATION_ID}/people"
MEMBERS_OF_ORGANISATION = f"/v1/orgs/{ORGANISATION_ID}/members"


def revoke_and_use(scene: Scene) -> tuple[Request, Request, Any]:
    registry, admin = scene.registry, scene.registry.people["admin"]
    grant = Grant(name="used", operation="all", team_ids=(registry.team_id,))
    client = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    keys = admin("GET", f"/v1/api-keys?org_id={ORGANISATION_ID}").json["api_keys"]
    (key_id,) = (key["id"] for key in keys if key["name"] == "used")

    def check(revocation: Response, use: Response) -> None:
        assert revocation.status == 204
        assert use.status in (200, 401)
        assert use_key().status == 401

    def use_key() -> Response:
        return client("PUT", f"/v1/prompts/{scene.id}", {"description": "used"})

    return lambda: admin("DELETE", f"/v1/api-keys/{key_id}"), use_key, check


def regenerate_twice(scene: Scene) -> tuple[Request, Request, Any]:
    registry, admin = scene.registry, scene.registry.people["admin"]
    path = f"/v1/api-keys/{scene.base.names['key_id']}/regenerate"

    def regenerate() -> Response:
        return admin("POST", path, {"overlap_seconds": 0})

    def check(*responses: Response) -> None:
        assert [response.status for response in responses] == [200, 200]
        clients = (
            Client(registry.team_id, response.json["key"], registry.cloud) for response in responses
        )
        reads = [client("GET", f"/v1/prompts/{scene.id}").status for client in clients]
        assert sorted(reads) == [200, 401], "the last secret works, and it alone"

    return regenerate, regenerate, check


def change_two_admins(
    scene: Scene, change: Callable[[Client, Client], Response]
) -> tuple[Request, Request, Any]:
    """Let both admins of a team do something to each other."""
    registry = scene.registry
    team_id = registry.create_team("Of two")
    one, other = (registry.create_person(role="admin", team_id=team_id) for _ in range(2))

    def check(*responses: Response) -> None:
        # Who was done away with first may do nothing any more.
        statuses = sorted(response.status for response in responses)
        assert statuses[0] in (200, 204)
        assert statuses[1] in (403, 409)
        (team,) = (
            item
            for item in scene.take_snapshot().tables["access"]
            if item["pk"] == f"team#{team_id}" and item["entity"] == "team"
        )
        assert len(team["admins"]) == 1

    return lambda: change(one, other), lambda: change(other, one), check


def remove_two_admins(scene: Scene) -> tuple[Request, Request, Any]:
    def remove(person: Client, other: Client) -> Response:
        return person("DELETE", f"/v1/teams/{person.team_id}/members/{other.person_id}")

    return change_two_admins(scene, remove)


def demote_two_admins(scene: Scene) -> tuple[Request, Request, Any]:
    def demote(person: Client, other: Client) -> Response:
        path = f"/v1/teams/{person.team_id}/members/{other.person_id}/role"
        return person("PUT", path, {"role": "viewer"})

    return change_two_admins(scene, demote)


def leave_as_last_two_admins(scene: Scene) -> tuple[Request, Request, Any]:
    def act(person: Client, other: Client) -> Response:
        return person("DELETE", f"/v1/me/teams/{person.team_id}")

    return change_two_admins(scene, act)


def change_two_organisation_admins(
    scene: Scene, change: Callable[[Client, Client], Response]
) -> tuple[Request, Request, Any]:
    """Let both admins of the organisation do something to each other."""
    registry = scene.registry
    one = registry.people["organisation_admin"]
    other_id = scene.base.names["second_admin"]
    person = registry.store.people.find_person(other_id)
    assert person is not None
    other = Client(
        registry.team_id, registry.create_session(person), registry.cloud, person_id=other_id
    )

    def check(*responses: Response) -> None:
        statuses = sorted(response.status for response in responses)
        assert statuses[0] in (200, 204)
        assert statuses[1] in (401, 403, 404, 409)
        (organisation,) = (
            item
            for item in scene.take_snapshot().tables["access"]
            if item["entity"] == "organisation"
        )
        assert len(organisation["admins"]) == 1

    return lambda: change(one, other), lambda: change(other, one), check


def demote_two_organisation_admins(scene: Scene) -> tuple[Request, Request, Any]:
    def demote(person: Client, other: Client) -> Response:
        path = f"{MEMBERS_OF_ORGANISATION}/{other.person_id}/role"
        return person("PUT", path, {"role": "member"})

    return change_two_organisation_admins(scene, demote)


def remove_two_organisation_admins(scene: Scene) -> tuple[Request, Request, Any]:
    def remove(person: Client, other: Client) -> Response:
        return person("DELETE", f"{MEMBERS_OF_ORGANISATION}/{other.person_id}")

    return change_two_organisation_admins(scene, remove)


def delete_team_and(
    scene: Scene, act: Callable[[Registry, str], Request], *, status: int
) -> tuple[Request, Request, Any]:
    """Delete an empty team while something comes into it."""
    registry, boss = scene.registry, scene.registry.people["organisation_admin"]
    team_id = scene.base.names["empty_team"]

    def check(deletion: Response, arrival: Response) -> None:
        after = scene.take_snapshot()
        heads = [head for head in after.tables["prompts"] if head["team_id"] == team_id]
        if deletion.status == 204:
            assert arrival.status in (401, 403, 404)
            assert heads == [], "a prompt came into a team that was deleted as an empty one"
        else:
            assert (deletion.status, arrival.status) == (409, status)
            assert len(heads) == 1
            teams = (item for item in after.tables["access"] if item["pk"] == f"team#{team_id}")
            assert not any("deleted_at" in item for item in teams)

    return lambda: boss("DELETE", f"/v1/teams/{team_id}"), act(registry, team_id), check


def delete_team_and_create_in_it(scene: Scene) -> tuple[Request, Request, Any]:
    def act(registry: Registry, team_id: str) -> Request:
        client = registry.create_client(team_id, "all")
        return lambda: client("POST", f"/v1/teams/{team_id}/prompts", {"name": "Late"})

    return delete_team_and(scene, act, status=201)


def delete_team_and_move_into_it(scene: Scene) -> tuple[Request, Request, Any]:
    def act(registry: Registry, team_id: str) -> Request:
        grant = Grant(name="mover", operation="admin", team_ids=(registry.team_id, team_id))
        mover = Client(team_id, registry.create_key(grant), registry.cloud)
        return lambda: mover("POST", f"{scene.path}/move", {"team_id": team_id})

    return delete_team_and(scene, act, status=200)


def delete_team_and_join_it(scene: Scene) -> tuple[Request, Request, Any]:
    registry, boss = scene.registry, scene.registry.people["organisation_admin"]
    team_id = scene.base.names["empty_team"]
    body = {"user_id": scene.base.names["outsider"], "role": "admin"}

    def check(deletion: Response, arrival: Response) -> None:
        assert deletion.status == 204
        assert arrival.status in (204, 403, 404)
        assert registry.store.organisations.list_members(team_id) == []

    return (
        lambda: boss("DELETE", f"/v1/teams/{team_id}"),
        lambda: boss("POST", f"/v1/teams/{team_id}/members", body),
        check,
    )


def delete_team_and_make_a_key_of_it(scene: Scene) -> tuple[Request, Request, Any]:
    registry, boss = scene.registry, scene.registry.people["organisation_admin"]
    team_id = scene.base.names["empty_team"]
    body = {"name": "late", "org_id": ORGANISATION_ID, "team_ids": [team_id]}

    def check(deletion: Response, arrival: Response) -> None:
        assert deletion.status == 204
        assert arrival.status in (201, 403, 404)
        if arrival.status == 201:
            client = Client(team_id, arrival.json["key"], registry.cloud)
            assert client("GET", f"/v1/teams/{team_id}/prompts").status == 401

    return (
        lambda: boss("DELETE", f"/v1/teams/{team_id}"),
        lambda: boss("POST", "/v1/api-keys", body),
        check,
    )


def delete_team_twice(scene: Scene) -> tuple[Request, Request, Any]:
    boss, team_id = scene.registry.people["organisation_admin"], scene.base.names["empty_team"]

    def check(*responses: Response) -> None:
        assert sorted({response.status for response in responses}) in ([204], [204, 404])

    def delete() -> Response:
        return boss("DELETE", f"/v1/teams/{team_id}")

    return delete, delete, check


def invite_twice(scene: Scene) -> tuple[Request, Request, Any]:
    registry, boss = scene.registry, scene.registry.people["organisation_admin"]
    body = {"email": "twice@example.com", "team_id": registry.team_id, "role": "editor"}

    def invite() -> Response:
        return boss("POST", PEOPLE, body)

    def check(*responses: Response) -> None:
        assert [response.status for response in responses] == [201, 201]
        assert len({response.json["user"]["id"] for response in responses}) == 1
        people = [
            person
            for person in registry.store.people.list_people({})
            if person.email == body["email"]
        ]
        assert len(people) == 1
        assert len([*registry.store.people.list_memberships(people[0].id)]) == 1

    return invite, invite, check


def remove_person_and_sign_in(scene: Scene) -> tuple[Request, Request, Any]:
    registry, boss = scene.registry, scene.registry.people["organisation_admin"]
    person = registry.people["password"]
    body = {"email": registry.get_email(person), "password": PASSWORD}

    def check(removal: Response, sign_in: Response) -> None:
        assert removal.status == 204
        assert sign_in.status in (200, 401)
        if sign_in.status == 200:
            session = Client(registry.team_id, sign_in.json["token"], registry.cloud)
            assert session("GET", "/v1/auth/me").status == 401

    return (
        lambda: boss("DELETE", f"{MEMBERS_OF_ORGANISATION}/{person.person_id}"),
        lambda: registry.nobody("POST", "/v1/auth/login", body),
        check,
    )


CASES = (
    revoke_and_use,
    regenerate_twice,
    remove_two_admins,
    demote_two_admins,
    leave_as_last_two_admins,
    demote_two_organisation_admins,
    remove_two_organisation_admins,
    delete_team_and_create_in_it,
    delete_team_and_move_into_it,
    delete_team_and_join_it,
    delete_team_and_make_a_key_of_it,
    delete_team_twice,
    invite_twice,
    remove_person_and_sign_in,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_rival_at_any_point(case: Case, scene: Scene) -> None:
    saved = scene.memory.save()
    for swap in (False, True):
        scene.memory.restore(saved)
        scene.registry.forget()
        first, second, check = case(scene)
        mine, rival = (second, first) if swap else (first, second)
        ready, before = scene.memory.save(), scene.take_snapshot()
        scene.registry.forget()
        scene.interceptor.clear()
        mine()
        calls = [*scene.interceptor.calls]
        for place in range(len(calls)):
            scene.memory.restore(ready)
            scene.registry.forget()
            scene.interceptor.clear()
            response, late = scene.race(mine, rival, place=place)
            pair = (late, response) if swap else (response, late)
            try:
                check(*pair)
                after = scene.take_snapshot()
                assert_consistent(after)
                assert_follows(before, after)
            except AssertionError as error:
                error.add_note(f"the rival came before call {place} of {calls}: {pair}")
                raise
    scene.memory.restore(saved)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_two_threads_at_once(case: Case, scene: Scene) -> None:
    first, second, check = case(scene)
    before = scene.take_snapshot()
    scene.registry.forget()

    with ThreadPoolExecutor(2) as pool:
        responses = [future.result() for future in [pool.submit(first), pool.submit(second)]]

    check(*responses)
    after = scene.take_snapshot()
    assert_consistent(after)
    assert_follows(before, after)
