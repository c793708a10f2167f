"""Imports prompts into a team, so that it may be broken off, repeated, and run twice at once.

Of each prompt it looks at what the service has, and writes what is missing. Where somebody else
writes at the same time, it looks again. What is created has an idempotency key made of what it
comes after, so that two imports that create the same create it once.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._version_contents import WAITS, check_texts, create_version, promote, set_tag
from ..errors import (
    AuthenticationError,
    ConflictError,
    CuebookError,
    InvalidRequestError,
    PermissionDeniedError,
    UnavailableError,
)
from .items import Failure, ImportedPrompt, UnreadableError
from .plans import LIVE, Plan, build_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..management import Management
    from .items import Document, Item

LONGEST_MESSAGE = 10_000  # characters of why a version was created
LOOKS = 4  # at a prompt that others change at the same time
NO_RIGHT = "forbidden"  # the code of the problem where the key may not write
# The code of the problem where a prompt includes another one that is not there yet.
UNKNOWN_PART = "invalid_composition"
# That where a version was promoted, or archived, since it was looked at.
WRONG_STATE = "wrong_state"
# That where another import has used an idempotency key for something else.
OTHER_CONTENT = "idempotency_mismatch"


@dataclass(slots=True)
class _Job:
    """The import of one prompt.

    Attributes:
        prompt: The imported prompt.
        plan: What is left to do, as far as the service was looked at; None to look at it.
        row: The row of the report, as it was planned at first; None until then.
        target_id: The id of the prompt of the service if this import has created it, or empty.
        problem: What the service has refused for now.
    """

    prompt: ImportedPrompt
    plan: Plan | None = None
    row: Document | None = None
    target_id: str = ""
    problem: str = ""


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
        self._by_slug: dict[str, Document] = {}
        self._by_name: dict[str, Document] = {}
        self._owners: dict[str, ImportedPrompt] = {}  # by slug and by name
        self.is_dry_run = is_dry_run
        self.is_moving = is_moving

    def run(self, items: Iterable[Item]) -> Iterator[Document]:
        """Import prompts; one that fails does not stop the others.

        Nothing is changed before all of them are read. A prompt that includes others is imported
        after these.

        Args:
            items: The prompts, and what could not be read.

        Yields:
            A row of the report for each.

        Raises:
            AuthenticationError: The key is refused.
            PermissionDeniedError: The key may not write.
            UnavailableError: The service does not answer.
        """
        jobs, failures = [], []
        for item in items:
            if isinstance(item, Failure):
                failures.append(item)
            else:
                jobs.append(_Job(item))
        yield from (failure.build_row() for failure in failures)
        self._read_targets()
        while jobs:
            waiting = []
            for job in jobs:
                if (row := self._try(job)) is None:
                    waiting.append(job)
                else:
                    yield row
            if len(waiting) == len(jobs):
                yield from (self._give_up(job, job.problem) for job in waiting)
                return
            jobs = waiting

    def _try(self, job: _Job) -> Document | None:
        """Import a prompt.

        Returns:
            The row of the report; None if it has to wait for a prompt that it includes.
        """
        try:
            return self._import(job)
        except (AuthenticationError, UnavailableError):
            raise
        except CuebookError as error:
            if isinstance(error, PermissionDeniedError) and error.code == NO_RIGHT:
                raise
            job.problem = str(error)
            if isinstance(error, InvalidRequestError) and error.code == UNKNOWN_PART:
                return None
            return self._give_up(job, job.problem)

    def _give_up(self, job: _Job, reason: str) -> Document:
        """Leave a prompt out: where this import has created it without any version, remove it."""
        if job.target_id:
            try:
                if next(self._manage.versions(job.target_id), None) is None:
                    self._manage.delete_prompt(job.target_id)
            except CuebookError as error:
                reason = f"{reason}; it may stay without a version, because of {error}"
        row = Failure(job.prompt.origin, reason).build_row()
        return {**row, "name": job.prompt.name, "slug": job.prompt.slug}

    def _import(self, job: _Job) -> Document:
        """Import a prompt, and look again where somebody else was faster.

        Returns:
            The row of the report.

        Raises:
            UnreadableError: Another one has its name.
            ConfigurationError: A text is no template.
            ConflictError: Others change the prompt all the time.
        """
        prompt = job.prompt
        self._check_name(prompt)
        for version in prompt.versions:
            check_texts(version.content)
        problem: CuebookError = CuebookError("others change it at the same time: import it again")
        has_keys = True
        for _ in range(LOOKS):
            plan = job.plan = job.plan or self._plan(prompt)
            row = job.row = job.row or plan.build_row()
            if self.is_dry_run:
                return row
            try:
                target = self._create(job, plan, has_keys=has_keys)
                if job.target_id or self._has_all(plan, target["id"]):
                    self._release(plan, target["id"])
                    return {**row, "slug": target["slug"], "notes": plan.notes}
                # A key had the response about something that was deleted since.
                has_keys = False
            except (ConflictError, InvalidRequestError) as error:
                if isinstance(error, InvalidRequestError) and error.code != WRONG_STATE:
                    raise
                problem = error
                has_keys = has_keys and error.code != OTHER_CONTENT
                self._read_targets()
            job.plan = None
        raise problem

    # -- what the service has

    def _read_targets(self) -> None:
        """Read which prompts there are."""
        targets = [*self._manage.prompts(self._team_id)]
        self._by_slug = {_normalize(each["slug"]): each for each in targets}
        self._by_name = {_normalize(each["name"]): each for each in targets}

    def _check_name(self, prompt: ImportedPrompt) -> None:
        """Check that no other imported prompt has the same name.

        Raises:
            UnreadableError: One has.
        """
        for name in {prompt.name, prompt.slug or prompt.name}:
            other = self._owners.setdefault(_normalize(name), prompt)
            if other is not prompt:
                raise UnreadableError(f"{other.origin} has a prompt of the name {name!r} too")

    def _plan(self, prompt: ImportedPrompt) -> Plan:
        """Plan what happens to a prompt, by what the service has of it now."""
        target = self._by_slug.get(_normalize(prompt.slug or prompt.name))
        if target is None:  # a slug counts for more than a name
            target = self._by_name.get(_normalize(prompt.name))
        versions, payloads = list["Document"](), list["Document"]()
        if target is not None:
            versions = [*self._manage.versions(target["id"])][::-1]
            if prompt.payloads:
                payloads = [*self._manage.payloads(target["id"])][::-1]
        return build_plan(prompt, target, versions, payloads, is_moving=self.is_moving)

    def _has_all(self, plan: Plan, prompt_id: str) -> bool:
        """Tell whether the service has what was created of a prompt."""
        kinds = (plan.version_ids, self._manage.versions), (plan.payload_ids, self._manage.payloads)
        return all(
            {*ids} <= {each["id"] for each in list_all(prompt_id)} for ids, list_all in kinds if ids
        )

    # -- what is written

    def _create(self, job: _Job, plan: Plan, *, has_keys: bool) -> Document:
        """Create what is missing, oldest first, and note it in the plan.

        Returns:
            The prompt of the service.
        """
        if plan.target is None:
            plan.target = self._create_prompt(job)
        id = plan.target["id"]
        if plan.description:
            plan.target = self._manage.change_prompt(id, **plan.description)
            plan.description = {}
        for step in plan.steps:
            if step.current is None:
                before = plan.version_ids[-1] if plan.version_ids else plan.newest_id
                message = step.version.message
                if message is None:
                    message = f"Imported from {job.prompt.origin}"
                step.current = create_version(
                    self._manage,
                    id,
                    step.version.content,
                    message=message[:LONGEST_MESSAGE],
                    idempotency_key=_build_key("version", id, before) if has_keys else None,
                )
                plan.version_ids.append(step.current["id"])
        while plan.payloads:
            before = plan.payload_ids[-1] if plan.payload_ids else plan.newest_payload_id
            payload = self._manage.create_payload(
                id,
                plan.payloads[0]["name"],
                plan.payloads[0]["variables"],
                idempotency_key=_build_key("payload", id, before) if has_keys else None,
            )
            plan.payload_ids.append(payload["id"])
            del plan.payloads[0]
        return plan.target

    def _create_prompt(self, job: _Job) -> Document:
        prompt = job.prompt
        target = self._manage.create_prompt(
            self._team_id, prompt.name, slug=prompt.slug, description=prompt.description
        )
        job.target_id = target["id"]
        return target

    def _release(self, plan: Plan, prompt_id: str) -> None:
        """Promote versions, set pointers, and archive.

        The live version comes after all else that programs may ask for.
        """
        manage = self._manage
        numbers = [step.current["version"] for step in plan.steps if step.current is not None]
        for step, number in zip(plan.steps, numbers, strict=True):
            if step.is_release and step.current is not None:
                # Without the conditions, the second of two who promote it would make it live.
                key = _build_key("stable", prompt_id, step.current["id"])
                reading = manage.read_version(prompt_id, number)
                if reading["version"]["status"] == "draft":
                    etag = reading["etag"]
                    promote(manage, prompt_id, number, if_match=etag, idempotency_key=key)
        for pointer, place in plan.pointers.items():
            if pointer != LIVE and not set_tag(manage, prompt_id, numbers[place], pointer):
                plan.notes.append(f"the tag {pointer} {WAITS}")
        if LIVE in plan.pointers:
            number = numbers[plan.pointers[LIVE]]
            if not promote(manage, prompt_id, number):
                plan.notes.append(f"version {number} {WAITS}")
        for place in plan.archivals:
            manage.archive_version(prompt_id, numbers[place])
        if plan.is_archival:
            manage.archive_prompt(prompt_id)


def _build_key(what: str, prompt_id: str, before: str) -> str:
    """Build the idempotency key that all imports have in common."""
    return f"cuebook import: {what} of {prompt_id} after {before or 'none'}"


def _normalize(name: str) -> str:
    """Normalize a name as the service does."""
    return unicodedata.normalize("NFC", name)
