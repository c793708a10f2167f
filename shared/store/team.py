"""The store of one team, which cannot reach the data of another team."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from sys import getsizeof
from typing import TYPE_CHECKING, Any, TypeVar

from shared.domain.checks import NAME_LENGTH, list_spellings
from shared.domain.content import Content
from shared.domain.ledgers import name_entry
from shared.domain.model import LIVE, Ledger, NumberOrTag, Version, is_published
from shared.domain.restrictions import UNRESTRICTED
from shared.ids import is_id
from shared.problems import (
    CompositionFailed,
    Contended,
    PayloadNotFound,
    ReleaseNotFound,
    Unreadable,
    VersionNotFound,
)
from shared.store import items, keys
from shared.store.dynamodb import split
from shared.store.reading import build_place
from shared.store.transactions import ProtectionChangedError, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from shared.domain.changes import Change, Origin
    from shared.domain.ledgers import LedgerType
    from shared.domain.model import Event, Payload, Prompt, Selector, VersionSummary
    from shared.domain.protection import Protection
    from shared.domain.release_requests import ReleaseRequest
    from shared.domain.restrictions import Restrictions
    from shared.responses import Response
    from shared.store import stamps
    from shared.store.attributes import Item
    from shared.store.backend import Backend
    from shared.store.compositions import Compositions
    from shared.store.reading import Place
    from shared.store.transactions import Record

    Entity = TypeVar("Entity")

Position = TypeVar("Position")
SOURCES_READ = 20  # of one prompt, from which a text may come back
# What of a version's item a summary is made of.
SUMMARY = (
    "prompt_id",
    "version",
    "version_id",
    "revision",
    "stage",
    "published_at",
    "updated_at",
)
# `latest` in the caches, by whether drafts and archived versions are hidden.
LATEST = {
    (False, False): "latest",
    (True, False): "latest without drafts",
    (False, True): "latest without archived",
    (True, True): "latest stable",
}
HEAD_READS = 4  # of one call, while its tag moves from one deleted version to another

# Fields of a call's log line and trace, added as the call finds them out.
Annotations = dict[str, str | int]
UNREADABLE = "unreadable"  # the annotation with the names of items that cannot be read
MAX_NAMES = 20  # in this annotation, which is a header of the response too


class OtherTeamError(Exception):
    """A team's store was used for data of another team, which is a bug."""


def annotate_unreadable(
    annotations: Annotations, item: str, cause: BaseException | None = None
) -> None:
    """Add the name of an item that cannot be read, for the log line and the response.

    Args:
        annotations: The annotations of the call.
        item: The name of the item.
        cause: Why it cannot be read, if that is an exception. The log line has the first one's
            type: it may be a bug, or a permission that is missing.
    """
    if cause is not None:
        annotations.setdefault("unreadable_cause", type(cause).__name__)
    names = dict.fromkeys(filter(None, str(annotations.get(UNREADABLE, "")).split(", ")))
    if len(names) < MAX_NAMES:
        annotations[UNREADABLE] = ", ".join(names | {item: None})


def load_if_readable(load: Callable[[], Entity], annotations: Annotations) -> Entity | None:
    """Load something; None, with its name in the annotations, if it cannot be read."""
    try:
        return load()
    except Unreadable as problem:
        annotate_unreadable(annotations, problem.item, problem.__cause__)
    except CompositionFailed as problem:
        annotate_unreadable(annotations, problem.item)
    return None


