"""Conversion of entities to items and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.domain.model import Author, Event, Ledger, Payload, Prompt, Version
from shared.store import keys
from shared.store.attributes import dump_item, load_item

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from shared.domain.content import Content
    from shared.store.attributes import Item


def dump_prompt(prompt: Prompt, events: Iterable[Event] = ()) -> Item:
    """Convert a head to its item.

    Args:
        prompt: The head.
        events: The events of this write. They are in the head because a table's stream keeps the
            order of writes within one item only.
    """
    return dump_item(
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
            "live_version": prompt.live_version,
            "has_been_live": prompt.has_been_live or None,
            "tags": prompt.tags,
            "scope": prompt.scope,
            "settings": exact_json.encode(prompt.settings),
            "revision": prompt.revision,
            "events": [_dump_head_event(event) for event in events],
        }
    )


def load_prompt(item: Mapping[str, Any]) -> Prompt:
    """Convert an item to a head."""
    values = load_item(item)
    return Prompt(
        id=values["prompt_id"],
        team_id=values["team_id"],
        slug=values["slug"],
        name=values["name"],
        description=values["description"],
        status=values["status"],
        created_at=keys.load_time(values["created_at"]),
        updated_at=keys.load_time(values["updated_at"]),
        changed_at=keys.load_time(values["changed_at"]),
        last_version=values["last_version"],
        live_version=values.get("live_version"),
        has_been_live=values.get("has_been_live", False),
        tags=values["tags"],
        scope=values["scope"],
        settings=exact_json.decode(values["settings"], depth=exact_json.STORED_DEPTH),
        revision=values["revision"],
    )


def dump_version(version: Version, *, content_hash: str, content: str | None) -> Item:
    """Convert a version to its item.

    Args:
        version: The version.
        content_hash: Hash of the content's document.
        content: The content's document; None where it is in the bucket.
    """
    return dump_item(
        {
            "entity": "version",
            "prompt_id": version.prompt_id,
            "version": version.number,
            "version_id": version.id,
            "stage": version.stage,
            "content_hash": content_hash,
            "content": content,
            "author": _dump_author(version.author),
            "message": version.message,
            "created_at": keys.dump_time(version.created_at),
            "updated_at": keys.dump_time(version.updated_at),
            "published_at": _dump_optional_time(version.published_at),
        }
    )


def load_version(item: Mapping[str, Any], content: Content) -> Version:
    """Convert an item and its content to a version."""
    values = load_item(item)
    return Version(
        prompt_id=values["prompt_id"],
        number=values["version"],
        id=values["version_id"],
        stage=values["stage"],
        content=content,
        author=_load_author(values["author"]),
        message=values["message"],
        created_at=keys.load_time(values["created_at"]),
        updated_at=keys.load_time(values["updated_at"]),
        published_at=_load_optional_time(values.get("published_at")),
    )


def dump_version_claim(*, version_id: str, prompt_id: str, number: int) -> Item:
    """Build the claim that finds a version by its id."""
    return dump_item(
        {
            "entity": "version",
            "key": keys.build_version_claim(version_id),
            "prompt_id": prompt_id,
            "version": number,
        }
    )


def list_name_claims(prompt: Prompt) -> set[str]:
    """List the keys of the claims by which a prompt reserves its names."""
    if prompt.is_deleted:
        return set()
    return {
        keys.build_name_claim(prompt.team_id, prompt.scope, prompt.name),
        keys.build_slug_claim(prompt.team_id, prompt.scope, prompt.slug),
    }


def dump_name_claim(key: str, prompt: Prompt) -> Item:
    """Build the claim that reserves a name.

    Args:
        key: The key of the claim.
        prompt: The prompt that has the name.
    """
    return dump_item({"entity": "name", "key": key, "prompt_id": prompt.id})


def build_directory_key(prompt: Prompt) -> dict[str, str]:
    """Build the key of a prompt's entry in its team's directory."""
    entry = keys.DirectoryEntry(keys.dump_time(prompt.created_at), prompt.id)
    return {"pk": keys.build_team(prompt.team_id)["pk"], "sk": entry.sort_key}


def dump_directory_entry(prompt: Prompt) -> Item:
    """Build a prompt's entry in its team's directory."""
    return dump_item({**build_directory_key(prompt), "entity": "directory"})


def dump_payload(payload: Payload, *, content_hash: str, variables: str | None) -> Item:
    """Convert a payload to its item.

    Args:
        payload: The payload.
        content_hash: Hash of its variables as JSON.
        variables: Its variables as JSON; None where they are in the bucket.
    """
    return dump_item(
        {
            "entity": "payload",
            "prompt_id": payload.prompt_id,
            "payload_id": payload.id,
            "name": payload.name,
            "content_hash": content_hash,
            "content": variables,
            "created_at": keys.dump_time(payload.created_at),
            "updated_at": keys.dump_time(payload.updated_at),
        }
    )


def load_payload(item: Mapping[str, Any], variables: str) -> Payload:
    """Convert an item and its variables as JSON to a payload."""
    values = load_item(item)
    return Payload(
        id=values["payload_id"],
        prompt_id=values["prompt_id"],
        name=values.get("name"),
        variables=exact_json.decode(variables),
        created_at=keys.load_time(values["created_at"]),
        updated_at=keys.load_time(values["updated_at"]),
    )


def dump_event(event: Event) -> Item:
    """Convert an event to its item in the history."""
    return dump_item(
        {
            "entity": "event",
            "prompt_id": event.prompt_id,
            "event": keys.build_event(event.at, event.id),
            "event_id": event.id,
            "sequence": event.sequence,
            "kind": event.kind,
            "at": keys.dump_time(event.at),
            "by": _dump_author(event.by),
            "detail": exact_json.encode(event.detail),
            "live_version": event.live_version,
        }
    )


def load_event(item: Mapping[str, Any]) -> Event:
    """Convert an item of the history to an event."""
    values = load_item(item)
    return Event(
        id=values["event_id"],
        prompt_id=values["prompt_id"],
        sequence=values["sequence"],
        kind=values["kind"],
        at=keys.load_time(values["at"]),
        by=_load_author(values["by"]),
        detail=exact_json.decode(values["detail"]),
        live_version=values.get("live_version"),
    )


def load_head_events(item: Mapping[str, Any]) -> list[Event]:
    """Load the events in a head's item, which `dump_prompt` explains."""
    values = load_item(item)
    return [
        Event(
            id=event["id"],
            prompt_id=values["prompt_id"],
            sequence=event["sequence"],
            kind=event["kind"],
            at=keys.load_time(event["at"]),
            by=_load_author(event["by"]),
            detail=event["detail"],
            live_version=event.get("live_version"),
        )
        for event in values.get("events", ())
    ]


