"""What endpoints reach of people: each store is bound to what its caller was admitted to."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from shared.domain.access import Permission, Role
from shared.domain.credentials import generate_session
from shared.domain.model import Team
from shared.domain.people import Membership, Person, create_session
from shared.ids import is_id, new_id
from shared.problems import (
    Conflict,
    Forbidden,
    InvalidCredentials,
    InvalidRequest,
    NameTaken,
    NotFound,
    PersonNotFound,
    SessionNotFound,
    TeamNotFound,
)
from shared.store.sign_in import Challenge
from shared.store.transactions import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.domain.access import Principal
    from shared.domain.changes import Origin
    from shared.domain.organisation import Organisation
    from shared.domain.people import Session
    from shared.store.attempts import Attempts
    from shared.store.federation import Federation
    from shared.store.organisation import Organisations
    from shared.store.people import People
    from shared.store.sign_in import SignIn
    from shared.store.team import Annotations

    # Writes a change with a `record`.
    Write = Callable[..., None]

NOT_IN_ORGANISATION = "user is not a member of the organization"
TEAM_NAME_CONFLICT = "team name already exists under this organization"


class SignInStore:
    """What people sign in with. Every attempt is counted before it is made."""

    def __init__(
        self,
        people: People,
        sign_in: SignIn,
        attempts: Attempts,
        source: str,
        *,
        get_federation: Callable[[], Federation],
    ) -> None:
        self._people = people
        self._get_federation = get_federation
        self._sign_in = sign_in
        self._attempts = attempts
        self._source = source

    def authenticate(self, email: str, password: str) -> tuple[str, Session, Person]:
        """Sign in with an e-mail address and a password.

        Returns:
            The secret of a new session, the session, and its person.

        Raises:
            InvalidCredentials: Nobody has this address and password, or the account is locked.
            NewPasswordRequired: The password is that of an invitation.
            SecondFactorRequired: The account has a second factor.
            Throttled: There have been too many attempts.
        """
        self._attempts.count(email, self._source)
        start = datetime.now(UTC)
        outcome = self._sign_in.authenticate(email, password, source=self._source)
        return self._open_session(outcome, start)

    def respond(self, token: str, *, password: str, code: str) -> tuple[str, Session, Person]:
        """Go on to sign in.

        Args:
            token: The token of what was asked for.
            password: The new password, if it was asked for.
            code: The code of the second factor, if it was asked for.

        Returns:
            The secret of a new session, the session, and its person.

        Raises:
            InvalidCredentials: The token has ended, or the code is wrong.
            InvalidRequest: What was asked for is missing, or the new password breaks the rules.
            SecondFactorRequired: The account has a second factor.
            Throttled: There have been too many attempts.
        """
        challenge = Challenge.load(token)
        response, name = (
            (password, "new_password") if challenge.asks_for_password else (code, "code")
        )
        if not response:
            raise InvalidRequest(f"{name} is required")
        # Cognito knows the name in any spelling, each of which would be counted by itself.
        self._attempts.count(challenge.username.strip().lower(), self._source)
        start = datetime.now(UTC)
        outcome = self._sign_in.respond(challenge, response, source=self._source)
        return self._open_session(outcome, start)

    def exchange_code(
        self, code: str, *, verifier: str, redirect_uri: str, request_id: str
    ) -> tuple[str, Session, Person]:
        """Sign in with an authorization code of Cognito's own page.

        Args:
            code: The code.
            verifier: The secret of PKCE.
            redirect_uri: The URL that the person was sent back to.
            request_id: The id of the request, for the audit log.

        Returns:
            The secret of a new session, the session, and its person.

        Raises:
            InvalidCredentials: The code is unknown, used or too old, or belongs to other values.
            NotAdmitted: None of the person's groups is in a team.
            Throttled: There have been too many attempts.
            Unsupported: The deployment has no single sign-on.
        """
        self._attempts.count_code(self._source)
        start = datetime.now(UTC)
        person = self._get_federation().admit(code, verifier, redirect_uri, request_id)
        return self._open_session(person.id, start)

    def check_password(self, person: Person, password: str) -> None:
        """Check the password of a person who is signed in.

        By the id: a person of the organisation's own identity provider may have the address of
        somebody else who was invited.

        Raises:
            InvalidCredentials: It is wrong, or the account is locked.
            Throttled: There have been too many attempts.
        """
        self._attempts.count(person.email, self._source)
        # A second factor is asked for only after a right password.
        outcome = self._sign_in.authenticate(person.id, password, source=self._source)
        if not isinstance(outcome, Challenge) and outcome != person.id:
            raise InvalidCredentials

    def create_second_factor(self, person: Person, password: str) -> str:
        """Create the secret of an authenticator for a person who is signed in.

        Raises:
            Conflict: The account has a second factor.
            InvalidCredentials: The password is wrong, or the account is locked.
            Throttled: There have been too many attempts.
        """
        self._attempts.count(person.email, self._source)
        return self._sign_in.create_second_factor(person.id, password, source=self._source)

    def start_second_factor(self, person: Person, password: str, code: str) -> None:
        """Have sign-in ask a person for a code of the authenticator from now on.

        Raises:
            Conflict: The account has a second factor.
            InvalidCredentials: The password or the code is wrong, or the account is locked.
            Throttled: There have been too many attempts.
        """
        self._attempts.count(person.email, self._source)
        self._sign_in.start_second_factor(person.id, password, code, source=self._source)

    def end_second_factor(self, person: Person, password: str, code: str) -> None:
        """Have sign-in ask a person for the password only, if it asks for a code.

        Raises:
            InvalidCredentials: The password or the code is wrong, or the account is locked.
            Throttled: There have been too many attempts.
        """
        self._attempts.count(person.email, self._source)
        outcome = self._sign_in.authenticate(person.id, password, source=self._source)
        if isinstance(outcome, Challenge) and not outcome.asks_for_password:
            outcome = self._sign_in.respond(outcome, code, source=self._source)
        if outcome != person.id:
            raise InvalidCredentials
        self._sign_in.set_second_factor(person.id, is_on=False)

    def send_reset_code(self, email: str) -> None:
        """Send a code to set another password with, if somebody has this address.

        Raises:
            Throttled: There have been too many attempts.
        """
        self._attempts.count(email, self._source)
        self._sign_in.send_reset_code(email)

    def reset_password(self, email: str, code: str, password: str) -> None:
        """Set another password with a code, which ends all sessions of the person.

        Raises:
            InvalidCredentials: The code is wrong or has expired, or nobody has this address.
            InvalidRequest: The new password breaks the rules.
            Throttled: There have been too many attempts.
        """
        self._attempts.count(email, self._source)
        self._sign_in.reset_password(email, code, password)
        if (person_id := self._sign_in.find_id(email)) is not None:
            self._people.revoke_sessions(person_id)

    def sign_out(self, secret: str) -> None:
        """End a session, if there is such a one."""
        if (session := self._people.find_session(secret)) is not None:
            self._people.revoke_session(session)

    def _open_session(
        self, outcome: str | Challenge, start: datetime
    ) -> tuple[str, Session, Person]:
        """Open a session of a person whom Cognito has admitted since a time.

        It begins at that time: if the password has been changed since, it has ended already.
        """
        if isinstance(outcome, Challenge):
            raise outcome.build_problem()
        person = self._people.find_person(outcome)
        if person is None:
            raise InvalidCredentials
        secret = generate_session()
        session = create_session(secret, person, now=start)
        try:
            self._people.add_session(session)
        except LostRaceError as error:
            raise InvalidCredentials from error
        return secret, session, person


class AccountStore:
    """The account of the person who calls."""

    def __init__(
        self,
        people: People,
        organisations: Organisations,
        sign_in: SignIn,
        principal: Principal,
        annotations: Annotations,
    ) -> None:
        self._people = people
        self._annotations = annotations
        self._organisations = organisations
        self._sign_in = sign_in
        self._id = principal.id
        self._session_id = principal.session_id

    def get_person(self) -> Person:
        """Get the person.

        Raises:
            PersonNotFound: The person was removed in the meantime.
        """
        if (person := self._people.find_person(self._id)) is None:
            raise PersonNotFound
        return person

    def list_sessions(self) -> list[Session]:
        """List the sessions that work, newest first."""
        now = datetime.now(UTC)
        sessions = self._people.list_sessions(self._id, self._annotations)
        return [session for session in sessions if session.expires_at > now]

    def revoke_session(self, session_id: str) -> None:
        """End one of the person's sessions.

        Raises:
            SessionNotFound: The person has no such session.
        """
        for session in self.list_sessions():
            if session.id == session_id:
                return self._people.revoke_session(session)
        raise SessionNotFound

    def change_password(self, current: str, new: str, attempts: SignInStore) -> None:
        """Change the password, which ends all sessions of the person but this one.

        They end before the password changes, so that a repeat completes what was interrupted: it
        needs the current password.

        Raises:
            InvalidCredentials: The current password is wrong.
            InvalidRequest: The new password breaks the rules.
            Throttled: There have been too many attempts.
        """
        attempts.check_password(self.get_person(), current)
        self._people.revoke_sessions(self._id, other_than=self._session_id)
        self._sign_in.set_password(self._id, new)
        # Those that somebody has opened meanwhile, with the password that was changed.
        self._people.revoke_sessions(self._id, other_than=self._session_id)

    def decide_leaving(self, team_id: str, origin: Origin) -> Write:
        """Decide to leave a team.

        Raises:
            NotFound: The person is not in the team.
        """
        member = self._organisations.find_member(team_id, self._id) if is_id(team_id) else None
        if member is None:
            raise NotFound("user is not a member of this team")
        return partial(self._organisations.remove_member, member, origin)


class OrganisationStore:
    """The organisation, for whoever was admitted to it."""

    def __init__(
        self,
        people: People,
        organisations: Organisations,
        sign_in: SignIn,
        principal: Principal,
        annotations: Annotations,
    ) -> None:
        self._people = people
        self._annotations = annotations
        self._organisations = organisations
        self._sign_in = sign_in
        self._principal = principal

    @property
    def is_admin(self) -> bool:
        """Whether the caller is an admin of the organisation."""
        return Permission.ORGANISE in self._principal.everywhere

    def get_organisation(self) -> Organisation:
        """Get the organisation."""
        return self._organisations.get_organisation()

    def list_teams(self) -> list[Team]:
        """List the teams by name: all for admins of the organisation, else the caller's own."""
        if self.is_admin:
            team_ids = self.get_organisation().team_ids
            return self._organisations.list_teams(team_ids, self._annotations)
        return self.list_own_teams()

    def list_own_teams(self) -> list[Team]:
        """List the teams that the caller is in, by name."""
        return self._organisations.list_teams(self._principal.permissions, self._annotations)

    def list_people(self) -> list[Person]:
        """List all people, in the order in which they were invited."""
        return self._people.list_people(self._annotations)

    def decide_new_name(self, name: str, origin: Origin) -> tuple[Organisation, Write | None]:
        """Decide on another name of the organisation; returns the organisation before it."""
        organisation = self.get_organisation()
        write = partial(self._organisations.rename_organisation, organisation, name, origin)
        return organisation, write if organisation.name != name else None

    def decide_new_team(self, name: str, origin: Origin) -> tuple[Team, Write]:
        """Decide on a new team, of which the caller becomes the admin.

        Raises:
            NameTaken: Another team has the name.
        """
        organisation = self.get_organisation()
        teams = self._organisations.list_teams(organisation.team_ids, self._annotations)
        _require_free_name(teams, name)
        team = Team(id=new_id(), name=name, created_at=origin.now)
        admin = Membership(
            team_id=team.id,
            person_id=self._principal.id,
            email=self._principal.name,
            role=Role.ADMIN,
            created_at=origin.now,
        )
        return team, partial(self._organisations.add_team, organisation, team, admin, origin)

    def invite(
        self, email: str, role: str, team_id: str | None, origin: Origin
    ) -> tuple[Person, Write | None]:
        """Invite a person, and decide what is written.

        Whoever is in the organisation already comes into the team, and gets another invitation only
        if the first one was never used.

        Args:
            email: The address.
            role: The role in the team.
            team_id: The id of the team; None for none.
            origin: Who invites, and when.

        Raises:
            Forbidden: The caller does not manage the team, or the organisation if there is none.
            TeamNotFound: The team does not exist, or has been deleted.
            Conflict: The person's removal was interrupted.
        """
        if team_id is None and not self.is_admin:
            raise Forbidden("team_id is required; only admins of the organisation may leave it out")
        if team_id is not None:
            if not self._principal.has_permission(Permission.MANAGE, team_id):
                raise Forbidden
            if not self._organisations.list_teams([team_id]):
                raise TeamNotFound
        person_id = self._sign_in.invite(email)
        membership = Membership(
            team_id=team_id or "",
            person_id=person_id,
            email=email,
            role=role,
            created_at=origin.now,
        )
        person = self._people.find_person(person_id)
        if person is None:
            if self._people.find_removed_person(person_id):
                raise Conflict("this person is being removed; remove the person again, then invite")
            person = Person(id=person_id, email=email, created_at=origin.now)
            memberships = [membership] if team_id else []
            return person, partial(
                self._organisations.add_person, person, origin, memberships=memberships
            )
        if team_id is None or self._organisations.find_member(team_id, person_id):
            return person, None
        return person, partial(self._organisations.add_member, membership, origin)

    def end_second_factor(self, person_id: str, origin: Origin) -> Write:
        """End the second factor of a person who has lost it, and decide on the entry of the log.

        Raises:
            PersonNotFound: There is no such person.
        """
        if (person := self._people.find_person(person_id)) is None:
            raise PersonNotFound(NOT_IN_ORGANISATION)
        try:
            self._sign_in.set_second_factor(person_id, is_on=False)
        except InvalidCredentials as problem:
            raise PersonNotFound(NOT_IN_ORGANISATION) from problem
        return partial(self._organisations.note_end_of_second_factor, person, origin)

    def decide_role(self, person_id: str, role: str, origin: Origin) -> Write | None:
        """Decide on the role of a person in the organisation.

        Raises:
            PersonNotFound: There is no such person.
        """
        if (person := self._people.find_person(person_id)) is None:
            raise PersonNotFound(NOT_IN_ORGANISATION)
        is_admin = role == "admin"
        if person.is_organisation_admin == is_admin:
            return None
        return partial(self._organisations.set_organisation_role, person, origin, is_admin=is_admin)

    def remove_person(self, person_id: str, origin: Origin) -> Write:
        """Remove a person, and decide on the last write of the removal.

        The person leaves the teams, then the organisation, and has no access from there on. Then
        come sessions and sign-in, and last the item by which a repeat finds what was left.

        Returns:
            The last write.

        Raises:
            PersonNotFound: There is no such person.
            LastAdmin: The person is the last admin of a team or of the organisation.
        """
        person = self._people.find_person(person_id)
        if person is not None:
            self._take_out(person, origin)
        elif self._people.find_removed_person(person_id) is None:
            raise PersonNotFound("user is not a member of this organization")
        self._organisations.clear_person(person_id)
        self._sign_in.remove(person_id)
        return partial(self._organisations.delete_person, person_id)

    def _take_out(self, person: Person, origin: Origin) -> None:
        if person.is_organisation_admin:
            self._organisations.require_another_admin(person.id)
        memberships = [*self._people.list_memberships(person.id)]
        for membership in memberships:
            self._organisations.require_another_admin(person.id, membership.team_id)
        for membership in memberships:
            self._organisations.remove_member(membership, origin)
        self._organisations.remove_person(person, origin)


