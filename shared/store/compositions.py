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

from contextlib import nullcontext, suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.dialects.languages import check_inclusions
from shared.domain import compositions
from shared.domain.changes import Inclusion
from shared.domain.checks import NAME_LENGTH, list_spellings
from shared.domain.compositions import LATEST, MAX_DEPTH, Graph, Source, get_selector
from shared.domain.model import Version
from shared.domain.references import parse_references
from shared.ids import parse_id
from shared.problems import (
    CompositionFailed,
    Included,
    InvalidComposition,
    InvalidTemplate,
    Unreadable,
)
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
    from shared.store.attributes import Item
    from shared.store.backend import Backend

MAX_ENTRIES = 1_000  # of a part, in which what loses by a change is looked for
ENTRIES_AT_ONCE = 20
PARTS_AT_ONCE = ITEMS_PER_READ // 2  # each with its head
MAX_COMPOSED = 32 * 1024 * 1024  # characters of texts that are composed for that
MAX_PARENTS = 5  # that a problem names
WAY_OUT = "do it with ?force=true in the native API"
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
        # Of a change that is not written yet, so that nothing is remembered by its revision.
        self._is_ahead = False
        self._unwritten: dict[tuple[str, int], Version] = {}

    def compose(self, prompt: Prompt, version: Version) -> Composition:
        """Find what the references of a version stand for.

        Args:
            prompt: The prompt of the version.
            version: The version, which has compositions.

        Raises:
            CompositionFailed: A part cannot be put in.
        """
        graph = self._build_graph(prompt, version)
        for _ in range(MAX_DEPTH):
            unknown = graph.list_unknown()
            if not unknown:
                break
            self._find_parts(unknown)
            self._add_parts(graph, unknown)
        composition = graph.compose()
        try:
            check_inclusions(version.content.compose(composition).whole)
        except InvalidTemplate as problem:
            raise CompositionFailed(problem.message) from problem
        return composition

    # -- reading

    def prepare(self, versions: Iterable[tuple[Prompt, Version]]) -> None:
        """Find the parts of several versions, each level of all of them at once.

        What cannot be found is a problem of the version that includes it, when that is composed.

        Args:
            versions: Versions that have compositions, with their prompts.
        """
        graphs = [self._build_graph(prompt, version) for prompt, version in versions]
        with suppress(Unreadable):
            for _ in range(MAX_DEPTH):
                unknown: dict[int, dict[Key, Reference]] = {}
                for graph in graphs:
                    with suppress(CompositionFailed):
                        unknown[id(graph)] = graph.list_unknown()
                targets = iter(
                    {key: each[key] for each in unknown.values() for key in each}.items()
                )
                while batch := dict(islice(targets, PARTS_AT_ONCE)):
                    self._find_parts(batch)
                graphs = [graph for graph in graphs if unknown.get(id(graph))]
                for graph in graphs:
                    self._add_parts(graph, unknown[id(graph)])

    def _build_graph(self, prompt: Prompt, version: Version) -> Graph:
        return Graph(
            prompt=prompt,
            content=version.content,
            includes=version.includes,
            max_bytes=self._backend.template_bytes,
            version_id=version.id,
        )

    def _add_parts(self, graph: Graph, keys_of_parts: Iterable[Key]) -> None:
        for key in keys_of_parts:
            part = self._parts[key]
            if isinstance(part, Source):
                graph.parts[key] = part
            else:
                graph.gaps[key] = part

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
            number = _find_number(prompt, selector)
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
                version = self._find_newest(key[0])
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

    def _find_newest(self, prompt_id: str) -> Version | None:
        """Find the newest stable version of a prompt whose head was read."""
        prompt = self._heads[prompt_id]
        others = [
            number
            for (id, number), version in self._unwritten.items()
            if id == prompt_id and version.stage != "stable"
        ]
        number = prompt and self._backend.find_newest_stable(prompt, without=others)
        return self._read((), [(prompt_id, number)]).get((prompt_id, number)) if number else None

    def _read(
        self,
        prompt_ids: Collection[str],
        numbers: Collection[tuple[str, int]],
        *,
        skips_damage: bool = False,
    ) -> dict[tuple[str, int], Version]:
        """Read heads, which are remembered, and versions, in one batch.

        Raises:
            Unreadable: One of them is damaged, and that is not to be skipped.
        """
        versions = {key: self._unwritten[key] for key in numbers if key in self._unwritten}
        numbers = [key for key in numbers if key not in versions]
        if not prompt_ids and not numbers:
            return versions
        result = self._backend.database.get_many(
            {
                "prompts": [{"prompt_id": prompt_id} for prompt_id in sorted(prompt_ids)],
                "versions": [
                    {"prompt_id": prompt_id, "version": number}
                    for prompt_id, number in sorted(numbers)
                ],
            }
        )
        context = suppress(Unreadable) if skips_damage else nullcontext()
        heads = {}
        for item in result["prompts"]:
            with context:
                head = items.load_prompt(item)
                heads[head.id] = head
        self._heads |= {prompt_id: heads.get(prompt_id) for prompt_id in prompt_ids}
        prompts = filter(None, self._heads.values())
        for item in self._backend.keep_own(prompts, result["versions"]):
            with context:
                version = self._backend.load_version(item)
                versions[version.prompt_id, version.number] = version
                if not prompt_ids and not self._is_ahead:
                    self._remember(version)
        return versions

    def _remember(self, version: Version) -> None:
        """Remember a version that was read after its head, so of this revision or a later one."""
        if prompt := self._heads.get(version.prompt_id):
            self._backend.remember_version(prompt, version)

    # -- writing

    def find_prompt_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Find the prompts that a text names, in one batch.

        A prompt is named by its id, its name or its slug. Where a text is the name of one prompt
        and the slug of another, it means the one that has had it for longer.

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
        owners: dict[str, Item] = {}
        for start in range(0, len(requests), ITEMS_PER_READ):
            batch = [{"key": claim} for claim in requests[start : start + ITEMS_PER_READ]]
            for item in self._backend.database.get_many({"lookups": batch})["lookups"]:
                owners[item["key"]["S"]] = item
        for name, candidates in claims.items():
            if rivals := [owners[claim] for claim in candidates if claim in owners]:
                ids[name] = items.load_name_claim(min(rivals, key=items.get_age_of_claim))
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
        exclusions: dict[int, frozenset[str]] = {}
        last = change.before.last_version if change.before else 0
        for place, part in enumerate(change.puts):
            if not isinstance(part, Version):
                continue
            # Of the version that it was made of, and of that from which its texts come back.
            made_of = part.content.composition
            direct = made_of.direct if made_of else ()
            names = {each.reference.name: each.prompt_id for each in direct}
            part.content.attach(None)
            tags = compositions.list_references(part.content)
            version = replace(part, includes={})
            if tags:
                try:
                    source = replace(part, includes={**part.includes, **names})
                    inclusion = self._include(change.after, source, tags)
                except CompositionFailed as problem:
                    raise _build_invalid(part.content, tags, problem) from problem
                part.content.attach(inclusion.composition)
                version = inclusion.version
                inclusions.append(inclusion)
            puts[place] = version
            ends = frozenset(part.includes.values()).difference(version.includes.values())
            if ends and part.number <= last:  # a new version has none, but those of its base
                exclusions[part.number] = ends
        return replace(
            change, puts=tuple(puts), inclusions=tuple(inclusions), exclusions=exclusions
        )

    def _include(self, prompt: Prompt, version: Version, tags: Sequence[Reference]) -> Inclusion:
        """Find out what a version includes that is about to be written.

        Raises:
            CompositionFailed: It cannot include that.
        """
        if len(tags) > compositions.MAX_PARTS:
            raise compositions.build_count_problem(prompt, tags[compositions.MAX_PARTS])
        # A name is looked up once, and then stays with its prompt, however that is called later.
        names = {reference.name for reference in tags}
        earlier = {name: version.includes[name] for name in names & version.includes.keys()}
        ids = earlier | self.find_prompt_ids(names - earlier.keys())
        for reference in tags:
            if reference.name not in ids or not self._restrictions.reaches(ids[reference.name]):
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
            key = {"prompt_id": prompt_id}
            condition = build_head_condition(prompt, may_be_included=True)
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

    def build_deletes(self, change: Change[Any]) -> Iterator[Write]:
        """Build the deletion of the entries of what a change includes no more."""
        for number, prompt_ids in compositions.list_exclusions(change).items():
            for prompt_id in sorted(prompt_ids):
                key = keys.build_inclusion(self._team_id, prompt_id, change.after.id, number)
                yield Write(self._backend.database.build_delete("access", key))

    # -- what is included

    def require_free(self, change: Change[Any]) -> None:
        """Check that a change takes nothing away from what includes its prompt.

        What it archives, deletes or moves to another team stays as long as any version includes it
        that is not archived. A pointer that it moves must leave all that can be rendered, as far as
        that is handed out: old versions, which nobody gets without their numbers, do not keep a
        pointer where it is.

        Raises:
            Included: Some prompts lose something, and the details name the first of them; or more
                versions include the prompt than can be looked at.
        """
        losers = [*islice(self._list_losers(change), MAX_PARENTS)]
        if losers:
            names = ", ".join(f"{each['slug']} v{each['version']}" for each in losers)
            what = ", which could not be rendered any more" if "message" in losers[0] else ""
            message = f"it is included by {names}{what}; change these first, or {WAY_OUT}"
            raise Included(message, details=losers)

    def _list_losers(self, change: Change[Any]) -> Iterator[dict[str, Any]]:
        """List what includes the prompt of a change, and loses something by it.

        Raises:
            Included: These are more versions than can be looked at.
        """
        takes, moves = compositions.find_loss(change), compositions.list_moves(change)
        if takes is None and not moves:
            return
        takes = takes or (lambda reference: False)
        after, size = self._apply(change), 0
        for prompt, version, references in self._list_parents(change.after.id, takes, moves):
            losses = [each for each in references if self._is_lost(change, each, takes)]
            for reference in losses:
                yield self._dump_parent(prompt, version, reference)
            moved = [each for each in references if get_selector(each) in moves and not losses]
            if moved and compositions.is_handed_out(prompt, version):
                problem, length = after._try(prompt, version)
                # What could not be rendered before loses nothing.
                if problem and not self._try(prompt, version)[0]:
                    yield self._dump_parent(prompt, version, moved[0], problem)
                if (size := size + length) > MAX_COMPOSED:
                    raise _build_too_many()

    def _list_parents(
        self, prompt_id: str, takes: Callable[[Reference], bool | None], moves: Collection[str]
    ) -> Iterator[tuple[Prompt, Version, list[Reference]]]:
        """List the versions that include a prompt by references that a change is about.

        Raises:
            Included: These are more than can be looked at.
        """

        def is_meant(reference: Reference) -> bool:
            return takes(reference) is not False or get_selector(reference) in moves

        rows = self._backend.database.query(
            "access",
            ("pk", keys.build_team(self._team_id)["pk"]),
            "sk",
            prefix=keys.build_inclusion_list(prompt_id),
            first_page=ENTRIES_AT_ONCE,
        )
        entries = (
            entry
            for entry in map(items.load_inclusion, islice(rows, MAX_ENTRIES))
            if any(is_meant(each) for tag in entry[2] for _, each in parse_references(tag))
        )
        while batch := [*islice(entries, ENTRIES_AT_ONCE)]:
            numbers = {(prompt_id, number) for prompt_id, number, _ in batch}
            ids = {prompt_id for prompt_id, _ in numbers}
            # What cannot be read cannot be rendered, whatever becomes of this prompt.
            versions = self._read(ids, numbers, skips_damage=True)
            for prompt_id, number, tags in batch:
                prompt, version = self._heads[prompt_id], versions.get((prompt_id, number))
                if prompt is None or prompt.is_deleted or prompt.team_id != self._team_id:
                    continue
                if version is None or version.stage == "archived":
                    continue
                # A draft may have been changed since.
                references = compositions.list_references(version.content)
                yield prompt, version, [each for each in references if each.tag in tags]
        if next(rows, None) is not None:
            raise _build_too_many()

    def _apply(self, change: Change[Any]) -> Compositions:
        """Build what versions include when a change is written."""
        after = Compositions(self._backend, self._team_id, self._restrictions)
        after._is_ahead = True
        after._heads[change.after.id] = change.after
        versions = (part for part in change.puts if isinstance(part, Version))
        after._unwritten = {(part.prompt_id, part.number): part for part in versions}
        return after

    def _try(self, prompt: Prompt, version: Version) -> tuple[str, int]:
        """Try to put the parts of a version in.

        Returns:
            Why that is not possible, if it is not; and how many characters were put together.
        """
        try:
            composition = self.compose(prompt, version)
        except (CompositionFailed, Unreadable) as problem:
            return problem.message, len(version.content.document)
        return "", sum(map(len, composition.texts.values())) + len(version.content.document)

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
        return self._backend.find_newest_stable(change.after, without=numbers) is None

    def _dump_parent(
        self, prompt: Prompt, version: Version, reference: Reference, message: str = ""
    ) -> dict[str, Any]:
        """Dump what includes a prompt; a key of some prompts learns nothing of the others."""
        what = {"reference": reference.dump(), "version": version.number}
        if not self._restrictions.reaches(prompt.id):
            message = message and "it could not be rendered any more"
        if message:
            what["message"] = message
        if not self._restrictions.reaches(prompt.id):
            return {"slug": "another prompt", **what}
        name = excerpt(prompt.name)
        return {"prompt_id": prompt.id, "slug": excerpt(prompt.slug), "name": name, **what}


def _build_too_many() -> Included:
    return Included(f"more versions include this prompt than can be looked at; {WAY_OUT}")


def _find_number(prompt: Prompt, selector: int | str) -> int | None:
    """Find the number of the version to read first."""
    if selector != LATEST:
        return prompt.resolve_selector(selector)
    return prompt.last_version if prompt.newest_stable is None else prompt.newest_stable


def _build_invalid(
    content: Content, tags: Sequence[Reference], problem: CompositionFailed
) -> InvalidComposition:
    """Build the problem of a version that is written, with the field that has the reference."""
    details = [detail for detail in problem.details if isinstance(detail, dict)]
    places = [each.tag for each in tags if each.name == problem.via]
    place = compositions.find_place(content, places[0] if places else tags[0].tag)
    return InvalidComposition(
        f"{place['path']}: {problem.message}",
        details=[{**place, **detail} for detail in details] or [place],
        reason=problem.message,
    )
