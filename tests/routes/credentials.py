"""Every kind of credential, and the status that a route declares for it.

Nothing is listed here by route. The status follows from the route's row: its permission, whether it
is for people only, what it is for keys of some prompts or pointers; and from what its good call
names, such as a prompt or a team, of which whoever is not in the team sees nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.domain import api_keys
from shared.domain.access import OPERATIONS, ORGANISATION_ADMIN, PERSON, ROLES, Grant
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.credentials import generate_api_key, generate_session
from shared.domain.people import create_session
from shared.routes import NATIVE, Permission
from tests.client import Client
from tests.routes.sample import NAME, get_sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.routes import Route
    from tests.routes.scene import Scene

    Expect = Callable[[Route], frozenset[int]]

PROMPT_NAMES = frozenset({"id", "slug", "live", "stable", "draft"})
GRANTED = frozenset.union(*OPERATIONS.values(), *ROLES.values(), PERSON, ORGANISATION_ADMIN)
OWN = "Account"  # the chapter of what everybody may do who has signed in
SEVERAL = "several teams"  # in the message to a key that has to name one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A credential, and what it leads to.

    Attributes:
        client: Who sends it.
        expect: Gives the statuses that a route may respond with.
        principal_id: Whose it is, for the log; None for nobody's.
        team_id: The team in the log, also of a refusal; None where it depends on the request.
    """

    client: Client
    expect: Expect
    principal_id: str | None = None
    team_id: str | None = None

    @property
    def is_session(self) -> bool:
        """Whether it is a session, or looks like one."""
        return str(self.client.key).startswith("sess_")


def list_names(route: Route) -> list[str]:
    """List what the good call of a route names."""
    return NAME.findall(_write_call(route))


def _write_call(route: Route) -> str:
    sample = get_sample(route)
    return f"{sample.target or route.path} {sample.body}"


def list_needs(route: Route, part: object) -> list[str]:
    """List what a part of the good call names, and without which the call is no success."""
    missing = get_sample(route).missing
    return [name for name in NAME.findall(f"{part}") if missing.get(name, 404) >= 400]


def require_declaration(route: Route) -> None:
    """Check that somebody has the permission of a route."""
    assert route.permission in {Permission.PUBLIC, *GRANTED}, (
        f"the row of {route.name} needs the permission {route.permission!r}, which nobody has: "
        "give it to an operation of keys, or to a role of people"
    )


# -- what follows from a row


def expect_nobody(route: Route) -> frozenset[int]:
    """Expect what a credential that does not work leads to."""
    return frozenset({route.status if route.permission is Permission.PUBLIC else 401})


def expect_key(route: Route, *, operation: str) -> frozenset[int]:
    """Expect what a key of the team leads to."""
    if route.permission is Permission.PUBLIC:
        return frozenset({route.status})
    if route.sessions_only:
        return frozenset({401})
    is_allowed = route.permission in OPERATIONS[operation] and not get_sample(route).is_own
    return frozenset({route.status if is_allowed else get_sample(route).viewer})


def expect_strange_key(route: Route) -> frozenset[int]:
    """Expect what an admin's key of another team leads to."""
    if route.permission is Permission.PUBLIC or route.sessions_only:
        return expect_key(route, operation="admin")
    if route.permission not in OPERATIONS["admin"]:
        return frozenset({403})
    return frozenset({get_sample(route).stranger or route.status})


def expect_key_of_teams(route: Route) -> frozenset[int]:
    """Expect what an admin's key of several teams leads to, where it names one or need not."""
    return expect_key(route, operation="admin") | (
        # Only in dialects whose requests have to name one; the text is compared too.
        {400} if route.dialect != NATIVE else frozenset()
    )


def expect_key_of_prompt(route: Route) -> frozenset[int]:
    """Expect what a key of the prompt leads to."""
    is_refused = route.whole_team and not route.sessions_only
    return frozenset({403}) if is_refused else expect_key(route, operation="all")


