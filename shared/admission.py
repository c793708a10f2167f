"""Admission: checks what the principal may do, and opens the store of a team.

Opening a team's store enforces the permission of the route. The store is the only way to the
team's data and it cannot reach another team's, so no endpoint can forget the check.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from shared.domain.model import NumberOrTag
from shared.ids import is_id
from shared.problems import Forbidden, PromptNotFound, TeamNotFound, Unreadable, VersionNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.access import Principal
    from shared.domain.model import Prompt, Selector, Team, Version
    from shared.responses import EncodedResponse
    from shared.routes import Route
    from shared.store.idempotency import Attempt
    from shared.store.store import Store
    from shared.store.team import Annotations, PromptStore, TeamStore


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
        store: Store,
        annotations: Annotations,
    ) -> None:
        """Bind a request's route to its principal.

        Args:
            route: The route whose permission is enforced.
            principal: The principal; None for public routes.
            store: The store of the process.
            annotations: Fields of the call's log line and trace, to which this adds the prompt.
        """
        self.annotations = annotations
        self._route = route
        self._principal = principal
        self._store = store

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

    def find_response(self, attempt: Attempt) -> EncodedResponse | None:
        """Find the response that an earlier attempt of the same request got.

        Raises:
            IdempotencyMismatch: The key was used with another request.
        """
        return self._store.transactions.find_response(attempt)

    def require_permission_anywhere(self) -> None:
        """Check the route's permission before it is known for which team.

        Raises:
            Forbidden: The principal has the permission in none of its teams.
        """
        if not self.principal.has_permission_anywhere(self._route.permission):
            raise self._build_forbidden()

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
        if missing is not None and not self.principal.is_in(team_id):
            raise TeamNotFound(missing)
        if not self.principal.has_permission(self._route.permission, team_id):
            raise self._build_forbidden()
        return self._store.open_team(team_id, self.annotations)

    def open_own_team(self) -> TeamStore:
        """Open the store of the principal's team, for requests without one; a key has one team.

        Raises:
            Forbidden: The principal does not have the route's permission in the team.
        """
        return self.open_team(next(iter(self.principal.permissions)))

    def list_teams(self) -> list[Team]:
        """List the principal's teams.

        Raises:
            Forbidden: The principal does not have the route's permission in one of them.
        """
        stores = [self.open_team(team_id) for team_id in self.principal.permissions]
        teams = (self._store.callers.find_team(store.id) for store in stores)
        return [team for team in teams if team is not None]

    # -- prompts

    def open_prompt(self, prompt_id: str) -> PromptStore:
        """Open the store of a prompt by its id.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        return self.admit(self._find_prompt(prompt_id))

    def open_prompt_of_team(self, team: TeamStore, prompt_id: str) -> PromptStore:
        """Open the store of a prompt of an open team by its id.

        Raises:
            PromptNotFound: There is no such prompt in the team.
        """
        return self.admit(team.find_prompt(prompt_id))

    def open_prompt_by_slug(self, slug: str) -> PromptStore:
        """Open the store of a prompt by its slug.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        return self.admit(self._find_prompt_by_slug(slug))

    def open_prompt_by_name(self, name: str, *, missing: str = "") -> PromptStore:
        """Open the store of a prompt by its id, or else by its slug.

        Args:
            name: The id or the slug.
            missing: The problem's message if there is no such prompt.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        if is_id(name):
            with suppress(PromptNotFound):
                return self.open_prompt(name)
        return self.admit(self._find_prompt_by_slug(name), missing=missing)

    def open_version(self, prompt_id: str, selector: Selector) -> tuple[PromptStore, Version]:
        """Open the store of a prompt and get a version of it; a number needs one read for both.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
            VersionNotFound: The prompt has no such version.
        """
        if isinstance(selector, str):
            store = self.open_prompt(prompt_id)
            return store, store.get_version(selector)
        number = selector.number if isinstance(selector, NumberOrTag) else selector
        with self._hide_others():
            prompt, load = self._store.find_prompt_and_version(prompt_id, number)
        store = self.admit(prompt)
        version = load()
        if version is None and isinstance(selector, NumberOrTag):
            version = store.find_version(selector.tag)
        return store, store.require_version(version)

    def open_version_by_id(self, version_id: str) -> tuple[PromptStore, Version]:
        """Get a version by its id, and open the store of its prompt.

        Raises:
            VersionNotFound: There is no such version in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        try:
            with self._hide_others():
                prompt, load = self._store.find_version_by_id(version_id)
            store = self.admit(prompt)
        except PromptNotFound as error:
            raise VersionNotFound from error
        return store, store.require_version(load())

    def find_own_version(self, store: PromptStore, version_id: str) -> Version:
        """Get a version of an open prompt by its id.

        Raises:
            VersionNotFound: The prompt has no such version.
        """
        owner, version = self.open_version_by_id(version_id)
        if owner.prompt.id != store.prompt.id:
            raise VersionNotFound
        return version

    def locate_prompt(self, prompt_id: str) -> Prompt:
        """Find a prompt in the principal's teams, without enforcing the route's permission.

        Raises:
            PromptNotFound: There is no such prompt in the principal's teams.
        """
        return self._require_in_reach(self._find_prompt(prompt_id), "")

    def admit(self, prompt: Prompt | None, *, missing: str = "") -> PromptStore:
        """Open the store of a prompt that was just read.

        Args:
            prompt: The head; None if there is none.
            missing: The problem's message if there is no such prompt.

        Raises:
            PromptNotFound: The prompt is None, deleted or not in the principal's teams.
            Forbidden: The principal does not have the route's permission in the prompt's team.
        """
        prompt = self._require_in_reach(prompt, missing)
        return self.open_team(prompt.team_id).open_prompt(prompt)

    def _find_prompt(self, prompt_id: str) -> Prompt | None:
        with self._hide_others():
            return self._store.find_prompt(prompt_id)

    def _find_prompt_by_slug(self, slug: str) -> Prompt | None:
        with self._hide_others():
            return self._store.find_prompt_by_slug(self.principal.permissions, slug)

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
        if prompt is None or prompt.is_deleted or not self.principal.is_in(prompt.team_id):
            raise PromptNotFound(missing)
        self.annotations["prompt_id"] = prompt.id
        return prompt
