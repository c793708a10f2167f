"""The keys of all tables, and of the objects in the bucket.

Separators need no escaping: only the last part of a key can be free text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from shared.domain.model import ORGANISATION_ID

if TYPE_CHECKING:
    from datetime import date

    from shared.domain.model import Prompt

TEAM = "team"
# Attributes of a team: each prompt has its entries in the lists of the directory; by time, by name.
COMPLETE_BY_TIME = "has_complete_directory"
COMPLETE_BY_NAME = "has_directory_by_name"
COMPLETE = (COMPLETE_BY_TIME, COMPLETE_BY_NAME)
KEY = "key"
CREDENTIAL = "key#"  # followed by the hash of a secret
ORGANISATION = "organisation"
API_KEYS = "keys"  # the partition with all API keys, by id
USE = "usage#"  # followed by the id of an API key
DAY = "day"
USES = "uses#"  # followed by the id of a prompt or a team: how it was used, by day
QUOTA = "quota#"  # followed by what is counted: the requests of a key or a team, by minute
PEOPLE = "people"  # the partition with all people, by id
PERSON = "person"
MEMBER = "member#"  # in the partition of a team: its members, by the ids of the people
MEMBERSHIP = "team#"  # in the partition of a person: the same memberships, by the ids of the teams
SESSION = "session"
ATTEMPTS = "attempts"
PROMPT = "prompt#"  # in the directory: every prompt that is not deleted, by time of creation
CHANGES = "changed#"  # every prompt with versions that is not deleted, by time of change
NAMES = "name#"  # every prompt with versions that is not deleted, by name
KEYWORDS = "keyword#"  # followed by a hash: the same of one keyword, by name
DELETIONS = "deleted#"  # deleted prompts, by time of deletion
RELEASE = "release#"  # in the partition of a team: release requests, by prompt, oldest first
INCLUSION = "inclusion#"  # in the partition of a team: what includes a prompt, by the prompt
PROTECTION = "protected"
CONTENT = "content/"
NAME_BYTES = 900  # of a name in the sort key of a list by name
# The directory of what teams share with all; it has the form of a team's.
SHARED_DIRECTORY = f"team#{ORGANISATION_ID}"


def dump_time(at: datetime) -> str:
    """Format a time as text that sorts by time: in UTC, always with microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def load_time(text: str) -> datetime:
    """Parse a time that `dump_time` formatted.

    Raises:
        ValueError: The text is no time, or lacks its zone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {text}")
    return at


def build_name_claim(team_id: str, scope: str, name: str) -> str:
    """Build the key of the claim that reserves a prompt's name in a scope of a team."""
    return f"name#{team_id}#{scope}#{name}"


def build_slug_claim(team_id: str, scope: str, slug: str) -> str:
    """Build the key of the claim that reserves a prompt's slug in a scope of a team."""
    return f"slug#{team_id}#{scope}#{slug}"


def build_shared_claim(slug: str) -> str:
    """Build the key of the claim that reserves a slug among those that all teams see."""
    return build_slug_claim(ORGANISATION_ID, "organization", slug)


def parse_kind_of_claim(claim: str) -> str:
    """Parse the key of a name's or slug's claim to what it claims: a `name` or a `slug`."""
    return claim.split("#", 1)[0]


def parse_team_of_claim(claim: str) -> str:
    """Parse the key of a name's or slug's claim to the id of its team."""
    return claim.split("#", 2)[1]


def name_version(prompt_id: str, number: int) -> str:
    """Name a version as other items are named, by its table and its key."""
    return f"versions/{prompt_id}/{number}"


def build_version_claim(version_id: str) -> str:
    """Build the key of the claim that finds a version by its id."""
    return f"version#{version_id}"


def build_idempotency(principal_id: str, key: str) -> str:
    """Build the key of the idempotency record of a request.

    The caller's key is hashed, because it is free text of any length.
    """
    return f"idempotency#{principal_id}#{sha256(key.encode()).hexdigest()}"


def build_organisation() -> dict[str, str]:
    """Build the key of the organisation, of which a deployment has one."""
    return {"pk": ORGANISATION, "sk": ORGANISATION}


def build_team(team_id: str) -> dict[str, str]:
    """Build the key of a team."""
    return {"pk": f"team#{team_id}", "sk": TEAM}


def parse_team(partition: str) -> str:
    """Parse the partition of a team to its id."""
    return partition.removeprefix("team#")


def build_ledger(team_id: str, name: str) -> dict[str, str]:
    """Build the key of a team's ledger."""
    return {"pk": f"team#{team_id}", "sk": f"ledger#{name}"}


def build_protection(team_id: str) -> dict[str, str]:
    """Build the key of what a team protects."""
    return {"pk": f"team#{team_id}", "sk": PROTECTION}


def build_release_list(prompt_id: str) -> str:
    """Build the prefix of the release requests of a prompt, in the partition of its team."""
    return f"{RELEASE}{prompt_id}#"


def build_release(team_id: str, prompt_id: str, release_id: str) -> dict[str, str]:
    """Build the key of a release request, in the partition of the team that it was made in."""
    return {"pk": f"team#{team_id}", "sk": f"{build_release_list(prompt_id)}{release_id}"}


def build_inclusion_list(prompt_id: str) -> str:
    """Build the prefix of what includes a prompt, in the partition of its team."""
    return f"{INCLUSION}{prompt_id}#"


def build_inclusion(team_id: str, part_id: str, prompt_id: str, number: int) -> dict[str, str]:
    """Build the key of an entry of a prompt that is included.

    Args:
        team_id: The id of the team.
        part_id: The id of the prompt that is included.
        prompt_id: The id of the prompt that includes it.
        number: The number of the version that does.
    """
    entry = f"{build_inclusion_list(part_id)}{prompt_id}#{number:010}"
    return {"pk": f"team#{team_id}", "sk": entry}


