"""The entities of the registry, as plain values.

The `rest` of an entity is what another release has stored with it and this release does not know.
It is written again with the entity; nothing else is done with it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from shared.buckets import TOTAL_WEIGHT, compute_bucket
from shared.domain.splits import Share, choose_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shared.domain.content import Content

    Rest = Mapping[str, Any]

PromptStatus = Literal["active", "archived", "deleted"]
Scope = Literal["team", "organization"]
Stage = Literal["draft", "stable", "archived"]
Status = Literal["draft", "stable", "live", "archived"]

MAX_MOVES = 50  # the head is read by every call, and so has to stay small
LIVE: Final = "live"  # the pointer, and the status of the version that it is at
PRODUCTION: Final = "production"  # what vendors that have such a pointer call the live version
# px0's clients name an organisation, of which a deployment has one.
ORGANISATION_ID = "0b0c6f0e-8c1f-4d3a-9a55-6b1f0d9c7e21"


@dataclass(frozen=True, slots=True)
class NumberOrTag:
    """The selector of the version with a number or, if there is none, of the one with a tag.

    Attributes:
        number: The number that the text means; any integer.
        tag: The text as it was sent, such as `007`.
    """

    number: int
    tag: str


Selector = int | str | NumberOrTag  # a version's number, a tag, `live` or `latest`


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The tenant: every prompt belongs to one.

    Attributes:
        id: A UUID.
        name: Unique in the organisation, whatever the case of its letters.
        created_at: When it was created.
        admins: The ids of the people who are its admins.
        deleted_at: When it was deleted; its prompts are kept.
        is_being_deleted: Whether it was deleted, and still has members or keys.
        must_be_empty: Whether the deletion that has begun is that of a team without prompts.
        rest: Attributes of another release.
    """

    id: str
    name: str
    created_at: datetime
    admins: frozenset[str] = frozenset()
    deleted_at: datetime | None = None
    is_being_deleted: bool = False
    must_be_empty: bool = False
    rest: Rest = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who makes a change.

    Attributes:
        id: The id of an API key or a person.
        name: The name of the API key, or the e-mail address of the person.
        rest: Attributes of another release.
        kind: `api_key`, `person` or `operator`; empty where only the others are stored.
    """

    id: str
    name: str
    rest: Rest = field(default_factory=dict)
    kind: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How a pointer came to the version that it is at.

    Attributes:
        version: The number of the version.
        at: When it came to it.
        by: Who moved it there.
    """

    version: int
    at: datetime
    by: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The head: everything about a prompt that can change.

    Attributes:
        id: A UUID.
        team_id: The id of its team.
        slug: Unique in its team and scope.
        name: Unique in its team and scope.
        description: Free text.
        status: A deleted prompt cannot be found and its names are free; its versions are kept.
        created_at: When the prompt was created.
        updated_at: When the prompt's own fields last changed.
        changed_at: When the prompt or anything that belongs to it last changed.
        changed_by: Who made that change; None where that cannot be read.
        last_version: The highest version number so far; it never decreases.
        newest_stable: The number of the newest version that is, or has been, stable; 0 if none
            has. None where an earlier release wrote the head, and no such version since.
        live_version: The number of the live version, if there is one.
        live_move: How the live version became live; None where no version is live, or where an
            earlier release made it so.
        has_been_live: Whether there ever was a live version, which clients may still serve.
        tags: Version numbers by tag.
        splits: The versions that `live` or a tag hands out by weight; the first is the version that
            the pointer is at. A pointer that has left it is not split any more.
        waiting: The pointers of the release requests that wait for somebody, by id of the request.
        keywords: Words by which people find the prompt, in the order in which they were given.
        moved_at: When a tag last came to a version, or any pointer left it, by number of the
            version; only the versions of the last `MAX_MOVES` such moves.
        claimed_at: Since when it has had its `name` and its `slug`, where they are not those with
            which it was created, in its team and scope.
        inclusions: How often a version was written that includes this prompt; a condition of every
            write of the head, like the revision, which that leaves as it is.
        scope: A look-up by slug tries `team` before `organization`.
        settings: Settings of the prompt that only one dialect has, by dialect.
        revision: Counts the changes; the condition of every write.
        rest: Attributes of another release.
    """

    id: str
    team_id: str
    slug: str
    name: str
    description: str = ""
    status: PromptStatus = "active"
    created_at: datetime
    updated_at: datetime
    changed_at: datetime
    changed_by: Author | None = field(default=None, compare=False)  # its item has it in the events
    last_version: int = 0
    newest_stable: int | None = None
    live_version: int | None = None
    live_move: Move | None = None
    has_been_live: bool = False
    tags: Mapping[str, int] = field(default_factory=dict)
    splits: Mapping[str, Sequence[Share]] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    keywords: Sequence[str] = ()
    moved_at: Mapping[int, datetime] = field(default_factory=dict)
    claimed_at: Mapping[str, datetime] = field(default_factory=dict)
    inclusions: int = 0
    scope: Scope = "team"
    settings: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 1
    rest: Rest = field(default_factory=dict)

    @property
    def is_deleted(self) -> bool:
        """Whether the prompt is deleted, and so does not exist for any caller."""
        return self.status == "deleted"

    def is_found_by(self, team_id: str, slug: str) -> bool:
        """Tell whether a slug of a team names this prompt, as the claim says that led to it.

        The prompt may have moved, or have another slug, since the claim was read.
        """
        return not self.is_deleted and (self.team_id, self.slug) == (team_id, slug)

    def get_claim_time(self, kind: str) -> datetime:
        """Get the time since when the prompt has had its `name` or `slug`."""
        return self.claimed_at.get(kind, self.created_at)

    def has_words(self, text: str) -> bool:
        """Tell whether the name, the slug, the description or a keyword contains a text.

        Case does not matter.
        """
        words = unicodedata.normalize("NFC", text).casefold()
        texts = (self.name, self.slug, self.description, *self.keywords)
        return any(words in each.casefold() for each in texts)

    @property
    def folder_id(self) -> str | None:
        """The id of its folder; only Maxim's dialect has folders."""
        folder_id = self.settings.get("maxim", {}).get("folderId")
        return folder_id if isinstance(folder_id, str) else None

    @property
    def deployments(self) -> list[dict[str, Any]]:
        """Maxim's deployments, newest first: versions under conditions, preferred to `live`."""
        deployments: list[dict[str, Any]] = self.settings.get("maxim", {}).get("deployments", [])
        return deployments

    def resolve_selector(self, selector: int | str, split_key: str | None = None) -> int | None:
        """Find the version number of a number, a tag or `live`.

        Only the store resolves `latest`: the head does not record which drafts are deleted.

        Args:
            selector: The number, the tag or `live`.
            split_key: The caller's key, where the pointer may be split; without one, it is the
                split's first version.
        """
        if isinstance(selector, int):
            return selector
        if split_key is not None and (shares := self.list_shares(selector)):
            return choose_version(shares, compute_bucket(self.id, selector, split_key))
        return self.live_version if selector == LIVE else self.tags.get(selector)

    def list_shares(self, pointer: str) -> Sequence[Share]:
        """List the versions that a pointer hands out; empty if it is at none."""
        number = self.resolve_selector(pointer)
        split = self.splits.get(pointer)
        if split and split[0].version == number:
            return split
        return [] if number is None else [Share(number, TOTAL_WEIGHT)]

    def list_splits(self, number: int) -> list[str]:
        """List the pointers that are split between a version and others, in alphabetical order."""
        return sorted(
            pointer
            for pointer, split in self.splits.items()
            if any(share.version == number for share in split)
        )

    def list_tags(self, number: int) -> list[str]:
        """List the tags of a version in alphabetical order."""
        return sorted(tag for tag, target in self.tags.items() if target == number)

    def get_status(self, version: Version) -> Status:
        """Get the status of a version of this prompt.

        `live` is not a stage of the version: it is the stable version that the head points at.
        """
        if version.stage == "stable" and self.live_version == version.number:
            return LIVE
        return version.stage

    def get_touched_at(self, number: int, updated_at: datetime) -> datetime:
        """Get when a version, or what points at it, last changed.

        Args:
            number: The number of the version.
            updated_at: When the version itself last changed.
        """
        return max(updated_at, self.moved_at.get(number, updated_at))


