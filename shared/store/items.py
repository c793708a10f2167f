"""Entities to items and back: the stored form of everything."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared import wire
from shared.domain.changes import Author, Event
from shared.domain.content import Content
from shared.domain.payloads import Payload
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.store import attributes, keys
from shared.store.attributes import Item


def prompt_item(prompt: Prompt, events: Iterable[Event] = ()) -> Item:
    """Args:
    events: that led to where it is, for those who read the table's stream: it tells of an item in
        the order in which that was written, and of several items in no order.
    """
    return attributes.item(
        {
            "entity": "prompt",
            "prompt_id": prompt.id,
            "team_id": prompt.team_id,
            "slug": prompt.slug,
            "name": prompt.name,
            "description": prompt.description,
            "status": prompt.status,
            "created_at": keys.timestamp(prompt.created_at),
            "updated_at": keys.timestamp(prompt.updated_at),
            "changed_at": keys.timestamp(prompt.changed_at),
            "last_version": prompt.last_version,
            "live_version": prompt.live_version,
            "has_been_live": prompt.has_been_live or None,
            "tags": prompt.tags,
            "scope": prompt.scope,
            "settings": wire.encode(prompt.settings),
            "revision": prompt.revision,
            "events": [_told(event) for event in events],
        }
    )


def prompt_from(item: Mapping[str, Any]) -> Prompt:
    stored = attributes.values(item)
    return Prompt(
        id=stored["prompt_id"],
        team_id=stored["team_id"],
        slug=stored["slug"],
        name=stored["name"],
        description=stored["description"],
        status=stored["status"],
        created_at=keys.moment(stored["created_at"]),
        updated_at=keys.moment(stored["updated_at"]),
        changed_at=keys.moment(stored["changed_at"]),
        last_version=stored["last_version"],
        live_version=stored.get("live_version"),
        has_been_live=stored.get("has_been_live", False),
        tags=stored["tags"],
        scope=stored["scope"],
        settings=wire.decode(stored["settings"], depth=wire.STORED_DEPTH),
        revision=stored["revision"],
    )


def version_item(version: Version, content: str | None) -> Item:
    """Args:
    content: the content's document, unless it lies in the bucket.
    """
    return attributes.item(
        {
            "entity": "version",
            "prompt_id": version.prompt_id,
            "version": version.number,
            "version_id": version.id,
            "stage": version.stage,
            "content_hash": version.content.hash,
            "content": content,
            "author": _author(version.author),
            "message": version.message,
            "created_at": keys.timestamp(version.created_at),
            "updated_at": keys.timestamp(version.updated_at),
            "published_at": _timestamp(version.published_at),
        }
    )


def version_from(item: Mapping[str, Any], content: Content) -> Version:
    stored = attributes.values(item)
    return Version(
        prompt_id=stored["prompt_id"],
        number=stored["version"],
        id=stored["version_id"],
        stage=stored["stage"],
        content=content,
        author=Author(**stored["author"]),
        message=stored["message"],
        created_at=keys.moment(stored["created_at"]),
        updated_at=keys.moment(stored["updated_at"]),
        published_at=_moment(stored.get("published_at")),
    )


def version_claim(*, version_id: str, prompt_id: str, number: int) -> Item:
    """What finds a version by its id."""
    return attributes.item(
        {
            "entity": "version",
            "key": keys.version_claim(version_id),
            "prompt_id": prompt_id,
            "version": number,
        }
    )


def names(prompt: Prompt) -> set[str]:
    """The claims that a prompt holds."""
    if prompt.status == "deleted":
        return set()
    return {
        keys.name_claim(prompt.team_id, prompt.scope, prompt.name),
        keys.slug_claim(prompt.team_id, prompt.scope, prompt.slug),
    }


def name_claim(name: str, prompt: Prompt) -> Item:
    """Args:
    name: one of its `names`.
    """
    return attributes.item({"entity": "name", "key": name, "prompt_id": prompt.id})


def directory_key(prompt: Prompt) -> dict[str, str]:
    """Of its line in its team's directory."""
    entry = keys.Entry(keys.timestamp(prompt.created_at), prompt.id)
    return {"pk": keys.team(prompt.team_id)["pk"], "sk": entry.sort}


def directory_line(prompt: Prompt) -> Item:
    return attributes.item({**directory_key(prompt), "entity": "directory"})


def payload_item(payload: Payload, *, content_hash: str, variables: str | None) -> Item:
    """Args:
    variables: as JSON, unless they lie in the bucket.
    """
    return attributes.item(
        {
            "entity": "payload",
            "prompt_id": payload.prompt_id,
            "payload_id": payload.id,
            "name": payload.name,
            "content_hash": content_hash,
            "content": variables,
            "created_at": keys.timestamp(payload.created_at),
            "updated_at": keys.timestamp(payload.updated_at),
        }
    )


def payload_from(item: Mapping[str, Any], variables: str) -> Payload:
    stored = attributes.values(item)
    return Payload(
        id=stored["payload_id"],
        prompt_id=stored["prompt_id"],
        name=stored.get("name"),
        variables=wire.decode(variables),
        created_at=keys.moment(stored["created_at"]),
        updated_at=keys.moment(stored["updated_at"]),
    )


def event_item(event: Event) -> Item:
    return attributes.item(
        {
            "entity": "event",
            "prompt_id": event.prompt_id,
            "event": keys.event(event.at, event.id),
            "event_id": event.id,
            "sequence": event.sequence,
            "kind": event.kind,
            "at": keys.timestamp(event.at),
            "by": _author(event.by),
            "detail": wire.encode(event.detail),
        }
    )


def event_from(item: Mapping[str, Any]) -> Event:
    stored = attributes.values(item)
    return Event(
        id=stored["event_id"],
        prompt_id=stored["prompt_id"],
        sequence=stored["sequence"],
        kind=stored["kind"],
        at=keys.moment(stored["at"]),
        by=Author(**stored["by"]),
        detail=wire.decode(stored["detail"]),
    )


def told_from(item: Mapping[str, Any]) -> list[Event]:
    """The events that a prompt's item tells of."""
    stored = attributes.values(item)
    return [
        Event(
            id=told["id"],
            prompt_id=stored["prompt_id"],
            sequence=told["sequence"],
            kind=told["kind"],
            at=keys.moment(told["at"]),
            by=Author(**told["by"]),
            detail=told["detail"],
        )
        for told in stored.get("events", ())
    ]


def _told(event: Event) -> dict[str, Any]:
    """As attributes instead of JSON, which may be half as long again: a prompt's item is full."""
    return {
        "id": event.id,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": keys.timestamp(event.at),
        "by": _author(event.by),
        "detail": {name: value for name, value in event.detail.items() if value is not None},
    }


def _author(author: Author) -> dict[str, str]:
    return {"id": author.id, "name": author.name}


def _timestamp(at: datetime | None) -> str | None:
    return keys.timestamp(at) if at else None


def _moment(text: str | None) -> datetime | None:
    return keys.moment(text) if text else None
