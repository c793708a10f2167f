"""Prompts that are read together, as each of them would be read by itself.

The reads of one round go into one request to DynamoDB: claims of slugs, then heads, then versions.
What the process remembers needs no round.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

from shared.domain.checks import list_spellings
from shared.domain.model import NumberOrTag
from shared.ids import parse_id
from shared.problems import (
    CompositionFailed,
    Contended,
    Forbidden,
    LimitReached,
    NotFound,
    Problem,
    PromptNotFound,
    Unreadable,
    VersionNotFound,
)
from shared.store import items, keys
from shared.store.backend import measure_version
from shared.store.dynamodb import ITEMS_PER_READ, split
from shared.store.team import TeamStore, annotate_unreadable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from shared.cache import Cache
    from shared.domain.model import Prompt, Selector, Version
    from shared.domain.restrictions import Restrictions
    from shared.store.attributes import Item
    from shared.store.backend import Backend
    from shared.store.team import Annotations

    # A search asks for items by table and key, one after another, and ends with a prompt.
    Key = tuple[Literal["lookups", "prompts"], str]
    Search = Generator[Key, Item | None, Prompt]

MAX_CLAIMS = 10_000  # of slugs, which one batch can look for
GROUP_BYTES = 4 * 1024 * 1024  # of versions that are in memory at once, and one more
# What a version includes is read with that of the others of its group, up to the largest template
# for each: it counts as so much, because its size is not known before.
INCLUDED_BYTES = GROUP_BYTES // 8
KEY_NAMES = {"lookups": "key", "prompts": "prompt_id"}


def _measure(version: Version) -> int:
    """Measure the memory of a version, with what it includes."""
    return measure_version(version) + (INCLUDED_BYTES if version.includes else 0)


@dataclass(frozen=True, slots=True)
class Selection:
    """The versions that a pointer hands out, with all parts in them.

    Attributes:
        prompt: The head that they were read by.
        versions: The versions; several if the pointer is split.
    """

    prompt: Prompt
    versions: Sequence[Version]


class PromptBatch:
    """Prompts of the principal's teams, and their versions.

    Every method raises `Unavailable` while AWS is busy or cannot be reached. Whatever else is wrong
    with a prompt is the result for this prompt.
    """

    def __init__(
        self,
        backend: Backend,
        ids_by_slug: Cache[str, str],
        team_ids: Sequence[str],
        annotations: Annotations,
        restrictions: Restrictions,
    ) -> None:
        """Bind the teams.

        Args:
            backend: What all team stores of the process share.
            ids_by_slug: The ids of prompts by claims, which the process remembers.
            team_ids: The ids of the teams in which the principal may read.
            annotations: The annotations of the current call.
            restrictions: What the principal reaches of the teams.
        """
        self._backend = backend
        self._ids_by_slug = ids_by_slug
        self._annotations = annotations
        self._restrictions = restrictions
        # The number of the version that was read last would say nothing about the call.
        self._teams = {id: TeamStore(backend, id, {}, restrictions) for id in team_ids}
        self._items: dict[Key, Item | None] = {}

    # -- heads

    def find_prompts(self, rows: Sequence[tuple[str, Selector]]) -> list[Prompt | Problem]:
        """Find prompts by their ids or slugs.

        Args:
            rows: The id or slug of each prompt, and the selector by which it is to be read.

        Returns:
            For each row the head, or the problem with it.

        Raises:
            LimitReached: These are more slugs and teams than one batch can look for.
        """
        results: dict[int, Prompt | Problem] = {}
        searches: dict[int, Search] = {}
        claims = 0
        for number, (name, selector) in enumerate(rows):
            try:
                self._restrictions.check_selector(selector)
            except Forbidden as problem:
                results[number] = problem
                continue
            if prompt_id := parse_id(name):
                searches[number] = self._search_by_id(prompt_id)
            else:
                candidates = [*product(self._teams, items.SCOPES, list_spellings(name))]
                claims += len(candidates)
                searches[number] = self._search_by_slug(candidates)
        if claims > MAX_CLAIMS:
            raise LimitReached(
                "the caller has too many teams to look for so many slugs; send ids, or fewer names"
            )
        self._run(searches, results)
        return [results[number] for number in range(len(rows))]

    def _search_by_id(self, prompt_id: str) -> Search:
        if self._restrictions.reaches(prompt_id):
            prompt = self._load_head((yield "prompts", prompt_id))
            if prompt is not None and not prompt.is_deleted and prompt.team_id in self._teams:
                return prompt
        raise PromptNotFound

    def _search_by_slug(self, candidates: Iterable[tuple[str, str, str]]) -> Search:
        """Search for the prompt of a slug as `Store.find_prompt_by_slug` does, claim by claim."""
        for team_id, scope, slug in candidates:
            key = keys.build_slug_claim(team_id, scope, slug)
            for is_remembered in (True, False):
                if is_remembered:
                    prompt_id = self._ids_by_slug.get(key)
                else:
                    claim = yield "lookups", key
                    prompt_id = items.load_name_claim(claim) if claim else None
                if prompt_id is None or not self._restrictions.reaches(prompt_id):
                    continue
                prompt = self._load_head((yield "prompts", prompt_id))
                if prompt is not None and prompt.is_found_by(team_id, slug):
                    self._ids_by_slug.put(key, prompt_id)
                    return prompt
                self._ids_by_slug.remove(key)
        raise PromptNotFound

    def _load_head(self, item: Item | None) -> Prompt | None:
        return items.load_prompt(item) if item else None

    def _run(self, searches: dict[int, Search], results: dict[int, Prompt | Problem]) -> None:
        """Run searches to their ends, the next steps of all of them together."""
        steps: dict[int, Key] = {}

        def advance(number: int, item: Item | None) -> None:
            steps.pop(number, None)
            try:
                steps[number] = searches[number].send(item)
            except StopIteration as end:
                results[number] = end.value
            except Unreadable as problem:
                results[number] = self._hide_other_team(problem)
            except PromptNotFound as problem:
                results[number] = problem

        for number in searches:
            advance(number, None)
        while steps:
            self._read(steps.values())
            for number, key in [*steps.items()]:
                advance(number, self._items[key])

    def _hide_other_team(self, problem: Unreadable) -> Problem:
        """Hide that there is a prompt of another team, where its head cannot be read."""
        return self._note(problem) if problem.team_id in self._teams else PromptNotFound()

    def _read(self, requests: Iterable[Key]) -> None:
        """Read items that this batch has not read yet."""
        for batch in split(
            (key for key in dict.fromkeys(requests) if key not in self._items), None
        ):
            self._items |= dict.fromkeys(batch)
            result = self._backend.database.get_many(
                {
                    table: [{name: value} for place, value in batch if place == table]
                    for table, name in KEY_NAMES.items()
                }
            )
            for table, name in KEY_NAMES.items():
                for item in result[table]:
                    self._items[table, item[name]["S"]] = item  # type: ignore[index]

    # -- versions

    def read_versions(
        self, rows: Iterable[tuple[Prompt, Selector]]
    ) -> Iterator[Selection | Problem]:
        """Read the versions that selectors hand out, with all parts in them.

        They are read as the caller asks for them.

        Args:
            rows: Heads that `find_prompts` has found, each with its selector.

        Returns:
            For each row the versions, or the problem with them.
        """
        for batch in self._split(rows):
            rows_by_key = self._fetch(batch)
            group: list[Selection | Problem] = []
            size = 0
            for prompt, selector in batch:
                selection = self._load(prompt, selector, rows_by_key)
                group.append(selection)
                if isinstance(selection, Selection):
                    size += sum(map(_measure, selection.versions))
                if size > GROUP_BYTES:
                    yield from self._resolve(group)
                    group, size = [], 0
            yield from self._resolve(group)

    def _split(
        self, rows: Iterable[tuple[Prompt, Selector]]
    ) -> Iterator[list[tuple[Prompt, Selector]]]:
        """Split rows into batches whose versions one request can read."""
        batch: list[tuple[Prompt, Selector]] = []
        count = 0
        for prompt, selector in rows:
            numbers = self.list_numbers(prompt, selector)
            if batch and count + len(numbers) > ITEMS_PER_READ:
                yield batch
                batch, count = [], 0
            batch.append((prompt, selector))
            count += len(numbers)
        if batch:
            yield batch

    def list_numbers(self, prompt: Prompt, selector: Selector) -> list[int]:
        """List the numbers of the versions that a selector hands out, as far as the head tells."""
        selector = self._restrictions.check_selector(selector)
        if isinstance(selector, NumberOrTag):
            if 0 < selector.number <= prompt.last_version:
                return [selector.number]
            selector = selector.tag
        if isinstance(selector, str):
            if selector == "latest":
                return [prompt.last_version] if prompt.last_version else []
            return [share.version for share in prompt.list_shares(selector)]
        return [selector] if selector <= prompt.last_version else []

    def _fetch(self, batch: Iterable[tuple[Prompt, Selector]]) -> dict[tuple[str, int], Item]:
        """Read the versions of rows that the process does not remember."""
        missing = {
            (prompt.id, number): prompt
            for prompt, selector in batch
            for number in self.list_numbers(prompt, selector)
            if self._find_remembered(prompt, number) is None
        }
        if not missing:
            return {}
        requests = [{"prompt_id": prompt_id, "version": number} for prompt_id, number in missing]
        rows = self._backend.database.get_many({"versions": requests})["versions"]
        rows = self._backend.keep_own(missing.values(), rows)
        return {(row["prompt_id"]["S"], int(row["version"]["N"])): row for row in rows}

    def _find_remembered(self, prompt: Prompt, number: int) -> Version | None:
        revision, version = self._backend.versions.get((prompt.id, number)) or (0, None)
        return version if revision == prompt.revision else None

    def _load(
        self, prompt: Prompt, selector: Selector, rows_by_key: dict[tuple[str, int], Item]
    ) -> Selection | Problem:
        store = self._teams[prompt.team_id].open_prompt(prompt)
        numbers = self.list_numbers(prompt, selector)
        try:
            versions = [self._find_version(prompt, number, rows_by_key) for number in numbers]
            if None in versions:
                # A draft was deleted, so that a number is a tag, or another version the latest.
                versions = [store.get_cached_version(selector)]
            existing = [version for version in versions if version is not None]
            return Selection(store.prompt, existing) if existing else VersionNotFound()
        except (NotFound, Contended) as problem:
            return problem
        except Unreadable as problem:
            return self._note(problem)

    def _find_version(
        self, prompt: Prompt, number: int, rows_by_key: dict[tuple[str, int], Item]
    ) -> Version | None:
        if (version := self._find_remembered(prompt, number)) is not None:
            return version
        if (item := rows_by_key.get((prompt.id, number))) is None:
            return None
        version = self._backend.load_version(item)
        self._backend.remember_version(prompt, version)
        return version

    def _resolve(self, group: Sequence[Selection | Problem]) -> Iterator[Selection | Problem]:
        including: dict[str, list[tuple[Prompt, Version]]] = {}
        for selection in group:
            if isinstance(selection, Selection):
                rows = including.setdefault(selection.prompt.team_id, [])
                rows += [(selection.prompt, version) for version in selection.versions]
        for team_id, rows in including.items():
            self._teams[team_id].prepare_parts(rows)
        for selection in group:
            if isinstance(selection, Problem):
                yield selection
                continue
            team = self._teams[selection.prompt.team_id]
            try:
                versions = [team.resolve(selection.prompt, each) for each in selection.versions]
            except (CompositionFailed, Unreadable) as problem:
                yield self._note(problem)
            else:
                yield Selection(selection.prompt, versions)

    def _note(self, problem: CompositionFailed | Unreadable) -> Problem:
        annotate_unreadable(self._annotations, problem.item, problem.__cause__)
        return problem