class MemberStore:
    """The people of a team.

    Attributes:
        team: The team.
    """

    def __init__(
        self, people: People, organisations: Organisations, team: Team, annotations: Annotations
    ) -> None:
        self._people = people
        self._annotations = annotations
        self._organisations = organisations
        self.team = team

    def list_members(self) -> list[Membership]:
        """List the members, in the order in which they came."""
        return self._organisations.list_members(self.team.id, self._annotations)

    def decide_new_name(self, name: str, origin: Origin) -> Write | None:
        """Decide on another name of the team.

        Raises:
            NameTaken: Another team has the name.
        """
        if name == self.team.name:
            return None
        organisation = self._organisations.get_organisation()
        teams = self._organisations.list_teams(organisation.team_ids, self._annotations)
        _require_free_name((team for team in teams if team.id != self.team.id), name)
        return partial(self._organisations.rename_team, organisation, self.team, name, origin)

    def decide_new_member(self, person_id: str, role: str | None, origin: Origin) -> Write | None:
        """Decide on a new member; None if the person is in the team already.

        Args:
            person_id: The id of the person.
            role: The role; None for px0's rule: the first one becomes admin, others editor.
            origin: Who adds the person, and when.

        Raises:
            PersonNotFound: There is no such person.
        """
        if (person := self._people.find_person(person_id)) is None:
            raise PersonNotFound("user to add not found")
        if self._organisations.find_member(self.team.id, person_id):
            return None
        membership = Membership(
            team_id=self.team.id,
            person_id=person.id,
            email=person.email,
            role=role or (Role.EDITOR if self.team.admins else Role.ADMIN),
            created_at=origin.now,
        )
        return partial(self._organisations.add_member, membership, origin)

    def decide_role(self, person_id: str, role: str, origin: Origin) -> Write | None:
        """Decide on the role of a member; None if it is the same.

        Raises:
            NotFound: The person is not in the team.
        """
        member = self._organisations.find_member(self.team.id, person_id)
        if member is None:
            raise NotFound("team member relationship not found")
        if member.role == role:
            return None
        return partial(self._organisations.set_role, member, role, origin)

    def decide_removal(self, person_id: str, origin: Origin) -> Write | None:
        """Decide to take a person out of the team; None if the person is in the organisation only.

        Raises:
            InvalidRequest: The person is not in the organisation.
        """
        member = self._organisations.find_member(self.team.id, person_id)
        if member is None:
            if self._people.find_person(person_id) is None:
                raise InvalidRequest("user is not a member of this organization")
            return None
        return partial(self._organisations.remove_member, member, origin)


def _require_free_name(teams: Iterable[Team], name: str) -> None:
    """Check that no other team has a name, whatever the case of its letters.

    Raises:
        NameTaken: One of the teams has it.
    """
    if name.casefold() in {team.name.casefold() for team in teams}:
        raise NameTaken(TEAM_NAME_CONFLICT)
