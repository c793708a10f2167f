"""Serve `GET /api/prompts`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from shared.dialects.langwatch.project import Project
from shared.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.call import Call
    from shared.dialects.langwatch.models import PromptOfHandle
    from shared.domain.model import Prompt
    from shared.responses import Response
    from shared.store.team import TeamStore


BATCH = 100  # prompts whose newest versions are read in one request


def list_prompts_by_handle(call: Call) -> Response[list[PromptOfHandle]]:
    """List the newest version of every prompt, those that changed last first.

    The list has as many as one response can hold. If there are more, the header `X-Next-Cursor` is
    the `cursor` of the next page.
    """
    team = call.open_own_team()
    page = call.parse_page(str)
    prompts = [prompt for _, prompt in team.list_prompts() if not prompt.is_deleted]
    prompts.sort(key=_get_position, reverse=True)
    rest = [prompt for prompt in prompts if not page.after or _get_position(prompt) < page.after]
    return call.respond_rows(_list_rows(call, team, rest), page)


def _get_position(prompt: Prompt) -> str:
    return f"{prompt.changed_at.isoformat(timespec='microseconds')} {prompt.id}"


def _list_rows(
    call: Call, team: TeamStore, prompts: Sequence[Prompt]
) -> Iterator[tuple[str, PromptOfHandle]]:
    """List rows, without prompts that have no version, which only other dialects create."""
    project = Project(call.request, call.settings, team.get_ledger)
    remaining = iter(prompts)
    while batch := list(islice(remaining, BATCH)):
        newest = team.find_newest_versions(batch)
        for prompt in batch:
            if (version := newest.get(prompt.id)) is not None:
                yield _get_position(prompt), project.dump_prompt(prompt, version, is_newest=True)


lambda_handler = serve(list_prompts_by_handle)
