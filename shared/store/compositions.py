"""What versions include of other prompts: read level by level, and written with its way back.

    version ─▶ heads of its parts, and versions by number ─▶ versions of pointers ─▶ the next level

Each level takes one batch, and a second one for versions that this process does not remember. What
names of prompts mean is decided when a version is written, and stored with it: later it does not
matter how a prompt is called.

Whoever writes a version that includes others writes, in the same transaction, into the head of each
part that it is included, and an entry from which the part finds the version. So a part that is
archived at the same time is either seen to be archived, or sees that it is included.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from sys import getsizeof
from typing import TYPE_CHECKING, Any

from shared.dialects.languages import check_inclusions
from shared.domain import compositions
from shared.domain.changes import Inclusion
from shared.domain.checks import NAME_LENGTH, list_spellings
from shared.domain.compositions import LATEST, MAX_DEPTH, Graph, Source, get_selector
from shared.domain.model import Version
from shared.ids import parse_id
from shared.problems import CompositionFailed, Included, InvalidComposition, InvalidTemplate
from shared.store import items, keys
from shared.store.dynamodb import ITEMS_PER_READ
from shared.store.transactions import Write, build_head_condition
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from shared.domain.changes import Change
    from shared.domain.compositions import Key
    from shared.domain.content import Content
    from shared.domain.model import Prompt
    from shared.domain.references import Composition, Reference
    from shared.domain.restrictions import Restrictions
    from shared.store.backend import Backend

NEWEST_READ = 50  # versions of a prompt, among which its newest stable one is found
NEWEST_AT_ONCE = 10
MAX_ENTRIES = 500  # of a part, of which one is looked for that still counts
ENTRIES_AT_ONCE = 20
MAX_PARENTS = 5  # that a problem names
_STAGES = {"draft": "a draft; promote it first", "archived": "archived"}


class Compositions:
    """What versions of one team include, as it is while one request is served.

    Every method raises `Unavailable` while AWS is busy or cannot be reached, and `Unreadable` for
    an item that it needs and that is damaged.
    """

    def __init__(self, backend: Backend, team_id: str, restrictions: Restrictions) -> None:
        """Bind a team.

        Args:
            backend: What all team stores of the process share.
            team_id: The id of the team.
            restrictions: What the principal reaches of the team. They are for names in texts that
                are written: what a version includes belongs to it for whoever reads it.
        """
        self._backend = backend
        self._team_id = team_id
        self._restrictions = restrictions
        self._heads: dict[str, Prompt | None] = {}
        self._parts: dict[Key, Source | str] = {}

    def compose(self, prompt: Prompt, version: Version) -> Composition:
        """Find what the references of a version stand for.

        Args:
            prompt: The prompt of the version.
            version: The version, which has compositions.

        Raises:
            CompositionFailed: A part cannot be put in.
        """
        graph = Graph(
            prompt=prompt,
            content=version.content,
            includes=version.includes,
            max_bytes=self._backend.template_bytes,
            version_id=version.id,
        )
        for _ in range(MAX_DEPTH):
            unknown = graph.list_unknown()
            if not unknown:
                break
            self._find_parts(unknown)
            for key in unknown:
                part = self._parts[key]
                if isinstance(part, Source):
                    graph.parts[key] = part
                else:
                    graph.gaps[key] = part
        composition = graph.compose()
        try:
            check_inclusions(version.content.compose(composition).whole)
        except InvalidTemplate as problem:
            raise CompositionFailed(problem.message) from problem
        return composition

    # -- reading

    def _find_parts(self, targets: Mapping[Key, Reference]) -> None:
        """Find parts by their keys; one that cannot be included is the reason for that."""
        missing = {key: reference for key, reference in targets.items() if key not in self._parts}
        early = [
            (prompt_id, selector)
            for prompt_id, selector in missing
            if isinstance(selector, int)
            and 0 < selector < 2**31
            and not self._backend.versions.get((prompt_id, selector))
        ]
        versions = self._read({prompt_id for prompt_id, _ in missing} - self._heads.keys(), early)
        numbers: dict[Key, int] = {}
        for key in missing:
            prompt_id, selector = key
            prompt = self._heads.get(prompt_id)
            if prompt is None or prompt.is_deleted or prompt.team_id != self._team_id:
                self._parts[key] = "there is no such prompt in the team"
                continue
            number = (
                prompt.last_version if selector == LATEST else prompt.resolve_selector(selector)
            )
            if number is None or not 0 < number <= prompt.last_version:
                self._parts[key] = "there is no such version"
                continue
            numbers[key] = number
            entry = self._backend.versions.get((prompt_id, number))
            if entry and entry[0] == prompt.revision:
                versions.setdefault((prompt_id, number), entry[1])
        late = {(key[0], number) for key, number in numbers.items()} - versions.keys()
        versions |= self._read((), late)
        for key, number in numbers.items():
            reference = missing[key]
            version = versions.get((key[0], number))
            if get_selector(reference) == LATEST and (version is None or version.stage != "stable"):
                version = self._find_newest(key[0], number)
            self._parts[key] = self._build_part(reference, key[0], version)

    def _build_part(
        self, reference: Reference, prompt_id: str, version: Version | None
    ) -> Source | str:
        prompt = self._heads[prompt_id]
        if prompt is None or version is None:
            return "there is no such version"
        if version.stage != "stable":
            return f"version {version.number} is {_STAGES.get(version.stage, 'not released')}"
        return Source(prompt, version)

    def _find_newest(self, prompt_id: str, before: int) -> Version | None:
        """Find the newest stable version below a number, among the newest `NEWEST_READ`."""
        numbers = range(before - 1, max(0, before - 1 - NEWEST_READ), -1)
        for start in range(0, len(numbers), NEWEST_AT_ONCE):
            batch = numbers[start : start + NEWEST_AT_ONCE]
            versions = self._read((), [(prompt_id, number) for number in batch])
            for number in batch:
                version = versions.get((prompt_id, number))
                if version is not None and version.stage == "stable":
                    return version
        return None

    def _read(
        self, prompt_ids: Collection[str], numbers: Collection[tuple[str, int]]
    ) -> dict[tuple[str, int], Version]:
        """Read heads, which are remembered, and versions, in one batch."""
        if not prompt_ids and not numbers:
            return {}
        result = self._backend.database.get_many(
            {
                "prompts": [{"prompt_id": prompt_id} for prompt_id in sorted(prompt_ids)],
                "versions": [
                    {"prompt_id": prompt_id, "version": number}
                    for prompt_id, number in sorted(numbers)
                ],
            }
        )
        heads = {head.id: head for head in map(items.load_prompt, result["prompts"])}
        self._heads |= {prompt_id: heads.get(prompt_id) for prompt_id in prompt_ids}
        versions = {}
        for item in result["versions"]:
            version = self._backend.load_version(item)
            versions[version.prompt_id, version.number] = version
            if not prompt_ids and (prompt := self._heads.get(version.prompt_id)):
                # It was read after the head, so that it is of this revision or of a later one.
                weight = getsizeof(version.content.document)
                key, entry = (prompt.id, version.number), (prompt.revision, version)
                self._backend.versions.put(key, entry, weight=weight)
        return versions

    # -- writing

    def find_prompt_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Find the prompts that a text names, in one batch.

        A prompt is named by its id, its name or its slug, of which the scope `team` comes first.

        Args:
            names: At most `MAX_PARTS` names, as they are in the text.

        Returns:
            The ids of prompts by name, without those of names that the principal does not reach.
            An id need not be that of a prompt of the team.
        """
        ids: dict[str, str] = {}
        claims: dict[str, list[str]] = {}
        for name in names:
            if (prompt_id := parse_id(name)) is not None:
                ids[name] = prompt_id
            elif 0 < len(name) <= NAME_LENGTH:  # DynamoDB limits the length of keys
                claims[name] = [
                    build_claim(self._team_id, scope, spelling)
                    for build_claim in (keys.build_name_claim, keys.build_slug_claim)
                    for scope in items.SCOPES
                    for spelling in list_spellings(name)
                ]
        requests = [*dict.fromkeys(claim for each in claims.values() for claim in each)]
        owners: dict[str, str] = {}
        for start in range(0, len(requests), ITEMS_PER_READ):
            batch = [{"key": claim} for claim in requests[start : start + ITEMS_PER_READ]]
            for item in self._backend.database.get_many({"lookups": batch})["lookups"]:
                owners[item["key"]["S"]] = items.load_name_claim(item)
        for name, candidates in claims.items():
            if owner := next((owners[claim] for claim in candidates if claim in owners), None):
                ids[name] = owner
        return {
            name: prompt_id
            for name, prompt_id in ids.items()
            if self._restrictions.reaches(prompt_id)
        }

    def compose_change(self, change: Change[Any]) -> Change[Any]:
        """Check what the versions that a change writes include, and note it in them.

        Args:
            change: The change, which makes a version or changes the content of one.

        Raises:
            InvalidComposition: A version includes what it cannot include.
        """
        puts, inclusions = list(change.puts), []
        for place, part in enumerate(change.puts):
            if not isinstance(part, Version):
                continue
            part.content.attach(None)  # what the version includes that it was made of
            tags = compositions.list_references(part.content)
            if not tags:
                puts[place] = replace(part, includes={})
                continue
            try:
                inclusion = self._include(change.after, part, tags)
            except CompositionFailed as problem:
                raise _build_invalid(part.content, tags, problem) from problem
            part.content.attach(inclusion.composition)
            puts[place] = inclusion.version
            inclusions.append(inclusion)
        return replace(change, puts=tuple(puts), inclusions=tuple(inclusions))

    def _include(self, prompt: Prompt, version: Version, tags: Sequence[Reference]) -> Inclusion:
        """Find out what a version includes that is about to be written.

        Raises:
            CompositionFailed: It cannot include that.
        """
        if len(tags) > compositions.MAX_PARTS:
            raise compositions.build_count_problem(prompt, tags[compositions.MAX_PARTS])
        ids = self.find_prompt_ids({reference.name for reference in tags})
        for reference in tags:
            if reference.name not in ids:
                raise compositions.build_unknown_problem(prompt, reference)
        version = replace(version, includes=ids)
        composition = self.compose(prompt, version)
        for part in composition.direct:
            if part.is_archived:
                raise compositions.build_archived_problem(prompt, part.reference)
        ids_of_parts = {part.prompt_id for part in composition.parts}
        heads = {id: head for id, head in self._heads.items() if head and id in ids_of_parts}
        return Inclusion(version, composition, heads)

    def build_writes(self, inclusion: Inclusion) -> Iterator[Write]:
        """Build what is written and checked with a version that includes others."""
        database, version = self._backend.database, inclusion.version
        tags: dict[str, list[str]] = {}
        for reference in compositions.list_references(version.content):
            tags.setdefault(version.includes[reference.name], []).append(reference.tag)
        for prompt_id, prompt in sorted(inclusion.heads.items()):
            key, condition = {"prompt_id": prompt_id}, build_head_condition(prompt)
            if prompt_id not in tags:
                # It is still the part that was found.
                yield Write(database.build_check("prompts", key, **condition))
                continue
            condition["ExpressionAttributeValues"] |= {":one": {"N": "1"}, ":none": {"L": []}}
            update = database.build_update(
                "prompts",
                key,
                # Its events have been published, and this is none.
                "SET events = :none ADD inclusions :one",
                # It is still the part that was found, and nobody archives it meanwhile.
                **condition,
            )
            yield Write(update)
            entry = items.dump_inclusion(self._team_id, prompt_id, version, tags[prompt_id])
            yield Write(database.build_put("access", entry))

    # -- what is included

    def require_free(self, change: Change[Any]) -> None:
        """Check that no prompt includes what a change takes away.

        Raises:
            Included: Some do; the details name the first of them.
        """
        takes = compositions.find_loss(change)
        if takes is None:
            return
        parents = [*islice(self._list_parents(change, takes), MAX_PARENTS)]
        if parents:
            names = ", ".join(f"{each['slug']} v{each['version']}" for each in parents)
            raise Included(
                f"it is included by {names}; change these first, or do it with ?force=true in the "
                "native API",
                details=parents,
            )

    def _list_parents(
        self, change: Change[Any], takes: Callable[[Reference], bool | None]
    ) -> Iterator[dict[str, Any]]:
        """List what includes the prompt of a change, as far as the change takes it away."""
        rows = self._backend.database.query(
            "access",
            ("pk", keys.build_team(self._team_id)["pk"]),
            "sk",
            prefix=keys.build_inclusion_list(change.after.id),
            first_page=ENTRIES_AT_ONCE,
        )
        entries = map(items.load_inclusion, islice(rows, MAX_ENTRIES))
        while batch := [*islice(entries, ENTRIES_AT_ONCE)]:
            prompt_ids = {prompt_id for prompt_id, _, _ in batch}
            versions = self._read(prompt_ids, {(id, number) for id, number, _ in batch})
            for prompt_id, number, tags in batch:
                prompt, version = self._heads[prompt_id], versions.get((prompt_id, number))
                if prompt is None or prompt.is_deleted or prompt.team_id != self._team_id:
                    continue
                if version is None or version.stage == "archived":
                    continue
                # A draft may have been changed since.
                for reference in compositions.list_references(version.content):
                    if reference.tag in tags and self._is_lost(change, reference, takes):
                        yield self._dump_parent(prompt, version, reference)

    def _is_lost(
        self,
        change: Change[Any],
        reference: Reference,
        takes: Callable[[Reference], bool | None],
    ) -> bool:
        is_lost = takes(reference)
        if is_lost is not None:
            return is_lost
        # It is the newest version, of which another one may take the place.
        numbers = {version.number for version in change.puts if isinstance(version, Version)}
        newest = self._find_newest(change.after.id, change.after.last_version + 1)
        if newest is not None and newest.number in numbers:
            newest = self._find_newest(change.after.id, newest.number)
        return newest is None

    def _dump_parent(
        self, prompt: Prompt, version: Version, reference: Reference
    ) -> dict[str, Any]:
        """Dump what includes a prompt; a key of some prompts learns nothing of the others."""
        what = {"reference": reference.dump(), "version": version.number}
        if not self._restrictions.reaches(prompt.id):
            return {"slug": "another prompt", **what}
        name = excerpt(prompt.name)
        return {"prompt_id": prompt.id, "slug": excerpt(prompt.slug), "name": name, **what}


def _build_invalid(
    content: Content, tags: Sequence[Reference], problem: CompositionFailed
) -> InvalidComposition:
    """Build the problem of a version that is written, with the field that has the reference."""
    details = [detail for detail in problem.details if isinstance(detail, dict)]
    places = [each.tag for each in tags if each.name == problem.via]
    field = compositions.find_field(content, places[0] if places else tags[0].tag)
    return InvalidComposition(
        f"{field}: {problem.message}",
        details=[{"path": field, **detail} for detail in details] or [{"path": field}],
    )