def parse_inclusion(sort_key: str) -> tuple[str, int]:
    """Parse the sort key of an entry to the prompt and the version that include.

    Raises:
        ValueError: It is no such key.
    """
    _, _, prompt_id, number = sort_key.split("#")
    return prompt_id, int(number)


def build_credential(secret_hash: str) -> dict[str, str]:
    """Build the key of what authentication reads of an API key, from the hash of its secret."""
    return {"pk": f"{CREDENTIAL}{secret_hash}", "sk": KEY}


def parse_credential(partition: str) -> str:
    """Parse the partition of what authentication reads to the hash of its secret."""
    return partition.removeprefix(CREDENTIAL)


def build_api_key(key_id: str) -> dict[str, str]:
    """Build the key of an API key, in the list of all keys."""
    return {"pk": API_KEYS, "sk": key_id}


def build_use(key_id: str) -> dict[str, str]:
    """Build the key of the day on which an API key was last used."""
    return {"pk": f"{USE}{key_id}", "sk": DAY}


def parse_use(partition: str) -> str:
    """Parse the partition of a last use to the id of the API key."""
    return partition.removeprefix(USE)


def build_day_of_use(subject_id: str, day: date) -> dict[str, str]:
    """Build the key of how a prompt was used on a day, or the prompts of a team together."""
    return {"pk": f"{USES}{subject_id}", "sk": day.isoformat()}


def build_end_of_uses() -> dict[str, str]:
    """Build the key of the time up to which all uses are counted."""
    return {"pk": USES, "sk": "end"}


def build_quota(of: str, id: str, minute: int) -> dict[str, str]:
    """Build the key of the count of a minute's requests.

    Args:
        of: What is counted, such as `team`.
        id: The id of that.
        minute: The number of the minute, since 1970.
    """
    return {"pk": f"{QUOTA}{of}#{id}", "sk": str(minute)}


def build_listed_person(person_id: str) -> dict[str, str]:
    """Build the key of a person, in the list of all people."""
    return {"pk": PEOPLE, "sk": person_id}


def build_person_partition(person_id: str) -> str:
    """Build the partition of a person: the person, memberships and sessions."""
    return f"person#{person_id}"


def build_person(person_id: str) -> dict[str, str]:
    """Build the key of a person."""
    return {"pk": build_person_partition(person_id), "sk": PERSON}


def build_membership(person_id: str, team_id: str) -> dict[str, str]:
    """Build the key of a membership, in the partition of the person."""
    return {"pk": build_person_partition(person_id), "sk": f"{MEMBERSHIP}{team_id}"}


def build_member(team_id: str, person_id: str) -> dict[str, str]:
    """Build the key of the same membership, in the partition of the team."""
    return {"pk": build_team(team_id)["pk"], "sk": f"{MEMBER}{person_id}"}


def build_session(secret_hash: str) -> dict[str, str]:
    """Build the key of what authentication reads of a session, from the hash of its secret."""
    return {"pk": f"session#{secret_hash}", "sk": SESSION}


def build_listed_session(person_id: str, session_id: str) -> dict[str, str]:
    """Build the key of a session, in the partition of its person."""
    return {"pk": build_person_partition(person_id), "sk": f"{SESSION}#{session_id}"}


def build_attempts(subject: str) -> dict[str, str]:
    """Build the key of the count of attempts to sign in, of a person or from a place.

    The subject is hashed, because it is free text of any length.
    """
    return {
        "pk": f"attempt#{sha256(subject.encode(errors='surrogatepass')).hexdigest()}",
        "sk": ATTEMPTS,
    }


def build_access_history(team_id: str | None) -> str:
    """Build the partition of events of keys, people and teams; None for the organisation."""
    return build_team(team_id)["pk"] if team_id else ORGANISATION


def build_status_list(status: str) -> str:
    """Build the prefix of the directory's entries of a status, which sort by time of creation."""
    return f"status#{status}#"


def build_folder_list(folder_id: str) -> str:
    """Build the prefix of the directory's entries of a folder, which sort by time of creation."""
    return f"folder#{folder_id}#"


def build_keyword_list(keyword: str) -> str:
    """Build the prefix of the directory's entries of a keyword, which sort by name.

    The keyword is hashed, because it is free text.
    """
    return f"{KEYWORDS}{sha256(keyword.encode(errors='surrogatepass')).hexdigest()[:32]}#"


def build_named_entry(list_prefix: str, name: str, prompt_id: str) -> str:
    """Build the sort key of a prompt's entry in a list by name.

    A key takes at most 1024 bytes, so that the order of names is that of their beginnings.
    """
    start = name.encode(errors="surrogatepass")[:NAME_BYTES].decode(errors="ignore")
    return f"{list_prefix}{start}\0{prompt_id}"  # no name has NUL, which sorts before all others


def build_entry(list_prefix: str, at: datetime, prompt_id: str) -> str:
    """Build the sort key of a prompt's entry in one of the directory's lists."""
    return f"{list_prefix}{dump_time(at)}#{prompt_id}"


def build_position(prompt: Prompt) -> str:
    """Build the text of a prompt's position in lists by time of creation."""
    return build_entry(PROMPT, prompt.created_at, prompt.id)


def parse_prompt_of_entry(sort_key: str) -> str:
    """Parse the sort key of an entry, in whichever list, to the prompt's id.

    Raises:
        ValueError: It is not the sort key of an entry.
    """
    if sort_key.startswith((NAMES, KEYWORDS)):
        return sort_key.rpartition("\0")[2]
    return parse_entry(sort_key)[1]


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
