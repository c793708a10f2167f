"""The store of a process: principals, and access to the stores of all teams.

Only `shared.admission` and operators' programs use it. Endpoints get the store of a team that
their principal was admitted to.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from shared.cache import Cache
from shared.domain.checks import NAME_LENGTH
from shared.ids import is_id
from shared.store import items, keys
from shared.store.callers import Callers
from shared.store.contents import Contents
from shared.store.dynamodb import Database
from shared.store.team import Backend, TeamStore
from shared.store.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.model import Prompt, Scope, Selector, Version
    from shared.settings import Settings
    from shared.store.team import Annotations

CACHED_SLUGS = 10_000
SCOPES: tuple[Scope, ...] = ("team", "organization")


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
        """Find a prompt by its id."""
        item = self._backend.database.get("prompts", {"prompt_id": prompt_id})
        return items.load_prompt(item) if item else None

    def find_prompt_by_slug(self, team_ids: Iterable[str], slug: str) -> Prompt | None:
        """Find the prompt with a slug, in the first of the teams that has one.

        Within a team, the scope `team` comes before `organization`.
        """
        if len(slug) > NAME_LENGTH:
            return None  # no such slug exists, and DynamoDB limits the length of keys
        for team_id, scope in product(team_ids, SCOPES):
            claim = keys.build_slug_claim(team_id, scope, slug)
            prompt_id = self._ids_by_slug.get(claim)
            if prompt_id and (prompt := self._find_by_name(prompt_id, team_id, slug)):
                return prompt
            item = self._backend.database.get("lookups", {"key": claim})
            if item and (prompt := self._find_by_name(item["prompt_id"]["S"], team_id, slug)):
                self._ids_by_slug.put(claim, prompt.id)
                return prompt
        return None

    def _find_by_name(self, prompt_id: str, team_id: str, slug: str) -> Prompt | None:
        """Find the prompt if it still has this slug: it may have moved since the look-up."""
        prompt = self.find_prompt(prompt_id)
        if prompt is None or prompt.is_deleted:
            return None
        return prompt if (prompt.team_id, prompt.slug) == (team_id, slug) else None

    def find_prompt_and_version(
        self, prompt_id: str, selector: Selector
    ) -> tuple[Prompt | None, Version | None]:
        """Find a prompt and a version of it: one read for a number, two for other selectors."""
        if isinstance(selector, str):
            if (prompt := self.find_prompt(prompt_id)) is None:
                return None, None
            team = self.open_team(prompt.team_id)
            return prompt, team.open_prompt(prompt).find_version(selector)
        if not 0 < selector < 2**31:
            return self.find_prompt(prompt_id), None
        result = self._backend.database.get_many(
            {
                "prompts": [{"prompt_id": prompt_id}],
                "versions": [{"prompt_id": prompt_id, "version": selector}],
            }
        )
        heads, versions = result["prompts"], result["versions"]
        return (
            items.load_prompt(heads[0]) if heads else None,
            self._backend.load_version(versions[0]) if versions else None,
        )

    def find_version_by_id(self, version_id: str) -> tuple[Prompt | None, Version | None]:
        """Find a version by its id, together with its prompt."""
        if not is_id(version_id):
            return None, None  # no such id exists, and DynamoDB limits the length of keys
        claim = keys.build_version_claim(version_id)
        if (item := self._backend.database.get("lookups", {"key": claim})) is None:
            return None, None
        return self.find_prompt_and_version(item["prompt_id"]["S"], int(item["version"]["N"]))
