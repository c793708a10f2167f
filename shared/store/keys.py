"""Every key of every table is built here, and most can be read back.

A separator never needs escaping: what comes before a free text is of fixed form.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

TEAM = "team"
KEY = "key"
PROMPT = "prompt#"
CONTENT = "content/"


def timestamp(at: datetime) -> str:
    """A time that sorts as text: UTC, always with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def name_claim(team_id: str, scope: str, name: str) -> str:
    return f"name#{team_id}#{scope}#{name}"


def slug_claim(team_id: str, scope: str, slug: str) -> str:
    return f"slug#{team_id}#{scope}#{slug}"


def version_claim(version_id: str) -> str:
    return f"version#{version_id}"


def idempotency(principal_id: str, route: str, key: str) -> str:
    """The caller's key is hashed: it is free text of any length."""
    return f"idempotency#{principal_id}#{route}#{sha256(key.encode()).hexdigest()}"


def team(team_id: str) -> dict[str, str]:
    return {"pk": f"team#{team_id}", "sk": TEAM}


def ledger(team_id: str, name: str) -> dict[str, str]:
    return {"pk": f"team#{team_id}", "sk": f"ledger#{name}"}


def api_key(secret: str) -> dict[str, str]:
    """Keys are found by their hash; the secret itself is stored nowhere."""
    return {"pk": f"key#{sha256(secret.encode()).hexdigest()}", "sk": KEY}


@dataclass(frozen=True, slots=True)
class Entry:
    """A prompt's line in its team's directory, which sorts by age."""

    created_at: str
    prompt_id: str

    @property
    def sort(self) -> str:
        return f"{PROMPT}{self.created_at}#{self.prompt_id}"

    @classmethod
    def read(cls, sort: str) -> "Entry":
        """Raises ValueError."""
        prefix, created_at, prompt_id = sort.split("#")
        if f"{prefix}#" != PROMPT:
            raise ValueError(sort)
        return cls(created_at, prompt_id)


def event(at: datetime, event_id: str) -> str:
    return f"{timestamp(at)}#{event_id}"


def content(content_hash: str) -> str:
    return f"{CONTENT}{content_hash}"