def expect_key_of_other_prompt(route: Route) -> frozenset[int]:
    """Expect what a key of another prompt leads to, for which this one is not there."""
    if get_sample(route).is_own:
        return frozenset({404})
    expected = expect_key_of_prompt(route)
    if expected != {route.status} or route.permission is Permission.PUBLIC:
        return expected
    if not PROMPT_NAMES & {*list_names(route)} or _is_read_without_prompts(route):
        return expected
    # Where it would be created for a stranger, a key of some prompts may not create it.
    return frozenset({403 if get_sample(route).stranger is None else 404})


def _is_read_without_prompts(route: Route) -> bool:
    """Tell whether a call that only reads succeeds without the prompts that it names."""
    needs = list_needs(route, _write_call(route))
    return route.permission is Permission.READ and not PROMPT_NAMES & {*needs}


def expect_key_of_pointers(route: Route) -> frozenset[int]:
    """Expect what a key of some pointers leads to."""
    expected = expect_key(route, operation="all")
    if expected != {route.status} or route.permission is Permission.PUBLIC:
        return expected
    # Where the row lets it in, it depends on the pointer of the call and on what it is at.
    return frozenset({route.status, 403, 404}) if route.pointer_use else frozenset({403})


def expect_person(
    route: Route, *, role: str = "", team: str = "", is_admin: bool = False
) -> frozenset[int]:
    """Expect what a person's session leads to.

    Args:
        route: The route.
        role: The role in the team; empty for a person who is not in it.
        team: The role in another team, if there is one.
        is_admin: Whether the person is an admin of the organisation.
    """
    if route.permission is Permission.PUBLIC:
        return frozenset({route.status})
    if route.dialect != NATIVE:
        return frozenset({401})
    everywhere = ORGANISATION_ADMIN if is_admin else PERSON
    if route.chapter == OWN:
        return frozenset({_expect_own(route, role)})
    if get_sample(route).is_own and role and role != get_sample(route).caller:
        return frozenset({403})
    if route.permission in {*everywhere, *ROLES.get(role, ())}:
        return frozenset({route.status})
    if role:
        sample = get_sample(route)
        is_key_refused = bool(sample.caller)  # then the sample's status is that of a key
        return frozenset({403 if is_key_refused else sample.viewer})
    return _expect_outside(route, ROLES.get(team, frozenset()))


def _expect_own(route: Route, role: str) -> int:
    """Expect what a person's call leads to that is about the person's own account."""
    names = list_names(route)
    if "password" in names:  # which one person has, who is not this one
        return 401
    # The session is the editor's.
    is_own = ("session" not in names or role == "editor") and ("team" not in names or bool(role))
    return route.status if is_own else 404


def _expect_outside(route: Route, elsewhere: frozenset[Permission]) -> frozenset[int]:
    """Expect what a call leads to of somebody who is not in the team of what it names."""
    if route.permission not in elsewhere:
        # As somebody who may do it nowhere, or as somebody for whom the prompt is not there.
        return frozenset({403, get_sample(route).viewer} | ({404} & _expect_named(route)))
    return _expect_named(route)


def _expect_named(route: Route) -> frozenset[int]:
    sample = get_sample(route)
    for part in (sample.target or route.path, sample.body):
        names = list_needs(route, part)
        if names and {*names} & {"team", "team_id"}:
            return frozenset({403})
        if {*names} & {*PROMPT_NAMES, "key_id"}:
            return frozenset({404})
    return frozenset({route.status})


# -- credentials


def build_credentials(scene: Scene) -> dict[str, Credential]:
    """Build every kind of credential, by name."""
    return _build_broken_credentials(scene) | _build_keys(scene) | _build_sessions(scene)


