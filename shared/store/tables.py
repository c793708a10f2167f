"""The tables as data: the stack, the local server and the tests all create them from here.

| table    | keys                      | holds                                                     |
|----------|---------------------------|-----------------------------------------------------------|
| prompts  | `prompt_id`               | head: names, numbers, live pointer, tags, last events     |
| versions | `prompt_id`, `version`    | one item each; content inline, or in the bucket by hash   |
| payloads | `prompt_id`, `payload_id` | sample variables                                          |
| lookups  | `key`                     | names taken, ids of versions, kept answers (with a TTL)   |
| access   | `pk`, `sk`                | teams, hashed API keys, a team's prompts and ledgers      |
| history  | `prompt_id`, `event`      | append-only: who did what when                            |
"""

from dataclasses import dataclass
from typing import Literal

AttributeType = Literal["S", "N"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A DynamoDB table on demand.

    Args:
        name: how the code and the route table call it; the settings hold its deployed name.
        partition, sort: name and type of the key attributes.
        expires: the attribute that DynamoDB's time to live looks at, in seconds since 1970.
        streams: whether its changes are published.
    """

    name: str
    partition: tuple[str, AttributeType]
    sort: tuple[str, AttributeType] | None = None
    expires: str | None = None
    streams: bool = False


TABLES = (
    Table(name="prompts", partition=("prompt_id", "S"), streams=True),
    Table(name="versions", partition=("prompt_id", "S"), sort=("version", "N")),
    Table(name="payloads", partition=("prompt_id", "S"), sort=("payload_id", "S")),
    Table(name="lookups", partition=("key", "S"), expires="expires_at"),
    Table(name="access", partition=("pk", "S"), sort=("sk", "S")),
    Table(name="history", partition=("prompt_id", "S"), sort=("event", "S")),
)
