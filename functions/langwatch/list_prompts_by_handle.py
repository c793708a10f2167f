"""Serve `GET /api/prompts`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.dialects.langwatch.project import Project
from shared.ids import is_id
from shared.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.langwatch.models import PromptOfHandle
    from shared.paging import PageRequest
    from shared.responses import Response
    from shared.store.visible_prompts import VisiblePrompts


def list_prompts_by_handle(call: Call) -> Response[list[PromptOfHandle]]:
    """List the newest version of every prompt, those that changed last first.

    The prompts are the team's own, and those that other teams have in the scope `ORGANIZATION`.

    The list has as many as one response can hold. If there are more, the header `X-Next-Cursor` is
    the `cursor` of the next page.
    """
    team = call.open_own_team()
    request = call.parse_page(_parse_position)
    return call.respond_rows(_list_rows(call, call.open_visible_prompts(team), request), request)


def _parse_position(text: str) -> tuple[datetime, str]:
    """Parse a position: the time of a change, and the prompt's id.

    Raises:
        ValueError: The text is not such a position.
    """
    at, _, prompt_id = text.partition(" ")
    changed_at = datetime.fromisoformat(at)
    if not is_id(prompt_id) or changed_at.utcoffset() != timedelta(0):
        raise ValueError(text)
    return changed_at, prompt_id


def _list_rows(
    call: Call, visible: VisiblePrompts, request: PageRequest[tuple[datetime, str]]
) -> Iterator[tuple[str, PromptOfHandle]]:
    """List rows, without prompts that have no version, which only other dialects create."""
    projects: dict[str, Project] = {}
    changes = visible.list_changed_prompts(after=request.after, size=request.size)
    for at, prompt, version in visible.find_newest_versions(changes, size=request.size):
        if version is not None:
            project = projects.get(prompt.team_id)
            if project is None:
                owner = visible.open_owner(prompt)
                project = Project(call.request, call.settings, owner.get_readable_ledger)
                projects[prompt.team_id] = project
            position = f"{at.isoformat(timespec='microseconds')} {prompt.id}"
            yield position, project.dump_prompt(prompt, version, is_newest=True)


lambda_handler = serve(list_prompts_by_handle)