def _build_broken_credentials(scene: Scene) -> dict[str, Credential]:
    registry, now = scene.registry, datetime.now(UTC)
    store, origin = registry.store, Origin(by=OPERATOR, now=now)
    grant = Grant(name="key", operation="admin", team_ids=(registry.team_id,))
    key = api_keys.create(secret := generate_api_key(), grant, by=None, now=now)
    past = replace(key, grant=replace(grant, expires_at=now - timedelta(seconds=1)))
    store.api_keys.commit(None, past, origin)
    revoked = registry.create_key(grant)
    principal = store.api_keys.find_principal(revoked)
    assert principal is not None
    store.api_keys.commit(store.api_keys.find_key(principal.id), None, origin)

    person = store.people.find_person(registry.people["organisation_admin"].person_id)
    assert person is not None
    session = create_session(old := generate_session(), person, now=now)
    store.people.add_session(replace(session, expires_at=now - timedelta(seconds=1)))
    session = create_session(ended := generate_session(), person, now=now)
    store.people.add_session(session)
    store.people.revoke_session(session)

    def build(secret: str | None, principal_id: str | None = None) -> Credential:
        client = Client(registry.team_id, secret, registry.cloud)
        return Credential(client=client, expect=expect_nobody, principal_id=principal_id)

    return {
        "none": build(None),
        "malformed key": build("ak_"),
        "malformed session": build("sess_"),
        "neither": build("x"),
        "unknown key": build(f"ak_{'0' * 64}"),
        "unknown session": build(f"sess_{'0' * 64}"),
        "expired key": build(secret, key.id),
        "revoked key": build(revoked),
        "expired session": build(old, person.id),
        "revoked session": build(ended),
    }


def _build_keys(scene: Scene) -> dict[str, Credential]:
    registry = scene.registry
    ours, theirs = registry.team_id, registry.stranger.team_id
    other = registry.editor.create_prompt()["id"]

    def build(
        expect: Expect,
        operation: str = "all",
        team_ids: tuple[str, ...] = (ours,),
        prompt: str = "",
        pointer: str = "",
    ) -> Credential:
        grant = Grant(
            name="key",
            operation=operation,
            team_ids=team_ids,
            prompt_ids=frozenset({prompt}) if prompt else None,
            pointers=frozenset({pointer}) if pointer else None,
        )
        client = Client(ours, registry.create_key(grant), registry.cloud)
        principal = registry.store.api_keys.find_principal(str(client.key))
        assert principal is not None
        team_id = team_ids[0] if len(team_ids) == 1 else None
        return Credential(client=client, expect=expect, principal_id=principal.id, team_id=team_id)

    return {
        **{f"key: {name}": build(partial(expect_key, operation=name), name) for name in OPERATIONS},
        "key of another team": build(expect_strange_key, "admin", (theirs,)),
        "key of several teams": build(expect_key_of_teams, "admin", (ours, theirs)),
        "key of all teams": build(expect_key_of_teams, "admin", ()),
        "key of the prompt": build(expect_key_of_prompt, prompt=scene.id),
        "key of another prompt": build(expect_key_of_other_prompt, prompt=other),
        **{
            f"key of the pointer {name}": build(expect_key_of_pointers, pointer=name)
            for name in ("live", "prod", "elsewhere")
        },
    }


def _build_sessions(scene: Scene) -> dict[str, Credential]:
    registry = scene.registry
    people = registry.people

    def build(client: Client, team_id: str | None, **person: str | bool) -> Credential:
        return Credential(
            client=client,
            expect=partial(expect_person, **person),  # type: ignore[arg-type]
            principal_id=client.person_id,
            team_id=team_id,
        )

    ours, theirs = registry.team_id, registry.stranger.team_id
    return {
        **{f"session: {role}": build(people[role], ours, role=role) for role in ROLES},
        "session: organisation admin": build(
            people["organisation_admin"], ours, role="admin", is_admin=True
        ),
        "session: organisation admin in no team": build(
            registry.create_person(is_organisation_admin=True), None, is_admin=True
        ),
        "session: stranger": build(people["stranger"], theirs, team="admin"),
        "session: nobody's": build(registry.create_person(), None),
    }
