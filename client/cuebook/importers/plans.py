"""What an import does to the service: planned from what is there, then applied.

An import may run any number of times. A version is created only where its prompt has none with
the same content, and what describes a prompt is written only with the prompt. A pointer that is
missing is set; one that is at another version, where somebody may have moved it since, is moved
only if the caller asks for that.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._version_contents import WAITS, create_version, promote, take_content
from ..errors import (
    AuthenticationError,
    CuebookError,
    InvalidRequestError,
    UnavailableError,
)
from .imports import Failure, UnreadableError, UntranslatableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..management import Management
    from .imports import Document, ImportedPrompt, ImportedVersion, Item

LIVE = "live"
TAG = re.compile(r"[A-Za-z0-9_.-]{1,50}")
NO_TAGS = frozenset({LIVE, "latest", ".", ".."})
LONGEST_MESSAGE = 10_000  # characters of why a version was created
# The code of the problem where a prompt includes another one that is not there yet.
UNKNOWN_PART = "invalid_composition"


@dataclass
class Step:
    """What happens to one content of a prompt.

    Attributes:
        version: The first imported version with the content.
        current: The version of the service that has it; None until it is created.
        is_draft: Whether it stays a draft.
    """

    version: ImportedVersion
    current: Document | None
    is_draft: bool

    @property
    def is_release(self) -> bool:
        """Whether a draft becomes stable."""
        status = "draft" if self.current is None else self.current["status"]
        return bool(status == "draft" and not self.is_draft)


@dataclass
class Plan:
    """What an import does to one prompt.

    Attributes:
        prompt: The imported prompt.
        target: The prompt of the service; None until it is created.
        steps: Its contents, in the order of the imported versions.
        pointers: The pointers to set, each with the place of its step.
        losses: What has no equivalent.
        notes: What stays as it is.
    """

    prompt: ImportedPrompt
    target: Document | None
    steps: list[Step]
    pointers: dict[str, int]
    losses: list[str]
    notes: list[str]

    @property
    def action(self) -> str:
        """What happens to the prompt: `create`, `change` or `unchanged`."""
        if self.target is None:
            return "create"
        is_change = any(step.current is None or step.is_release for step in self.steps)
        return "change" if is_change or self.pointers else "unchanged"

    def describe(self) -> Document:
        """Describe the plan in a row of the report."""
        return {
            "name": self.prompt.name,
            "slug": None if self.target is None else self.target["slug"],
            "action": self.action,
            "versions": [step.version.label for step in self.steps if step.current is None],
            "pointers": {
                pointer: self.steps[place].version.label for pointer, place in self.pointers.items()
            },
            "no_equivalent": self.losses,
            "notes": self.notes,
            "origin": self.prompt.origin,
        }


class Importer:
    """Imports prompts into a team.

    Attributes:
        is_dry_run: Whether nothing is changed.
        is_moving: Whether pointers that are at other versions are moved.
    """

    def __init__(
        self,
        manage: Management,
        team_id: str,
        *,
        is_dry_run: bool = False,
        is_moving: bool = False,
    ) -> None:
        """Import into a team.

        Args:
            manage: The client's management.
            team_id: The id of the team.
            is_dry_run: Whether nothing is to be changed.
            is_moving: Whether pointers that are at other versions are to be moved.
        """
        self._manage = manage
        self._team_id = team_id
        self._targets: dict[str, Document] = {}
        self._owners: dict[str, ImportedPrompt] = {}  # by slug and by name
        self.is_dry_run = is_dry_run
        self.is_moving = is_moving

    def run(self, items: Iterable[Item]) -> Iterator[Document]:
        """Import prompts; one that fails does not stop the others.

        Nothing is changed before all of them are read.

        Args:
            items: The prompts, and what could not be read.

        Yields:
            A row of the report for each.

        Raises:
            AuthenticationError: The key is refused.
            UnavailableError: The service does not answer.
        """
        for target in self._manage.prompts(self._team_id):
            self._note(target)
        plans: list[tuple[Plan, Document]] = []
        for item in items:
            try:
                plan = self._plan(item)
            except (AuthenticationError, UnavailableError):
                raise
            except CuebookError as error:
                is_skip = isinstance(error, UntranslatableError)
                yield _describe_failure(item, str(error), "skipped" if is_skip else "failed")
            else:
                plans.append((plan, plan.describe()))
        yield from (row for _, row in plans) if self.is_dry_run else self._apply_all(plans)

    def _apply_all(self, plans: list[tuple[Plan, Document]]) -> Iterator[Document]:
        """Apply plans; those that include prompts of others may have to wait for these."""
        count = 0
        problems: list[InvalidRequestError] = []
        while len(plans) != count:
            count, waiting, plans, problems = len(plans), plans, [], []
            for plan, row in waiting:
                try:
                    slug = self._apply(plan)["slug"]
                except (AuthenticationError, UnavailableError):
                    raise
                except CuebookError as error:
                    if isinstance(error, InvalidRequestError) and error.code == UNKNOWN_PART:
                        plans.append((plan, row))
                        problems.append(error)
                    else:
                        yield _describe_failure(plan.prompt, str(error))
                else:
                    yield {**row, "slug": slug}
        for (plan, _), problem in zip(plans, problems, strict=True):
            yield _describe_failure(plan.prompt, str(problem))

    # -- the plan

    def _plan(self, prompt: Item) -> Plan:
        """Plan what happens to a prompt, which changes nothing.

        Raises:
            UntranslatableError: It is left out.
            UnreadableError: It could not be read, or another one has its name.
        """
        if isinstance(prompt, Failure):
            raise (UntranslatableError if prompt.is_skip else UnreadableError)(prompt.reason)
        for name in {prompt.name, prompt.slug or prompt.name}:
            other = self._owners.setdefault(_normalize(name), prompt)
            if other is not prompt:
                raise UnreadableError(f"{other.origin} has a prompt of the name {name!r} too")
        target = self._find(prompt)
        rows = [] if target is None else [*self._manage.versions(target["id"])]
        contents = [(take_content(row), row) for row in rows]
        steps: list[Step] = []
        places = [_add_step(steps, version, contents) for version in prompt.versions]
        current = {tag: row for row in rows for tag in row["tags"]}
        current |= {row["status"]: row for row in rows if row["status"] == LIVE}
        losses, notes = [*prompt.losses], []
        pointers: dict[str, int] = {}
        for place, version in zip(places, prompt.versions, strict=True):
            for pointer in (*version.tags, *([LIVE] if version.is_live else [])):
                row, own = current.get(pointer), steps[place].current
                if pointer != LIVE and (pointer in NO_TAGS or not TAG.fullmatch(pointer)):
                    losses.append(f"the tag {pointer!r}")
                elif own is not None and own is row:
                    continue
                elif own is not None and own["status"] == "archived":
                    notes.append(f"{pointer} is not set: version {own['version']} is archived")
                elif row is not None and not self.is_moving:
                    notes.append(f"{pointer} stays at version {row['version']}: --move moves it")
                else:
                    pointers[pointer] = place
        return Plan(prompt, target, steps, pointers, losses, notes)

    def _find(self, prompt: ImportedPrompt) -> Document | None:
        """Find the prompt of the service with the slug, or else with the name."""
        for name in (prompt.slug, prompt.name):
            if name and (target := self._targets.get(_normalize(name))) is not None:
                return target
        return None

    def _note(self, prompt: Document) -> None:
        """Note a prompt of the service; a slug counts for more than a name."""
        self._targets.setdefault(_normalize(prompt["name"]), prompt)
        self._targets[_normalize(prompt["slug"])] = prompt

    # -- its changes

    def _apply(self, plan: Plan) -> Document:
        """Apply a plan, or what is left of it; what is done is noted in the plan.

        Returns:
            The prompt of the service.
        """
        prompt = plan.prompt
        if plan.target is None:
            plan.target = self._manage.create_prompt(
                self._team_id, prompt.name, slug=prompt.slug, description=prompt.description
            )
            if prompt.keywords:
                self._manage.change_prompt(plan.target["id"], keywords=prompt.keywords)
        prompt_id = plan.target["id"]
        numbers = [self._take(prompt_id, step, prompt.origin) for step in plan.steps]
        # The live version last: programs get it when all else is there.
        for pointer in sorted(plan.pointers, key=lambda each: each == LIVE):
            number = numbers[plan.pointers[pointer]]
            if pointer == LIVE:
                if not promote(self._manage, prompt_id, number):
                    plan.notes.append(f"version {number} {WAITS}")
            else:
                self._manage.set_tag(prompt_id, number, pointer)
        return plan.target

    def _take(self, prompt_id: str, step: Step, origin: str) -> int:
        """Create a version, or release a draft, as far as the step says so.

        Returns:
            The number of the version.
        """
        if step.current is None:
            message = step.version.message or f"Imported from {origin}"
            step.current = create_version(
                self._manage,
                prompt_id,
                step.version.content,
                message=message[:LONGEST_MESSAGE],
            )
        if step.is_release:
            step.current = self._manage.promote(prompt_id, step.current["version"])
        number: int = step.current["version"]
        return number


def _add_step(
    steps: list[Step], version: ImportedVersion, contents: list[tuple[Document, Document]]
) -> int:
    """Add the step of a version; versions with the same content have one in common.

    Returns:
        The place of the step.
    """
    content = take_content(version.content)
    is_draft = version.is_draft and not version.is_live
    for place, step in enumerate(steps):
        if take_content(step.version.content) == content:
            step.is_draft = step.is_draft and is_draft
            return place
    current = next((row for other, row in contents if other == content), None)
    steps.append(Step(version, current, is_draft))
    return len(steps) - 1


def _normalize(name: str) -> str:
    """Normalize a name as the service does."""
    return unicodedata.normalize("NFC", name)


def _describe_failure(item: Item, reason: str, action: str = "failed") -> Document:
    return {
        "name": None if isinstance(item, Failure) else item.name,
        "slug": None,
        "action": action,
        "versions": [],
        "pointers": {},
        "no_equivalent": [],
        "notes": [reason],
        "origin": item.origin,
    }
