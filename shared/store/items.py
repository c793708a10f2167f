"""Conversion of entities to items and back.

Releases share the tables: functions are deployed one after the other, and a release may be taken
back. Therefore every `load_…` takes the attributes that it knows out of the item, and keeps what is
left as the entity's `rest`, which `dump_…` writes again. So an attribute survives every write of a
release that does not know it, without being named anywhere, and a later release may add attributes
and JSON fields as long as it leaves the meaning of the others alone.

An item also has the number of the schema that it was written with. It is never compared with
`SCHEMA` in order to read an item; `make upgrade` needs it to find what a release must rewrite.

What a `load_…` cannot make sense of is `Unreadable`, by the name of the item.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

from shared import exact_json
from shared.domain.access import OPERATIONS, ApiKey, Grant, Principal, Secret
from shared.domain.checks import list_spellings
from shared.domain.content import Content
from shared.domain.ledgers import split_entries
from shared.domain.model import (
    Author,
    Event,
    Ledger,
    Move,
    Payload,
    Prompt,
    Scope,
    Team,
    Version,
    VersionSummary,
)
from shared.domain.shapes import check_shape
from shared.domain.splits import Share
from shared.domain.stored import SETTINGS, check_detail, check_parts
from shared.ids import is_id
from shared.problems import Unreadable
from shared.responses import EncodedResponse
from shared.store import keys
from shared.store.attributes import Attributes, dump_item, load_item
from shared.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from shared.domain.ledgers import LedgerType
    from shared.domain.shapes import Shape
    from shared.store.attributes import Item
    from shared.store.idempotency import Attempt

SCHEMA = 1  # items of releases before the first schema have no number
KEYS = {
    table.name: tuple(name for name, _ in filter(None, (table.partition, table.sort)))
    for table in TABLES
}
# Written in every item, and needed by no release to load one.
WRITTEN_ANEW = ("entity", "schema")
BODY = ("content_hash", "content")
SCOPES: tuple[Scope, ...] = get_args(Scope)
RECORD: Shape = {
    "request_hash": str,
    "expires_at": int,
    "status": int,
    "headers": {...: str},
}
KEY_LENGTH = 120  # of a key in an item's name: keys of claims end in free text
# What goes wrong in loading a damaged item.
DAMAGE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


def name_item(table: str, item: Mapping[str, Any]) -> str:
    """Name an item by its table and its key, as in `versions/<prompt id>/3`.

    The names are in a header, so that free text in a key is percent-encoded, and cut.
    """
    values = (str(*item[name].values()) for name in KEYS[table])
    return "/".join([table, *(quote(value, safe="#:")[:KEY_LENGTH] for value in values)])


@contextmanager
def name_damage(
    table: str, item: Mapping[str, Any], *, team_id: str | None = None
) -> Iterator[None]:
    """Name an item that cannot be loaded.

    Args:
        table: The table of the item.
        item: The item.
        team_id: The id of its team, where it is not an attribute.

    Raises:
        Unreadable: The item is damaged, or has a form that this release does not know.
    """
    try:
        yield
    except DAMAGE as error:
        name = name_item(table, item)
        raise Unreadable(
            f"the stored item {name} cannot be read; use another one, or have it restored from a "
            "backup",
            item=name,
            team_id=team_id or item.get("team_id", {}).get("S"),
            details=[{"unreadable": name}],
        ) from error


def build_item(values: Mapping[str, Any], rest: Mapping[str, Any] | None = None) -> Item:
    """Build an item of an entity's values, and of what another release has stored with it."""
    return {**(rest or {}), **dump_item({**values, "schema": SCHEMA})}


