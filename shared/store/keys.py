"""The keys of all tables, and of the objects in the bucket.

Separators need no escaping: only the last part of a key can be free text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.domain.model import Prompt

TEAM = "team"
KEY = "key"
PROMPT = "prompt#"  # in the directory: every prompt that is not deleted, by time of creation
CHANGES = "changed#"  # every prompt with versions that is not deleted, by time of change
DELETIONS = "deleted#"  # deleted prompts, by time of deletion
CONTENT = "content/"


def dump_time(at: datetime) -> str:
    """Format a time as text that sorts by time: in UTC, always with microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def load_time(text: str) -> datetime:
    """Parse a time that `dump_time` formatted."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def build_name_claim(team_id: str, scope: str, name: str) -> str:
    """Build the key of the claim that reserves a prompt's name in a scope of a team."""
    return f"name#{team_id}#{scope}#{name}"


def build_slug_claim(team_id: str, scope: str, slug: str) -> str:
    """Build the key of the claim that reserves a prompt's slug in a scope of a team."""
    return f"slug#{team_id}#{scope}#{slug}"


def parse_team_of_claim(claim: str) -> str:
    """Parse the key of a name's or slug's claim to the id of its team."""
    return claim.split("#", 2)[1]


def build_version_claim(version_id: str) -> str:
    """Build the key of the claim that finds a version by its id."""
    return f"version#{version_id}"


def build_idempotency(principal_id: str, key: str) -> str:
    """Build the key of the idempotency record of a request.

    The caller's key is hashed, because it is free text of any length.
    """
    return f"idempotency#{principal_id}#{sha256(key.encode()).hexdigest()}"


def build_team(team_id: str) -> dict[str, str]:
    """Build the key of a team."""
    return {"pk": f"team#{team_id}", "sk": TEAM}


def build_ledger(team_id: str, name: str) -> dict[str, str]:
    """Build the key of a team's ledger."""
    return {"pk": f"team#{team_id}", "sk": f"ledger#{name}"}


def build_api_key(secret: str) -> dict[str, str]:
    """Build the key of an API key from the hash of its secret; the secret is not stored."""
    return {"pk": f"key#{sha256(secret.encode()).hexdigest()}", "sk": KEY}


def build_status_list(status: str) -> str:
    """Build the prefix of the directory's entries of a status, which sort by time of creation."""
    return f"status#{status}#"


def build_folder_list(folder_id: str) -> str:
    """Build the prefix of the directory's entries of a folder, which sort by time of creation."""
    return f"folder#{folder_id}#"


def build_entry(list_prefix: str, at: datetime, prompt_id: str) -> str:
    """Build the sort key of a prompt's entry in one of the directory's lists."""
    return f"{list_prefix}{dump_time(at)}#{prompt_id}"


def build_position(prompt: Prompt) -> str:
    """Build the text of a prompt's position in lists by time of creation."""
    return build_entry(PROMPT, prompt.created_at, prompt.id)


def parse_entry(sort_key: str) -> tuple[datetime, str]:
    """Parse the sort key of an entry to its time and the prompt's id.

    Raises:
        ValueError: It is not the sort key of an entry.
    """
    _, at, prompt_id = sort_key.rsplit("#", 2)
    return load_time(at), prompt_id


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A prompt's position in a list of its team's directory, which sorts by time of creation.

    Attributes:
        created_at: The time of creation, as `dump_time` formats it.
        prompt_id: The prompt's id.
    """

    created_at: str
    prompt_id: str

    @property
    def sort_key(self) -> str:
        """The sort key of the entry in the list of all prompts."""
        return self.build_sort_key(PROMPT)

    def build_sort_key(self, list_prefix: str) -> str:
        """Build the sort key of the same position in another list by time of creation."""
        return f"{list_prefix}{self.created_at}#{self.prompt_id}"

    @classmethod
    def parse(cls, sort_key: str) -> DirectoryEntry:
        """Parse a sort key.

        Raises:
            ValueError: It is not the sort key of an entry.
        """
        prefix, created_at, prompt_id = sort_key.split("#")
        if f"{prefix}#" != PROMPT:
            raise ValueError(sort_key)
        return cls(created_at, prompt_id)


def build_event(at: datetime, event_id: str) -> str:
    """Build the sort key of an event in the history of its prompt."""
    return f"{dump_time(at)}#{event_id}"


def build_event_bound(at: datetime) -> str:
    """Build a sort key above all events up to a time, and below all later ones."""
    return f"{dump_time(at)}~"  # sorts after the separator


def build_content(content_hash: str) -> str:
    """Build the key of an object in the bucket."""
    return f"{CONTENT}{content_hash}"
