"""A project's tags: definitions that give the pointers of its prompts their names here.

`production` and `staging` are there from the start. The pointer of `production` is the live version
itself: to assign that tag is to promote. All others are tags of the prompt that other dialects see
as well, and of those only the defined ones are seen here. So a definition is renamed or deleted at
once for all prompts, without a write to any: deleting one hides its assignments, until a tag of the
name is defined again.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from shared.dialects.langwatch.problems import Refused, TagTaken
from shared.domain import prompts, versions
from shared.domain.ledgers import with_entries
from shared.domain.prompts import RESERVED_TAGS
from shared.errors import TagNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.domain.changes import Act, Change
    from shared.domain.ledgers import Ledger
    from shared.domain.prompts import Prompt
    from shared.domain.versions import Version

LEDGER = "tags"
PRODUCTION, STAGING, LIVE, LATEST = "production", "staging", "live", "latest"
NAME = re.compile("[a-z][a-z0-9_-]{0,49}")
SEEDED_AT = "1970-01-01T00:00:00.000Z"  # those that were there from the start


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Args:
    pointer: `live`, or the tag by which the prompts and the other dialects know it.
    created_at: as it is shown.
    """

    id: str
    name: str
    pointer: str
    created_at: str

    @property
    def shown(self) -> dict[str, str]:
        return {"id": self.id, "name": self.name, "createdAt": self.created_at}


def definitions(ledger: Ledger) -> tuple[Definition, ...]:
    """Oldest first."""
    if ledger.revision:
        return tuple(Definition(**entry) for entry in ledger.entries)
    return tuple(
        Definition(
            id=str(uuid5(NAMESPACE_OID, f"{ledger.team_id} {name}")),
            name=name,
            pointer=pointer,
            created_at=SEEDED_AT,
        )
        for name, pointer in ((PRODUCTION, LIVE), (STAGING, STAGING))
    )


def define(ledger: Ledger, name: str, *, id: str, at: str) -> tuple[Ledger, Definition]:
    """Raises Refused; TagTaken; Unprocessable when there are too many."""
    known = definitions(ledger)
    _require_free(known, checked_name(name))
    pointer = LIVE if name == PRODUCTION else name
    if pointer in {definition.pointer for definition in known}:
        # It was renamed, and the other dialects know the renamed one by this name.
        pointer = f"{name[:41]}.{id[:8]}"
    new = Definition(id=id, name=name, pointer=pointer, created_at=at)
    return _with(ledger, (*known, new)), new


def rename(ledger: Ledger, name: str, new_name: str) -> tuple[Ledger, Definition]:
    """Give a definition another name; its pointers stay. Raises TagNotFound; Refused; TagTaken."""
    known = definitions(ledger)
    renamed = find(known, name, otherwise=f'Tag "{name}" not found.')
    others = [definition for definition in known if definition != renamed]
    _require_free(others, checked_name(new_name))
    after = Definition(**asdict(renamed) | {"name": new_name})
    entries = tuple(after if definition == renamed else definition for definition in known)
    return _with(ledger, entries), after


def remove(ledger: Ledger, name: str) -> Ledger:
    """Raises TagNotFound."""
    known = definitions(ledger)
    removed = find(known, name, otherwise=f"Tag not found: {name}")
    return _with(ledger, tuple(definition for definition in known if definition != removed))


def find(known: Iterable[Definition], name: str, *, otherwise: str) -> Definition:
    """Raises TagNotFound, with the text `otherwise` where the name is fit to be repeated."""
    for definition in known:
        if definition.name == name:
            return definition
    raise TagNotFound(otherwise if NAME.fullmatch(name) else "Tag not found")


def wanted(known: Sequence[Definition], names: Iterable[str]) -> list[Definition]:
    """The definitions of tags to assign, each once. Raises Refused."""
    by_name = {definition.name: definition for definition in known}
    for name in (names := list(dict.fromkeys(names))):
        if name not in by_name:
            repeated = f'"{name}"' if NAME.fullmatch(name) else "name"
            raise Refused(f"Invalid tag {repeated}: it has to be defined before it is assigned.")
    return [by_name[name] for name in names]


def checked_name(name: str) -> str:
    """Raises Refused."""
    if not name:
        raise Refused("Invalid tag name: it must not be empty.")
    if name.isdecimal():
        raise Refused("Invalid tag name: it must not be purely numeric, as versions are.")
    if not NAME.fullmatch(name):
        raise Refused(
            "Invalid tag name: it must start with a lowercase letter and have at most 50 lowercase "
            "letters, digits, hyphens or underscores."
        )
    if name in RESERVED_TAGS:
        raise Refused(f'"{name}" is a protected tag: it always resolves.')
    return name


def assign(prompt: Prompt, tag: Definition, version: Version, act: Act) -> Change[Version]:
    """Raises WrongState where an archived version is to go live; Unprocessable."""
    if tag.pointer == LIVE:
        return versions.take_live(prompt, version, act)
    return prompts.set_tag(prompt, tag.pointer, version, act)


def assign_all(change: Change[Version], tags: Iterable[Definition], act: Act) -> Change[Version]:
    """The change, and with it the tags of the version that it is about."""
    for tag in tags:
        change = _then_assign(change, tag, act)
    return change


def _then_assign(change: Change[Version], tag: Definition, act: Act) -> Change[Version]:
    return change.then(lambda prompt: assign(prompt, tag, change.about, act))


def _require_free(known: Iterable[Definition], name: str) -> None:
    if name in {definition.name for definition in known}:
        raise TagTaken(f'A tag with name "{name}" already exists in this org.')


def _with(ledger: Ledger, known: tuple[Definition, ...]) -> Ledger:
    entries: tuple[dict[str, Any], ...] = tuple(asdict(definition) for definition in known)
    return with_entries(ledger, entries)
