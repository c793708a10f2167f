"""The store of a process: principals, and access to the stores of all teams.

Only `shared.admission` and operators' programs use it. Endpoints get the store of a team that
their principal was admitted to.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from shared.cache import Cache
from shared.domain.checks import list_spellings
from shared.ids import is_id
from shared.store import items, keys
from shared.store.callers import Callers
from shared.store.contents import Contents
from shared.store.dynamodb import Database
from shared.store.team import Backend, TeamStore
from shared.store.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.domain.model import Prompt, Version
    from shared.settings import Settings
    from shared.store.team import Annotations

    # Loads a version, for principals that are admitted to its prompt; raises Unreadable.
    Loader = Callable[[], Version | None]

CACHED_SLUGS = 10_000
CACHED_TEAMS = 10_000


def find_nothing() -> None:
    """Load a version that does not exist."""


class Store:
    """The store of a process.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.

    Attributes:
        callers: Teams and API keys.
        transactions: Writes, and the records of requests.
    """

    def __init__(self, settings: Settings) -> None:
        database = Database(settings.tables)
        contents = Contents(bucket=settings.content_bucket, inline_bytes=settings.inline_bytes)
        self.callers = Callers(database, cache_seconds=settings.key_cache_seconds)
        self.transactions = Transactions(database, contents)
        self._backend = Backend(
            database=database,
            contents=contents,
            transactions=self.transactions,
            versions=Cache(weight=settings.content_cache_bytes),
            complete_directories=Cache(weight=CACHED_TEAMS),
        )
        self._ids_by_slug: Cache[str, str] = Cache(weight=CACHED_SLUGS)

    def open_team(self, team_id: str, annotations: Annotations | None = None) -> TeamStore:
        """Open the store of a team that the principal was admitted to.

        Args:
            team_id: The id of the team.
            annotations: The annotations of the current call.
        """
        return TeamStore(self._backend, team_id, {} if annotations is None else annotations)

    # -- prompts and versions of any team, to find the team they belong to

    def find_prompt(self, prompt_id: str) -> Prompt | None:
        """Find a prompt by its id.

        Raises:
            Unreadable: Its head cannot be read; the problem has the team's id.
        """
        item = self._backend.database.get("prompts", {"prompt_id": prompt_id})
        return items.load_prompt(item) if item else None

    def find_prompt_by_slug(self, team_ids: Iterable[str], slug: str) -> Prompt | None:
        """Find the prompt with a slug, in the first of the teams that has one.

        Within a team, the scope `team` comes before `organization`.

        Raises:
            Unreadable: The claim or the head cannot be read; the problem has the team's id.
        """
        for team_id, scope, spelling in product(team_ids, items.SCOPES, list_spellings(slug)):
            claim = keys.build_slug_claim(team_id, scope, spelling)
            prompt_id = self._ids_by_slug.get(claim)
            if prompt_id and (prompt := self._find_by_name(prompt_id, team_id, spelling)):
                return prompt
            item = self._backend.database.get("lookups", {"key": claim})
            prompt_id = items.load_name_claim(item) if item else None
            if prompt_id and (prompt := self._find_by_name(prompt_id, team_id, spelling)):
                self._ids_by_slug.put(claim, prompt_id)
                return prompt
        return None

    def _find_by_name(self, prompt_id: str, team_id: str, slug: str) -> Prompt | None:
        """Find the prompt if it still has this slug: it may have moved since the look-up."""
        prompt = self.find_prompt(prompt_id)
        if prompt is None or prompt.is_deleted:
            return None
        return prompt if (prompt.team_id, prompt.slug) == (team_id, slug) else None

    def find_prompt_and_version(self, prompt_id: str, number: int) -> tuple[Prompt | None, Loader]:
        """Find a prompt, and the loader of a version of it, with one read.

        Raises:
            Unreadable: The head cannot be read; the problem has the team's id.
        """
        if not 0 < number < 2**31:
            return self.find_prompt(prompt_id), find_nothing
        result = self._backend.database.get_many(
            {
                "prompts": [{"prompt_id": prompt_id}],
                "versions": [{"prompt_id": prompt_id, "version": number}],
            }
        )
        heads, versions = result["prompts"], result["versions"]
        return (
            items.load_prompt(heads[0]) if heads else None,
            partial(self._backend.load_version, versions[0]) if versions else find_nothing,
        )

    def find_version_by_id(self, version_id: str) -> tuple[Prompt | None, Loader]:
        """Find a version by its id: its prompt, and its loader.

        Raises:
            Unreadable: The claim or the head cannot be read; the problem has the team's id if it is
                the head.
        """
        if not is_id(version_id):
            return None, find_nothing  # no such id exists, and DynamoDB limits the length of keys
        claim = keys.build_version_claim(version_id)
        if (item := self._backend.database.get("lookups", {"key": claim})) is None:
            return None, find_nothing
        return self.find_prompt_and_version(*items.load_version_claim(item))
