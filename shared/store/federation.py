"""People of an identity provider, whose groups decide which teams they are in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from shared.domain.changes import Origin
from shared.domain.federation import choose_roles
from shared.domain.model import Author
from shared.domain.people import Membership, Person
from shared.problems import Contended, LastAdmin, NotAdmitted
from shared.store.transactions import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.domain.federation import GroupRule, Identity
    from shared.store.organisation import Organisations
    from shared.store.people import People
    from shared.store.sign_in_page import SignInPage

ATTEMPTS = 3  # a code works only once, so that a lost race is not left to the caller


class Federation:
    """The people whom the organisation's identity provider knows."""

    def __init__(
        self,
        page: SignInPage,
        people: People,
        organisations: Organisations,
        rules: Sequence[GroupRule],
    ) -> None:
        """Bind the page and the tables.

        Args:
            page: The page on which people sign in.
            people: The people.
            organisations: The organisation.
            rules: Which groups come into which teams.
        """
        self._page = page
        self._people = people
        self._organisations = organisations
        self._rules = rules

    def admit(self, code: str, verifier: str, redirect_uri: str, request_id: str) -> Person:
        """Admit whoever has signed in on the page, into the teams of the groups, and out of others.

        A team that no rule names is left alone, and so is the last admin of a team.

        Args:
            code: The authorization code.
            verifier: The secret of PKCE.
            redirect_uri: The URL that the person was sent back to.
            request_id: The id of the request.

        Raises:
            Contended: Others have changed the same teams at the same time.
            InvalidCredentials: The code is unknown, used or too old, or belongs to other values.
            NotAdmitted: None of the groups is in a team.
            Unavailable: AWS is busy or cannot be reached.
            Unsupported: The deployment has no single sign-on.
        """
        identity = self._page.identify(code, verifier=verifier, redirect_uri=redirect_uri)
        by = Author(id=identity.id, name=identity.email, kind="person")
        origin = Origin(by=by, request_id=request_id)
        roles = choose_roles(identity.groups, self._rules)
        for _ in range(ATTEMPTS):
            with suppress(LostRaceError):
                return self._admit(identity, roles, origin)
        raise Contended(retry_after=1)

    def _admit(self, identity: Identity, roles: Mapping[str, str], origin: Origin) -> Person:
        teams = self._organisations.list_teams(roles)
        memberships = [
            Membership(
                team_id=team.id,
                person_id=identity.id,
                email=identity.email,
                role=roles[team.id],
                created_at=origin.now,
            )
            for team in teams
        ]
        person = self._people.find_person(identity.id)
        if person is not None:
            self._update_memberships(person, memberships, origin)
        if not memberships or not identity.email:
            self._people.revoke_sessions(identity.id)
            raise NotAdmitted
        if person is None:
            person = Person(id=identity.id, email=identity.email, created_at=origin.now)
            self._organisations.add_person(person, origin, memberships=memberships)
        return person

    def _update_memberships(
        self, person: Person, memberships: Sequence[Membership], origin: Origin
    ) -> None:
        before = {each.team_id: each for each in self._people.list_memberships(person.id)}
        for membership in memberships:
            current = before.get(membership.team_id)
            if current is None:
                self._organisations.add_member(membership, origin)
            elif current.role != membership.role:
                with suppress(LastAdmin):
                    self._organisations.set_role(current, membership.role, origin)
        ours = {membership.team_id for membership in memberships}
        for team_id in ({rule.team_id for rule in self._rules} - ours) & before.keys():
            with suppress(LastAdmin):
                self._organisations.remove_member(before[team_id], origin)
