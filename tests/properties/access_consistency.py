"""What must be true of keys, people and teams at every moment, as in `consistency`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.properties.consistency import Item, Snapshot

    # Tells whether an event is about an item, by what identifies it.
    Tells = Callable[[Mapping[str, Any], tuple[Any, ...]], bool]

GRANT = ("name", "operation", "team_ids", "prompt_ids", "pointers", "quota")
ROLES = ("viewer", "editor", "admin")


def assert_access_consistent(snapshot: Snapshot) -> None:
    """Hold the invariants of keys, people and teams that can be seen in one moment."""
    _organisation(snapshot)
    _memberships(snapshot)
    _people(snapshot)
    _sessions(snapshot)
    _keys(snapshot)


def list_access(snapshot: Snapshot, entity: str) -> Iterator[Item]:
    """List the items of a kind of the table `access`."""
    return (item for item in snapshot.tables["access"] if item["entity"] == entity)


def _index(snapshot: Snapshot, entity: str, *names: str) -> dict[tuple[Any, ...], Item]:
    """Index the items of a kind by some of their attributes, which are together unique."""
    items = [*list_access(snapshot, entity)]
    index = {tuple(item[name] for name in names): item for item in items}
    assert len(index) == len(items), f"two items of {entity} say that they are the same"
    return index


def _organisation(snapshot: Snapshot) -> None:
    """The organisation has all teams that are not deleted, and those admins that people are."""
    teams = _index(snapshot, "team", "pk")
    organisation = next(list_access(snapshot, "organisation"), {})
    in_use = {pk[5:] for (pk,), team in teams.items() if "deleted_at" not in team}
    assert {*organisation.get("team_ids", ())} == in_use, "the organisation has other teams"
    people = list_access(snapshot, "person")
    admins = {person["id"] for person in people if person["is_organisation_admin"]}
    assert {*organisation.get("admins", ())} == admins, "the organisation has other admins"


def _memberships(snapshot: Snapshot) -> None:
    """Both items of a membership agree, and a team's admins are its members of this role."""
    of_people = _index(snapshot, "membership", "person_id", "team_id")
    of_teams = _index(snapshot, "member", "person_id", "team_id")
    fields = ("team_id", "person_id", "email", "role", "created_at")
    assert _pick(of_people.values(), fields) == _pick(of_teams.values(), fields)
    people = {person["id"] for person in list_access(snapshot, "person")}
    admins: dict[str, set[str]] = {}
    for (person_id, team_id), item in of_people.items():
        assert (item["pk"], item["sk"]) == (f"person#{person_id}", f"team#{team_id}")
        member = of_teams[person_id, team_id]
        assert (member["pk"], member["sk"]) == (f"team#{team_id}", f"member#{person_id}")
        assert person_id in people, "a membership without a person"
        assert item["role"] in ROLES
        if item["role"] == "admin":
            admins.setdefault(team_id, set()).add(person_id)
    teams_of_members = {team_id for _, team_id in of_people}
    for team in list_access(snapshot, "team"):
        team_id = team["pk"][5:]
        assert "is_being_deleted" not in team or "deleted_at" in team
        assert "must_be_empty" not in team or "is_being_deleted" in team
        if "deleted_at" in team and "is_being_deleted" not in team:
            assert team_id not in teams_of_members, "a deleted team has members"
        assert {*team.get("admins", ())} == admins.pop(team_id, set()), "a team has other admins"
    assert not admins, "members of a team that there is not"


def _people(snapshot: Snapshot) -> None:
    """Each person is in the list of all people, but for those who are being removed."""
    people = {
        name: person
        for name, person in _index(snapshot, "person", "id").items()
        if "removed_at" not in person
    }
    listed = _index(snapshot, "listed_person", "id")
    fields = ("id", "email", "is_organisation_admin", "created_at")
    assert _pick(people.values(), fields) == _pick(listed.values(), fields)
    for (person_id,), person in people.items():
        assert (person["pk"], person["sk"]) == (f"person#{person_id}", "person")
        assert listed[person_id,]["sk"] == person_id


def _sessions(snapshot: Snapshot) -> None:
    """What authentication reads of a session is what its person's list has of it."""
    sessions = _index(snapshot, "session", "id")
    listed = _index(snapshot, "listed_session", "id")
    fields = ("id", "secret_hash", "person_id", "email", "created_at", "expires_at")
    assert _pick(sessions.values(), fields) == _pick(listed.values(), fields)
    people = {person["id"] for person in list_access(snapshot, "person")}
    for (session_id,), session in sessions.items():
        assert session["pk"] == f"session#{session['secret_hash']}"
        person_id = session["person_id"]
        key = f"person#{person_id}", f"session#{session_id}"
        assert (listed[session_id,]["pk"], listed[session_id,]["sk"]) == key
        assert person_id in people, "a session without a person"


