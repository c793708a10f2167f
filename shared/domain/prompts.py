"""Rules of prompts: their names, status, settings and tags."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.domain.changes import Change, build_change
from shared.domain.checks import DESCRIPTION_LENGTH, check_name, check_text
from shared.domain.model import Prompt
from shared.ids import MICROSECOND, new_id
from shared.problems import InvalidRequest, TagNotFound, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.changes import Origin
    from shared.domain.model import PromptStatus, Scope, Version

SETTINGS_BYTES = 100_000
TAG = re.compile(r"[A-Za-z0-9_.-]{1,50}")
TAGS_PER_PROMPT = 1000  # the tags are in the head, an item of at most 400 KB
RESERVED_TAGS = frozenset({"live", "latest"})


def make_slug(name: str) -> str:
    """Make a slug from a name.

    Letters and digits of all scripts become lower case, each run of other characters becomes one
    underscore, and underscores at both ends are removed. Source: px0.
    """
    letters = (
        letter.lower()[0] if unicodedata.category(letter)[0] == "L" or letter.isdecimal() else "_"
        for letter in name
    )
    return re.sub("_+", "_", "".join(letters)).strip("_")


def create(
    *,
    team_id: str,
    name: str,
    slug: str,
    description: str = "",
    scope: Scope = "team",
    settings: Mapping[str, Any] | None = None,
    origin: Origin,
) -> Change[None]:
    """Create a prompt without versions.

    Raises:
        InvalidRequest: The name is empty, or a text is too long or contains a NUL character.
    """
    if not name:
        raise InvalidRequest("name is required")
    prompt = Prompt(
        id=new_id(),
        team_id=team_id,
        slug=check_name(slug, "slug"),
        name=check_name(name, "name"),
        description=_check_description(description),
        created_at=origin.now,
        updated_at=origin.now,
        changed_at=origin.now - MICROSECOND,
        scope=scope,
        settings=settings or {},
        revision=0,
    )
    detail = {"name": name, "slug": prompt.slug}
    return build_change(prompt, origin, "prompt.created", subject=None, detail=detail)


def _check_description(text: str) -> str:
    return check_text(text, "description", max_length=DESCRIPTION_LENGTH)


def describe(prompt: Prompt, description: str, origin: Origin) -> Change[None]:
    """Replace the description of a prompt.

    Raises:
        InvalidRequest: The description is too long or contains a NUL character.
    """
    return build_change(
        prompt,
        origin,
        "prompt.updated",
        subject=None,
        description=_check_description(description),
        updated_at=origin.get_time_after(prompt),
    )


def rename(
    prompt: Prompt,
    origin: Origin,
    *,
    name: str | None = None,
    slug: str | None = None,
    scope: Scope | None = None,
) -> Change[None]:
    """Change the name, slug or scope of a prompt; None leaves a field unchanged.

    Raises:
        InvalidRequest: The name or slug is too long or contains a NUL character.
    """
    name = prompt.name if name is None else check_name(name, "name")
    slug = prompt.slug if slug is None else check_name(slug, "slug")
    scope = scope or prompt.scope
    if (name, slug, scope) == (prompt.name, prompt.slug, prompt.scope):
        return Change.none(prompt, subject=None)
    return build_change(
        prompt,
        origin,
        "prompt.renamed",
        subject=None,
        detail={"name": name, "slug": slug, "scope": scope},
        name=name,
        slug=slug,
        scope=scope,
        updated_at=origin.get_time_after(prompt),
    )


def configure(
    prompt: Prompt, dialect: str, settings: Mapping[str, Any], origin: Origin
) -> Change[None]:
    """Replace the settings that one dialect has of a prompt.

    Raises:
        Unprocessable: The settings of all dialects together are too large.
    """
    if prompt.settings.get(dialect) == settings:
        return Change.none(prompt, subject=None)
    after = {**prompt.settings, dialect: settings}
    if len(exact_json.encode(after).encode()) > SETTINGS_BYTES:
        raise Unprocessable(
            f"the settings of this prompt would take more than {SETTINGS_BYTES} bytes; "
            "shorten or remove some of them"
        )
    at = origin.get_time_after(prompt)
    return build_change(
        prompt, origin, "prompt.configured", subject=None, settings=after, updated_at=at
    )


def delete(prompt: Prompt, origin: Origin) -> Change[None]:
    """Delete a prompt permanently and release its names."""
    if prompt.is_deleted:
        return Change.none(prompt, subject=None)
    at = origin.get_time_after(prompt)
    return build_change(
        prompt, origin, "prompt.deleted", subject=None, status="deleted", updated_at=at
    )


def set_status(prompt: Prompt, status: PromptStatus, origin: Origin) -> Change[None]:
    """Archive or restore a prompt.

    As in px0, this does not change `updated_at`, and an archived prompt can still be changed.
    """
    if prompt.status == status:
        return Change.none(prompt, subject=None)
    kind = "prompt.archived" if status == "archived" else "prompt.restored"
    return build_change(prompt, origin, kind, subject=None, status=status)


def move(prompt: Prompt, team_id: str, origin: Origin) -> Change[None]:
    """Move a prompt with everything that belongs to it to another team."""
    if prompt.team_id == team_id:
        return Change.none(prompt, subject=None)
    return build_change(
        prompt,
        origin,
        "prompt.moved",
        subject=None,
        detail={"from_team_id": prompt.team_id, "to_team_id": team_id},
        team_id=team_id,
        updated_at=origin.get_time_after(prompt),
    )


def check_tag(tag: str) -> str:
    """Check that a tag is valid.

    Returns:
        The same tag.

    Raises:
        InvalidRequest: The tag is empty, malformed or reserved.
    """
    if not tag:
        raise InvalidRequest("tag is required")
    if not TAG.fullmatch(tag):
        raise InvalidRequest(
            "invalid tag format: must be 1-50 characters containing only letters, numbers, "
            "dashes, underscores, and dots"
        )
    if tag in RESERVED_TAGS:
        raise InvalidRequest("the tags live and latest are reserved; choose another tag")
    return tag


def set_tag(prompt: Prompt, tag: str, version: Version, origin: Origin) -> Change[Version]:
    """Set a tag to a version, whether or not it exists already.

    Raises:
        Unprocessable: The tag is new and the prompt has the maximum number of tags.
    """
    before = prompt.tags.get(tag)
    if before == version.number:
        return Change.none(prompt, subject=version)
    if before is None and len(prompt.tags) >= TAGS_PER_PROMPT:
        raise Unprocessable(
            f"this prompt has {TAGS_PER_PROMPT} tags, which is the maximum; remove one first"
        )
    detail = {"tag": tag, "from_version": before, "to_version": version.number}
    tags = {**prompt.tags, tag: version.number}
    return build_change(prompt, origin, "tag.moved", subject=version, detail=detail, tags=tags)


def remove_tag(prompt: Prompt, tag: str, origin: Origin) -> Change[None]:
    """Remove a tag.

    Raises:
        TagNotFound: The prompt has no such tag.
    """
    if tag not in prompt.tags:
        raise TagNotFound
    tags = {name: number for name, number in prompt.tags.items() if name != tag}
    detail = {"tag": tag, "from_version": prompt.tags[tag]}
    return build_change(prompt, origin, "tag.removed", subject=None, detail=detail, tags=tags)