def dump_prompt(prompt: Prompt, events: Iterable[Event] = ()) -> Item:
    """Convert a head to its item.

    Args:
        prompt: The head.
        events: The events of this write. They are in the head because a table's stream keeps the
            order of writes within one item only.
    """
    return build_item(
        {
            "entity": "prompt",
            "prompt_id": prompt.id,
            "team_id": prompt.team_id,
            "slug": prompt.slug,
            "name": prompt.name,
            "description": prompt.description,
            "status": prompt.status,
            "created_at": keys.dump_time(prompt.created_at),
            "updated_at": keys.dump_time(prompt.updated_at),
            "changed_at": keys.dump_time(prompt.changed_at),
            "last_version": prompt.last_version,
            "newest_stable": prompt.newest_stable,
            "live_version": prompt.live_version,
            "live_move": _dump_move(prompt.live_move),
            "has_been_live": prompt.has_been_live or None,
            "tags": prompt.tags,
            "splits": {
                pointer: [[share.version, share.weight] for share in split]
                for pointer, split in prompt.splits.items()
            }
            or None,
            "waiting": prompt.waiting or None,
            "keywords": [*prompt.keywords] or None,
            "moved_at": {str(number): keys.dump_time(at) for number, at in prompt.moved_at.items()}
            or None,
            "claimed_at": {kind: keys.dump_time(at) for kind, at in prompt.claimed_at.items()}
            or None,
            "inclusions": prompt.inclusions or None,
            "scope": prompt.scope,
            "settings": exact_json.encode(prompt.settings),
            "revision": prompt.revision,
            "events": [_dump_head_event(event) for event in events],
        },
        prompt.rest,
    )


def load_prompt(item: Mapping[str, Any]) -> Prompt:
    """Convert an item to a head.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("prompts", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, "events")
        live_version = values.find("live_version", int)
        status: Any = values.take("status", str)
        scope: Any = values.take("scope", str)
        if scope not in SCOPES:
            raise ValueError(scope)
        settings = check_shape(
            exact_json.decode_unbounded(values.take("settings", str)), {...: dict}
        )
        check_parts(settings, SETTINGS)
        return Prompt(
            id=values.take("prompt_id", str),
            team_id=values.take("team_id", str),
            slug=values.take("slug", str),
            name=values.take("name", str),
            description=values.take("description", str),
            status=status,
            created_at=keys.load_time(values.take("created_at", str)),
            updated_at=keys.load_time(values.take("updated_at", str)),
            changed_at=keys.load_time(values.take("changed_at", str)),
            changed_by=_find_last_author(item),
            last_version=values.take("last_version", int),
            newest_stable=values.find("newest_stable", int),
            live_version=live_version,
            live_move=_load_move(values, live_version),
            has_been_live=values.find("has_been_live", bool, default=False),
            tags=check_shape(values.take("tags", dict), {...: int}),
            splits={
                pointer: _load_split(rows)
                for pointer, rows in check_shape(
                    values.find("splits", dict, default={}), {...: [[int]]}
                ).items()
            },
            waiting=check_shape(values.find("waiting", dict, default={}), {...: str}),
            keywords=tuple(check_shape(values.find("keywords", list, default=[]), [str])),
            moved_at={
                int(number): keys.load_time(at)
                for number, at in check_shape(
                    values.find("moved_at", dict, default={}), {...: str}
                ).items()
            },
            claimed_at={
                kind: keys.load_time(at)
                for kind, at in check_shape(
                    values.find("claimed_at", dict, default={}), {...: str}
                ).items()
            },
            inclusions=values.find("inclusions", int, default=0),
            scope=scope,
            settings=settings,
            revision=values.take("revision", int),
            rest=values.rest,
        )


def _dump_move(move: Move | None) -> dict[str, Any] | None:
    if move is None:
        return None
    return {"version": move.version, "at": keys.dump_time(move.at), "by": dump_author(move.by)}


def _load_move(values: Attributes, live_version: int | None) -> Move | None:
    if "live_move" not in values.rest:
        return None
    move = values.take_map("live_move")
    number = move.take("version", int)
    if number != live_version:
        return None  # an earlier release has moved the pointer, and left this as it was
    at = keys.load_time(move.take("at", str))
    return Move(version=number, at=at, by=load_author(move.take_map("by")))


def _find_last_author(item: Mapping[str, Any]) -> Author | None:
    with suppress(*DAMAGE):
        return load_author(Attributes(item["events"]["L"][-1]["M"]).take_map("by"))
    return None


def _load_split(rows: Sequence[Sequence[int]]) -> tuple[Share, ...]:
    split = tuple(Share(*row) for row in rows)
    if not split:
        raise ValueError("a split without versions")
    return split


def find_revision(item: Mapping[str, Any]) -> int:
    """Find the revision of the head that an item of a prompt was written with.

    Args:
        item: A version, a payload or an event.

    Returns:
        The revision; 0 if the item does not tell, as those of earlier releases.
    """
    value = item.get("revision") or item.get("sequence") or {}
    text = str(value.get("N", ""))
    return int(text) if text.isascii() and text.isdigit() else 0


def dump_version(
    version: Version, *, content_hash: str, content: str | None, revision: int
) -> Item:
    """Convert a version to its item.

    Args:
        version: The version.
        content_hash: Hash of the content's document.
        content: The content's document; None where it is in the bucket.
        revision: The revision of the head that is written with it.
    """
    item = build_item(
        {
            "entity": "version",
            "revision": revision,
            "prompt_id": version.prompt_id,
            "version": version.number,
            "version_id": version.id,
            "stage": version.stage,
            "content_hash": content_hash,
            "content": content,
            "author": dump_author(version.author),
            "message": version.message,
            "created_at": keys.dump_time(version.created_at),
            "updated_at": keys.dump_time(version.updated_at),
            "published_at": _dump_optional_time(version.published_at),
            "includes": version.includes or None,
        },
        version.rest,
    )
    item["author"]["M"] |= {**version.author.rest, **item["author"]["M"]}
    return item


def load_version(item: Mapping[str, Any], get_body: Callable[[Mapping[str, Any]], str]) -> Version:
    """Convert an item to a version.

    Args:
        item: The item.
        get_body: Gets the body of an item.

    Raises:
        Unreadable: The item or its body is damaged, or the body is missing.
    """
    with name_damage("versions", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, *BODY, "revision")
        stage: Any = values.take("stage", str)
        content = Content.load(get_body(item))
        if "content" not in item:
            content.note_kept_apart()
        return Version(
            prompt_id=values.take("prompt_id", str),
            number=values.take("version", int),
            id=values.take("version_id", str),
            stage=stage,
            content=content,
            author=load_author(values.take_map("author")),
            message=values.take("message", str),
            created_at=keys.load_time(values.take("created_at", str)),
            updated_at=keys.load_time(values.take("updated_at", str)),
            published_at=load_optional_time(values.find("published_at", str)),
            includes=check_shape(values.find("includes", dict, default={}), {...: str}),
            rest=values.rest,
        )


def load_version_summary(item: Mapping[str, Any]) -> VersionSummary:
    """Convert an item to what a list needs to know of a version, without its body.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("versions", item):
        values = Attributes(item)
        stage: Any = values.take("stage", str)
        return VersionSummary(
            id=values.take("version_id", str),
            number=values.take("version", int),
            stage=stage,
            updated_at=keys.load_time(values.take("updated_at", str)),
            has_been_promoted="published_at" in item,
        )


