"""The tables as data, from which the stack, the local server and the tests create them.

| table    | keys                      | holds                                                     |
|----------|---------------------------|-----------------------------------------------------------|
| prompts  | `prompt_id`               | head: names, numbers, live pointer, tags, last events     |
| versions | `prompt_id`, `version`    | one item each; content inline, or in the bucket by hash   |
| payloads | `prompt_id`, `payload_id` | sample variables                                          |
| lookups  | `key`                     | claims of names and version ids; idempotency records      |
| access   | `pk`, `sk`                | teams, their directories and ledgers; people, hashed keys |
| history  | `prompt_id`, `event`      | append-only: who did what when                            |
"""

from dataclasses import dataclass
from typing import Literal

AttributeType = Literal["S", "N"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A DynamoDB table with on-demand capacity.

    Attributes:
        name: The name in code and in the route table; the settings hold the deployed name.
        partition: Name and type of the partition key.
        sort: Name and type of the sort key.
        expires: The attribute that DynamoDB's time to live uses, in seconds since 1970.
        streams: Whether the table has a stream, from which its changes are published.
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
    Table(name="access", partition=("pk", "S"), sort=("sk", "S"), expires="expires_at"),
    Table(name="history", partition=("prompt_id", "S"), sort=("event", "S")),
)
