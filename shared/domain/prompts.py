"""Rules of prompts: their names, status, settings and tags."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.domain.changes import Change, build_change
from shared.domain.checks import DESCRIPTION_LENGTH, check_name, check_text, normalize_name
from shared.domain.model import Prompt
from shared.ids import MICROSECOND, new_id
from shared.problems import InvalidRequest, LimitReached, TagNotFound, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.domain.changes import Origin
    from shared.domain.model import PromptStatus, Scope, Version

SETTINGS_BYTES = 100_000
TAG = re.compile(r"[A-Za-z0-9_.-]{1,50}")
TAGS_PER_EVENT = 250  # the events of a write are in the head too
TAGS_PER_PROMPT = 1000  # the tags are in the head, an item of at most 400 KB
KEYWORD_LENGTH = 100  # characters
KEYWORDS_PER_PROMPT = 20  # each is written beside the head, in the same transaction
RESERVED_TAGS = frozenset({"live", "latest"})
# Clients and proxies resolve these segments of a path, so that no request could name such a tag.
DOT_SEGMENTS = frozenset({".", ".."})


def make_slug(name: str) -> str:
    """Make a slug from a name.

    Letters and digits of all scripts become lower case, each run of other characters becomes one
    underscore, and underscores at both ends are removed. Source: px0. Unlike there, combining marks
    stay with their letters, because words of many scripts cannot be read without them.

    Returns:
        The slug; empty if the name has neither a letter nor a digit.
    """
    text = normalize_name(name)
    characters = {character: unicodedata.category(character)[0] for character in set(text)}
    marks = "".join(character for character, kind in characters.items() if kind == "M")
    replacements = {
        ord(character): character.lower()[0] if kind == "L" or character.isdecimal() else "_"
        for character, kind in characters.items()
        if kind != "M"
    }
    # A mark stays after a letter, or after another mark of it.
    slug = re.sub(f"(?:^|_)[_{marks}]*", "_", text.translate(replacements))
    return normalize_name(slug.strip("_"))


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

    A slug that is empty, because it was made from a text without a letter or a digit, is replaced
    by one that is made from the prompt's id.

    Raises:
        InvalidRequest: The name is empty, or a text is too long or contains a NUL character.
    """
    if not name:
        raise InvalidRequest("name is required")
    name = check_name(name, "name")  # first, because slugs are made from names
    id = new_id()
    prompt = Prompt(
        id=id,
        team_id=team_id,
        slug=check_name(slug, "slug") or f"prompt_{id[:8]}",
        name=name,
        description=_check_description(description),
        created_at=origin.now,
        updated_at=origin.now,
        changed_at=origin.now - MICROSECOND,
        scope=scope,
        settings=settings or {},
        newest_stable=0,
        revision=0,
    )
    detail = {"name": prompt.name, "slug": prompt.slug}
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


def set_keywords(prompt: Prompt, keywords: Iterable[str], origin: Origin) -> Change[None]:
    """Replace the keywords of a prompt; each counts once.

    Raises:
        InvalidRequest: A keyword is empty, too long or contains a NUL character.
        Unprocessable: There are too many.
    """
    after = tuple(dict.fromkeys(map(_check_keyword, keywords)))
    if after == tuple(prompt.keywords):
        return Change.none(prompt, subject=None)
    if len(after) > KEYWORDS_PER_PROMPT:
        raise Unprocessable(f"a prompt has at most {KEYWORDS_PER_PROMPT} keywords; send fewer")
    return build_change(
        prompt,
        origin,
        "prompt.updated",
        subject=None,
        detail={"keywords": [*after]},
        keywords=after,
        updated_at=origin.get_time_after(prompt),
    )


def _check_keyword(text: str) -> str:
    if not text:
        raise InvalidRequest("a keyword must not be empty")
    return check_text(normalize_name(text), "a keyword", max_length=KEYWORD_LENGTH)


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
        InvalidRequest: The name or slug is empty, too long or contains a NUL character.
    """
    if name == "":
        raise InvalidRequest("name must not be empty")
    if slug == "":
        raise InvalidRequest("slug must contain a letter or a digit")
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
    prompt: Prompt,
    dialect: str,
    settings: Mapping[str, Any],
    origin: Origin,
    **detail: Any,
) -> Change[None]:
    """Replace the settings that one dialect has of a prompt.

    Args:
        prompt: The prompt.
        dialect: The name of the dialect.
        settings: The settings.
        origin: Who makes the change, and when.
        **detail: The detail of the event.

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
        prompt,
        origin,
        "prompt.configured",
        subject=None,
        detail=detail,
        settings=after,
        updated_at=at,
    )


