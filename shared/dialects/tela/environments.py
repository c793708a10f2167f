"""Tela's environments of a prompt: `production` is the live version, and any other one a tag.

A tag is there as soon as it is at a version. The names of environments that were created before
anything was published to them are in the prompt's settings, and stay there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.domain import prompts, versions
from shared.domain.changes import Change
from shared.domain.model import LIVE, PRODUCTION
from shared.domain.prompts import RESERVED_TAGS
from shared.ids import is_id
from shared.problems import InvalidRequest, NameTaken, TagNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.changes import Origin
    from shared.domain.model import Prompt, Version

DIALECT = "tela"  # its name in the settings of a prompt
RESERVED_NAMES = {PRODUCTION, "promoted", "draft", *RESERVED_TAGS}
NAME = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
NAME_LENGTH = 50  # as of any tag; Tela has 64
MISSING = "environment not found"


def check_name(name: str) -> str:
    """Check that an environment may have a name.

    Returns:
        The name, without white space around it.

    Raises:
        InvalidRequest: It is malformed or reserved.
    """
    name = name.strip()
    if name in RESERVED_NAMES or is_id(name):
        raise InvalidRequest(
            "name must not be production, promoted, latest, live, draft or a UUID; choose another"
        )
    if not NAME.fullmatch(name) or len(name) > NAME_LENGTH:
        raise InvalidRequest(
            f"name must be 1 to {NAME_LENGTH} lower-case letters, digits, and single hyphens "
            "between them"
        )
    return name


def get_pointer(name: str) -> str:
    """Get the pointer of an environment.

    Raises:
        TagNotFound: The name is a word of this service for something else.
    """
    name = name.strip()
    if name == PRODUCTION:
        return LIVE
    if name in RESERVED_TAGS:
        raise TagNotFound(MISSING)
    return name


def create(prompt: Prompt, name: str, origin: Origin) -> Change[None]:
    """Create an environment that nothing is published to.

    Raises:
        NameTaken: The prompt has an environment of the name, or a tag.
        Unprocessable: The prompt's settings take too many bytes.
    """
    names = _list_names(prompt)
    if name in names or name in prompt.tags:
        raise NameTaken("an environment of this name exists already; choose another name")
    settings = {**prompt.settings.get(DIALECT, {}), "environments": [*names, name]}
    return prompts.configure(prompt, DIALECT, settings, origin, environment=name)


def publish(
    prompt: Prompt, version: Version, name: str, origin: Origin, *, auto_create: bool
) -> Change[Version]:
    """Publish a version to an environment, which makes it stable if it is a draft.

    Raises:
        InvalidRequest: The name is malformed, or the number of a version.
        TagNotFound: The prompt has no such environment, and it is not to be created.
        Unprocessable: The prompt has the maximum number of tags.
        WrongState: The version is archived, and the environment is `production`.
    """
    pointer = get_pointer(name)
    if pointer == LIVE:
        return versions.promote_to_live(prompt, version, origin)
    if pointer not in prompt.tags:
        if not auto_create and pointer not in _list_names(prompt):
            raise TagNotFound(MISSING)
        check_name(pointer)
    change = Change.none(prompt, subject=version)
    if prompt.get_status(version) == "draft":
        change = versions.promote(prompt, version, origin)
    return change.then(lambda prompt: prompts.set_tag(prompt, pointer, change.subject, origin))


def _list_names(prompt: Prompt) -> Sequence[str]:
    names: Sequence[str] = prompt.settings.get(DIALECT, {}).get("environments", [])
    return names
