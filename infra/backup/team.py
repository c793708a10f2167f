"""Access to all items of a team in a deployment's tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra.backup.errors import BackupError
from shared.problems import Unreadable
from shared.store import attributes, items, keys
from shared.store.api_keys import complete_key_list
from shared.store.contents import Contents
from shared.store.directory import complete_directory
from shared.store.dynamodb import Database
from shared.store.teams import complete_organisation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.backup.archive import Record, Values
    from shared.settings import Settings
    from shared.store.attributes import Item

# The table of each kind of part.
PARTS = {"version": "versions", "payload": "payloads", "event": "history"}
# What belongs to a prompt in the partition of its team: the prefix of each kind.
ENTRIES = {"release": keys.build_release_list, "inclusion": keys.build_inclusion_list}


def _load_access(item: Item) -> Values:
    """Load an item of `access`, without what is true of one deployment only.

    That is how complete its data is, and the people, who sign in there.
    """
    values = attributes.load_item(item)
    for attribute in keys.COMPLETE:
        values.pop(attribute, None)
    values.pop("admins", None)
    return values


class Team:
    """A team of a deployment.

    Idempotency records do not belong to the team, but to the callers of one deployment, for a day.

    Every method can raise `BackupError`, botocore's errors, and `Unavailable`.

    Attributes:
        id: The id of the team.
        left_out: The names of API keys that could not be read, and may be the team's.
    """

    def __init__(self, settings: Settings, team_id: str) -> None:
        """Bind a team.

        Args:
            settings: The settings of the deployment.
            team_id: The id of the team, which need not exist yet.
        """
        self.id = team_id
        self.left_out: list[str] = []
        self._database = Database(settings.tables)
        self._contents = Contents(
            bucket=settings.content_bucket, inline_bytes=settings.inline_bytes
        )

    # -- reading

    def exists(self) -> bool:
        """Tell whether the team exists."""
        return self._database.get("access", keys.build_team(self.id)) is not None

    def list_access(self) -> Iterator[Values]:
        """List the team's items without its prompts and people: the team, its ledgers and its keys.

        Its keys are those of this team only. Some of earlier releases are not in the list of all
        keys, but a scan finds them. One that cannot be read, of whichever team, is in `left_out`.
        """
        for item in self._database.query_upwards("access", self._partition):
            if item["entity"]["S"] not in ("directory", items.NOTICE, "member", *ENTRIES):
                yield _load_access(item)
        credentials = {
            item["pk"]["S"]: item
            for item in self._database.scan("access", entity="key", team_id=self.id)
        }
        for item in self._database.query_upwards("access", ("pk", keys.API_KEYS)):
            try:
                key = items.load_api_key(item)
            except Unreadable as problem:
                self.left_out.append(problem.item)
                continue
            if key.grant.team_ids == (self.id,):
                yield attributes.load_item(item)
                for secret in key.secrets:
                    credential_key = keys.build_credential(secret.hash)
                    if credential := self._database.get("access", credential_key):
                        credentials[credential_key["pk"]] = credential
        for item in credentials.values():
            yield attributes.load_item(item)

    def list_entries(
        self, after: keys.DirectoryEntry | None = None
    ) -> Iterator[keys.DirectoryEntry]:
        """List the positions of the team's prompts, deleted ones included, oldest first."""
        ids: dict[str, None] = {}
        # From the end, so that a prompt that is deleted meanwhile is found in the second list.
        for prefix in (keys.PROMPT, keys.DELETIONS):
            for item in self._database.query("access", self._partition, "sk", prefix=prefix):
                ids[keys.parse_entry(item["sk"]["S"])[1]] = None
        entries = (entry for prompt_id in ids if (entry := self._find_entry(prompt_id)))
        for entry in sorted(entries, key=lambda entry: entry.sort_key):
            if after is None or entry.sort_key > after.sort_key:
                yield entry

    def _find_entry(self, prompt_id: str) -> keys.DirectoryEntry | None:
        head = self.find_head(prompt_id)
        return keys.DirectoryEntry(head["created_at"], prompt_id) if head else None

    def has_prompt(self, prompt_id: str) -> bool:
        """Tell whether the deployment has the prompt, in this team or another one."""
        return self._database.get("prompts", {"prompt_id": prompt_id}) is not None

    def find_head(self, prompt_id: str) -> Values | None:
        """Find a prompt's head, unless the prompt has moved to another team.

        The head comes without its events, which must not be published again by the import.
        """
        item = self._database.get("prompts", {"prompt_id": prompt_id})
        if item is None or item["team_id"]["S"] != self.id:
            return None
        return attributes.load_item(item) | {"events": []}

    def list_parts(self, prompt_id: str) -> Iterator[Record]:
        """List a prompt's versions, payloads and history, each oldest first.

        After them come its release requests, and what includes it. Bodies in the bucket are in
        `content` too.
        """
        for kind, table in PARTS.items():
            for item in self._database.query_upwards(table, ("prompt_id", prompt_id)):
                values = attributes.load_item(item)
                if "content_hash" in values:
                    values["content"] = self._contents.get(item)
                yield kind, values
        for kind, build_prefix in ENTRIES.items():
            prefix = build_prefix(prompt_id)
            for item in self._database.query("access", self._partition, "sk", prefix=prefix):
                yield kind, attributes.load_item(item)

    def list_audit(self) -> Iterator[Values]:
        """List the items of the team's audit log, oldest first."""
        partition = "prompt_id", keys.build_access_history(self.id)
        return map(attributes.load_item, self._database.query_upwards("history", partition))

    @property
    def _partition(self) -> tuple[str, str]:
        """The team's partition of the table `access`."""
        return "pk", keys.build_team(self.id)["pk"]

    # -- writing

    def find_name_conflict(self, head: Values) -> str | None:
        """Find the prompt's name if another prompt of the deployment has it or the slug."""
        prompt = items.load_prompt(attributes.dump_item(head))
        for name in sorted(items.list_name_claims(prompt)):
            claim = self._database.get("lookups", {"key": name})
            if claim is not None and claim["prompt_id"]["S"] != prompt.id:
                return prompt.name
        return None

    def put_parts(self, parts: Iterable[Record]) -> None:
        """Write a prompt's parts, which callers cannot see until the head is written."""
        self._database.put_many(pair for part in parts for pair in self._dump_part(*part))

    def put_head(self, head: Values) -> None:
        """Write a prompt's head together with its claims and its directory entries.

        This does nothing if the prompt exists already, or if another prompt has one of its names.
        """
        database, item = self._database, attributes.dump_item(head)
        prompt = items.load_prompt(item)
        claims = [items.dump_name_claim(name, prompt) for name in items.list_name_claims(prompt)]
        writes = [
            # The prompt does not exist yet.
            database.build_put(
                "prompts", item, ConditionExpression="attribute_not_exists(prompt_id)"
            ),
            *(
                # The name is free, or belongs to this prompt.
                database.build_put(
                    "lookups",
                    claim,
                    ConditionExpression="attribute_not_exists(#key) OR prompt_id = :prompt",
                    ExpressionAttributeNames={"#key": "key"},
                    ExpressionAttributeValues={":prompt": claim["prompt_id"]},
                )
                for claim in claims
            ),
            *(
                database.build_put("access", items.dump_directory_entry(partition, entry))
                for partition, entry in sorted(items.list_directory_keys(prompt))
            ),
        ]
        try:
            database.transact(writes)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise

    def put_audit(self, values: Values) -> bool:
        """Write one of the items of `list_audit`, unless it exists.

        Returns:
            Whether the stored item is equal to this one.
        """
        item = attributes.dump_item(values)
        if self._database.put_new("history", item):
            return True
        key = {name: values[name] for name in ("prompt_id", "event")}
        return self._database.get("history", key) == item

    def has_access(self, values: Values) -> bool:
        """Tell whether the deployment has one of the items of `list_access`."""
        return self._database.get("access", {"pk": values["pk"], "sk": values["sk"]}) is not None

    def put_access(self, values: Values) -> bool:
        """Write one of the items of `list_access`, unless it exists.

        Returns:
            Whether the stored item is equal to this one.
        """
        self._database.put_new("access", attributes.dump_item(values))
        current = self._database.get("access", {"pk": values["pk"], "sk": values["sk"]})
        return current is not None and _load_access(current) == values

    def put_notice(self, prompt_id: str) -> None:
        """Tell those who have read the team's prompts that there are others, of earlier times."""
        self._database.put("access", items.dump_notice(self.id, prompt_id, datetime.now(UTC)))

    def complete(self) -> None:
        """Complete the lists that the team, its keys and its prompts are in."""
        complete_organisation(self._database, self.id)
        complete_key_list(self._database, self.id)
        complete_directory(self._database, self.id)

    def _dump_part(self, kind: str, values: Values) -> Iterator[tuple[str, Item]]:
        """Convert a part to items, each with the name of its table."""
        if kind in ENTRIES:
            yield "access", attributes.dump_item(values)
            return
        if "content" in values:
            digest, inline = self._contents.put(values["content"])
            if digest != values["content_hash"]:
                raise BackupError(
                    f"a body of the prompt {values['prompt_id']} does not match its hash; "
                    "export the team again"
                )
            values = {**values, "content": inline}
        yield PARTS[kind], attributes.dump_item(values)
        if kind == "version":
            yield (
                "lookups",
                items.dump_version_claim(
                    version_id=values["version_id"],
                    prompt_id=values["prompt_id"],
                    number=values["version"],
                ),
            )
