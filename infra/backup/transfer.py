"""Out of a deployment into a file, and from there into another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from infra.backup import CannotBackUp
from infra.backup.archive import COUNTED, Archive, Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infra.backup import Record, Values
    from infra.backup.archive import Block
    from infra.backup.team import Team
    from shared.store import keys

    Tell = Callable[[str], None]


def export(team: Team, path: Path, tell: Tell) -> dict[str, int]:
    """Write a team to a file, each prompt as it is at one moment; callers may go on meanwhile.

    Args:
        path: a new file, or one that an interrupted run has left, which is gone on with.
        tell: is told how far it is.

    Returns how many prompts, versions, payloads and events the file holds. Raises CannotBackUp.
    """
    if not team.exists():
        raise CannotBackUp(f"there is no team {team.id} here")
    path.touch(mode=0o600)  # prompts are not for everybody on the machine
    with path.open("r+b") as file:
        draft = Draft(file, team.id)
        if not draft.ready:
            for values in team.access():
                draft.write(("access", values))
            draft.write(("ready", {}))
        for place in team.places(after=draft.last):
            _write_prompt(team, draft, place)
            tell(_said("exported", draft.counts))
        draft.finish()
    return {kind: draft.counts[kind] for kind in COUNTED}


def _write_prompt(team: Team, draft: Draft, place: keys.Entry) -> None:
    """As of one moment: again from the start if somebody changed the prompt meanwhile."""
    mark = draft.mark()
    while head := team.head(place.prompt_id):
        draft.write(("prompt", head))
        newest = 0
        for kind, values in team.parts(place.prompt_id):
            draft.write((kind, values))
            if kind == "event":
                newest = values["sequence"]
        now = team.head(place.prompt_id)
        if now == head:
            if newest != head["revision"]:
                # Each change leaves one event: a table was restored to another moment than others.
                raise CannotBackUp(
                    f"the tables do not agree about {head['slug']}: it is at revision "
                    f"{head['revision']}, its history at {newest}; restore them to another second"
                )
            draft.write(("done", {"prompt_id": place.prompt_id, "created_at": place.created_at}))
            return
        draft.back(mark)
    draft.back(mark)  # it has moved to another team


@dataclass(kw_only=True)
class Imported:
    """Args:
    new: prompts that were not there before.
    different: what is not as in the file, each with the reason.
    others: how many prompts of the team are here that the file does not have.
    """

    new: int = 0
    different: list[str] = field(default_factory=list)
    others: int = 0


def load(archive: Archive, team: Team, tell: Tell) -> Imported:
    """Put what a file holds into a deployment that lacks it, then read it back and compare.

    Whatever is there already stays as it is. Each prompt appears at once and complete; keys come
    last, so that nobody sees a part of the team. After an interruption it is simply run again.
    """
    done = Imported()
    here = {place.prompt_id for place in team.places()}
    for number, block in enumerate(archive.blocks, 1):
        records = block.records()
        _, head = next(records)
        here.discard(head["prompt_id"])
        if reason := _load_prompt(block, head, records, team, done):
            done.different.append(f"{head['slug']}: {reason}")
        tell(f"imported and compared {number:,} of {len(archive.blocks):,} prompts")
    for values in archive.access:
        if not team.put_access(values):
            done.different.append(f"{values['entity']} {values['sk']}: not as in the file")
    done.others = len(here)
    return done


def _load_prompt(
    block: Block, head: Values, parts: Iterator[Record], team: Team, done: Imported
) -> str | None:
    """Why the prompt is not there as in the file, if it is not."""
    prompt_id = head["prompt_id"]
    if not team.anybodys(prompt_id):
        if name := team.name_taken(head):
            return f"another prompt has the name {name!r} here"
        team.put_parts(parts)
        team.put_head(head)
        done.new += 1
    if not _equal(block.records(), _stored(team, prompt_id)):
        return "not as in the file; it stays as it is here"
    return None


def _stored(team: Team, prompt_id: str) -> Iterator[Record]:
    head = team.head(prompt_id)
    if head is None:
        return iter(())
    return chain([("prompt", head)], team.parts(prompt_id))


def _equal(some: Iterator[Record], others: Iterator[Record]) -> bool:
    """Whether two streams hold the same, without having either in memory."""
    return all(one == other for one, other in zip_longest(some, others))


def _said(what: str, counts: dict[str, int]) -> str:
    return f"{what} {counts['prompt']:,} prompts, {counts['version']:,} versions"