def deploy(prompt: Prompt, deployment: Mapping[str, Any], origin: Origin) -> Change[None]:
    """Add one of Maxim's deployments as the newest, replacing the one with the same conditions.

    Raises:
        Unprocessable: The prompt's settings take too many bytes.
    """
    conditions = {*map(identify_condition, deployment["conditions"])}
    others = [
        each
        for each in prompt.deployments
        if {*map(identify_condition, each["conditions"])} != conditions
    ]
    settings = {**prompt.settings.get("maxim", {}), "deployments": [deployment, *others]}
    return configure(
        prompt,
        "maxim",
        settings,
        origin,
        version=deployment["number"],
        version_id=deployment["versionId"],
        conditions=deployment["conditions"],
    )


def identify_condition(condition: Mapping[str, Any]) -> tuple[str, str, str]:
    """Identify a condition of a deployment: what is equal in this is the same condition."""
    return condition["variable"], condition["operator"], condition["value"]


def delete(prompt: Prompt, origin: Origin) -> Change[None]:
    """Delete a prompt permanently and release its names."""
    if prompt.is_deleted:
        return Change.none(prompt, subject=None)
    at = origin.get_time_after(prompt)
    return build_change(
        prompt,
        origin,
        "prompt.deleted",
        subject=None,
        status="deleted",
        waiting={},
        updated_at=at,
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
        waiting={},  # what was requested by the rules of a team is of this team
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
    if tag in DOT_SEGMENTS:
        raise InvalidRequest("a tag must not be . or .. because no URL can have it; choose another")
    return tag


def set_tag(prompt: Prompt, tag: str, version: Version, origin: Origin) -> Change[Version]:
    """Set a tag to a version, whether or not it exists already.

    Raises:
        InvalidRequest: The tag is the number of a version.
        Unprocessable: The tag is new and the prompt has the maximum number of tags.
    """
    return set_tags(prompt, [tag], version, origin)


def set_tags(
    prompt: Prompt, names: Iterable[str], version: Version, origin: Origin
) -> Change[Version]:
    """Set tags to a version, whether or not they exist already, with one event however many.

    Raises:
        InvalidRequest: A tag is the number of a version.
        Unprocessable: Tags are new and the prompt would have more than the maximum number of tags.
        LimitReached: One event cannot tell of so many tags.
    """
    number, names = version.number, [*dict.fromkeys(names)]
    if any(name.isdecimal() and 1 <= int(name) <= prompt.last_version for name in names):
        # Also of one that was deleted: numbers are never used twice.
        raise InvalidRequest(
            "a tag must not be the number of a version of the prompt; choose another tag"
        )
    moved = [name for name in names if prompt.tags.get(name) != number or name in prompt.splits]
    if not moved:
        return Change.none(prompt, subject=version)
    if len(moved) > TAGS_PER_EVENT:
        raise LimitReached(
            f"a request moves at most {TAGS_PER_EVENT} tags; spread them over several requests"
        )
    tags = {**prompt.tags, **dict.fromkeys(moved, number)}
    if len(tags) > max(TAGS_PER_PROMPT, len(prompt.tags)):
        raise Unprocessable(
            f"this prompt has {len(prompt.tags)} tags, and {TAGS_PER_PROMPT} is the maximum; "
            "remove some first"
        )
    detail: dict[str, Any]
    if len(moved) == 1:
        kind = "tag.moved"
        detail = {"tag": moved[0], "from_version": prompt.tags.get(moved[0]), "to_version": number}
    else:
        kind = "tags.moved"
        before = {name: prompt.tags[name] for name in moved if name in prompt.tags}
        detail = {"tags": moved, "from_versions": before, "to_version": number}
    # A tag that is set to the first version of its split hands out this version alone from now on.
    splits = {name: split for name, split in prompt.splits.items() if name not in moved}
    return build_change(
        prompt, origin, kind, subject=version, detail=detail, tags=tags, splits=splits
    )


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
