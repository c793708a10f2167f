"""A prompt: its names, its sequence of versions, and the pointers into it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from shared import wire
from shared.domain.changes import TICK, Act, Change, change, nothing
from shared.errors import InvalidRequest, TagNotFound, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.domain.versions import Version

NAME_LENGTH = 255  # characters; the width of px0's columns
# An item holds 400 KB, of which a character takes up to 4 bytes.
DESCRIPTION_LENGTH = 50_000
MESSAGE_LENGTH = 10_000
SETTINGS_BYTES = 100_000
TAG = re.compile(r"[A-Za-z0-9_.-]{1,50}")
TAGS_PER_PROMPT = 1000  # the tags lie in the head, which is an item of at most 400 KB
RESERVED_TAGS = frozenset({"live", "latest"})
Selector = int | str  # a version's number, or a tag
Status = Literal["active", "archived", "deleted"]
Scope = Literal["team", "organization"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The head: everything about a prompt that can change.

    Args:
        last_version: the highest number ever given; it never decreases.
        live_version: the number of the one live version, if there is one.
        has_been_live: whether there ever was one, so that somebody may still be serving it.
        tags: number by tag.
        status: a deleted prompt has given up its names and is found by nobody; its versions stay.
        scope: a name may be taken once in each; what is shared with the organization comes second.
        settings: what a dialect keeps of a prompt and no version says, by dialect.
        revision: counts the changes; the condition of every write.
        updated_at: of what the prompt itself says; changed_at: of anything.
    """

    id: str
    team_id: str
    slug: str
    name: str
    description: str = ""
    status: Status = "active"
    created_at: datetime
    updated_at: datetime
    changed_at: datetime
    last_version: int = 0
    live_version: int | None = None
    has_been_live: bool = False
    tags: Mapping[str, int] = field(default_factory=dict)
    scope: Scope = "team"
    settings: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 1

    def resolve(self, selector: Selector) -> int | None:
        """The number that a number, a tag or `live` stands for; only the store knows `latest`."""
        if isinstance(selector, int):
            return selector
        return self.live_version if selector == "live" else self.tags.get(selector)

    def tags_of(self, number: int) -> list[str]:
        return sorted(tag for tag, tagged in self.tags.items() if tagged == number)


def slug_from(name: str) -> str:
    """The slug of a name: letters and digits of any script in lower case, all else underscores.

    Runs of underscores become one, those at the ends go. Source: px0, whose slugs these are.
    """
    kept = "".join(
        letter.lower()[0] if unicodedata.category(letter)[0] == "L" or letter.isdecimal() else "_"
        for letter in name
    )
    return re.sub("_+", "_", kept).strip("_")


def checked_text(text: str, what: str, *, longest: int | None = None) -> str:
    """The text, if it can be stored. Raises InvalidRequest."""
    if "\0" in text:
        raise InvalidRequest(f"{what} must not contain NUL characters")
    if longest is not None and len(text) > longest:
        raise InvalidRequest(f"{what} must be at most {longest} characters")
    return text


def checked_document(document: dict[str, Any], what: str) -> dict[str, Any]:
    """The JSON object, if its texts can be stored. Raises InvalidRequest."""
    if _holds_nul(document):
        raise InvalidRequest(f"{what} must not contain NUL characters")
    return document


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(name) or _holds_nul(item) for name, item in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


def checked_message(text: str) -> str:
    """A version's message or a rollback's reason, if it can be stored. Raises InvalidRequest."""
    return checked_text(text, "message", longest=MESSAGE_LENGTH)


def create(
    *,
    team_id: str,
    name: str,
    slug: str,
    description: str = "",
    scope: Scope = "team",
    settings: Mapping[str, Any] | None = None,
    act: Act,
) -> Change[None]:
    """A new prompt without versions. Raises InvalidRequest."""
    if not name:
        raise InvalidRequest("name is required")
    prompt = Prompt(
        id=act.new_id,
        team_id=team_id,
        slug=checked_text(slug, "slug", longest=NAME_LENGTH),
        name=checked_text(name, "name", longest=NAME_LENGTH),
        description=checked_text(description, "description", longest=DESCRIPTION_LENGTH),
        created_at=act.now,
        updated_at=act.now,
        changed_at=act.now - TICK,
        scope=scope,
        settings=settings or {},
        revision=0,
    )
    return change(
        prompt, act, "prompt.created", about=None, detail={"name": name, "slug": prompt.slug}
    )


