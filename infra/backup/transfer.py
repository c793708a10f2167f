"""Export of a team from a deployment to a file, and import into another deployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from infra.backup.archive import KINDS, Archive, Draft
from infra.backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infra.backup.archive import Block, Record, Values
    from infra.backup.team import Team
    from shared.store import keys

    Report = Callable[[str], None]


def export_team(team: Team, path: Path, report: Report) -> dict[str, int]:
    """Write a team to a file, with a consistent snapshot of each prompt.

    The API can be used in the meantime.

    Args:
        team: The team, in the deployment to export from.
        path: A new file, or one that an interrupted run has left, to be continued.
        report: Called with a line for each prompt.

    Returns:
        The numbers of prompts, versions, payloads and events in the file, by kind.

    Raises:
        BackupError: There is no such team, the file is not an incomplete export of it, or the
            tables were restored to different times.
    """
    if not team.exists():
        raise BackupError(f"there is no team {team.id} in this deployment; check TEAM_ID and STACK")
    path.touch(mode=0o600)  # other users of the machine must not read prompts
    with path.open("r+b") as file:
        draft = Draft(file, team.id)
        if not draft.is_ready:
            for values in team.list_access():
                draft.write(("access", values))
            draft.write(("ready", {}))
        for entry in team.list_entries(after=draft.last):
            _export_prompt(team, draft, entry)
            report(_format_counts("exported", draft.counts))
        # After the prompts, so that it tells of all their changes.
        for values in team.list_audit():
            draft.write(("audit", values))
        draft.finish()
    return {kind: draft.counts[kind] for kind in KINDS}


def _export_prompt(team: Team, draft: Draft, entry: keys.DirectoryEntry) -> None:
    """Write a consistent snapshot of a prompt, starting again if the prompt changes meanwhile."""
    mark = draft.mark()
    while head := team.find_head(entry.prompt_id):
        draft.write(("prompt", head))
        newest = 0
        for kind, values in team.list_parts(entry.prompt_id):
            draft.write((kind, values))
            if kind == "event":
                newest = values["sequence"]
        if team.find_head(entry.prompt_id) == head:
            if newest != head["revision"]:
                # Each change adds one event, so the tables were restored to different times.
                raise BackupError(
                    f"the tables do not agree about {head['slug']}: its revision is "
                    f"{head['revision']}, that of its history {newest}; restore them to another "
                    "second"
                )
            draft.write(("done", {"prompt_id": entry.prompt_id, "created_at": entry.created_at}))
            return
        draft.rewind(mark)
    draft.rewind(mark)  # the prompt has moved to another team


@dataclass(kw_only=True)
class ImportResult:
    """The result of an import.

    Attributes:
        new: The number of new prompts.
        differences: Items that differ from the file, each with the reason.
        others: The number of prompts of the team that are not in the file.
        keys: The API keys that work again.
        missing_keys: The API keys of the file that the deployment does not have.
    """

    new: int = 0
    differences: list[str] = field(default_factory=list)
    others: int = 0
    keys: list[str] = field(default_factory=list)
    missing_keys: list[str] = field(default_factory=list)


KEY_ENTITIES = ("api_key", "key")  # an API key, and what authentication reads of it


def import_team(
    archive: Archive, team: Team, report: Report, *, with_keys: bool = False
) -> ImportResult:
    """Import what a deployment does not have yet from a file, then read it back and compare.

    Existing items are not changed. Each prompt becomes visible only when it is complete, and keys
    are written last, so that nobody sees a part of the team. An interrupted import can be repeated.

    A key that the deployment does not have may have been revoked since the export; nothing tells
    it from one that was never here. Therefore keys are left out by default.

    Args:
        archive: The file.
        team: The file's team, in the deployment to import into.
        report: Called with a line for each prompt.
        with_keys: Whether to write the API keys that the deployment does not have.
    """
    result = ImportResult()
    others = {entry.prompt_id for entry in team.list_entries()}
    for number, block in enumerate(archive.blocks, 1):
        records = block.read_records()
        _, head = next(records)
        others.discard(head["prompt_id"])
        if reason := _import_prompt(block, head, records, team, result):
            result.differences.append(f"{head['slug']}: {reason}")
        report(f"imported and compared {number:,} of {len(archive.blocks):,} prompts")
    for values in archive.read_audit():
        if not team.put_audit(values):
            result.differences.append(
                f"audit log {values['event']}: differs from the file; not changed"
            )
    for values in archive.access:
        if values["entity"] in KEY_ENTITIES and not team.has_access(values):
            name = f"{values['name']!r} ({values['operation']}, id {values['id']})"
            names = result.keys if with_keys else result.missing_keys
            if name not in names:
                names.append(name)
            if not with_keys:
                continue
        if not team.put_access(values):
            result.differences.append(
                f"{values['entity']} {values['sk']}: differs from the file; not changed"
            )
    if result.new:
        team.put_notice(head["prompt_id"])
    team.complete()
    result.others = len(others)
    return result


def _import_prompt(
    block: Block, head: Values, parts: Iterator[Record], team: Team, result: ImportResult
) -> str | None:
    """Import a prompt.

    Returns:
        Why the stored prompt differs from the file; None if they are equal.
    """
    prompt_id = head["prompt_id"]
    if not team.has_prompt(prompt_id):
        if name := team.find_name_conflict(head):
            return f"another prompt has the name {name!r} or its slug; rename one of them"
        team.put_parts(parts)
        team.put_head(head)
        result.new += 1
    if not _are_equal(block.read_records(), _list_records(team, prompt_id)):
        return "differs from the file; not changed"
    return None


def _list_records(team: Team, prompt_id: str) -> Iterator[Record]:
    head = team.find_head(prompt_id)
    if head is None:
        return iter(())
    return chain([("prompt", head)], team.list_parts(prompt_id))


def _are_equal(some: Iterator[Record], others: Iterator[Record]) -> bool:
    """Tell whether two streams of records are equal, without having them in memory."""
    return all(one == other for one, other in zip_longest(some, others))


def _format_counts(verb: str, counts: dict[str, int]) -> str:
    return f"{verb} {counts['prompt']:,} prompts, {counts['version']:,} versions"