def dump_version_claim(*, version_id: str, prompt_id: str, number: int) -> Item:
    """Build the claim that finds a version by its id."""
    return build_item(
        {
            "entity": "version",
            "key": keys.build_version_claim(version_id),
            "prompt_id": prompt_id,
            "version": number,
        }
    )


def load_version_claim(item: Mapping[str, Any]) -> tuple[str, int]:
    """Convert a claim to the id of the prompt, and the number of the version, that it finds.

    Raises:
        Unreadable: The claim is damaged.
    """
    with name_damage("lookups", item):
        values = Attributes(item)
        return _take_id(values), values.take("version", int)


def list_name_claims(prompt: Prompt) -> set[str]:
    """List the keys of the claims by which a prompt reserves its names."""
    if prompt.is_deleted:
        return set()
    claims = {
        keys.build_name_claim(prompt.team_id, prompt.scope, prompt.name),
        keys.build_slug_claim(prompt.team_id, prompt.scope, prompt.slug),
    }
    if prompt.scope == "organization":
        claims.add(keys.build_shared_claim(prompt.slug))
    return claims


def list_other_claims(prompt: Prompt) -> set[str]:
    """List the keys of the claims on a prompt's names in other spellings than its own.

    Earlier releases wrote such claims.
    """
    place = prompt.team_id, prompt.scope
    return {
        *(keys.build_name_claim(*place, name) for name in list_spellings(prompt.name)),
        *(keys.build_slug_claim(*place, slug) for slug in list_spellings(prompt.slug)),
    } - list_name_claims(prompt)


def dump_name_claim(key: str, prompt: Prompt) -> Item:
    """Build the claim that reserves a name.

    Args:
        key: The key of the claim.
        prompt: The prompt that has the name.
    """
    return build_item(
        {
            "entity": "name",
            "key": key,
            "prompt_id": prompt.id,
            "since": keys.dump_time(prompt.get_claim_time(keys.parse_kind_of_claim(key))),
            "live_version": prompt.live_version,
        }
    )