def load_readable(
    load: Callable[[Item], Entity], rows: Iterable[Item], annotations: Annotations
) -> Iterator[tuple[Item, Entity]]:
    """Load those of some items that can be read, so that one that cannot ends no list."""
    for item in rows:
        if (entity := load_if_readable(partial(load, item), annotations)) is not None:
            yield item, entity


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version whose content has not been loaded yet."""

    _backend: Backend
    _item: Item
    _annotations: Annotations
    _add_parts: Callable[[Version], Version]

    @property
    def stage(self) -> str:
        """The stage of the version."""
        return str(self._item.get("stage", {}).get("S"))

    @property
    def is_published(self) -> bool:
        """Whether it is, or has been, stable."""
        return is_published(self.stage, has_time="published_at" in self._item)

    def summarize(self) -> VersionSummary | None:
        """Load what lists need to know of the version without its content; None if unreadable."""
        return load_if_readable(partial(items.load_version_summary, self._item), self._annotations)

    def load(self) -> Version | None:
        """Load the version with its content, which may be in the bucket; None if unreadable."""
        return load_if_readable(
            lambda: self._add_parts(self._backend.load_version(self._item)), self._annotations
        )


class TeamStore:
    """Everything that belongs to one team.

    Every method raises `Unavailable` while AWS is busy or cannot be reached, and `OtherTeamError`
    for a prompt of another team. A method that gets one thing raises `Unreadable` if its item
    cannot be read; one that gets several leaves it out and adds its name to the annotations.

    For an API key of some prompts there are no others. Whatever would read versions by other
    pointers than those of the key, or change more than these, raises `Forbidden`.

    Attributes:
        id: The id of the team.
        restrictions: What the principal reaches of the team.
    """

    def __init__(
        self,
        backend: Backend,
        team_id: str,
        annotations: Annotations,
        restrictions: Restrictions = UNRESTRICTED,
    ) -> None:
        """Bind a team.

        Args:
            backend: What all team stores of the process share.
            team_id: The id of the team.
            annotations: The annotations of the current call.
            restrictions: What the principal reaches of the team.
        """
        self._backend = backend
        self._annotations = annotations
        self._compositions: dict[str, Compositions] = {}
        self.id = team_id
        self.restrictions = restrictions

    # -- prompts

    def open_prompt(
        self, prompt: Prompt, items: Mapping[Place, Item | None] | None = None
    ) -> PromptStore:
        """Open the store of a prompt of this team.

        Args:
            prompt: The head, as it was just read.
            items: What was read together with it.
        """
        self._require_own(prompt)
        return PromptStore(self._backend, self, prompt, self._annotations, items or {})

    def find_prompt(self, prompt_id: str) -> Prompt | None:
        """Find a prompt of this team by its id, even a deleted one."""
        if not self.restrictions.reaches(prompt_id):
            return None
        item = self._backend.database.get("prompts", {"prompt_id": prompt_id})
        if item is None or item.get("team_id") != {"S": self.id}:
            return None
        return items.load_prompt(item)

    def list_prompts(
        self,
        *,
        after: keys.DirectoryEntry | None = None,
        status: str | None = None,
        folder_id: str | None = None,
        size: int | None = None,
    ) -> Iterator[tuple[str, Prompt]]:
        """List the prompts, newest first, each with its position.

        The list comes from the team's directory, which is written in the transaction that changes
        a prompt; a DynamoDB index would show a new prompt only some time later.

        Args:
            after: The position after which to start.
            status: Only prompts with this status.
            folder_id: Only prompts in this folder.
            size: How many prompts the caller expects to need; None for all.
        """
        if status not in (None, "active", "archived") or not (
            folder_id is None or is_id(folder_id)
        ):
            return
        prefix = keys.PROMPT
        if (status or folder_id) and self._has_complete_directory():
            prefix = (
                keys.build_folder_list(folder_id)
                if folder_id
                else keys.build_status_list(str(status))
            )
        before = after.build_sort_key(prefix) if after else None
        for entry, prompt in self._list_entries(prefix, before=before, size=size):
            is_in_list = status in (None, prompt.status) and folder_id in (None, prompt.folder_id)
            if is_in_list and not prompt.is_deleted:
                yield keys.PROMPT + entry.removeprefix(prefix), prompt

    def list_changed_prompts(
        self, *, after: tuple[datetime, str] | None = None, size: int | None = None
    ) -> Iterator[tuple[datetime, Prompt]]:
        """List the prompts that have had versions, those that changed last first.

        Args:
            after: The time of the change, and the id, of the prompt after which to start.
            size: How many prompts the caller expects to need; None for all.

        Returns:
            Prompts with the time of the change by which they are in the list. A prompt that has
            just changed again has a later time of its own.
        """
        if not self._has_complete_directory():
            yield from self._sort_changed_prompts(after)
            return
        before = keys.build_entry(keys.CHANGES, *after) if after else None
        ids: set[str] = set()
        for entry, prompt in self._list_entries(keys.CHANGES, before=before, size=size):
            # A writer of an earlier release may have left an older entry of the same prompt.
            if prompt.id not in ids and not prompt.is_deleted:
                ids.add(prompt.id)
                yield keys.parse_entry(entry)[0], prompt

    def _sort_changed_prompts(
        self, after: tuple[datetime, str] | None
    ) -> Iterator[tuple[datetime, Prompt]]:
        prompts = [prompt for _, prompt in self.list_prompts() if prompt.last_version]
        prompts.sort(key=lambda prompt: (prompt.changed_at, prompt.id), reverse=True)
        for prompt in prompts:
            if after is None or (prompt.changed_at, prompt.id) < after:
                yield prompt.changed_at, prompt

    def list_prompts_and_deletions(self, *, deleted_after: datetime) -> list[Prompt]:
        """List the prompts, and those deleted after a time, in no particular order.

        Earlier releases left deleted prompts in the list of all prompts.
        """
        first = keys.build_entry(keys.DELETIONS, deleted_after, "")
        last = f"{keys.DELETIONS}~"  # sorts after all times
        entries = chain(self._list_entries(keys.PROMPT), self._list_entries(first, before=last))
        # A prompt that is deleted meanwhile is in both lists.
        prompts = {prompt.id: prompt for _, prompt in entries}
        return [
            prompt
            for prompt in prompts.values()
            if not prompt.is_deleted or prompt.changed_at > deleted_after
        ]

    def find_stamp(self, *, deleted_after: datetime) -> list[stamps.Entry] | None:
        """Find what is the same as long as `list_prompts_and_deletions` and all versions are.

        Args:
            deleted_after: The time since when deletions are listed.

        Returns:
            The stamp; None where the list has to be read to know, which for an API key of some
            prompts takes no more.
        """
        if self.restrictions.prompt_ids is not None or not self._has_complete_directory():
            return None
        from shared.store import stamps  # which few functions need

        now = datetime.now(UTC)
        return stamps.read_entries(
            self._backend.database, self.id, now=now, deleted_after=deleted_after
        )

    def find_response(self, stamp: str) -> Response[Any] | None:
        """Find the response that this process remembers by a stamp."""
        return self._backend.responses.get(stamp)

    def remember_response(self, stamp: str, response: Response[Any]) -> None:
        """Remember a response that is the same as long as a stamp is."""
        weight = getsizeof(response.text or "")
        self._backend.responses.put(stamp, response, weight=weight)

    def _has_complete_directory(self, attribute: str = keys.COMPLETE_BY_TIME) -> bool:
        """Tell whether each prompt has its entries in the lists of the directory.

        Prompts that were last changed by earlier releases are in the list of all prompts only,
        until `complete_directory` has been run for their team.

        Args:
            attribute: The attribute of the team that says so of some of the lists.
        """
        if self.restrictions.prompt_ids is not None:
            return True  # the entries are made from the heads
        if not self._backend.complete_directories.get((self.id, attribute)):
            team = self._backend.database.get("access", keys.build_team(self.id))
            if team is None or attribute not in team:
                return False
            self._backend.complete_directories.put((self.id, attribute), True)
        return True

    def _list_entries(
        self,
        prefix: str,
        *,
        before: str | None = None,
        size: int | None = None,
        partition: str = "",
    ) -> Iterator[tuple[str, Prompt]]:
        """List the entries of a list in the directory, from its end, each with its head.

        Args:
            prefix: The prefix of the list; with `before`, the lowest sort key.
            before: The sort key below which to start.
            size: How many prompts the caller expects to need; None for all.
            partition: The partition of the directory; that of the team if left out.
        """
        if self.restrictions.prompt_ids is not None:
            yield from self._list_entries_in_reach(prefix, before)
            return
        rows = self._backend.database.query(
            "access",
            ("pk", partition or keys.build_team(self.id)["pk"]),
            "sk",
            prefix=prefix,
            before=before,
            first_page=size,
        )
        entries = load_readable(items.load_directory_entry, rows, self._annotations)
        for batch in split(entries, size):
            ids = dict.fromkeys(prompt_id for _, prompt_id in batch)
            heads = self._backend.database.get_many(
                {"prompts": [{"prompt_id": prompt_id} for prompt_id in ids]}
            )
            readable = load_readable(items.load_prompt, heads["prompts"], self._annotations)
            prompts = {head.id: head for _, head in readable}
            for entry, prompt_id in batch:
                prompt = prompts.get(prompt_id)
                if prompt is not None and self._owns(prompt):
                    yield entry["sk"]["S"], prompt

    def _list_entries_in_reach(
        self, prefix: str, before: str | None
    ) -> Iterator[tuple[str, Prompt]]:
        """List the same for a key of some prompts, which are so few that their heads are read."""
        requests = [{"prompt_id": id} for id in sorted(self.restrictions.prompt_ids or ())]
        heads = self._backend.database.get_many({"prompts": requests})["prompts"]
        entries = []
        for _, prompt in load_readable(items.load_prompt, heads, self._annotations):
            for partition, entry in items.list_directory_keys(prompt):
                is_in_list = prefix <= entry < before if before else entry.startswith(prefix)
                if is_in_list and partition == keys.build_team(self.id)["pk"]:
                    entries.append((entry, prompt))
        yield from sorted(entries, key=lambda row: row[0], reverse=True)

    def list_ids_by_name(self, keyword: str | None = None) -> list[str]:
        """List the ids of the prompts that have had versions, by name, without reading them.

        Names are in the order of their code points.

        Args:
            keyword: Only prompts with this keyword.
        """
        prefix = keys.NAMES if keyword is None else keys.build_keyword_list(keyword)
        if self.restrictions.prompt_ids is not None:
            in_reach = self._list_entries_in_reach(prefix, None)
            return [prompt.id for _, prompt in reversed([*in_reach])]
        if not self._has_complete_directory(keys.COMPLETE_BY_NAME):
            prompts = [prompt for _, prompt in self.list_prompts() if prompt.last_version]
            return [
                prompt.id
                for prompt in sorted(prompts, key=lambda prompt: (prompt.name, prompt.id))
                if keyword is None or keyword in prompt.keywords
            ]
        partition = "pk", keys.build_team(self.id)["pk"]
        rows = self._backend.database.query(
            "access", partition, "sk", prefix=prefix, upwards=True, attributes=("pk", "sk")
        )
        entries = load_readable(items.load_directory_entry, rows, self._annotations)
        return [prompt_id for _, prompt_id in entries]

    def find_prompts(self, prompt_ids: Iterable[str]) -> Iterator[Prompt]:
        """Find the prompts among ids that exist and can be read, in the same order.

        They are read in batches, as the caller asks for them.
        """
        for batch in split(prompt_ids, None):
            requests = [{"prompt_id": id} for id in batch if self.restrictions.reaches(id)]
            rows = self._backend.database.get_many({"prompts": requests})["prompts"]
            heads = load_readable(items.load_prompt, rows, self._annotations)
            prompts = {head.id: head for _, head in heads}
            for prompt_id in batch:
                prompt = prompts.get(prompt_id)
                if prompt is not None and self._owns(prompt) and not prompt.is_deleted:
                    yield prompt

    def find_prompts_by_name(self, name: str) -> list[Prompt]:
        """Find the prompts with a name in any spelling, newest first; each scope can have one."""
        if len(name) > NAME_LENGTH:
            return []  # no such name exists, and DynamoDB limits the length of keys
        spellings = list_spellings(name)
        claims = [
            {"key": keys.build_name_claim(self.id, scope, spelling)}
            for scope in items.SCOPES
            for spelling in spellings
        ]
        lookups = self._backend.database.get_many({"lookups": claims})["lookups"]
        owners = load_readable(items.load_name_claim, lookups, self._annotations)
        ids = dict.fromkeys(prompt_id for _, prompt_id in owners)
        requests = [{"prompt_id": id} for id in ids if self.restrictions.reaches(id)]
        heads = self._backend.database.get_many({"prompts": requests})["prompts"]
        prompts = [
            prompt
            for _, prompt in load_readable(items.load_prompt, heads, self._annotations)
            if prompt.team_id == self.id and prompt.name in spellings and not prompt.is_deleted
        ]
        return sorted(prompts, key=keys.build_position, reverse=True)

    # -- versions of several prompts

    def find_versions(
        self, numbers: Iterable[tuple[Prompt, int]], *, size: int | None = None
    ) -> Iterator[StoredVersion | None]:
        """Find versions by their prompts and numbers.

        Args:
            numbers: Prompts and numbers of versions.
            size: How many versions the caller expects to need; None for all.

        Returns:
            For each number the version, without its content, or None if it does not exist for the
            request, or if none of the pointers that the principal is restricted to is at it. They
            are read in batches, as the caller asks for them.
        """
        for batch in split(numbers, size):
            requests = []
            for prompt, number in batch:
                self._require_own(prompt)
                if self.restrictions.allows_version(prompt, number):
                    requests.append({"prompt_id": prompt.id, "version": number})
            rows = self._backend.database.get_many({"versions": requests})["versions"]
            rows = self._backend.keep_own([prompt for prompt, _ in batch], rows)
            by_number = {(item["prompt_id"]["S"], int(item["version"]["N"])): item for item in rows}
            for prompt, number in batch:
                item = by_number.pop((prompt.id, number), None)
                add_parts = partial(self.add_parts, prompt)
                version = StoredVersion(self._backend, item or {}, self._annotations, add_parts)
                yield version if item and self.restrictions.shows(version) else None

    def find_newest_versions(
        self, rows: Iterable[tuple[Position, Prompt]], *, size: int | None = None
    ) -> Iterator[tuple[Position, Prompt, Version | None]]:
        """Find the newest version of each prompt, or None if it has none that can be read.

        Args:
            rows: The prompts, each with its position in a list.
            size: How many versions the caller expects to need; None for all.

        Returns:
            The same rows, each with its version.

        Raises:
            Forbidden: The principal is restricted to some pointers.
        """
        self.restrictions.check_all_versions()
        for batch in split(rows, size):
            numbers = [self._get_newest_number(prompt) for _, prompt in batch]
            versions = self.find_versions(
                (prompt, number)
                for (_, prompt), number in zip(batch, numbers, strict=True)
                if number
            )
            for (position, prompt), number in zip(batch, numbers, strict=True):
                newest = None
                if number:
                    if (version := next(versions)) is not None:
                        newest = version.load()
                    else:  # the last number belongs to a draft that is hidden, or was deleted
                        newest = next(self.open_prompt(prompt).list_versions(size=1), None)
                yield position, prompt, newest

    def _get_newest_number(self, prompt: Prompt) -> int:
        number = self.restrictions.get_newest_number(prompt)
        if number is None or not self.restrictions.hides_drafts:
            return prompt.last_version
        return number

    def find_live_versions(
        self,
        rows: Iterable[tuple[Position, Prompt | None]],
        *,
        size: int | None = None,
    ) -> Iterator[tuple[Position, Prompt | None, Version | None]]:
        """Find the live version of each prompt, or None if it has none that can be read.

        Args:
            rows: The prompts, each with its position in a list; None for one that is left out.
            size: How many versions the caller expects to need; None for all.

        Returns:
            The same rows, each with its version.
        """
        for batch in split(rows, size):
            versions = self.find_versions(
                (prompt, prompt.live_version)
                for _, prompt in batch
                if prompt and prompt.live_version
            )
            for position, prompt in batch:
                live = next(versions) if prompt and prompt.live_version else None
                yield position, prompt, live.load() if live else None

    # -- what versions include

    def add_parts(self, prompt: Prompt, version: Version) -> Version:
        """Add to a version what it includes, for dialects that show texts with all parts in them.

        Raises:
            CompositionFailed: A part cannot be put in, and the request is there to read.
        """
        if not version.includes or not self.restrictions.resolves:
            return version
        try:
            return self.resolve(prompt, version)
        except (CompositionFailed, Unreadable):
            if not self.restrictions.is_write:
                raise
            return version

    def resolve(self, prompt: Prompt, version: Version) -> Version:
        """Add to a version what it includes, in whichever dialect.

        Raises:
            CompositionFailed: A part cannot be put in.
        """
        if not version.includes:
            return version
        try:
            composition = self._share_compositions(prompt).compose(prompt, version)
        except CompositionFailed as problem:
            problem.item = keys.name_version(prompt.id, version.number)
            raise
        return replace(version, content=version.content.compose(composition))

    def prepare_parts(self, versions: Iterable[tuple[Prompt, Version]]) -> None:
        """Read together what several versions include, before each is resolved by itself."""
        including = [(prompt, version) for prompt, version in versions if version.includes]
        if including:
            self._share_compositions(including[0][0]).prepare(including)

    def open_raw(self) -> TeamStore:
        """Open the same store for a request that wants the references instead of the parts."""
        restrictions = replace(self.restrictions, resolves=False)
        return TeamStore(self._backend, self.id, self._annotations, restrictions)

    def _share_compositions(self, prompt: Prompt) -> Compositions:
        # What a shared prompt includes is of its own team, whoever reads it.
        return self._compositions.setdefault(prompt.team_id, self._open_compositions(prompt))

    def _open_compositions(self, shared: Prompt | None = None) -> Compositions:
        from shared.store.compositions import Compositions  # which most calls do not need

        team_id = shared.team_id if shared else self.id
        return Compositions(self._backend, team_id, self.restrictions)

    def compose(self, change: Change[Any]) -> Change[Any]:
        """Check what a change includes, if it writes a text with references.

        Returns:
            The change, of which the versions have what they include.

        Raises:
            InvalidComposition: A version includes what it cannot include.
        """
        from shared.domain.compositions import writes_references  # which no read needs

        if not writes_references(change):
            return replace(change, inclusions=())
        return self._open_compositions().compose_change(change)

    # -- ledgers

    def get_ledger(self, ledger_type: LedgerType) -> Ledger:
        """Get a ledger of the team; an empty one if it was never written."""
        item = self._backend.database.get("access", keys.build_ledger(self.id, ledger_type.name))
        return self.load_ledger(item, ledger_type)

    def load_ledger(self, item: Item | None, ledger_type: LedgerType) -> Ledger:
        """Load a ledger of the team from its item; an empty one if it was never written."""
        if item is None:
            return Ledger(team_id=self.id, name=ledger_type.name)
        ledger = items.load_ledger(item, ledger_type, team_id=self.id)
        for entry in ledger.damage:
            name = f"{items.name_item('access', item)}/{name_entry(entry)}"
            annotate_unreadable(self._annotations, name)
        return ledger

    def get_readable_ledger(self, ledger_type: LedgerType) -> Ledger:
        """Get a ledger that a list of something else shows; an empty one if it cannot be read."""
        ledger = load_if_readable(partial(self.get_ledger, ledger_type), self._annotations)
        return ledger or Ledger(team_id=self.id, name=ledger_type.name)

    # -- writing

    def commit(
        self,
        change: Change[Any],
        *,
        record: Record | None = None,
        target: TeamStore | None = None,
        is_forced: bool = False,
    ) -> None:
        """Commit a change of a prompt of this team, together with the record of the request.

        Args:
            change: The change.
            record: The request with its idempotency key, and its response.
            target: The team that the prompt may be moved to.
            is_forced: Whether to take away what other prompts include.

        Raises:
            Included: Other prompts include what the change takes away.
            InvalidComposition: A version includes what it cannot include.
            Forbidden: The principal is restricted to some prompts or pointers, and the change is
                more than that; or the principal may not move a pointer any more.
            PointerProtected: The principal may not move a protected pointer.
            PayloadsFailed: A version does not render with all payloads, before it comes to a
                protected pointer.
            LostRaceError: Another writer has changed the head.
            NameTaken: The team has a prompt with this name or slug.
            LimitReached: One transaction cannot hold the change.
            OtherTeamError: The prompt is another team's, or a part is another prompt's.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        self.restrictions.check_change(change)
        self._require_own(change.before or change.after)
        if target is None or change.after.team_id != target.id:
            self._require_own(change.after)
        parts = (*change.puts, *change.deletes, *change.events)
        if {part.prompt_id for part in parts} - {change.after.id}:
            raise OtherTeamError(f"parts of another prompt, in a change of {change.after.id}")
        if change.inclusions is None:
            change = self.compose(change)
        if change.before is not None and change.before.inclusions and not is_forced:
            self._open_compositions().require_free(change)
        with self._forget_other_protection(change.after):
            checks = [*self._check_moves(change), *self._include(change)]
            self._backend.transactions.commit(change, record=record, checks=checks)
        self._remember(change)

    def _remember(self, change: Change[Any]) -> None:
        """Remember the versions that were made and stay as they are: the next is made of one."""
        last = change.before.last_version if change.before else 0
        for part in change.puts:
            if not isinstance(part, Version) or part.number <= last:
                continue
            if part.is_published and not part.includes:
                # As it is read, but for where its body is.
                whole = replace(part, content=Content.load(part.content.document))
                self._backend.remember_version(change.after, whole)

    def _include(self, change: Change[Any]) -> Iterator[Write]:
        """Build what is written with a version that includes others, or included them."""
        from shared.domain.compositions import list_exclusions  # which no read needs

        if change.inclusions or list_exclusions(change):
            compositions = self._open_compositions()
            for inclusion in change.inclusions or ():
                yield from compositions.build_writes(inclusion)
            yield from compositions.build_deletes(change)

    def _check_moves(self, change: Change[Any]) -> Iterable[Write]:
        from shared.domain.protection import list_moves, takes_slug  # which reads do not need

        moves = list_moves(change)
        if not change.events or not (moves or takes_slug(change)):
            return []
        protections, principal = self._backend.get_protections(), self.restrictions.principal
        return [*protections.check_change(change, moves, principal, self.resolve)]

    @contextmanager
    def _forget_other_protection(self, *prompts: Prompt) -> Iterator[None]:
        try:
            yield
        except ProtectionChangedError:
            teams = {self.id, *(prompt.team_id for prompt in prompts)}
            self._backend.get_protections().forget(*teams)
            raise

    def get_protection(self) -> Protection:
        """Get what the team protects, as it is stored.

        Raises:
            Unreadable: The item is damaged.
        """
        return self._backend.get_protections().find(self.id, is_fresh=True)

    def decide_protection(
        self, after: Protection, origin: Origin, name: str
    ) -> Callable[..., None] | None:
        """Decide on what the team protects from now on; None if that is the same.

        Args:
            after: What is to be protected.
            origin: Who decides it, and when.
            name: The name of the team, for the audit log.
        """
        before = self.get_protection()
        if after.rules == before.rules:
            return None
        return partial(self._backend.get_protections().write, before, after, origin, name)

    def require_mover(self, pointer: str) -> None:
        """Check that the principal may move a pointer.

        Raises:
            PointerProtected: The team protects the pointer.
        """
        from shared.domain.protection import build_pointer_problem

        if not self.get_protection().may_move(self.restrictions.principal, pointer):
            raise build_pointer_problem([pointer])

    def commit_ledger(
        self, ledger: Ledger, *, record: Record | None = None, moves: frozenset[str] = frozenset()
    ) -> None:
        """Write the next revision of a ledger of this team.

        Args:
            ledger: The ledger.
            record: The request with its idempotency key, and its response.
            moves: The pointers that somebody who asks for them does not find any more.

        Raises:
            Forbidden: The principal is restricted to some prompts or pointers, or may not move a
                pointer any more.
            PointerProtected: The principal may not move a protected pointer.
            LostRaceError: Another writer has changed the ledger.
            OtherTeamError: The ledger is another team's.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        if ledger.team_id != self.id:
            raise OtherTeamError(f"a ledger of {ledger.team_id}, in the store of team {self.id}")
        self.restrictions.check_ledger()
        with self._forget_other_protection():
            checks = list[Write]()
            if moves:
                principal = self.restrictions.principal
                checks += self._backend.get_protections().check_ledger(self.id, moves, principal)
            self._backend.transactions.commit_ledger(ledger, record=record, checks=checks)

    def _owns(self, prompt: Prompt) -> bool:
        return prompt.team_id == self.id

    def _require_own(self, prompt: Prompt) -> None:
        if not self._owns(prompt):
            raise OtherTeamError(
                f"prompt {prompt.id} of team {prompt.team_id}, in the store of {self.id}"
            )
        if not self.restrictions.reaches(prompt.id):
            raise OtherTeamError(f"prompt {prompt.id}, for a key of other prompts")


class PromptStore:
    """Everything that belongs to one prompt.

    Every method raises `Unavailable` while AWS is busy or cannot be reached. A method that gets one
    thing raises `Unreadable` if its item cannot be read; one that lists several leaves it out and
    adds its name to the annotations.

    Attributes:
        team: The store of the prompt's team.
    """

    def __init__(
        self,
        backend: Backend,
        team: TeamStore,
        prompt: Prompt,
        annotations: Annotations,
        items: Mapping[Place, Item | None],
    ) -> None:
        self._backend = backend
        self._annotations = annotations
        self._prompt = prompt
        self._items = items
        self.team = team

    @property
    def prompt(self) -> Prompt:
        """The head, as it was last read."""
        return self._prompt

    @property
    def _restrictions(self) -> Restrictions:
        return self.team.restrictions

    # -- what versions include

    def add_parts(self, version: Version) -> Version:
        """Add to a version what it includes, for dialects that show texts with all parts in them.

        Raises:
            CompositionFailed: A part cannot be put in, and the request is there to read.
        """
        return self.team.add_parts(self.prompt, version)

    def resolve(self, version: Version) -> Version:
        """Add to a version what it includes, in whichever dialect.

        Raises:
            CompositionFailed: A part cannot be put in.
        """
        return self.team.resolve(self.prompt, version)

    def open_raw(self) -> PromptStore:
        """Open the same store for a request that wants the references instead of the parts."""
        team = self.team.open_raw()
        return PromptStore(self._backend, team, self.prompt, self._annotations, self._items)

    def _get(self, table: str, key: Mapping[str, Any]) -> Item | None:
        """Get an item that belongs to the prompt, unless it was read together with the head."""
        place = build_place(table, key)
        if place in self._items:
            return self._items[place]
        item = self._backend.database.get(table, key)
        # The revision of a ledger is its own.
        if table != "access" and item and not self._backend.belongs(self.prompt, item):
            return None
        return item

    # -- ledgers

    def get_ledger(self, ledger_type: LedgerType) -> Ledger:
        """Get a ledger of the prompt's team; an empty one if it was never written."""
        key = keys.build_ledger(self.team.id, ledger_type.name)
        return self.team.load_ledger(self._get("access", key), ledger_type)

    def get_readable_ledger(self, ledger_type: LedgerType) -> Ledger:
        """Get a ledger that a list of something else shows; an empty one if it cannot be read."""
        ledger = load_if_readable(partial(self.get_ledger, ledger_type), self._annotations)
        return ledger or Ledger(team_id=self.team.id, name=ledger_type.name)

    # -- versions

    def find_newest(self) -> Version | None:
        """Find the newest version that can be read, to show it.

        Returns:
            The version; None if there is none. One that cannot be read is no reason not to write
            the next.

        Raises:
            Forbidden: The principal is restricted to other pointers.
        """
        if not self.prompt.last_version:
            return None
        try:
            return self.find_version("latest")
        except (Unreadable, CompositionFailed):
            return next(self.list_versions(size=1), None)

    def find_base(self) -> Version | None:
        """Find the version that a new one may be made of, which is the newest that can be read.

        What can change of a version after it was a draft, such as its message, may be older.

        Returns:
            The version; None if there is none.

        Raises:
            Forbidden: The principal is restricted to other pointers.
        """
        if number := self._newest_number:
            self._restrictions.check_selector("latest")
            # Which texts come back is looked for among the sources, unless it is the base's.
            self._fetch([number, *self._list_source_numbers()])
            with suppress(Unreadable):
                version = self._load_fetched(number)
                if version is not None and self._restrictions.shows(version):
                    return self.add_parts(version)
        return self.find_newest()

    def list_sources(self) -> Iterator[Content]:
        """List the contents that a client may have been shown by a pointer, the live one first.

        They are read when the caller asks for the first, unless that was done with the base, which
        is none of them.
        """
        numbers = self._list_source_numbers()
        self._fetch(numbers)
        for number in numbers:
            load = partial(self._load_fetched, number)
            version = load_if_readable(load, self._annotations)
            if version is not None and self._restrictions.shows(version):
                yield self.add_parts(version).content

    @property
    def _newest_number(self) -> int:
        """The number of the newest version, which may have been deleted; 0 if it is not known."""
        if self._restrictions.hides_drafts:
            return self._restrictions.get_newest_number(self.prompt) or 0
        return self.prompt.last_version

    def _list_source_numbers(self) -> list[int]:
        newest = self._newest_number or self.prompt.last_version
        pointers = (LIVE, *self.prompt.tags)
        shares = (share for pointer in pointers for share in self.prompt.list_shares(pointer))
        numbers = dict.fromkeys(share.version for share in shares if share.version != newest)
        return [*islice(numbers, SOURCES_READ)]

    def _fetch(self, numbers: Iterable[int]) -> None:
        """Read versions in one batch, but for those that are known."""
        requests = [
            key
            for number in numbers
            if build_place("versions", key := self._build_key(number)) not in self._items
            and self._find_content(number) is None
        ]
        if requests:
            rows = self._backend.database.get_many({"versions": requests})["versions"]
            by_number = {item["version"]["N"]: item for item in self._keep_own(rows)}
            self._items = {
                **self._items,
                **{
                    build_place("versions", key): by_number.get(str(key["version"]))
                    for key in requests
                },
            }

    def _keep_own(self, rows: Iterable[Item]) -> Iterator[Item]:
        """Leave out what another team has written, to which the prompt has moved meanwhile."""
        return filter(partial(self._backend.belongs, self.prompt), rows)

    def _build_key(self, number: int) -> dict[str, Any]:
        return {"prompt_id": self.prompt.id, "version": number}

    def _load_fetched(self, number: int) -> Version | None:
        """Load a version that was fetched, or that is remembered.

        Raises:
            Unreadable: The item or its body is damaged, or the body is missing.
        """
        if (version := self._find_content(number)) is not None:
            return version
        # It may have been remembered when the others were fetched, and be forgotten by now.
        if (item := self._get("versions", self._build_key(number))) is None:
            return None
        version = self._backend.load_version(item)
        self._backend.remember_version(self.prompt, version)
        return version

    def _find_content(self, number: int) -> Version | None:
        """Find a version in the cache whose content is that of the stored one.

        So is that of one which was no draft any more; but it may have been archived since.
        """
        revision, version = self._backend.versions.get((self.prompt.id, number)) or (0, None)
        stays = version is not None and version.is_published
        if self._restrictions.hides_archived_versions or not stays:
            return version if revision == self.prompt.revision else None
        return version

    def find_version(self, selector: Selector, split_key: str | None = None) -> Version | None:
        """Find a version by its number, a tag, `live` or `latest`.

        A tag may have left a draft, which was then deleted, since the head was read. Then the head
        is read again.

        Args:
            selector: The selector.
            split_key: The caller's key, where the pointer may be split.

        Raises:
            CompositionFailed: What it includes cannot be put in, and the request is there to read.
            Contended: That happened again and again.
            Forbidden: The principal is restricted to other pointers.
        """
        version = self._read_version(selector, split_key)
        return version and self.add_parts(version)

    def _read_version(self, selector: Selector, split_key: str | None) -> Version | None:
        selector = self._restrictions.check_selector(selector)
        if isinstance(selector, NumberOrTag):
            version = self._read_version(selector.number, None)
            return version or self._read_version(selector.tag, split_key)
        if selector == "latest":
            newest = self._find_newest()
            return self._backend.load_version(newest) if newest else None
        for _ in range(HEAD_READS):
            number = self.prompt.resolve_selector(selector, split_key)
            if number is None or not 0 < number <= self.prompt.last_version:
                return None
            if item := self._get("versions", self._build_key(number)):
                return self._backend.load_version(item) if self._shows(item) else None
            if isinstance(selector, int) or not self._refresh():
                return None
        raise Contended

    def _find_newest(self, attributes: Sequence[str] = ()) -> Item | None:
        """Find the newest version that the dialect of the request has, else the newest draft.

        Args:
            attributes: The names of the attributes to read; none for all.
        """
        number = self._restrictions.get_newest_number(self.prompt)
        before = number + 1 if number else None
        rows = self._query_versions(before=before, size=1, attributes=attributes)
        if self._restrictions.hides_archived_versions:
            return next(filter(self._shows, rows), None)
        newest = next(rows, None)
        if number is not None or newest is None:
            return newest
        return next(filter(self._shows, chain([newest], rows)), newest)

    def _refresh(self) -> bool:
        """Read the head again; return whether it has changed, and is still the team's."""
        current = self.team.find_prompt(self.prompt.id)
        if current is None or current.is_deleted or current.revision == self.prompt.revision:
            return False
        self._prompt, self._items = current, {}
        return True

    def get_version(
        self, selector: Selector, *, split_key: str | None = None, missing: str = ""
    ) -> Version:
        """Get a version.

        Args:
            selector: Its number, a tag, `live` or `latest`.
            split_key: The caller's key, where the pointer may be split.
            missing: The problem's message if there is none.

        Raises:
            Forbidden: The principal is restricted to other pointers.
            VersionNotFound: The prompt has no such version.
        """
        return self.require_version(self.find_version(selector, split_key), missing=missing)

    def get_cached_version(
        self, selector: Selector, *, split_key: str | None = None, missing: str = ""
    ) -> Version:
        """Get a version for a read, from the cache while the head has the same revision.

        Args:
            selector: Its number, a tag, `live` or `latest`.
            split_key: The caller's key, where the pointer may be split.
            missing: The problem's message if there is none.

        Raises:
            CompositionFailed: What it includes cannot be put in.
            Forbidden: The principal is restricted to other pointers.
            VersionNotFound: The prompt has no such version.
        """
        version = self._find_cached_version(selector, split_key)
        return self.add_parts(self.require_version(version, missing=missing))

    def _find_cached_version(self, selector: Selector, split_key: str | None) -> Version | None:
        selector = self._restrictions.check_selector(selector)
        if isinstance(selector, NumberOrTag):
            version = self._find_cached_version(selector.number, None)
            return version or self._find_cached_version(selector.tag, split_key)
        number: int | str | None
        if selector == "latest":
            number = self._latest
        else:
            number = self.prompt.resolve_selector(selector, split_key)
        revision, version = self._backend.versions.get((self.prompt.id, number or 0)) or (0, None)
        if revision != self.prompt.revision:
            version = self._read_version(selector, split_key)
            if version is not None:
                name = number if isinstance(number, str) else None
                self._backend.remember_version(self.prompt, version, name=name)
        if version is not None and selector != "latest" and not self._restrictions.shows(version):
            return None  # another dialect has cached it
        return version

    @property
    def _latest(self) -> str:
        """What the newest version is called in the caches, which other dialects use too."""
        return LATEST[self._restrictions.hides_drafts, self._restrictions.hides_archived_versions]

    def find_newest_number(self) -> int | None:
        """Find the number of the newest version there is, even if that cannot be read.

        Returns:
            The number, from the cache while the head has the same revision; None without versions.

        Raises:
            Forbidden: The principal is restricted to other pointers.
        """
        self._restrictions.check_selector("latest")
        key = self.prompt.id, self._latest
        revision, number = self._backend.newest_numbers.get(key) or (0, None)
        if revision != self.prompt.revision:
            newest = self._find_newest(SUMMARY)
            number = int(newest["version"]["N"]) if newest else None
            self._backend.newest_numbers.put(key, (self.prompt.revision, number))
        return number

    def is_newest(self, number: int) -> bool:
        """Tell whether an existing version is the newest, as far as the principal may know."""
        if number in (self.prompt.last_version, self._restrictions.get_newest_number(self.prompt)):
            return True
        return self._restrictions.allows_pointer("latest") and number == self.find_newest_number()

    def require_version(self, version: Version | None, *, missing: str = "") -> Version:
        """Check that a version was found, and add its number to the annotations.

        Raises:
            VersionNotFound: The version is None.
        """
        if version is None:
            raise VersionNotFound(missing)
        self._annotations["version"] = version.number
        return version

    def list_versions(
        self, *, before: int | None = None, size: int | None = None
    ) -> Iterator[Version]:
        """List the versions, highest number first.

        Args:
            before: The number below which to start.
            size: How many versions the caller expects to need; None for all.

        Raises:
            Forbidden: The principal is restricted to some pointers.
        """
        self._restrictions.check_all_versions()
        rows = filter(self._shows, self._query_versions(before=before, size=size))
        for _, version in load_readable(self._load, rows, self._annotations):
            yield version

    def list_version_summaries(
        self, *, before: int | None = None, size: int | None = None
    ) -> Iterator[VersionSummary]:
        """List the versions, highest number first, without loading their contents.

        Args:
            before: The number below which to start.
            size: How many versions the caller expects to need; None for all.

        Raises:
            Forbidden: The principal is restricted to some pointers.
        """
        self._restrictions.check_all_versions()
        rows = self._query_versions(before=before, size=size, attributes=SUMMARY)
        for _, summary in load_readable(items.load_version_summary, rows, self._annotations):
            if self._restrictions.shows(summary):
                yield summary

    def _load(self, item: Item) -> Version:
        return self.add_parts(self._backend.load_version(item))

    def _query_versions(
        self,
        *,
        before: int | None = None,
        size: int | None = None,
        attributes: Sequence[str] = (),
    ) -> Iterator[Item]:
        rows = self._backend.database.query(
            "versions",
            ("prompt_id", self.prompt.id),
            "version",
            before=before,
            first_page=size,
            attributes=attributes,
        )
        return self._keep_own(rows)

    def find_newest_stable(self) -> int | None:
        """Find the number of the newest stable version, among the newest of the prompt."""
        return self._backend.find_newest_stable(self.prompt)

    def _shows(self, item: Item) -> bool:
        version = StoredVersion(self._backend, item, self._annotations, self.add_parts)
        return self._restrictions.shows(version)

    def find_versions(
        self, numbers: Iterable[int], *, size: int | None = None
    ) -> Iterator[Version]:
        """Find the versions among numbers that exist and can be read, in the same order.

        Args:
            numbers: Numbers of versions.
            size: How many versions the caller expects to need; None for all.
        """
        pairs = ((self.prompt, number) for number in numbers)
        for version in self.team.find_versions(pairs, size=size):
            if version is not None and (whole := version.load()) is not None:
                yield whole

    # -- payloads

    def get_payload(self, payload_id: str) -> Payload:
        """Get a payload by its id.

        Raises:
            PayloadNotFound: The prompt has no payload with this id.
        """
        key = {"prompt_id": self.prompt.id, "payload_id": payload_id}
        if (item := self._get("payloads", key)) is None:
            raise PayloadNotFound
        return self._backend.load_payload(item)

    def list_payloads(
        self, *, before: str | None = None, size: int | None = None
    ) -> Iterator[Payload]:
        """List the payloads, newest first.

        Args:
            before: The id below which to start.
            size: How many payloads the caller expects to need; None for all.
        """
        partition = "prompt_id", self.prompt.id
        rows = self._backend.database.query(
            "payloads", partition, "payload_id", before=before, first_page=size
        )
        load = self._backend.load_payload
        for _, payload in load_readable(load, self._keep_own(rows), self._annotations):
            yield payload

    # -- release requests

    def get_release(self, release_id: str) -> ReleaseRequest:
        """Get a release request by its id.

        Raises:
            Forbidden: The principal is restricted to other pointers.
            ReleaseNotFound: The prompt has no such request in this team.
        """
        key = keys.build_release(self.team.id, self.prompt.id, release_id)
        if not is_id(release_id) or (item := self._backend.database.get("access", key)) is None:
            raise ReleaseNotFound
        from shared.store import release_items  # which few functions need

        release = release_items.load_release(item)
        self._restrictions.check_pointer(release.pointer)
        return release

    def list_waiting_releases(self, pointer: str | None = None) -> list[ReleaseRequest]:
        """List the release requests that wait, newest first, without reading others.

        Those for pointers that the principal may not know of are left out.

        Args:
            pointer: Only those for this pointer; None for all.
        """
        from shared.store.release_items import load_release

        ids = [
            id
            for id, name in self.prompt.waiting.items()
            if pointer in (None, name) and self._restrictions.allows_pointer(name)
        ]
        requests = [keys.build_release(self.team.id, self.prompt.id, id) for id in ids]
        rows = self._backend.database.get_many({"access": requests})["access"] if ids else []
        releases = [
            release
            for _, release in load_readable(load_release, rows, self._annotations)
            if release.status == "waiting"  # still, since the head was read
        ]
        return sorted(releases, key=lambda release: release.id, reverse=True)

    def list_releases(
        self, *, before: str | None = None, size: int | None = None
    ) -> Iterator[ReleaseRequest]:
        """List the release requests of the prompt in this team, newest first.

        Those for pointers that the principal may not know of are left out.

        Args:
            before: The id below which to start.
            size: How many requests the caller expects to need; None for all.
        """
        from shared.store.release_items import load_release

        prefix = keys.build_release_list(self.prompt.id)
        rows = self._backend.database.query(
            "access",
            ("pk", keys.build_team(self.team.id)["pk"]),
            "sk",
            prefix=prefix,
            before=None if before is None else f"{prefix}{before}",
            first_page=size,
        )
        for _, release in load_readable(load_release, rows, self._annotations):
            if self._restrictions.allows_pointer(release.pointer):
                yield release

    # -- history

    def list_events(
        self, *, before: str | None = None, size: int | None = None
    ) -> Iterator[tuple[str, Event]]:
        """List the events of the history, newest first, each with its position in it.

        Args:
            before: The position below which to start.
            size: How many events the caller expects to need; None for all.
        """
        partition = "prompt_id", self.prompt.id
        rows = self._backend.database.query(
            "history", partition, "event", before=before, first_page=size
        )
        rows = self._keep_own(rows)
        for item, event in load_readable(items.load_event, rows, self._annotations):
            yield item["event"]["S"], event

    def list_events_until(self, at: datetime, *, size: int = 1) -> Iterator[Event]:
        """List the events of the history up to a time, newest first.

        No event is left out, because without it the caller would conclude something else.

        Args:
            at: The time.
            size: How many events are read first; the newest is often all that the caller needs.

        Raises:
            Unreadable: The next event cannot be read.
        """
        rows = self._backend.database.query(
            "history",
            ("prompt_id", self.prompt.id),
            "event",
            before=keys.build_event_bound(at),
            first_page=size,
        )
        yield from map(items.load_event, self._keep_own(rows))
