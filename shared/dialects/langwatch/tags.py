"""A project's tags: definitions that name the pointers of its prompts in LangWatch's dialect.

A new project has `production` and `staging`. The pointer of `production` is the live version, so
assigning this tag promotes a version. All other pointers are tags of prompts, which other dialects
show too; this dialect shows only those that have a definition. Therefore renaming or deleting a
definition takes effect for all prompts without writing to them. Deleting one hides its
assignments until a tag with the same name is defined again.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from shared.dialects.langwatch.problems import RuleBroken, TagTaken
from shared.domain import prompts, versions
from shared.domain.ledgers import LedgerType, replace_entries
from shared.domain.model import LIVE, PRODUCTION
from shared.domain.prompts import RESERVED_TAGS
from shared.problems import TagNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.dialects.langwatch import models
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Ledger, Prompt, Version

LEDGER = LedgerType("tags", {"id": str, "name": str, "pointer": str, "created_at": str})
STAGING, LATEST = "staging", "latest"
NAME = re.compile("[a-z][a-z0-9_-]{0,49}")
SEEDED_AT = "1970-01-01T00:00:00.000Z"  # time of creation of the tags of a new project


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """The definition of a tag.

    Attributes:
        id: A UUID.
        name: The name in this dialect.
        pointer: `live`, or the tag of prompts that other dialects show.
        created_at: When the tag was defined, in the format of responses.
        rest: Fields of another release, which are stored again.
    """

    id: str
    name: str
    pointer: str
    created_at: str
    rest: Mapping[str, Any] = field(default_factory=dict)


def list_definitions(ledger: Ledger) -> tuple[Definition, ...]:
    """List the definitions of a project, oldest first."""
    if ledger.revision:
        return tuple(
            Definition(
                id=entry["id"],
                name=entry["name"],
                pointer=entry["pointer"],
                created_at=entry["created_at"],
                rest={name: value for name, value in entry.items() if name not in LEDGER.shape},
            )
            for entry in ledger.entries
        )
    return tuple(
        Definition(
            id=str(uuid5(NAMESPACE_OID, f"{ledger.team_id} {name}")),
            name=name,
            pointer=pointer,
            created_at=SEEDED_AT,
        )
        for name, pointer in ((PRODUCTION, LIVE), (STAGING, STAGING))
    )


def dump_definition(definition: Definition) -> models.TagDefinition:
    """Dump a tag."""
    return {
        "id": definition.id,
        "name": definition.name,
        "createdAt": definition.created_at,
    }


def dump_definitions(ledger: Ledger) -> list[models.TagDefinition]:
    """Dump the tags of a project, oldest first."""
    return [dump_definition(definition) for definition in list_definitions(ledger)]


def define(ledger: Ledger, name: str, *, id: str, at: str) -> tuple[Ledger, Definition]:
    """Define a tag.

    Raises:
        RuleBroken: The name is malformed or reserved.
        TagTaken: Another tag has the name.
        Unprocessable: The definitions of the team take too many bytes.
    """
    definitions = list_definitions(ledger)
    _require_free(definitions, check_tag_name(name))
    pointer = _get_own_pointer(name)
    if pointer in {definition.pointer for definition in definitions}:
        # A tag that was renamed from this name still has this pointer.
        pointer = f"{name[:41]}.{id[:8]}"
    new = Definition(id=id, name=name, pointer=pointer, created_at=at)
    return _replace_definitions(ledger, (*definitions, new)), new


def rename(ledger: Ledger, name: str, new_name: str) -> tuple[Ledger, Definition]:
    """Rename a tag, without changing its pointer.

    Raises:
        TagNotFound: There is no tag with this name.
        RuleBroken: The new name is malformed or reserved.
        TagTaken: Another tag has the new name.
    """
    definitions = list_definitions(ledger)
    before = get_definition(definitions, name, missing=f'Tag "{name}" not found.')
    others = [definition for definition in definitions if definition != before]
    _require_free(others, check_tag_name(new_name))
    after = replace(before, name=new_name)
    entries = tuple(after if definition == before else definition for definition in definitions)
    return _replace_definitions(ledger, entries), after


def remove(ledger: Ledger, name: str) -> Ledger:
    """Remove a tag.

    Raises:
        TagNotFound: There is no tag with this name.
    """
    definitions = list_definitions(ledger)
    before = get_definition(definitions, name, missing=f"Tag not found: {name}")
    others = tuple(definition for definition in definitions if definition != before)
    return _replace_definitions(ledger, others)


def list_moves(before: Ledger, after: Ledger) -> frozenset[str]:
    """List the pointers that somebody who asks for a tag by its name gets no more.

    These are the pointers of tags that were removed or renamed, and those that other dialects have
    by a name that is now the name of another pointer.
    """
    old, new = (
        {each.name: each.pointer for each in list_definitions(ledger)} for ledger in (before, after)
    )
    pointers: set[str] = set()
    for name in old.keys() | new.keys():
        if old.get(name) == new.get(name):
            continue
        if name in old:
            pointers.add(old[name])
        own = _get_own_pointer(name)
        if new.get(name, own) != own:
            pointers.add(own)
    return frozenset(pointers)


def _get_own_pointer(name: str) -> str:
    """Get the pointer that a tag has unless it was renamed."""
    return LIVE if name == PRODUCTION else name


def get_definition(definitions: Iterable[Definition], name: str, *, missing: str) -> Definition:
    """Get a tag by its name.

    Args:
        definitions: The project's tags.
        name: The name of the tag.
        missing: The problem's message for a well-formed name, which it may contain.

    Raises:
        TagNotFound: There is no tag with this name.
    """
    for definition in definitions:
        if definition.name == name:
            return definition
    raise TagNotFound(missing if NAME.fullmatch(name) else "Tag not found")


def select_tags(definitions: Sequence[Definition], names: Iterable[str]) -> list[Definition]:
    """Select tags by their names, each once.

    Raises:
        RuleBroken: A tag is not defined.
    """
    by_name = {definition.name: definition for definition in definitions}
    for name in (names := list(dict.fromkeys(names))):
        if name not in by_name:
            subject = f'"{name}"' if NAME.fullmatch(name) else "name"
            raise RuleBroken(f"Invalid tag {subject}: it is not defined. Define the tag first.")
    return [by_name[name] for name in names]


def check_tag_name(name: str) -> str:
    """Check that a tag may have this name.

    Returns:
        The same name.

    Raises:
        RuleBroken: The name is malformed or reserved.
    """
    if not name:
        raise RuleBroken("Invalid tag name: it must not be empty.")
    if name.isdecimal():
        raise RuleBroken(
            "Invalid tag name: it must not be numeric, because numbers select versions."
        )
    if not NAME.fullmatch(name):
        raise RuleBroken(
            "Invalid tag name: it must start with a lowercase letter and have at most 50 lowercase "
            "letters, digits, hyphens or underscores."
        )
    if name in RESERVED_TAGS:
        raise RuleBroken(f'Invalid tag name: "{name}" is reserved. Choose another name.')
    return name


def assign(prompt: Prompt, tag: Definition, version: Version, origin: Origin) -> Change[Version]:
    """Assign a tag to a version; for `production`, promote the version until it is live.

    Raises:
        WrongState: The tag is `production` and the version is archived.
        Unprocessable: The tag is new and the prompt has the maximum number of tags.
    """
    if tag.pointer == LIVE:
        return versions.promote_to_live(prompt, version, origin)
    return prompts.set_tag(prompt, tag.pointer, version, origin)


def assign_all(
    change: Change[Version], tags: Iterable[Definition], origin: Origin
) -> Change[Version]:
    """Extend a change so that its version gets these tags.

    Raises:
        WrongState: A tag is `production` and the version is archived.
        Unprocessable: A tag is new and the prompt has the maximum number of tags.
        LimitReached: There are too many tags for one request.
    """
    pointers = [tag.pointer for tag in tags]
    if LIVE in pointers:
        version = change.subject
        change = change.then(lambda prompt: versions.promote_to_live(prompt, version, origin))
    names = [pointer for pointer in pointers if pointer != LIVE]
    return change.then(lambda prompt: prompts.set_tags(prompt, names, change.subject, origin))


def _require_free(definitions: Iterable[Definition], name: str) -> None:
    if name in {definition.name for definition in definitions}:
        raise TagTaken(f'A tag with name "{name}" already exists in this org.')


def _replace_definitions(ledger: Ledger, definitions: tuple[Definition, ...]) -> Ledger:
    return replace_entries(ledger, tuple(map(_dump_entry, definitions)))


def _dump_entry(definition: Definition) -> dict[str, Any]:
    entry = asdict(definition)
    return {**entry.pop("rest"), **entry}