def load_name_claim(item: Mapping[str, Any]) -> str:
    """Convert the claim of a name or a slug to the id of the prompt that has it.

    Raises:
        Unreadable: The claim is damaged; the problem has the team's id.
    """
    with name_damage("lookups", item, team_id=keys.parse_team_of_claim(item["key"]["S"])):
        return _take_id(Attributes(item))


def find_live_version(item: Mapping[str, Any]) -> int | None:
    """Find the number of the version that is live, as the claim of a name has noted it.

    It may not be live any more: earlier releases move the pointer without a note of it.
    """
    with suppress(*DAMAGE):
        return int(item["live_version"]["N"])
    return None


def get_age_of_claim(item: Mapping[str, Any]) -> str:
    """Get what sorts the claims of a name or a slug by their age, the oldest first.

    Those of earlier releases do not say since when they are held, and come before all others.
    """
    return str(item.get("since", {}).get("S", ""))


def _take_id(values: Attributes) -> str:
    prompt_id = values.take("prompt_id", str)
    if not is_id(prompt_id):
        raise ValueError(prompt_id)  # DynamoDB limits the length of keys
    return prompt_id


def list_directory_keys(prompt: Prompt) -> set[tuple[str, str]]:
    """List the keys of a prompt's entries in its team's directory, and in the shared one.

    The directory has one entry of the prompt for each list that shows it, so that a page of any
    list reads what it shows.
    """
    if prompt.is_deleted:
        entries = {keys.build_entry(keys.DELETIONS, prompt.changed_at, prompt.id)}
    else:
        lists = [keys.PROMPT, keys.build_status_list(prompt.status)]
        if prompt.folder_id and is_id(prompt.folder_id):
            lists.append(keys.build_folder_list(prompt.folder_id))
        entries = {keys.build_entry(prefix, prompt.created_at, prompt.id) for prefix in lists}
        if prompt.last_version:
            entries.add(keys.build_entry(keys.CHANGES, prompt.changed_at, prompt.id))
            by_name = [keys.NAMES, *map(keys.build_keyword_list, prompt.keywords)]
            entries |= {keys.build_named_entry(each, prompt.name, prompt.id) for each in by_name}
    partition = keys.build_team(prompt.team_id)["pk"]
    places = {(partition, entry) for entry in entries}
    if prompt.scope == "organization" and not prompt.is_deleted and prompt.last_version:
        entry = keys.build_entry(keys.CHANGES, prompt.changed_at, prompt.id)
        places.add((keys.SHARED_DIRECTORY, entry))
    return places


NOTICE = "notice"


def dump_notice(team_id: str, prompt_id: str, at: datetime) -> Item:
    """Build an entry that tells that a team's prompts have changed, where no prompt's own does.

    One has moved to another team, or was imported with the times that it had. The entry is in the
    list of deletions, whose readers read the prompts and do not rely on what lists them.
    """
    entry = keys.build_entry(keys.DELETIONS, at, prompt_id)
    return dump_directory_entry(keys.build_team(team_id)["pk"], entry) | {"entity": {"S": NOTICE}}


def dump_directory_entry(partition: str, entry: str) -> Item:
    """Build an entry of a directory.

    Args:
        partition: The partition of the team.
        entry: The sort key of the entry.
    """
    return build_item({"pk": partition, "sk": entry, "entity": "directory"})


def load_directory_entry(item: Mapping[str, Any]) -> str:
    """Convert an entry of a directory to the id of its prompt.

    Raises:
        Unreadable: The sort key of the entry is damaged; it has nothing else.
    """
    with name_damage("access", item):
        prompt_id = keys.parse_prompt_of_entry(item["sk"]["S"])
        if not is_id(prompt_id):
            raise ValueError(prompt_id)
        return prompt_id


def dump_inclusion(team_id: str, part_id: str, version: Version, tags: Sequence[str]) -> Item:
    """Build the entry of a prompt that is included, by which it finds what includes it.

    Args:
        team_id: The id of the team.
        part_id: The id of the prompt that is included.
        version: The version that includes it.
        tags: The references to the prompt in the texts of the version.
    """
    key = keys.build_inclusion(team_id, part_id, version.prompt_id, version.number)
    return build_item({**key, "entity": "inclusion", "tags": list(tags)})


