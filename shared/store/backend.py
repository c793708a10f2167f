"""What all team stores of a process share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from sys import getsizeof
from typing import TYPE_CHECKING, Any

from shared.store import items
from shared.store.dynamodb import split

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from shared.cache import Cache
    from shared.domain.model import Payload, Prompt, Version
    from shared.responses import Response
    from shared.store.attributes import Item
    from shared.store.contents import Contents
    from shared.store.dynamodb import Database
    from shared.store.protections import Protections
    from shared.store.transactions import Transactions


VERSIONS_READ = 50  # of one prompt, to find the newest that is stable


def measure_version(version: Version) -> int:
    """Measure the bytes of memory that a version takes, as far as they differ."""
    return getsizeof(version.content.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What all team stores of a process share.

    Attributes:
        database: The tables.
        contents: Bodies, inline or in the bucket.
        transactions: Writes.
        versions: Cached versions by prompt id, and number or `latest`, each with the head's
            revision at which it was read. Every write to a prompt or its versions increments the
            revision, so a cached version is valid as long as the head has the same revision.
        newest_numbers: The cached number of the newest version, or None, by prompt id and by what
            `latest` means to the dialect, with the revision too.
        complete_directories: Teams whose directory is known to have complete lists, which they
            stay, by id and by the attribute of the team that says so.
        responses: Responses that are the same as long as a stamp is, by that.
        get_protections: Gets what teams protect, which reads do not need.
        template_bytes: The largest size of a version's texts with all parts in them, in bytes.
    """

    database: Database
    contents: Contents
    transactions: Transactions
    versions: Cache[tuple[str, int | str], tuple[int, Version]]
    newest_numbers: Cache[tuple[str, str], tuple[int, int | None]]
    complete_directories: Cache[tuple[str, str], bool]
    responses: Cache[str, Response[Any]]
    get_protections: Callable[[], Protections]
    template_bytes: int

    def belongs(self, prompt: Prompt, item: Item) -> bool:
        """Tell whether an item of a prompt, read after its head, is one of the head's team.

        If it was written later than the head that was read, the prompt may have moved to another
        team before. Then the head is read again.

        Args:
            prompt: The head.
            item: A version, a payload or an event.
        """
        if items.find_revision(item) <= prompt.revision:
            return True
        head = self.database.get("prompts", {"prompt_id": prompt.id})
        return head is not None and head.get("team_id") == {"S": prompt.team_id}

    def keep_own(self, prompts: Iterable[Prompt], versions: list[Item]) -> list[Item]:
        """Keep those of some versions that belong to their heads' teams, as `belongs` has it.

        The heads to read again are read in one batch: roles of lists have the right to that, those
        of others to `GetItem`.

        Args:
            prompts: The heads.
            versions: The items of versions, read after them.
        """
        by_id = {prompt.id: prompt for prompt in prompts}
        later = {
            prompt.id
            for item in versions
            if (prompt := by_id.get(item["prompt_id"]["S"]))
            and items.find_revision(item) > prompt.revision
        }
        if not later:
            return versions
        requests = [{"prompt_id": prompt_id} for prompt_id in sorted(later)]
        heads = self.database.get_many({"prompts": requests})["prompts"]
        teams = {head["prompt_id"]["S"]: head.get("team_id") for head in heads}
        others = {id for id in later if teams.get(id) != {"S": by_id[id].team_id}}
        return [item for item in versions if item["prompt_id"]["S"] not in others]

    def load_version(self, item: Item) -> Version:
        """Load a version from its item, and its content from the item or the bucket.

        Raises:
            Unreadable: The item or its body is damaged, or the body is missing.
        """
        return items.load_version(item, self.contents.get)

    def remember_version(
        self, prompt: Prompt, version: Version, *, name: str | None = None
    ) -> None:
        """Remember a version that was not read before its head, or that was written with it.

        Args:
            prompt: The head.
            version: The version.
            name: What it is remembered by instead of its number, such as `latest`.
        """
        key = prompt.id, version.number if name is None else name
        weight = measure_version(version)
        self.versions.put(key, (prompt.revision, version), weight=weight)

    def find_newest_stable(self, prompt: Prompt, *, without: Collection[int] = ()) -> int | None:
        """Find the number of the newest stable version, without reading any content.

        It is looked for from the number in the head down, among `VERSIONS_READ` versions.

        Args:
            prompt: The prompt, as it was just read.
            without: Numbers of versions that do not count.
        """
        newest = prompt.last_version if prompt.newest_stable is None else prompt.newest_stable
        stages = islice(self._list_stages(prompt.id, newest), VERSIONS_READ)
        numbers = (number for number, stage in stages if stage == "stable")
        return next((number for number in numbers if number not in without), None)

    def _list_stages(self, prompt_id: str, newest: int) -> Iterator[tuple[int, str | None]]:
        """List the stages of versions by their numbers, from one down, in batches as needed."""
        for batch in split(range(newest, 0, -1), 1):  # most often it is the first
            versions = [{"prompt_id": prompt_id, "version": number} for number in batch]
            rows = self.database.get_many({"versions": versions}, attributes=("version", "stage"))
            stages = {
                int(row["version"]["N"]): row.get("stage", {}).get("S") for row in rows["versions"]
            }
            yield from ((number, stages[number]) for number in batch if number in stages)

    def load_payload(self, item: Item) -> Payload:
        """Load a payload from its item, and its variables from the item or the bucket.

        Raises:
            Unreadable: The item or its body is damaged, or the body is missing.
        """
        return items.load_payload(item, self.contents.get)
