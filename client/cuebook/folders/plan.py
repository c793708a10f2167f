"""What a push is to do, by comparing the files with the service; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._version_contents import check_texts
from ..errors import ConfigurationError
from .documents import can_be_slug
from .states import STATUSES, check_slugs, list_rows, read_state
from .steps import Action, Step, refuse

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..management import Management
    from .documents import PromptDocument
    from .folder import Folder
    from .lock_file import Entry
    from .states import State
    from .steps import Target


def plan_push(
    manage: Management,
    team_id: str,
    folder: Folder,
    *,
    slugs: Collection[str] = (),
    promote: Target | None = None,
    is_forced: bool = False,
) -> list[Step]:
    """Plan what a push of a folder does, and write nothing.

    Args:
        manage: The client's management.
        team_id: The id of the team.
        folder: The folder.
        slugs: The only prompts; empty for all.
        promote: What the versions that the files say are to be, at least.
        is_forced: Whether a file counts where the service has changed too.

    Raises:
        ConfigurationError: No file has one of the slugs, or a file has no valid text.
    """
    check_slugs(slugs, folder.documents)
    planner = Planner(folder, manage, list_rows(manage, team_id), promote, is_forced)
    steps, problems = [], []
    for slug in sorted({*slugs} or folder.documents):
        try:
            steps.append(planner.plan(folder.documents[slug]))
        except ConfigurationError as error:
            problems.append(str(error))
    if problems:
        raise ConfigurationError("\n".join(problems))
    return steps


class Planner:
    """Plans what a push does to each prompt."""

    def __init__(
        self,
        folder: Folder,
        manage: Management,
        rows: list[dict[str, Any]],
        promote: Target | None,
        is_forced: bool,
    ) -> None:
        self._folder, self._manage = folder, manage
        self._by_id = {row["id"]: row for row in rows}
        self._by_slug = {row["slug"]: row for row in rows}
        self._by_name = {row["name"]: row for row in rows}
        self._promote, self._is_forced = promote, is_forced

    def plan(self, local: PromptDocument) -> Step:
        """Plan what happens to the prompt of a file."""
        slug = local.slug
        entry = self._folder.entries.get(slug)
        row = self._by_id.get(entry.id) if entry else None
        if row is None and slug in self._by_slug:
            row, entry = self._by_slug[slug], None
        step = Step(slug, self._folder.name_path(slug), Action.UNCHANGED, after=local)
        if row is None:
            return self._plan_new(step, local, entry)
        newest = read_state(self._manage, row["id"])
        step = replace(step, prompt_id=row["id"], before=newest.document, etag=newest.etag)
        if not newest.version:
            return self._plan_first(step, local, entry)
        step = replace(step, version=newest.version, newest=newest.version)
        if local.equals(newest.document):
            target = self._choose_target(row["id"], newest)
            return replace(step, action=Action.PROMOTE, target=target) if target else step
        if not self._is_forced:
            if entry is None:
                return refuse(step, "the service has this prompt, and the file is not from there")
            has_moved = self._has_moved(entry, newest, local)
            if entry.matches(local):
                reason = f"`cuebook pull {slug}` brings what is new"
                return replace(step, action=Action.BEHIND, reason=reason) if has_moved else step
            if has_moved:
                return refuse(step, "the service has another version since the last pull")
        self._check_texts(local)
        step = replace(step, action=Action.CHANGE)
        if local.content_hash == newest.document.content_hash:
            return replace(step, target=self._choose_target(row["id"], newest))
        if entry is not None and local.content_hash == entry.content and not self._is_forced:
            # Only the description has changed, and the text is that of an older version.
            before = replace(newest.document, content=local.content)
            return replace(step, version=entry.version, before=before)
        return replace(step, version=None, target=self._promote)

    def _plan_new(self, step: Step, local: PromptDocument, entry: Entry | None) -> Step:
        """Plan the creation of a prompt."""
        if entry is not None and not self._is_forced:
            reason = (
                f"the service has no such prompt any more; remove the file, or create it again "
                f"with `cuebook push {local.slug} --force`"
            )
            return replace(step, action=Action.CONFLICT, reason=reason)
        if not can_be_slug(local.slug):
            raise ConfigurationError(
                f"{step.file}: a new prompt cannot have the slug {local.slug!r}; use lower-case "
                f"letters and digits, with single underscores between words"
            )
        if local.name in self._by_name:
            other = self._by_name[local.name]["slug"]
            reason = f"the prompt {other} has the name {local.name!r}; write another `name`"
            return replace(step, action=Action.CONFLICT, reason=reason)
        self._check_texts(local)
        return replace(step, action=Action.CREATE, target=self._promote)

    def _plan_first(self, step: Step, local: PromptDocument, entry: Entry | None) -> Step:
        """Plan the first version of a prompt that has none: its creation may have been broken off.

        Where a file was made from a version, somebody has deleted that.
        """
        if entry is not None and not self._is_forced:
            return refuse(step, "its versions have been deleted")
        self._check_texts(local)
        return replace(step, action=Action.CREATE, target=self._promote)

    def _has_moved(self, entry: Entry, newest: State, local: PromptDocument) -> bool:
        """Tell whether the service has something else than the file was made from.

        What the file says too counts as pushed before: a push may have been broken off.
        """
        document = newest.document
        if document.description_hash not in (entry.description, local.description_hash):
            return True
        if document.content_hash == local.content_hash:
            return False
        if entry.newest != newest.version:
            return True
        base = newest
        if entry.version != newest.version:
            base = read_state(self._manage, entry.id, str(entry.version))
        return base.document.content_hash != entry.content

    def _choose_target(self, prompt_id: str, newest: State) -> Target | None:
        """Choose what the newest version, which the file says, is promoted to.

        A version that was live before stays where it is: somebody has taken it back.
        """
        if self._promote is None or newest.status not in STATUSES:
            return None
        if STATUSES.index(newest.status) >= STATUSES.index(self._promote):
            return None
        if newest.status == "stable" and self._was_live(prompt_id, newest.version):
            return None
        return self._promote

    def _was_live(self, prompt_id: str, version: int) -> bool:
        return any(
            event.get("live_version") == version for event in self._manage.history(prompt_id)
        )

    def _check_texts(self, local: PromptDocument) -> None:
        """Check that the texts are templates, as far as this process has their engine.

        Raises:
            ConfigurationError: A text is none.
        """
        try:
            check_texts(local.content)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._folder.name_path(local.slug)}: {error}") from error