def describe(prompt: Prompt, description: str, act: Act) -> Change[None]:
    """Give a prompt another description. Raises InvalidRequest."""
    checked_text(description, "description", longest=DESCRIPTION_LENGTH)
    at = act.after(prompt)
    return change(prompt, act, "prompt.updated", about=None, description=description, updated_at=at)


def rename(
    prompt: Prompt,
    act: Act,
    *,
    name: str | None = None,
    slug: str | None = None,
    scope: Scope | None = None,
) -> Change[None]:
    """Give a prompt other names, or the same ones in another scope. Raises InvalidRequest."""
    name = prompt.name if name is None else checked_text(name, "name", longest=NAME_LENGTH)
    slug = prompt.slug if slug is None else checked_text(slug, "slug", longest=NAME_LENGTH)
    scope = scope or prompt.scope
    if (name, slug, scope) == (prompt.name, prompt.slug, prompt.scope):
        return nothing(prompt, about=None)
    at = act.after(prompt)
    detail = {"name": name, "slug": slug, "scope": scope}
    return change(
        prompt,
        act,
        "prompt.renamed",
        about=None,
        detail=detail,
        name=name,
        slug=slug,
        scope=scope,
        updated_at=at,
    )


def configure(prompt: Prompt, dialect: str, settings: Mapping[str, Any], act: Act) -> Change[None]:
    """Replace what a dialect keeps of a prompt. Raises Unprocessable."""
    if prompt.settings.get(dialect) == settings:
        return nothing(prompt, about=None)
    after = {**prompt.settings, dialect: settings}
    if len(wire.encode(after).encode()) > SETTINGS_BYTES:
        raise Unprocessable(f"a prompt's settings take at most {SETTINGS_BYTES} bytes")
    at = act.after(prompt)
    return change(prompt, act, "prompt.configured", about=None, settings=after, updated_at=at)


def delete(prompt: Prompt, act: Act) -> Change[None]:
    """Take a prompt away for good; its names are free again."""
    if prompt.status == "deleted":
        return nothing(prompt, about=None)
    at = act.after(prompt)
    return change(prompt, act, "prompt.deleted", about=None, status="deleted", updated_at=at)


def set_status(prompt: Prompt, status: Status, act: Act) -> Change[None]:
    """Archive or restore a prompt; px0 leaves `updated_at` alone, and archiving blocks nothing."""
    if prompt.status == status:
        return nothing(prompt, about=None)
    kind = "prompt.archived" if status == "archived" else "prompt.restored"
    return change(prompt, act, kind, about=None, status=status)


def move(prompt: Prompt, team_id: str, act: Act) -> Change[None]:
    """Hand a prompt over to another team, with all that belongs to it."""
    if prompt.team_id == team_id:
        return nothing(prompt, about=None)
    detail = {"from_team_id": prompt.team_id, "to_team_id": team_id}
    at = act.after(prompt)
    return change(
        prompt, act, "prompt.moved", about=None, detail=detail, team_id=team_id, updated_at=at
    )


def checked_tag(tag: str) -> str:
    """The tag, if it may be set. Raises InvalidRequest."""
    if not tag:
        raise InvalidRequest("tag is required")
    if not TAG.fullmatch(tag):
        raise InvalidRequest(
            "invalid tag format: must be 1-50 characters containing only letters, numbers, "
            "dashes, underscores, and dots"
        )
    if tag in RESERVED_TAGS:
        raise InvalidRequest("the tags live and latest are reserved: they always resolve")
    return tag


def set_tag(prompt: Prompt, tag: str, version: Version, act: Act) -> Change[Version]:
    """Point a tag at a version, wherever it pointed before. Raises Unprocessable."""
    before = prompt.tags.get(tag)
    if before == version.number:
        return nothing(prompt, about=version)
    if before is None and len(prompt.tags) >= TAGS_PER_PROMPT:
        raise Unprocessable(f"a prompt has at most {TAGS_PER_PROMPT} tags")
    detail = {"tag": tag, "from_version": before, "to_version": version.number}
    tags = {**prompt.tags, tag: version.number}
    return change(prompt, act, "tag.moved", about=version, detail=detail, tags=tags)


def remove_tag(prompt: Prompt, tag: str, act: Act) -> Change[None]:
    """Raises TagNotFound."""
    if tag not in prompt.tags:
        raise TagNotFound
    tags = {name: number for name, number in prompt.tags.items() if name != tag}
    detail = {"tag": tag, "from_version": prompt.tags[tag]}
    return change(prompt, act, "tag.removed", about=None, detail=detail, tags=tags)
