"""Pull: what the service has is written into files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, PermissionDeniedError
from .folder import ChangedFileError
from .lock_file import Entry
from .states import check_slugs, list_rows, read_state
from .steps import Action, Step, refuse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ..management import Management
    from .folder import Folder
    from .states import State


def pull(
    manage: Management,
    team_id: str,
    folder: Folder,
    *,
    pointer: str = "latest",
    slugs: Collection[str] = (),
    is_forced: bool = False,
) -> Iterator[Step]:
    """Write what the service has into files.

    Args:
        manage: The client's management.
        team_id: The id of the team.
        folder: The folder.
        pointer: The version of each prompt: `latest`, `live` or a tag.
        slugs: The only prompts; empty for all.
        is_forced: Whether files are replaced that were changed here.

    Yields:
        What has happened to each prompt.

    Raises:
        ConfigurationError: No prompt has one of the slugs, or none has a version at the pointer.
    """
    rows = {row["slug"]: row for row in list_rows(manage, team_id)}
    check_slugs(slugs, rows)
    has_version = pointer == "latest"  # that no version is there yet, is no problem
    try:
        for slug in sorted({*slugs} or rows):
            step = _pull_prompt(manage, folder, rows[slug], pointer, is_forced)
            if step is not None:
                has_version = has_version or step.version is not None
                yield step
        if not has_version:
            raise ConfigurationError(f"no prompt has a version at {pointer!r}; nothing is pulled")
        ids = {row["id"] for row in rows.values()}
        for slug, entry in sorted(folder.entries.items()):
            if not slugs and entry.id not in ids and slug in folder.documents:
                reason = "the service has no such prompt for this key; the file stays here"
                yield Step(slug, folder.name_path(slug), Action.ABSENT, reason)
    finally:
        folder.save_lock()


def _pull_prompt(
    manage: Management, folder: Folder, row: Mapping[str, Any], pointer: str, is_forced: bool
) -> Step | None:
    """Write one prompt into its file; None if it is archived, and has no file."""
    before_slug = folder.find_slug(row["id"]) or row["slug"]
    local, entry = folder.documents.get(before_slug), folder.entries.get(before_slug)
    if entry is not None and entry.id != row["id"]:
        entry = None
    if local is None and row["status"] == "archived":
        return None
    state = read_state(manage, row["id"], pointer)
    document, slug = state.document, state.document.slug
    step = Step(slug, folder.name_path(slug), Action.UNCHANGED, after=document)
    if not state.version:
        return replace(step, after=None, reason=f"it has no version at {pointer}")
    step = replace(step, version=state.version)
    newest = _find_newest(manage, row["id"], pointer, state)
    after = Entry.build(row["id"], document, state.version, newest)
    if local is not None and local.equals(document):
        folder.entries[slug] = after
        return step
    path = folder.choose_path(slug, before_slug)
    if path is None:
        reason = "its file would replace that of another prompt; rename that"
        return replace(step, action=Action.CONFLICT, reason=reason)
    if not (local is None or (entry is not None and entry.matches(local)) or is_forced):
        if entry is not None and entry.matches(document):
            return replace(step, action=Action.AHEAD, reason="only the file has changed")
        return refuse(step, "both have changed")
    try:
        folder.write(document, before_slug, path)
    except ChangedFileError as error:
        return replace(step, action=Action.CONFLICT, reason=f"{error}; run `cuebook pull` again")
    folder.entries[slug] = after
    action = Action.CREATE if local is None else Action.CHANGE
    reason = "" if before_slug == slug else f"it was {before_slug}"
    return replace(step, action=action, reason=reason, file=str(path))


def _find_newest(manage: Management, prompt_id: str, pointer: str, state: State) -> int:
    """Find the number of the newest version, as far as the key may know it."""
    if pointer == "latest":
        return state.version
    try:
        return read_state(manage, prompt_id).version or state.version
    except PermissionDeniedError:  # a key of some pointers
        return state.version
