"""Deletion of a team, in steps that a repeat completes.

1. The team is marked as deleted and leaves the organisation. From here on nobody creates a prompt
   in it, moves one into it, joins it, or makes a key of it: each of these has the condition.
2. If it had to be empty, it is looked into again: a prompt may have come before the mark, which is
   then taken away. The mark says so, for a repeat to do it where this try ends here.
3. Keys lose it; those of no other team are revoked.
4. Members leave it, the caller last, so that an admin of the team may repeat the request.

Its prompts and its history stay, so that an operator can bring it back.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from shared.domain.api_keys import leave_team
from shared.problems import Conflict, InvalidRequest, TeamNotFound
from shared.store import items
from shared.store.team import load_readable

if TYPE_CHECKING:
    from shared.domain.changes import Origin
    from shared.domain.model import Team
    from shared.store.accounts import Write
    from shared.store.api_keys import ApiKeys
    from shared.store.organisation import Organisations
    from shared.store.team import Annotations, TeamStore
    from shared.store.teams import Teams


class TeamDeletion:
    """The deletion of one team, for whoever was admitted to it.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(
        self,
        *,
        store: TeamStore,
        teams: Teams,
        organisations: Organisations,
        api_keys: ApiKeys,
        principal_id: str,
        annotations: Annotations,
    ) -> None:
        """Bind the team.

        Args:
            store: The store of the team.
            teams: All teams.
            organisations: The organisation.
            api_keys: All API keys.
            principal_id: The id of the caller.
            annotations: The annotations of the current call.
        """
        self._store = store
        self._teams = teams
        self._organisations = organisations
        self._api_keys = api_keys
        self._principal_id = principal_id
        self._annotations = annotations

    def decide(self, name: str | None, origin: Origin) -> Write:
        """Delete the team, and decide on the last write of the deletion.

        Args:
            name: The team's name, which a team with prompts is deleted by; None for an empty team.
            origin: Who deletes it, and when.

        Raises:
            Conflict: It has prompts, and no name is given.
            InvalidRequest: It has another name.
            TeamNotFound: It does not exist, or has been deleted.
        """
        team = self._teams.find_team(self._store.id)
        if team is None or (team.deleted_at is not None and not team.is_being_deleted):
            raise TeamNotFound
        if name not in (None, team.name):
            raise InvalidRequest("name must be the team's name as it is, or left out")
        if team.must_be_empty and self._has_prompts():
            # An earlier try has ended before this.
            self._restore(team, origin)
            team = replace(team, deleted_at=None)
        if name is None:
            self._require_no_prompts()
        if team.deleted_at is None:
            organisation = self._organisations.get_organisation()
            self._organisations.mark_team(organisation, team, origin, must_be_empty=name is None)
            if name is None and self._has_prompts():
                self._restore(team, origin)
                self._require_no_prompts()
        self._end_keys(origin)
        for member in self._organisations.list_members(team.id):
            if member.person_id != self._principal_id:
                self._organisations.drop_member(member, origin)
        last = self._organisations.find_member(team.id, self._principal_id)
        return partial(self._organisations.complete_deletion, team.id, last, origin)

    def _has_prompts(self) -> bool:
        return next(self._store.list_prompts(size=1), None) is not None

    def _require_no_prompts(self) -> None:
        if self._has_prompts():
            raise Conflict(
                "the team has prompts; to delete it with them, repeat its name: ?name=..."
            )

    def _restore(self, team: Team, origin: Origin) -> None:
        """Take the mark away: a prompt came before it."""
        organisation = self._organisations.get_organisation()
        self._organisations.restore_team(organisation, team, origin, name=team.name)

    def _end_keys(self, origin: Origin) -> None:
        team_id = self._store.id
        rows = load_readable(items.load_api_key, self._api_keys.list_items(), self._annotations)
        for _, key in rows:
            if team_id in key.grant.team_ids:
                self._api_keys.commit(key, leave_team(key, team_id), origin)
