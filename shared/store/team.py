"""The store of one team, which cannot reach the data of another team."""

from __future__ import annotations

from dataclasses import dataclass
from sys import getsizeof
from typing import TYPE_CHECKING, Any

from shared.domain.content import Content
from shared.domain.model import Ledger
from shared.problems import PayloadNotFound, VersionNotFound
from shared.store import items, keys
from shared.store.dynamodb import ITEMS_PER_READ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from shared.cache import Cache
    from shared.domain.changes import Change
    from shared.domain.model import Event, Payload, Prompt, Selector, Version
    from shared.store.attributes import Item
    from shared.store.contents import Contents
    from shared.store.dynamodb import Database
    from shared.store.transactions import Record, Transactions

# Fields of a call's log line and trace, added as the call finds them out.
Annotations = dict[str, str | int]


class OtherTeamError(Exception):
    """A team's store was used for data of another team, which is a bug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What all team stores of a process share.

    Attributes:
        database: The tables.
        contents: Bodies, inline or in the bucket.
        transactions: Writes.
        versions: Cached versions by prompt id and selector, each with the head's revision at which
            it was read. Every write to a prompt or its versions increments the revision, so a
            cached version is valid as long as the head has the same revision.
    """

    database: Database
    contents: Contents
    transactions: Transactions
    versions: Cache[tuple[str, Selector], tuple[int, Version]]

    def load_version(self, item: Item) -> Version:
        """Load a version from its item, and its content from the item or the bucket."""
        return items.load_version(item, Content.load(self.contents.get(item)))


class TeamStore:
    """Everything that belongs to one team.

    Every method raises `Unavailable` while AWS is busy or cannot be reached, and `OtherTeamError`
    for a prompt of another team.

    Attributes:
        id: The id of the team.
    """

    def __init__(self, backend: Backend, team_id: str, annotations: Annotations) -> None:
        """Bind a team.

        Args:
            backend: What all team stores of the process share.
            team_id: The id of the team.
            annotations: The annotations of the current call.
        """
        self._backend = backend
        self._annotations = annotations
        self.id = team_id

    # -- prompts

    def open_prompt(self, prompt: Prompt) -> PromptStore:
        """Open the store of a prompt of this team.

        Args:
            prompt: The head, as it was just read.
        """
        self._require_own(prompt)
        return PromptStore(self._backend, self, prompt, self._annotations)

    def find_prompt(self, prompt_id: str) -> Prompt | None:
        """Find a prompt of this team by its id, even a deleted one."""
        item = self._backend.database.get("prompts", {"prompt_id": prompt_id})
        prompt = items.load_prompt(item) if item else None
        return prompt if prompt is not None and prompt.team_id == self.id else None

    def list_prompts(
        self, *, after: keys.DirectoryEntry | None = None
    ) -> Iterator[tuple[str, Prompt]]:
        """List the prompts, deleted ones included, newest first, each with its position.

        The list comes from the team's directory, which is written in the transaction that creates
        or moves a prompt; a DynamoDB index would show a new prompt only some time later.
        """
        entries = self._backend.database.query(
            "access",
            ("pk", keys.build_team(self.id)["pk"]),
            "sk",
            prefix=keys.PROMPT,
            before=after.sort_key if after else None,
        )
        batch: list[str] = []
        for entry in entries:
            batch.append(entry["sk"]["S"])
            if len(batch) == ITEMS_PER_READ:
                yield from self._get_heads(batch)
                batch = []
        yield from self._get_heads(batch)

    def _get_heads(self, positions: Sequence[str]) -> Iterator[tuple[str, Prompt]]:
        ids = [keys.DirectoryEntry.parse(position).prompt_id for position in positions]
        heads = self._backend.database.get_many(
            {"prompts": [{"prompt_id": prompt_id} for prompt_id in ids]}
        )
        prompts = {prompt.id: prompt for prompt in map(items.load_prompt, heads["prompts"])}
        for position, prompt_id in zip(positions, ids, strict=True):
            prompt = prompts.get(prompt_id)
            if prompt is not None and prompt.team_id == self.id:
                yield position, prompt

    # -- versions of several prompts

    def find_versions(
        self, numbers: Iterable[tuple[Prompt, int]]
    ) -> dict[tuple[str, int], Version]:
        """Find versions by their prompts and numbers.

        Returns:
            The existing versions, by prompt id and number.
        """
        requests = []
        for prompt, number in numbers:
            self._require_own(prompt)
            requests.append({"prompt_id": prompt.id, "version": number})
        versions: dict[tuple[str, int], Version] = {}
        for start in range(0, len(requests), ITEMS_PER_READ):
            batch = requests[start : start + ITEMS_PER_READ]
            for item in self._backend.database.get_many({"versions": batch})["versions"]:
                version = self._backend.load_version(item)
                versions[version.prompt_id, version.number] = version
        return versions

    def find_newest_versions(self, prompts: Sequence[Prompt]) -> dict[str, Version]:
        """Find the newest version of each prompt that has one.

        Returns:
            The versions by prompt id.
        """
        last = self.find_versions(
            (prompt, prompt.last_version) for prompt in prompts if prompt.last_version
        )
        newest = {prompt_id: version for (prompt_id, _), version in last.items()}
        for prompt in prompts:
            # The last number belonged to a draft that has been deleted.
            if prompt.last_version and prompt.id not in newest:
                for version in self.open_prompt(prompt).list_versions(limit=1):
                    newest[prompt.id] = version
        return newest

    # -- ledgers

    def get_ledger(self, name: str) -> Ledger:
        """Get a ledger of the team; an empty one if it was never written."""
        item = self._backend.database.get("access", keys.build_ledger(self.id, name))
        if item is None:
            return Ledger(team_id=self.id, name=name)
        return items.load_ledger(item, team_id=self.id, name=name)

    # -- writing

    def commit(
        self, change: Change[Any], *, record: Record | None = None, target: TeamStore | None = None
    ) -> None:
        """Commit a change of a prompt of this team, together with the record of the request.

        Args:
            change: The change.
            record: The request with its idempotency key, and its response.
            target: The team that the prompt may be moved to.

        Raises:
            LostRaceError: Another writer has changed the head.
            NameTaken: The team has a prompt with this name or slug.
            OtherTeamError: The prompt is another team's, or a part is another prompt's.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        self._require_own(change.before or change.after)
        if target is None or change.after.team_id != target.id:
            self._require_own(change.after)
        parts = (*change.puts, *change.deletes, *change.events)
        if {part.prompt_id for part in parts} - {change.after.id}:
            raise OtherTeamError(f"parts of another prompt, in a change of {change.after.id}")
        self._backend.transactions.commit(change, record=record)

    def commit_ledger(self, ledger: Ledger, *, record: Record | None = None) -> None:
        """Write the next revision of a ledger of this team.

        Raises:
            LostRaceError: Another writer has changed the ledger.
            OtherTeamError: The ledger is another team's.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        if ledger.team_id != self.id:
            raise OtherTeamError(f"a ledger of {ledger.team_id}, in the store of team {self.id}")
        self._backend.transactions.commit_ledger(ledger, record=record)

    def _require_own(self, prompt: Prompt) -> None:
        if prompt.team_id != self.id:
            raise OtherTeamError(
                f"prompt {prompt.id} of team {prompt.team_id}, in the store of {self.id}"
            )


