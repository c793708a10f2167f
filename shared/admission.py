"""Admission: checks what the principal may do, and opens the store of a team.

Opening a team's store enforces the permission of the route. The store is the only way to the
team's data and it cannot reach another team's, so no endpoint can forget the check.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from shared.domain.access import Permission
from shared.domain.model import NumberOrTag
from shared.domain.restrictions import (
    UNRESTRICTED,
    Restrictions,
    build_pointer_problem,
    build_prompt_problem,
)
from shared.ids import is_id, parse_id
from shared.problems import (
    Forbidden,
    InvalidPromptId,
    PromptNotFound,
    TeamNotFound,
    Unreadable,
    VersionNotFound,
)
from shared.store.reading import NOTHING, Beside, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shared.domain.access import Principal
    from shared.domain.model import Prompt, Selector, Team, Version
    from shared.responses import EncodedResponse
    from shared.routes import Route
    from shared.store.accounts import AccountStore, MemberStore, OrganisationStore, SignInStore
    from shared.store.audit import AuditStore
    from shared.store.deletion import TeamDeletion
    from shared.store.idempotency import Attempt
    from shared.store.key_store import KeyStore
    from shared.store.prompt_batch import PromptBatch
    from shared.store.store import Loader, Store
    from shared.store.team import Annotations, PromptStore, TeamStore
    from shared.store.transactions import Record
    from shared.store.uses import PromptUses
    from shared.store.visible_prompts import VisiblePrompts


class PublicRouteError(Exception):
    """The endpoint of a public route uses the principal, which is a bug."""


class Admission:
    """Access of one request's principal to the data of its teams.

    Attributes:
        annotations: Fields of the call's log line and trace.
    """

    def __init__(
        self,
        *,
        route: Route,
        principal: Principal | None,
        has_drafts: bool,
        has_archived_versions: bool,
        resolves: bool,
        store: Store,
        annotations: Annotations,
    ) -> None:
        """Bind a request's route to its principal.

        Args:
            route: The route whose permission is enforced.
            principal: The principal; None for public routes.
            has_drafts: Whether the route's dialect has drafts; in others they do not exist.
            has_archived_versions: Whether it has archived versions; in others they do not exist.
            resolves: Whether the route's dialect shows texts with all parts in them.
            store: The store of the process.
            annotations: Fields of the call's log line and trace, to which this adds the prompt.
        """
        self.annotations = annotations
        self._route = route
        self._principal = principal
        self._store = store
        self._restrictions = (
            UNRESTRICTED
            if principal is None
            else Restrictions(
                prompt_ids=principal.prompt_ids,
                pointers=principal.pointers,
                can_move=route.pointer_use == "moves",
                principal=principal,
                hides_drafts=not has_drafts,
                hides_archived_versions=not has_archived_versions,
                resolves=resolves,
                is_write=route.writes,
            )
        )

    @property
    def is_public(self) -> bool:
        """Whether the route is public, so that there is no principal."""
        return self._principal is None

    @property
    def principal(self) -> Principal:
        """The principal.

        Raises:
            PublicRouteError: The route is public.
        """
        if self._principal is None:
            raise PublicRouteError(f"{self._route.name} is public: nobody is authenticated there")
        return self._principal

    def find_person_id(self) -> str:
        """Find the id of the person who calls, or of the one who made the API key that does."""
        if self.principal.is_person:
            return self.principal.id
        key = self._store.api_keys.find_key(self.principal.id)
        # One whose maker is not known counts as a person of its own.
        return key.created_by.id if key and key.created_by else self.principal.id

    def find_response(self, attempt: Attempt) -> EncodedResponse | None:
        """Find the response that an earlier attempt of the same request got.

        Raises:
            IdempotencyMismatch: The key was used with another request.
        """
        return self._store.transactions.find_response(attempt)

    def record_response(self, *, record: Record | None) -> None:
        """Record the response of a request that changes nothing.

        Raises:
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        if record is not None:
            self._store.transactions.transact([], record=record)

    def require_permission_anywhere(self) -> None:
        """Check the route's permission before it is known for which team.

        Raises:
            Forbidden: The principal has the permission in none of its teams.
        """
        if not self.principal.has_permission_anywhere(self._route.permission):
            raise self._build_forbidden()

    def require_reach(self) -> None:
        """Check that the route is one for API keys of some prompts or pointers, for these.

        What they do there is checked by the store.

        Raises:
            Forbidden: It reads or changes more than such keys may.
        """
        pointers = self._restrictions.pointers
        if pointers is not None and not self._route.pointer_use:
            raise build_pointer_problem(pointers)
        if self._restrictions.prompt_ids is not None and self._route.whole_team:
            raise build_prompt_problem("create or move prompts, or change what all of them share")

    def _build_forbidden(self) -> Forbidden:
        return Forbidden(details=[{"permission": self._route.permission.value}])

    # -- teams

    def open_team(self, team_id: str, *, missing: str | None = None) -> TeamStore:
        """Open the store of a team.

        Args:
            team_id: The id of the team.
            missing: The message of TeamNotFound, in dialects that do not tell principals of other
                teams whether the team exists.

        Raises:
            TeamNotFound: The principal is not in the team, and `missing` is given.
            Forbidden: The principal does not have the route's permission in the team.
        """
        is_in = self.principal.is_in(team_id)
        if not is_in and missing is not None:
            raise TeamNotFound(missing)
        may = self.principal.has_permission(self._route.permission, team_id)
        if is_in or may:  # admins of the organisation may in other teams too
            self.annotations["team_id"] = team_id
        if not may:
            raise self._build_forbidden()
        return self._store.open_team(team_id, self.annotations, self._restrictions)

    def open_own_teams(self) -> list[TeamStore]:
        """Open the stores of all teams of the principal, for requests that are about all of them.

        Raises:
            Forbidden: The principal does not have the route's permission in one of them.
        """
        return [self.open_team(team_id) for team_id in self.principal.permissions]

    def annotate_uses(self, versions: Iterable[tuple[str, int]]) -> None:
        """Add to the log line which versions the call hands out, where these are several.

        Args:
            versions: The ids of prompts, each with the number of a version.
        """
        from shared.domain.uses import USES, dump_uses  # which few functions need

        self.annotations[USES] = dump_uses(versions)

    def annotate_sync(self, teams: Iterable[TeamStore]) -> None:
        """Add to the log line of which teams the call hands out all prompts."""
        from shared.domain.uses import SYNCED_TEAMS

        self.annotations[SYNCED_TEAMS] = " ".join(team.id for team in teams)

    def list_teams(self) -> list[Team]:
        """List the principal's teams, by name; one that cannot be read is left out and named.

        Raises:
            Forbidden: The principal does not have the route's permission in one of them.
        """
        team_ids = [store.id for store in self.open_own_teams()]
        return self._store.organisations.list_teams(team_ids, self.annotations)

    # -- people

    def open_sign_in(self, source: str) -> SignInStore:
        """Open what people sign in with, for everybody.

        Args:
            source: The address in the network that the request comes from.
        """
        return self._store.open_sign_in(source)

    def open_account(self) -> AccountStore:
        """Open the account of the person who calls.

        Raises:
            Forbidden: The principal is an API key.
        """
        if not self.principal.is_person:
            raise self._build_forbidden()
        return self._store.open_account(self.principal, self.annotations)

    def open_organisation(self, organisation_id: str) -> OrganisationStore:
        """Open the organisation.

        Args:
            organisation_id: The id that the request names.

        Raises:
            Forbidden: The principal has the route's permission nowhere.
            OrganisationNotFound: It is another organisation than this one.
        """
        self.require_permission_anywhere()
        return self._store.open_organisation(self.principal, self.annotations, organisation_id)

    def open_own_organisation(self) -> OrganisationStore:
        """Open the organisation for whoever is in it, to see what is the caller's own there."""
        return self._store.open_organisation(self.principal, self.annotations)

    def open_members(self, team_id: str) -> MemberStore:
        """Open a team's people.

        Raises:
            Forbidden: The principal does not have the route's permission in the team.
            TeamNotFound: The team does not exist, or has been deleted.
        """
        self.open_team(team_id)
        return self._store.open_members(team_id, self.annotations)

    def open_deletion(self, team_id: str) -> TeamDeletion:
        """Open the deletion of a team.

        Raises:
            Forbidden: The principal does not have the route's permission in the team.
        """
        store = self.open_team(team_id)
        return self._store.open_deletion(store, self.principal, self.annotations)

    # -- audit logs

    def open_audit(self, team_id: str) -> AuditStore:
        """Open the audit log of a team.

        Raises:
            Forbidden: The principal does not have the route's permission in the team.
            TeamNotFound: There has never been such a team.
        """
        self.open_team(team_id)
        return self._store.open_audit(team_id, self.annotations)

    def open_audit_of_organisation(self, organisation_id: str) -> AuditStore:
        """Open the audit logs of the organisation and of all its teams, as one.

        Args:
            organisation_id: The id that the request names.

        Raises:
            Forbidden: The principal has the route's permission nowhere.
            LimitReached: These are more logs than one request can read.
            OrganisationNotFound: It is another organisation than this one.
        """
        self.open_organisation(organisation_id)
        return self._store.open_audit_of_organisation(self.annotations)

    # -- API keys

    def open_keys(self) -> KeyStore:
        """Open the API keys that the principal manages.

        Raises:
            Forbidden: The principal manages no keys.
        """
        self.require_permission_anywhere()
        return self._store.open_keys(self.principal, self.annotations)

    # -- prompts

    def open_prompt(self, prompt_id: str, beside: Beside = NOTHING) -> PromptStore:
        """Open the store of a prompt by its id.

        Args:
            prompt_id: The id of the prompt.
            beside: What will be needed besides the head, and is read together with it.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        return self._admit(self._read_prompt(prompt_id, beside))

    def resolve_prompt_id(self, name: str) -> str:
        """Find the id of a prompt by its id in any form, which is not looked up, or by its slug.

        Raises:
            InvalidPromptId: It is no id, and no prompt of the principal's teams has this slug.
        """
        if (prompt_id := parse_id(name)) is not None:
            return prompt_id
        prompt = self._read_prompt_by_slug(name, NOTHING).prompt
        if prompt is None:
            raise InvalidPromptId
        return prompt.id

    def open_prompt_of_team(
        self, team: TeamStore, prompt_id: str, beside: Beside = NOTHING
    ) -> PromptStore:
        """Open the store of a prompt of an open team by its id.

        Args:
            team: The store of the team.
            prompt_id: The id of the prompt.
            beside: What will be needed besides the head.

        Raises:
            PromptNotFound: There is no such prompt in the team.
        """
        reading = self._read_prompt(prompt_id, beside)
        if reading.prompt is not None and reading.prompt.team_id != team.id:
            raise PromptNotFound
        return self._admit(reading)

    def open_prompt_by_slug(self, slug: str, beside: Beside = NOTHING) -> PromptStore:
        """Open the store of a prompt by its slug.

        Args:
            slug: The slug.
            beside: What will be needed besides the head.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        return self._admit(self._read_prompt_by_slug(slug, beside))

    def open_prompt_by_name(
        self, name: str, beside: Beside = NOTHING, *, missing: str = ""
    ) -> PromptStore:
        """Open the store of a prompt by its id, or else by its slug.

        Args:
            name: The id or the slug.
            beside: What will be needed besides the head.
            missing: The problem's message if there is no such prompt.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        if is_id(name):
            with suppress(PromptNotFound):
                return self.open_prompt(name, beside)
        return self._admit(self._read_prompt_by_slug(name, beside), missing=missing)

    def open_prompt_by_name_or_slug(
        self,
        name: str,
        beside: Beside = NOTHING,
        *,
        has_slug: Callable[[Prompt], bool],
        missing: str = "",
    ) -> PromptStore:
        """Open the store of a prompt by its name, exactly, or else by its slug.

        Args:
            name: The name or the slug.
            beside: What will be needed besides the head.
            has_slug: Tells of a prompt whether it may be found by its slug.
            missing: The problem's message if there is no such prompt.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        with self._hide_others():
            reading = self._store.read_prompt_by_name_or_slug(
                self.principal.permissions, name, has_slug, self._restrictions, beside
            )
        return self._admit(reading, missing=missing)

    def open_visible_prompt(
        self, name: str, beside: Beside = NOTHING, *, missing: str = ""
    ) -> PromptStore:
        """Open the store of a prompt of the principal's, or else of one that all teams see.

        The latter belongs to another team, which alone writes it.

        Args:
            name: The id or the slug.
            beside: What will be needed besides the head.
            missing: The problem's message if there is no such prompt.

        Raises:
            PromptNotFound: There is no such prompt for the principal.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        try:
            return self.open_prompt_by_name(name, beside, missing=missing)
        except PromptNotFound:
            if not self._may_read_shared():
                raise
            with self._hide_others():
                prompt = self._store.find_shared_prompt(name, self._restrictions)
            if prompt is None:
                raise
        self.annotations["prompt_id"] = prompt.id
        owner = self._store.open_team(prompt.team_id, self.annotations, self._restrictions)
        return owner.open_prompt(prompt)

    def open_visible_prompts(self, team: TeamStore) -> VisiblePrompts:
        """Open the prompts that an open team sees."""
        return self._store.open_visible_prompts(team.id, self.annotations, self._restrictions)

    def open_prompt_batch(self) -> PromptBatch:
        """Open the prompts of all of the principal's teams, to read many of them together.

        Raises:
            Forbidden: The principal has the route's permission in none of its teams.
        """
        self.require_permission_anywhere()
        permission = self._route.permission
        team_ids = [
            team_id
            for team_id in self.principal.permissions
            if self.principal.has_permission(permission, team_id)
        ]
        return self._store.open_prompt_batch(team_ids, self.annotations, self._restrictions)

    def open_uses(self, store: PromptStore) -> PromptUses:
        """Open the counts of how an open prompt is used."""
        return self._store.open_uses(store.prompt, self.annotations)

    def _may_read_shared(self) -> bool:
        permission = self._route.permission
        return permission is Permission.READ and self.principal.has_permission_anywhere(permission)

    def open_version(
        self, prompt_id: str, selector: Selector, *, split_key: str | None = None
    ) -> tuple[PromptStore, Version]:
        """Open the store of a prompt and get a version of it; a number needs one read for both.

        Args:
            prompt_id: The id of the prompt.
            selector: The selector of the version.
            split_key: The caller's key, where the pointer may be split.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
            VersionNotFound: The prompt has no such version.
        """
        if isinstance(selector, str) or self._restrictions.pointers is not None:
            store = self.open_prompt(prompt_id)
            return store, store.get_version(selector, split_key=split_key)
        number = selector.number if isinstance(selector, NumberOrTag) else selector
        with self._hide_others():
            prompt, load = self._store.find_prompt_and_version(
                prompt_id, number, self._restrictions
            )
        store = self.admit(prompt)
        version = self._hide_draft(load())
        if version is None and isinstance(selector, NumberOrTag):
            return store, store.get_version(selector.tag, split_key=split_key)
        return store, store.add_parts(store.require_version(version))

    def open_version_by_id(self, version_id: str) -> tuple[PromptStore, Version]:
        """Get a version by its id, and open the store of its prompt.

        Raises:
            VersionNotFound: There is no such version in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        try:
            # A change needs the version of the same moment as the head, whose revision is the
            # condition of its write: only a transaction reads the two so. For a read, a batch takes
            # half the units, and a version that is newer than its head does no harm.
            if self._restrictions.is_write:
                store, load = self._open_place(self._find_version_place(version_id))
            else:
                with self._hide_others():
                    prompt, load = self._store.find_version_by_id(version_id, self._restrictions)
                store = self.admit(prompt)
        except PromptNotFound as error:
            raise VersionNotFound from error
        self._restrictions.check_all_versions()  # an id is no pointer
        return store, store.add_parts(store.require_version(self._hide_draft(load())))

    def _open_place(self, place: tuple[str, int] | None) -> tuple[PromptStore, Loader]:
        """Open the store of a prompt whose version, at this place, is about to be changed.

        Raises:
            PromptNotFound: There is none.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        if place is None:
            raise PromptNotFound
        prompt_id, number = place
        store = self.open_prompt(prompt_id, Beside(selectors=(number,)))
        return store, partial(store.find_version, number)

    def _find_version_place(self, version_id: str) -> tuple[str, int] | None:
        with self._hide_others():
            return self._store.find_version_place(version_id)

    def _hide_draft(self, version: Version | None) -> Version | None:
        return version if version is not None and self._restrictions.shows(version) else None

    def find_own_version(self, store: PromptStore, version_id: str) -> Version:
        """Get a version of an open prompt by its id.

        Raises:
            VersionNotFound: The prompt has no such version.
        """
        try:
            place = self._find_version_place(version_id)
        except PromptNotFound as error:
            raise VersionNotFound from error
        if place is None or place[0] != store.prompt.id:
            raise VersionNotFound
        return store.get_version(place[1])

    def locate_prompt(self, prompt_id: str) -> Prompt:
        """Find a prompt in the principal's teams, without enforcing the route's permission.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
        """
        return self._require_in_reach(self._read_prompt(prompt_id, NOTHING).prompt, "")

    def admit(self, prompt: Prompt | None) -> PromptStore:
        """Open the store of a prompt that was just read.

        Args:
            prompt: The head; None if there is none.

        Raises:
            PromptNotFound: The prompt is None, deleted or not in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        return self._admit(Reading(prompt))

    def _admit(self, reading: Reading, *, missing: str = "") -> PromptStore:
        prompt = self._require_in_reach(reading.prompt, missing)
        return self.open_team(prompt.team_id).open_prompt(prompt, reading.items)

    def _read_prompt(self, prompt_id: str, beside: Beside) -> Reading:
        team_ids = [*self.principal.permissions]
        team_id = team_ids[0] if len(team_ids) == 1 else None
        with self._hide_others():
            return self._store.read_prompt(prompt_id, self._restrictions, beside, team_id=team_id)

    def _read_prompt_by_slug(self, slug: str, beside: Beside) -> Reading:
        with self._hide_others():
            return self._store.read_prompt_by_slug(
                self.principal.permissions, slug, self._restrictions, beside
            )

    @contextmanager
    def _hide_others(self) -> Iterator[None]:
        """Hide that there is a prompt of another team, where its head cannot be read.

        Raises:
            PromptNotFound: The head cannot be read, and its team is not one of the principal's.
        """
        try:
            yield
        except Unreadable as problem:
            if problem.team_id is not None and self.principal.is_in(problem.team_id):
                raise
            raise PromptNotFound from problem

    def _require_in_reach(self, prompt: Prompt | None, missing: str) -> Prompt:
        if (
            prompt is None
            or prompt.is_deleted
            or not self.principal.is_in(prompt.team_id)
            or not self.principal.reaches(prompt.id)
        ):
            raise PromptNotFound(missing)
        self.annotations["prompt_id"] = prompt.id
        return prompt
