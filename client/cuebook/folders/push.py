"""Push: what a plan says is written into the service.

Each write happens only to what the plan has compared. So of two pushes at once one is first; the
other compares again, and goes on only where that leaves nothing of the first behind.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._version_contents import create_version, promote, take_content
from ..errors import ConflictError, CuebookError
from .folder import ChangedFileError
from .lock_file import Entry
from .plan import Planner
from .states import STATUSES, build_document, list_rows, read_state
from .steps import Action, Step, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..management import Management
    from .documents import PromptDocument
    from .folder import Folder
    from .steps import Target

TRIES = 3  # of one prompt, which others change meanwhile


def push(
    manage: Management,
    team_id: str,
    folder: Folder,
    steps: list[Step],
    *,
    message: str = "",
) -> Iterator[Step]:
    """Do what `plan_push` has planned.

    Args:
        manage: The client's management.
        team_id: The id of the team.
        folder: The folder.
        steps: The plan, without conflicts.
        message: Why the versions are created.

    Yields:
        What has happened to each prompt. A conflict means that somebody else has written at the
        same time.
    """
    pusher = _Pusher(manage, team_id, folder, message)
    try:
        for step in steps:
            try:
                yield pusher.push(step)
            except CuebookError as error:
                error.args = (f"{step.file}: {error}",)
                raise
    finally:
        folder.save_lock()


class _Pusher:
    """Does the steps of a plan."""

    def __init__(self, manage: Management, team_id: str, folder: Folder, message: str) -> None:
        self._manage, self._team_id = manage, team_id
        self._folder, self._message = folder, message

    def push(self, step: Step) -> Step:
        """Do one step; compare again where somebody else has changed the prompt since."""
        local, target = step.after, step.target
        if local is None or step.action is Action.BEHIND:
            return step
        for _ in range(TRIES):
            try:
                if step.action in (Action.CREATE, Action.CHANGE):
                    step, local = self._write(step, local)
                self._note(step, local)
                if step.target is None or self._promote(step, local, step.target):
                    return step
                reason = f"it is {step.target} when somebody else has approved that"
                return replace(step, reason=reason)
            except ConflictError as error:
                problem = error
            # What the other has written counts, also where this push is forced.
            rows = list_rows(self._manage, self._team_id)
            step = Planner(self._folder, self._manage, rows, target, is_forced=False).plan(local)
            if step.action is Action.CONFLICT:
                return step
            if step.action in (Action.UNCHANGED, Action.BEHIND):
                if step.before is None or not step.before.equals(local):
                    return refuse(step, "somebody else has changed the prompt at the same time")
                step = replace(step, reason="somebody else has pushed the same")
        return refuse(step, str(problem))

    def _note(self, step: Step, local: PromptDocument) -> None:
        """Note for the lock file what a file was made from, if the service has the same."""
        if step.before is not None and step.before.equals(local):
            entry = Entry.build(step.prompt_id, local, step.version or step.newest, step.newest)
            self._folder.entries[local.slug] = entry

    def _write(self, step: Step, local: PromptDocument) -> tuple[Step, PromptDocument]:
        """Write what a file says into the service, and the service's spelling into the file.

        The order is such that a push that is broken off anywhere can be run again, and one that
        somebody else is faster than leaves no draft.

        Returns:
            The step with what the service has now as `before`, and what the file says.

        Raises:
            ConflictError: Somebody else has changed the prompt since it was compared.
        """
        manage, before = self._manage, step.before
        if before is None:
            prompt = manage.create_prompt(
                self._team_id, local.name, slug=local.slug, description=local.description
            )
            before = build_document(prompt, {})
            step = self._read_again(replace(step, prompt_id=prompt["id"]), before)
        has_text = local.content_hash == before.content_hash
        if fields := _list_changes(before, local):
            prompt = manage.change_prompt(step.prompt_id, **fields, if_match=step.etag)
            before = build_document(prompt, before.content)
            if not has_text:
                step = self._read_again(step, before)
        content, number = local.content, step.newest
        if not has_text:
            version = create_version(
                manage, step.prompt_id, content, message=self._message, if_match=step.etag
            )
            content, number = take_content(version), version["version"]
        result = replace(before, content=content)
        if not result.equals(local):  # the service has its own spelling
            path = self._folder.choose_path(result.slug, local.slug)
            with suppress(ChangedFileError):  # somebody writes the next change already
                self._folder.write(result, local.slug, path or self._folder.get_path(local.slug))
        return replace(step, version=step.version or number, newest=number, before=result), result

    def _read_again(self, step: Step, before: PromptDocument) -> Step:
        """Read the prompt again after a write, for the next one.

        Args:
            step: The step.
            before: What the prompt is after the write.

        Raises:
            ConflictError: Somebody else has changed it since.
        """
        state = read_state(self._manage, step.prompt_id)
        if state.version != step.newest or not state.document.equals(before):
            raise ConflictError("somebody else has changed the prompt", status=412)
        return replace(step, etag=state.etag)

    def _promote(self, step: Step, local: PromptDocument, target: Target) -> bool:
        """Promote the newest version, which is what the file says.

        Returns:
            Whether it is there; False if somebody else must approve that first.

        Raises:
            ConflictError: The newest version is another one by now.
        """
        while True:
            reading = self._manage.read_version(step.prompt_id, "latest")
            version = reading["version"]
            content = replace(local, content=take_content(version))
            is_ours = version["version"] == step.newest and content.equals(local)
            if not is_ours or version["status"] not in STATUSES:
                raise ConflictError("somebody else has changed the version", status=412)
            if STATUSES.index(version["status"]) >= STATUSES.index(target):
                return True
            if not promote(self._manage, step.prompt_id, "latest", if_match=reading["etag"]):
                return False


def _list_changes(before: PromptDocument, local: PromptDocument) -> dict[str, Any]:
    """List what a file says of the prompt itself that is something else in the service."""
    pairs = {
        "new_name": (before.name, local.name),
        "description": (before.description, local.description),
        "keywords": (before.keywords, local.keywords),
    }
    return {field: new for field, (old, new) in pairs.items() if old != new}
