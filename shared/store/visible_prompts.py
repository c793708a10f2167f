"""The prompts that a team sees: its own, and those that other teams share with all."""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING

from shared.store import keys
from shared.store.team import TeamStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.domain.model import Prompt


class VisiblePrompts(TeamStore):
    """The store of a team that also reads the prompts of the scope `organization`."""

    def open_owner(self, prompt: Prompt) -> TeamStore:
        """Open the store of the team that a visible prompt belongs to, to read its tags."""
        self._require_own(prompt)
        if prompt.team_id == self.id:
            return self
        return TeamStore(self._backend, prompt.team_id, self._annotations, self.restrictions)

    def list_changed_prompts(
        self, *, after: tuple[datetime, str] | None = None, size: int | None = None
    ) -> Iterator[tuple[datetime, Prompt]]:
        """List the visible prompts that have had versions, those that changed last first."""
        own = super().list_changed_prompts(after=after, size=size)
        if self.restrictions.prompt_ids is not None:
            return own  # which are all of this team
        shared = self._list_shared_prompts(after, size)
        return merge(own, shared, key=lambda row: (row[0], row[1].id), reverse=True)

    def _list_shared_prompts(
        self, after: tuple[datetime, str] | None, size: int | None
    ) -> Iterator[tuple[datetime, Prompt]]:
        before = keys.build_entry(keys.CHANGES, *after) if after else None
        entries = self._list_entries(
            keys.CHANGES, before=before, size=size, partition=keys.SHARED_DIRECTORY
        )
        for entry, prompt in entries:
            if prompt.team_id != self.id and not prompt.is_deleted:
                yield keys.parse_entry(entry)[0], prompt

    def _owns(self, prompt: Prompt) -> bool:
        return super()._owns(prompt) or prompt.scope == "organization"