def load_inclusion(item: Mapping[str, Any]) -> tuple[str, int, list[str]]:
    """Convert the entry of a prompt that is included to what includes it.

    Returns:
        The id of the prompt and the number of the version that include it, and the references.

    Raises:
        Unreadable: The entry is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        prompt_id, number = keys.parse_inclusion(item["sk"]["S"])
        if not is_id(prompt_id):
            raise ValueError(prompt_id)  # DynamoDB limits the length of keys
        return prompt_id, number, check_shape(values.take("tags", list), [str])


def dump_payload(
    payload: Payload, *, content_hash: str, variables: str | None, revision: int
) -> Item:
    """Convert a payload to its item.

    Args:
        payload: The payload.
        content_hash: Hash of its variables as JSON.
        variables: Its variables as JSON; None where they are in the bucket.
        revision: The revision of the head that is written with it.
    """
    return build_item(
        {
            "entity": "payload",
            "revision": revision,
            "prompt_id": payload.prompt_id,
            "payload_id": payload.id,
            "name": payload.name,
            "content_hash": content_hash,
            "content": variables,
            "created_at": keys.dump_time(payload.created_at),
            "updated_at": keys.dump_time(payload.updated_at),
        },
        payload.rest,
    )


def load_payload(item: Mapping[str, Any], get_body: Callable[[Mapping[str, Any]], str]) -> Payload:
    """Convert an item to a payload.

    Args:
        item: The item.
        get_body: Gets the body of an item.

    Raises:
        Unreadable: The item or its body is damaged, or the body is missing.
    """
    with name_damage("payloads", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, *BODY, "revision")
        return Payload(
            id=values.take("payload_id", str),
            prompt_id=values.take("prompt_id", str),
            name=values.find("name", str),
            variables=check_shape(exact_json.decode_unbounded(get_body(item)), dict),
            created_at=keys.load_time(values.take("created_at", str)),
            updated_at=keys.load_time(values.take("updated_at", str)),
            rest=values.rest,
        )


def dump_event(event: Event) -> Item:
    """Convert an event to its item in the history."""
    return build_item(
        {
            "entity": "event",
            "prompt_id": event.prompt_id,
            "event": keys.build_event(event.at, event.id),
            "event_id": event.id,
            "sequence": event.sequence,
            "kind": event.kind,
            "at": keys.dump_time(event.at),
            "by": dump_author(event.by),
            "detail": exact_json.encode(event.detail),
            "live_version": event.live_version,
        }
    )


def load_event(item: Mapping[str, Any]) -> Event:
    """Convert an item of the history to an event.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("history", item):
        values = Attributes(item)
        kind = values.take("kind", str)
        return Event(
            id=values.take("event_id", str),
            prompt_id=values.take("prompt_id", str),
            sequence=values.take("sequence", int),
            kind=kind,
            at=keys.load_time(values.take("at", str)),
            by=load_author(values.take_map("by")),
            detail=check_detail(kind, exact_json.decode_unbounded(values.take("detail", str))),
            live_version=values.find("live_version", int),
        )


def list_head_events(item: Mapping[str, Any]) -> Iterator[Event | Exception]:
    """Load the events in a head's item, which `dump_prompt` explains.

    Yields:
        Each event, or what is wrong with it.

    Raises:
        Exception: One of `DAMAGE`: the head's item itself is damaged.
    """
    prompt_id = item["prompt_id"]["S"]
    for event in item.get("events", {"L": []})["L"]:
        try:
            yield _load_head_event(Attributes(event["M"]), prompt_id)
        except DAMAGE as error:
            yield error


def _load_head_event(values: Attributes, prompt_id: str) -> Event:
    return Event(
        id=values.take("id", str),
        prompt_id=prompt_id,
        sequence=values.take("sequence", int),
        kind=values.take("kind", str),
        at=keys.load_time(values.take("at", str)),
        by=load_author(values.take_map("by")),
        detail=values.take("detail", dict),
        live_version=values.find("live_version", int),
    )


def _dump_head_event(event: Event) -> dict[str, Any]:
    """Convert an event to attributes: as JSON it could take half as many bytes again.

    A head must fit into one item.
    """
    values = {
        "id": event.id,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": keys.dump_time(event.at),
        "by": dump_author(event.by),
        "detail": {name: value for name, value in event.detail.items() if value is not None},
    }
    return values if event.live_version is None else values | {"live_version": event.live_version}


def dump_ledger(ledger: Ledger) -> Item:
    """Convert a ledger to its item."""
    return build_item(
        {
            **keys.build_ledger(ledger.team_id, ledger.name),
            "entity": "ledger",
            "revision": ledger.revision,
            "entries": exact_json.encode([*ledger.entries, *ledger.damage]),
        },
        ledger.rest,
    )


