"""The keys of all tables, and of the objects in the bucket.

Separators need no escaping: only the last part of a key can be free text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

TEAM = "team"
KEY = "key"
PROMPT = "prompt#"
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


def build_version_claim(version_id: str) -> str:
    """Build the key of the claim that finds a version by its id."""
    return f"version#{version_id}"


def build_idempotency(principal_id: str, route: str, key: str) -> str:
    """Build the key of the idempotency record of a request.

    The caller's key is hashed, because it is free text of any length.
    """
    return f"idempotency#{principal_id}#{route}#{sha256(key.encode()).hexdigest()}"


def build_team(team_id: str) -> dict[str, str]:
    """Build the key of a team."""
    return {"pk": f"team#{team_id}", "sk": TEAM}


def build_ledger(team_id: str, name: str) -> dict[str, str]:
    """Build the key of a team's ledger."""
    return {"pk": f"team#{team_id}", "sk": f"ledger#{name}"}


def build_api_key(secret: str) -> dict[str, str]:
    """Build the key of an API key from the hash of its secret; the secret is not stored."""
    return {"pk": f"key#{sha256(secret.encode()).hexdigest()}", "sk": KEY}


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A prompt's entry in its team's directory, which sorts by time of creation.

    Attributes:
        created_at: The time of creation, as `dump_time` formats it.
        prompt_id: The prompt's id.
    """

    created_at: str
    prompt_id: str

    @property
    def sort_key(self) -> str:
        """The sort key of the entry's item."""
        return f"{PROMPT}{self.created_at}#{self.prompt_id}"

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
