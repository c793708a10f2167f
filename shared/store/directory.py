"""Completion of a team's directory, for operators.

Releases before the directory had several lists wrote a prompt's entry in the list of all prompts
only, and left it there when the prompt was deleted. Until a team's directory is complete, its lists
read more than they show.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.problems import Unavailable, Unreadable
from shared.store import items, keys

if TYPE_CHECKING:
    from shared.domain.model import Prompt
    from shared.store.dynamodb import Database

ATTEMPTS = 20  # for a prompt that is being changed all the time
LONGEST_PAUSE = 0.5  # seconds between two attempts


def complete_directory(database: Database, team_id: str) -> int:
    """Write the entries that a team's directory lacks, and delete those that it should not have.

    This is safe while the API is used and can be repeated. No function of an earlier release may be
    running any more, because it would write incomplete entries again.

    Args:
        database: The tables.
        team_id: The id of the team, which exists.

    Returns:
        The number of prompts whose entries were written.

    Raises:
        Unavailable: AWS is busy or cannot be reached, or others change a prompt all the time.
        Unreadable: An entry or a head cannot be read. All others have been completed; the
            directory does not count as complete.
    """
    partition = keys.build_team(team_id)["pk"]
    entries: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    damage: Unreadable | None = None
    for place in (partition, keys.SHARED_DIRECTORY):
        for item in database.query_upwards("access", ("pk", place)):
            if item.get("entity") != {"S": "directory"}:
                continue
            try:
                prompt_id = items.load_directory_entry(item)
            except Unreadable as problem:
                damage = damage or problem
                continue
            if place == partition or prompt_id in entries:
                entries[prompt_id].add((place, item["sk"]["S"]))
    count = 0
    for prompt_id, prompt_entries in entries.items():
        try:
            count += _complete_prompt(database, team_id, prompt_id, prompt_entries)
        except Unreadable as problem:
            damage = damage or problem
    if damage:
        raise damage
    database.update(
        "access",
        keys.build_team(team_id),
        "SET " + ", ".join(f"{attribute} = :true" for attribute in keys.COMPLETE),
        ConditionExpression="attribute_exists(pk)",  # nobody has deleted the team
        ExpressionAttributeValues={":true": {"BOOL": True}},
    )
    return count


def _claim_shared_slug(database: Database, prompt: Prompt) -> None:
    """Claim the slug of a prompt that all teams see, as earlier releases did not.

    Where two teams have such a prompt with the same slug, others see the first one only.
    """
    if prompt.is_deleted or prompt.scope != "organization":
        return
    claim = items.dump_name_claim(keys.build_shared_claim(prompt.slug), prompt)
    writes = [
        # Nobody has renamed or deleted the prompt since it was read.
        database.build_check(
            "prompts",
            {"prompt_id": prompt.id},
            ConditionExpression="revision = :revision",
            ExpressionAttributeValues={":revision": {"N": str(prompt.revision)}},
        ),
        # No other prompt has the claim.
        database.build_put(
            "lookups",
            claim,
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": "key"},
        ),
    ]
    try:
        database.transact(writes)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "TransactionCanceledException":
            raise


def _complete_prompt(
    database: Database, team_id: str, prompt_id: str, entries: set[tuple[str, str]]
) -> bool:
    """Replace the entries of a prompt, unless they are right; returns whether they were not."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, LONGEST_PAUSE))  # nosec B311
        head = database.get("prompts", {"prompt_id": prompt_id})
        prompt = items.load_prompt(head) if head else None
        if prompt is None or prompt.team_id != team_id:
            return False  # a prompt that moves takes its entries with it
        keys_of_prompt = items.list_directory_keys(prompt)
        if attempt == 0 and entries == keys_of_prompt:
            return False
        writes = [
            # Nobody has changed the prompt, and with it its entries, since it was read.
            database.build_check(
                "prompts",
                {"prompt_id": prompt_id},
                ConditionExpression="revision = :revision",
                ExpressionAttributeValues={":revision": {"N": str(prompt.revision)}},
            ),
            *(
                database.build_put("access", items.dump_directory_entry(partition, entry))
                for partition, entry in sorted(keys_of_prompt)
            ),
            *(
                database.build_delete("access", {"pk": partition, "sk": entry})
                for partition, entry in sorted(entries - keys_of_prompt)
            ),
        ]
        try:
            database.transact(writes)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "TransactionCanceledException":
                raise
        else:
            _claim_shared_slug(database, prompt)
            return True
    raise Unavailable(retry_after=1)