def load_ledger(item: Mapping[str, Any], ledger_type: LedgerType, *, team_id: str) -> Ledger:
    """Convert an item to a ledger.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, "pk", "sk")
        entries = exact_json.decode_unbounded(values.take("entries", str))
        whole, damage = split_entries(ledger_type, check_shape(entries, list))
        return Ledger(
            team_id=team_id,
            name=ledger_type.name,
            revision=values.take("revision", int),
            entries=whole,
            damage=damage,
            rest=values.rest,
        )


def dump_team(team: Team) -> Item:
    """Convert a team to its item."""
    return build_item(
        {
            **keys.build_team(team.id),
            "entity": "team",
            "name": team.name,
            "created_at": keys.dump_time(team.created_at),
            "admins": team.admins or None,
            "deleted_at": _dump_optional_time(team.deleted_at),
            "is_being_deleted": team.is_being_deleted or None,
            "must_be_empty": team.must_be_empty or None,
        },
        team.rest,
    )


def load_team(item: Mapping[str, Any]) -> Team:
    """Convert an item to a team.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, "pk", "sk")
        return Team(
            id=keys.parse_team(item["pk"]["S"]),
            name=values.take("name", str),
            created_at=keys.load_time(values.take("created_at", str)),
            admins=values.find("admins", frozenset, default=frozenset()),
            deleted_at=load_optional_time(values.find("deleted_at", str)),
            is_being_deleted=values.find("is_being_deleted", bool, default=False),
            must_be_empty=values.find("must_be_empty", bool, default=False),
            rest=values.rest,
        )


def dump_api_key(key: ApiKey) -> Item:
    """Convert an API key to its item in the list of all keys."""
    return build_item(
        {
            **keys.build_api_key(key.id),
            "entity": "api_key",
            "id": key.id,
            **_dump_grant(key.grant),
            "prefix": key.prefix,
            "created_at": keys.dump_time(key.created_at),
            "created_by": key.created_by and dump_author(key.created_by),
            # Not `expires_at`, with which DynamoDB deletes items.
            "valid_until": _dump_optional_time(key.grant.expires_at),
            "secrets": [
                {"hash": secret.hash, "valid_until": _dump_optional_time(secret.expires_at) or ""}
                for secret in key.secrets
            ],
            "revision": key.revision,
        },
        key.rest,
    )


def load_api_key(item: Mapping[str, Any]) -> ApiKey:
    """Convert an item of the list of all keys to an API key.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, "pk", "sk")
        has_author = "created_by" in values.rest
        return ApiKey(
            id=values.take("id", str),
            grant=_load_grant(values),
            prefix=values.take("prefix", str),
            created_at=keys.load_time(values.take("created_at", str)),
            created_by=load_author(values.take_map("created_by")) if has_author else None,
            secrets=tuple(
                Secret(hash=secret["hash"], expires_at=load_optional_time(secret["valid_until"]))
                for secret in values.take("secrets", list)
            ),
            revision=values.take("revision", int),
            rest=values.rest,
        )


def load_unlisted_key(secrets: Sequence[Mapping[str, Any]]) -> ApiKey:
    """Make an API key of the items of its secrets, which is all that earlier releases wrote.

    Its revision is 0, because it is not in the list of all keys.

    Raises:
        Unreadable: An item is damaged.
    """
    with name_damage("access", secrets[0]):
        values = Attributes(secrets[0])
        return ApiKey(
            id=values.take("id", str),
            grant=_load_grant(values),
            created_at=keys.load_time(values.take("created_at", str)),
            secrets=tuple(Secret(hash=keys.parse_credential(item["pk"]["S"])) for item in secrets),
            revision=0,
        )


# The attributes that the item of a secret has only sometimes.
OPTIONAL_OF_CREDENTIAL = ("team_id", "prompt_ids", "pointers", "quota", "valid_until")


def dump_credential(key: ApiKey, secret: Secret) -> Item:
    """Build the item that authentication reads, under the hash of a secret of an API key.

    Earlier releases know `team_id` only, which keys have if such a release gives them no more than
    this one does.
    """
    grant = key.grant
    ends = [end for end in (grant.expires_at, secret.expires_at) if end]
    is_plain = (
        len(grant.team_ids) == 1
        and not ends
        and grant.prompt_ids is None
        and grant.pointers is None
    )
    return build_item(
        {
            **keys.build_credential(secret.hash),
            "entity": "key",
            "id": key.id,
            **_dump_grant(grant),
            "team_id": grant.team_ids[0] if is_plain else None,
            "created_at": keys.dump_time(key.created_at),
            "valid_until": _dump_optional_time(min(ends, default=None)),
        }
    )


def dump_use(key_id: str, day: str) -> Item:
    """Build the item with the day on which an API key was last used."""
    return build_item({**keys.build_use(key_id), "entity": "use", "day": day})


def load_use(item: Mapping[str, Any]) -> tuple[str, str]:
    """Convert the item of a last use to the id of the API key and the day.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        return keys.parse_use(item["pk"]["S"]), item["day"]["S"]


