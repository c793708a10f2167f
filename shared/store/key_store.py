"""The API keys that one person manages, which cannot reach others."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from shared.domain import api_keys
from shared.domain.access import Permission
from shared.domain.checks import check_name
from shared.domain.credentials import generate_api_key
from shared.ids import is_id
from shared.problems import Forbidden, InvalidRequest, KeyNotFound, LimitReached, TeamNotFound
from shared.store.api_keys import get_position
from shared.store.dynamodb import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from shared.domain.access import ApiKey, Grant, Principal
    from shared.domain.changes import Origin
    from shared.store.accounts import Write
    from shared.store.api_keys import ApiKeys
    from shared.store.team import Annotations


class KeyStore:
    """The API keys that one person manages.

    Admins of the organisation manage all keys. Admins of teams manage the keys whose teams are all
    theirs, so that nobody changes what a key may do elsewhere.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(
        self,
        *,
        api_keys: ApiKeys,
        list_team_ids: Callable[[], Iterable[str]],
        find_prompts: Callable[[Sequence[str], Iterable[str]], Iterable[str]],
        principal: Principal,
        annotations: Annotations,
    ) -> None:
        """Bind the person.

        Args:
            api_keys: All API keys.
            list_team_ids: Lists all teams of the organisation.
            find_prompts: Finds the ids of prompts of some teams by their ids or slugs.
            principal: The person.
            annotations: The annotations of the current call.
        """
        self._api_keys = api_keys
        self._list_team_ids = list_team_ids
        self._find_prompts = find_prompts
        self._principal = principal
        self._annotations = annotations

    def list_keys(
        self, *, before: str | None = None, size: int | None = None
    ) -> Iterator[tuple[str, ApiKey, str | None]]:
        """List the keys, newest first; one that cannot be read is left out and named.

        Args:
            before: The position below which to start.
            size: How many keys the caller expects to need; None for all.

        Returns:
            For each key its position, the key, and the day on which it was last used.
        """
        rows = (
            (get_position(key), key)
            for key in self._api_keys.list_keys(self._annotations)
            if self._manages(key.grant.team_ids)
        )
        for batch in split((row for row in rows if before is None or row[0] < before), size):
            uses = self.find_last_uses(key.id for _, key in batch)
            for position, key in batch:
                yield position, key, uses.get(key.id)

    def find_last_uses(self, key_ids: Iterable[str]) -> Mapping[str, str]:
        """Find the days on which keys were last used, by the ids of those that were."""
        return self._api_keys.find_last_uses(key_ids)

    def decide_new_key(
        self, grant: Grant, names: Sequence[str] | None, origin: Origin
    ) -> tuple[str, ApiKey, Write]:
        """Decide on a new key.

        Args:
            grant: What the key may do; its prompts are those of `names`.
            names: Ids or slugs of the only prompts that it reaches; None for all of its teams.
            origin: Who makes the key, and when.

        Returns:
            The secret, the key, and what writes it.

        Raises:
            Forbidden: The person does not manage all of its teams.
            InvalidRequest: A field is out of its bounds.
            LimitReached: The organisation or one of the teams has the maximum number of keys.
            PromptNotFound: None of its teams has such a prompt.
            TeamNotFound: A team does not exist.
        """
        self._check_teams(grant.team_ids)
        if names is not None:
            grant = replace(grant, prompt_ids=self._resolve(grant, [*dict.fromkeys(names)]))
        secret = generate_api_key()
        key = api_keys.create(secret, grant, by=origin.by, now=origin.now)
        self._check_room(grant.team_ids)
        return secret, key, partial(self._api_keys.commit, None, key, origin, requires_teams=True)

    def decide_change(
        self,
        key_id: str,
        origin: Origin,
        *,
        name: str | None = None,
        operation: str | None = None,
        team_ids: tuple[str, ...] | None = None,
        quota: int | None = None,
    ) -> tuple[ApiKey, Write]:
        """Decide on a change of a key; None leaves a field unchanged, 0 takes its quota away.

        Raises:
            Forbidden: The person does not manage all of its teams, before or after the change.
            InvalidRequest: A field is out of its bounds.
            KeyNotFound: There is no such key for the person.
            LimitReached: One of the teams has the maximum number of keys.
            TeamNotFound: A team does not exist.
        """
        key = self.get_key(key_id)
        if team_ids is not None:
            self._check_teams(team_ids)
            if added := sorted({*team_ids} - {*key.grant.team_ids}):
                self._check_room(added, is_new=False)
        grant = replace(
            key.grant,
            name=key.grant.name if name is None else name,
            operation=key.grant.operation if operation is None else operation,
            team_ids=key.grant.team_ids if team_ids is None else team_ids,
            quota=key.grant.quota if quota is None else quota or None,
        )
        after = api_keys.change(key, grant, now=origin.now)
        return after, partial(self._api_keys.commit, key, after, origin, requires_teams=True)

    def decide_new_secret(
        self, key_id: str, overlap: timedelta, origin: Origin
    ) -> tuple[str, ApiKey, Write]:
        """Decide on a new secret of a key.

        Args:
            key_id: The id of the key.
            overlap: How long the current secret goes on to work.
            origin: Who makes the change, and when.

        Raises:
            Forbidden: The person does not manage all of its teams.
            KeyNotFound: There is no such key for the person.
        """
        key, secret = self.get_key(key_id), generate_api_key()
        after = api_keys.replace_secret(key, secret, overlap=overlap, now=origin.now)
        return secret, after, partial(self._api_keys.commit, key, after, origin)

    def decide_removal(self, key_id: str, origin: Origin) -> Write:
        """Decide to revoke a key.

        Raises:
            Forbidden: The person does not manage all of its teams.
            KeyNotFound: There is no such key for the person.
        """
        return partial(self._api_keys.commit, self.get_key(key_id), None, origin)

    def get_key(self, key_id: str) -> ApiKey:
        """Get a key by its id.

        Raises:
            Forbidden: The person does not manage all of its teams.
            KeyNotFound: There is no such key, or the person is in none of its teams.
        """
        key = self._api_keys.find_key(key_id)
        if key is None:
            raise KeyNotFound
        team_ids = key.grant.team_ids
        if not self._manages(team_ids):
            # Whoever is in none of its teams cannot tell whether there is such a key.
            is_near = not team_ids or any(map(self._principal.is_in, team_ids))
            raise Forbidden if is_near else KeyNotFound
        return key

    def _manages(self, team_ids: tuple[str, ...]) -> bool:
        if Permission.ORGANISE in self._principal.everywhere:
            return True
        permissions = self._principal.permissions
        return bool(team_ids) and all(
            Permission.MANAGE in permissions.get(team_id, ()) for team_id in team_ids
        )

    def _check_teams(self, team_ids: tuple[str, ...]) -> None:
        """Check that the person manages these teams, and that they exist.

        Raises:
            Forbidden: The person does not manage one of them.
            TeamNotFound: One of them does not exist.
        """
        if not self._manages(team_ids):
            raise Forbidden
        if not {*team_ids} <= {*self._list_team_ids()}:
            raise TeamNotFound

    def _check_room(self, team_ids: Iterable[str], *, is_new: bool = True) -> None:
        """Check that another key may be made for some teams, or come into them.

        Raises:
            LimitReached: The organisation or one of the teams has the maximum number of keys.
        """
        all_keys = self._api_keys.list_keys(self._annotations)
        owners = [("organization", len(all_keys), api_keys.MAX_KEYS)] if is_new else []
        owners += [
            (
                f"team {team_id}",
                sum(team_id in key.grant.team_ids for key in all_keys),
                api_keys.MAX_TEAM_KEYS,
            )
            for team_id in team_ids
        ]
        for owner, count, most in owners:
            if count >= most:
                raise LimitReached(
                    f"the {owner} has {most:,} API keys, which is the maximum; "
                    "delete those that nobody uses"
                )

    def _resolve(self, grant: Grant, names: Sequence[str]) -> frozenset[str]:
        """Find the prompts of a key, within bounds.

        Raises:
            InvalidRequest: There are too many of them, or of slugs to look up.
            PromptNotFound: None of the teams has such a prompt.
        """
        api_keys.check_count("prompts", names, api_keys.MAX_PROMPTS)
        for name in names:
            check_name(name, "prompts")
        team_ids = grant.team_ids or tuple(self._list_team_ids())
        slugs = [name for name in names if not is_id(name)]
        if len(slugs) * len(team_ids) > api_keys.MAX_LOOKUPS:
            raise InvalidRequest(
                "prompts are too many to look up in so many teams; name fewer teams"
            )
        return frozenset(self._find_prompts(team_ids, names))