def _dump_head_event(event: Event) -> dict[str, Any]:
    """Convert an event to attributes: as JSON it could take half as many bytes again.

    A head must fit into one item.
    """
    values = {
        "id": event.id,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": keys.dump_time(event.at),
        "by": _dump_author(event.by),
        "detail": {name: value for name, value in event.detail.items() if value is not None},
    }
    return values if event.live_version is None else values | {"live_version": event.live_version}


def dump_ledger(ledger: Ledger) -> Item:
    """Convert a ledger to its item."""
    return dump_item(
        {
            **keys.build_ledger(ledger.team_id, ledger.name),
            "entity": "ledger",
            "revision": ledger.revision,
            "entries": exact_json.encode(ledger.entries),
        }
    )


def load_ledger(item: Mapping[str, Any], *, team_id: str, name: str) -> Ledger:
    """Convert an item to a ledger."""
    values = load_item(item)
    return Ledger(
        team_id=team_id,
        name=name,
        revision=values["revision"],
        entries=tuple(exact_json.decode(values["entries"], depth=exact_json.STORED_DEPTH)),
    )


def _dump_author(author: Author) -> dict[str, str]:
    return {"id": author.id, "name": author.name}


def _load_author(values: Mapping[str, Any]) -> Author:
    return Author(id=values["id"], name=values["name"])


def _dump_optional_time(at: datetime | None) -> str | None:
    return keys.dump_time(at) if at else None


def _load_optional_time(text: str | None) -> datetime | None:
    return keys.load_time(text) if text else None