class PromptStore:
    """Everything that belongs to one prompt.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.

    Attributes:
        team: The store of the prompt's team.
    """

    def __init__(
        self, backend: Backend, team: TeamStore, prompt: Prompt, annotations: Annotations
    ) -> None:
        self._backend = backend
        self._annotations = annotations
        self._prompt = prompt
        self.team = team

    @property
    def prompt(self) -> Prompt:
        """The head, as it was read."""
        return self._prompt

    # -- versions

    def find_version(self, selector: Selector) -> Version | None:
        """Find a version by its number, a tag, `live` or `latest`."""
        if selector == "latest":
            return next(self.list_versions(limit=1), None)
        number = self.prompt.resolve_selector(selector)
        if number is None or not 0 < number <= self.prompt.last_version:
            return None
        key = {"prompt_id": self.prompt.id, "version": number}
        item = self._backend.database.get("versions", key)
        return self._backend.load_version(item) if item else None

    def get_version(self, selector: Selector, *, missing: str = "") -> Version:
        """Get a version.

        Args:
            selector: Its number, a tag, `live` or `latest`.
            missing: The problem's message if there is none.

        Raises:
            VersionNotFound: The prompt has no such version.
        """
        return self.require_version(self.find_version(selector), missing=missing)

    def get_cached_version(self, selector: Selector, *, missing: str = "") -> Version:
        """Get a version for a read, from the cache while the head has the same revision.

        Args:
            selector: Its number, a tag, `live` or `latest`.
            missing: The problem's message if there is none.

        Raises:
            VersionNotFound: The prompt has no such version.
        """
        number = selector if selector == "latest" else self.prompt.resolve_selector(selector)
        key = self.prompt.id, number or 0
        revision, version = self._backend.versions.get(key) or (0, None)
        if revision != self.prompt.revision:
            version = self.find_version(selector)
            if version is not None:
                entry = self.prompt.revision, version
                weight = getsizeof(version.content.document)
                self._backend.versions.put(key, entry, weight=weight)
        return self.require_version(version, missing=missing)

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
        self, *, before: int | None = None, limit: int | None = None
    ) -> Iterator[Version]:
        """List the versions, highest number first.

        Args:
            before: The number below which to start.
            limit: The maximum number of versions.
        """
        partition = "prompt_id", self.prompt.id
        for item in self._backend.database.query(
            "versions", partition, "version", before=before, limit=limit
        ):
            yield self._backend.load_version(item)

    # -- payloads

    def get_payload(self, payload_id: str) -> Payload:
        """Get a payload by its id.

        Raises:
            PayloadNotFound: The prompt has no payload with this id.
        """
        key = {"prompt_id": self.prompt.id, "payload_id": payload_id}
        if (item := self._backend.database.get("payloads", key)) is None:
            raise PayloadNotFound
        return items.load_payload(item, self._backend.contents.get(item))

    def list_payloads(self, *, before: str | None = None) -> Iterator[Payload]:
        """List the payloads, newest first.

        Args:
            before: The id below which to start.
        """
        partition = "prompt_id", self.prompt.id
        for item in self._backend.database.query(
            "payloads", partition, "payload_id", before=before
        ):
            yield items.load_payload(item, self._backend.contents.get(item))

    # -- history

    def list_events(self, *, before: str | None = None) -> Iterator[tuple[str, Event]]:
        """List the events of the history, newest first, each with its position in it.

        Args:
            before: The position below which to start.
        """
        partition = "prompt_id", self.prompt.id
        for item in self._backend.database.query("history", partition, "event", before=before):
            yield item["event"]["S"], items.load_event(item)

    def list_events_until(self, at: datetime) -> Iterator[Event]:
        """List the events of the history up to a time, newest first.

        The newest is read by itself: it often is all that the caller needs.
        """
        for item in self._backend.database.query(
            "history",
            ("prompt_id", self.prompt.id),
            "event",
            before=keys.build_event_bound(at),
            first_page=1,
        ):
            yield items.load_event(item)