def is_published(stage: str, *, has_time: bool) -> bool:
    """Tell whether a version is, or has been, stable.

    Args:
        stage: The stage of the version.
        has_time: Whether it has a time at which it was promoted.
    """
    # A stage that cannot be read hides nothing: whoever loads the version says so.
    return stage != "draft" and (stage != "archived" or has_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a prompt.

    Attributes:
        prompt_id: The id of its prompt.
        number: 1, 2, 3 … within the prompt, in order of creation, never reused.
        id: A UUID.
        stage: Only the content of a draft may change.
        content: What the version consists of.
        author: Who created the version.
        message: A note on the content, which may change at any time.
        created_at: When the version was created.
        updated_at: When the version last changed.
        published_at: When the version was last promoted.
        includes: The ids of the prompts that the references in its texts name, by these names.
            Texts of releases that knew no references have none, whatever is in them.
        rest: Attributes of another release.
    """

    prompt_id: str
    number: int
    id: str
    stage: Stage = "draft"
    content: Content
    author: Author
    message: str = ""
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    includes: Mapping[str, str] = field(default_factory=dict)
    rest: Rest = field(default_factory=dict)

    @property
    def is_published(self) -> bool:
        """Whether it is, or has been, stable."""
        return is_published(self.stage, has_time=self.published_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSummary:
    """What lists need to know of a version without its content.

    Attributes:
        id: A UUID.
        number: The number.
        stage: The stage.
        updated_at: When the version last changed.
        has_been_promoted: Whether it has a time at which it was promoted.
    """

    id: str
    number: int
    stage: Stage
    updated_at: datetime
    has_been_promoted: bool

    @property
    def is_published(self) -> bool:
        """Whether it is, or has been, stable."""
        return is_published(self.stage, has_time=self.has_been_promoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """Sample variables that are stored with a prompt, to try its versions with.

    Attributes:
        id: A UUID that sorts by time of creation.
        prompt_id: The id of its prompt.
        name: None if the payload has none.
        variables: Values by name of variable.
        created_at: When the payload was created.
        updated_at: When the payload last changed.
        rest: Attributes of another release.
    """

    id: str
    prompt_id: str
    name: str | None
    variables: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    rest: Rest = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a prompt's history.

    Attributes:
        id: A UUID.
        prompt_id: The id of its prompt.
        sequence: The head's revision after the event; unlike times, without gaps or ties.
        kind: What happened, such as `version.created`.
        at: When it happened.
        by: Who caused it.
        detail: Further JSON values, which depend on the kind.
        live_version: The number of the live version after the event, 0 for none; None in events of
            releases that did not record it.
        request_id: The id of the request; it is stored in the audit log only.
    """

    id: str
    prompt_id: str
    sequence: int
    kind: str
    at: datetime
    by: Author
    detail: Mapping[str, Any]
    live_version: int | None = None
    request_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A small list that belongs to a team, such as its tags or its folders.

    Attributes:
        team_id: The id of its team.
        name: What it lists, in the plural.
        revision: Counts the writes; 0 if the ledger was never written.
        entries: JSON objects.
        damage: Entries that this release cannot read, and writes again after the others.
        rest: Attributes of another release.
    """

    team_id: str
    name: str
    revision: int = 0
    entries: tuple[dict[str, Any], ...] = ()
    damage: tuple[Any, ...] = ()
    rest: Rest = field(default_factory=dict)