def _keys(snapshot: Snapshot) -> None:
    """What authentication reads of a key is what the list of all keys has of it."""
    listed = _index(snapshot, "api_key", "id")
    credentials = _index(snapshot, "key", "pk")
    teams = {
        team["pk"][5:]
        for team in list_access(snapshot, "team")
        if "deleted_at" not in team or "is_being_deleted" in team
    }
    hashes = set()
    for (key_id,), key in listed.items():
        assert key["sk"] == key_id
        assert key["revision"] >= 1
        assert {*key["team_ids"]} <= teams, "a key of a team that there is not"
        assert key["secrets"], "a key without a secret"
        for secret in key["secrets"]:
            hashes.add(secret["hash"])
            credential = credentials[f"key#{secret['hash']}",]
            fields = ("id", "created_at", *GRANT)
            assert _pick([credential], fields) == _pick([key], fields)
            ends = [*filter(None, (key.get("valid_until"), secret["valid_until"]))]
            assert credential.get("valid_until") == min(ends, default=None)
    assert {pk for (pk,) in credentials} == {f"key#{name}" for name in hashes}
    for use in list_access(snapshot, "use"):
        assert len(use["day"]) == len("2000-01-31")


def _pick(items: Iterable[Item], fields: tuple[str, ...]) -> list[str]:
    """Pick some attributes of items, in an order of their own."""
    return sorted(repr([(name, item.get(name)) for name in fields]) for item in items)


# -- two moments


def assert_access_follows(earlier: Snapshot, later: Snapshot) -> None:
    """Hold that each change of keys, people and teams has its event, and that admins stay."""
    known = {event["event_id"] for event in earlier.tables["history"]}
    events = [
        event
        for event in later.tables["history"]
        if event["entity"] == "access_event" and event["event_id"] not in known
    ]
    for entity, (names, fields, is_told) in CHANGES.items():
        before, after = _index(earlier, entity, *names), _index(later, entity, *names)
        for key in before.keys() | after.keys():
            states = [
                tuple(repr(state[key].get(name)) for name in fields) if key in state else None
                for state in (before, after)
            ]
            if states[0] != states[1]:
                assert any(is_told(event, key) for event in events), (
                    f"no event tells how the {entity} {key} came from {states[0]} to {states[1]}"
                )
    for entity in ("team", "organisation"):
        after = _index(later, entity, "pk")
        for key, item in _index(earlier, entity, "pk").items():
            assert key in after, f"the item of a {entity} is gone"
            if item.get("admins") and "deleted_at" not in after[key]:
                assert after[key].get("admins"), f"a {entity} has lost its last admin"


def _tells_of_key(event: Mapping[str, Any], key: tuple[Any, ...]) -> bool:
    return bool(event["kind"].startswith("key.") and event["subject"]["id"] == key[0])


def _tells_of_person(event: Mapping[str, Any], key: tuple[Any, ...]) -> bool:
    return bool(event["kind"].startswith("person.") and event["subject"]["id"] == key[0])


def _tells_of_team(event: Mapping[str, Any], key: tuple[Any, ...]) -> bool:
    return bool(event["kind"].startswith("team.") and f"team#{event['subject']['id']}" == key[0])


def _tells_of_organisation(event: Mapping[str, Any], key: tuple[Any, ...]) -> bool:
    return bool(event["kind"] == "organisation.renamed")


def _tells_of_member(event: Mapping[str, Any], key: tuple[Any, ...]) -> bool:
    person_id, team_id = key
    if event["kind"].startswith("member."):
        return (event["subject"]["id"], event["team_id"]) == (person_id, team_id)
    if event["kind"] == "person.invited":
        return bool(event["subject"]["id"] == person_id and team_id in event["detail"]["teams"])
    # Its creator is a team's first admin.
    return bool(event["kind"] == "team.created" and event["team_id"] == team_id)


# Of each kind of item: what identifies one, what has an event if it changes, and which event it is.
CHANGES: dict[str, tuple[tuple[str, ...], tuple[str, ...], Tells]] = {
    "api_key": (("id",), (*GRANT, "valid_until", "secrets"), _tells_of_key),
    "person": (("id",), ("email", "is_organisation_admin", "removed_at"), _tells_of_person),
    "member": (("person_id", "team_id"), ("role",), _tells_of_member),
    "team": (("pk",), ("name", "deleted_at"), _tells_of_team),
    "organisation": (("pk",), ("name",), _tells_of_organisation),
}