def load_principal(item: Mapping[str, Any], team_ids: Callable[[], Iterable[str]]) -> Principal:
    """Convert the item of a secret to the principal that has it.

    A key with an operation of a later release may do nothing.

    Args:
        item: The item, of this release or an earlier one.
        team_ids: Lists all teams of the organisation, for keys of all teams.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        grant = _load_grant(values)
        permissions = OPERATIONS.get(grant.operation, frozenset())
        return Principal(
            id=values.take("id", str),
            name=grant.name,
            permissions=dict.fromkeys(grant.team_ids or team_ids(), permissions),
            prompt_ids=grant.prompt_ids,
            pointers=grant.pointers,
            quota=grant.quota,
            expires_at=grant.expires_at,
            secret_hash=keys.parse_credential(item["pk"]["S"]),
        )


def _dump_grant(grant: Grant) -> dict[str, Any]:
    return {
        "name": grant.name,
        "operation": grant.operation,
        "team_ids": [*grant.team_ids],
        "prompt_ids": None if grant.prompt_ids is None else sorted(grant.prompt_ids),
        "pointers": None if grant.pointers is None else sorted(grant.pointers),
        "quota": grant.quota,
    }


def _load_grant(values: Attributes) -> Grant:
    # Keys of earlier releases have one team.
    team_id = values.find("team_id", str)
    team_ids = values.find("team_ids", list)
    prompt_ids = values.find("prompt_ids", list)
    pointers = values.find("pointers", list)
    return Grant(
        name=values.take("name", str),
        operation=values.take("operation", str),
        team_ids=tuple(_check_texts([team_id] if team_ids is None else team_ids)),
        prompt_ids=None if prompt_ids is None else frozenset(_check_texts(prompt_ids)),
        pointers=None if pointers is None else frozenset(_check_texts(pointers)),
        quota=values.find("quota", int),
        expires_at=load_optional_time(values.find("valid_until", str)),
    )


def _check_texts(values: list[Any]) -> list[str]:
    """Check that a list has texts only.

    Raises:
        TypeError: It has something else.
    """
    if not all(isinstance(value, str) for value in values):
        raise TypeError
    return values


def _dump_optional_time(at: datetime | None) -> str | None:
    return keys.dump_time(at) if at else None


def load_optional_time(text: str | None) -> datetime | None:
    """Parse a time; None for none."""
    return keys.load_time(text) if text else None


def dump_record(values: Mapping[str, Any]) -> Item:
    """Build the item of an idempotency record."""
    return build_item({"entity": "answer", **values})


def load_record(
    item: Mapping[str, Any], attempt: Attempt, get_body: Callable[[Mapping[str, Any]], str]
) -> EncodedResponse | None:
    """Convert an idempotency record to its response; None if it is not of this attempt.

    Args:
        item: The item.
        attempt: The attempt that has the record's key.
        get_body: Gets the body of an item.

    Raises:
        IdempotencyMismatch: The record belongs to another request with the same key.
        Unreadable: The record or its body is damaged, or the body is missing.
    """
    with name_damage("lookups", item):
        values = check_shape(load_item(item), RECORD)
        if not attempt.matches(values):
            return None
        return EncodedResponse(
            status=HTTPStatus(values["status"]).value,
            body=get_body(item) or None,
            headers=values["headers"],
        )


def dump_author(author: Author) -> dict[str, str]:
    """Convert an author to values."""
    return {"id": author.id, "name": author.name}


def load_author(values: Attributes) -> Author:
    """Convert values to an author."""
    return Author(id=values.take("id", str), name=values.take("name", str), rest=values.rest)
