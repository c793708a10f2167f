"""What the service has of the prompts of a folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._version_contents import take_content
from ..errors import ConfigurationError
from .documents import PromptDocument

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..management import Management

STATUSES = ("draft", "stable", "live")  # in the order of promotion


@dataclass(frozen=True, slots=True)
class State:
    """What the service has of a prompt.

    Attributes:
        document: What a file of it says; without a version it has no content.
        version: The number of the version in it; 0 without one.
        status: The status of that version; empty without one.
        etag: What a write sends so that it happens only while this is so.
    """

    document: PromptDocument
    version: int
    status: str
    etag: str


def list_rows(manage: Management, team_id: str) -> list[dict[str, Any]]:
    """List the prompts of a team.

    Raises:
        ConfigurationError: Two of them have the same slug.
    """
    rows = [*manage.prompts(team_id)]
    for slug, count in Counter(row["slug"] for row in rows).items():
        if count > 1:
            raise ConfigurationError(
                f"{count} prompts of the team have the slug {slug!r}, in different scopes of "
                f"LangWatch; rename one of them in the service"
            )
    return rows


def check_slugs(slugs: Collection[str], names: Collection[str]) -> None:
    """Check that there are prompts with these slugs.

    Raises:
        ConfigurationError: There is none with one of them.
    """
    for slug in slugs:
        if slug not in names:
            raise ConfigurationError(f"there is no prompt {slug!r}")


def read_state(manage: Management, prompt_id: str, pointer: str = "latest") -> State:
    """Read a prompt with its version at a pointer, if there is one."""
    reading = manage.read(prompt_id, pointer)
    version = reading["version"] or {"version": 0, "status": ""}
    document = build_document(reading["prompt"], take_content(version))
    return State(document, version["version"], version["status"], reading["etag"])


def build_document(prompt: Mapping[str, Any], content: Mapping[str, Any]) -> PromptDocument:
    """Build what a file says of a prompt of the service."""
    return PromptDocument(
        slug=prompt["slug"],
        name=prompt["name"],
        content=content,
        description=prompt["description"],
        keywords=(*prompt["keywords"],),
    )
