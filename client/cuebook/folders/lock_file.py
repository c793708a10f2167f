"""The lock file, which notes what each file was made from.

So three states of a prompt are compared: what the file says, what it said when both were the same,
and what the service has now.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .documents import PromptDocument

LOCK = "cuebook.lock.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lock file notes of a prompt.

    Attributes:
        id: The id of the prompt.
        version: The number of the version that the file says.
        newest: The number of the newest version then.
        description: The hash of what described the prompt then.
        content: The hash of the content then.
    """

    id: str
    version: int
    newest: int
    description: str
    content: str

    @classmethod
    def build(cls, prompt_id: str, document: PromptDocument, version: int, newest: int) -> Entry:
        """Build the entry of a prompt whose file says the same as a version."""
        hashes = document.description_hash, document.content_hash
        return cls(prompt_id, version, newest, *hashes)

    def matches(self, document: PromptDocument) -> bool:
        """Tell whether a document is what the file said then."""
        hashes = document.description_hash, document.content_hash
        return (self.description, self.content) == hashes


def dump_lock(entries: Mapping[str, Entry]) -> str:
    """Dump what the lock file says, by slug."""
    value = {"format": FORMAT, "prompts": {slug: asdict(entries[slug]) for slug in entries}}
    return f"{json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)}\n"


def load_lock(path: Path) -> dict[str, Entry]:
    """Load what the lock file says, by slug; it may not exist yet.

    Raises:
        ConfigurationError: It is malformed.
    """
    try:
        value = json.loads(path.read_bytes())
        if value["format"] != FORMAT:
            raise ConfigurationError(f"{path}: a newer cuebook has written this; upgrade cuebook")
        entries = {slug: Entry(**fields) for slug, fields in value["prompts"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(
            f"{path}: this is no lock file; restore it from Git, with both sides of a merge, or "
            f"remove it and run `cuebook pull`"
        ) from error
    return entries
