"""Serve `GET /api/public/v2/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langfuse.labels import find_selector
from shared.dialects.langfuse.requests import has_slug, parse_list_query
from shared.dialects.langfuse.responses import dump_entry, dump_list
from shared.problems import LimitReached, PromptNotFound
from shared.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.call import Call
    from shared.dialects.langfuse.models import PromptEntry, PromptList
    from shared.dialects.langfuse.requests import ListQuery
    from shared.domain.model import Prompt, VersionSummary
    from shared.responses import Response
    from shared.store.team import TeamStore

    # A prompt, those of its versions that the list is about, and the number of its newest one.
    Match = tuple[Prompt, list[VersionSummary], int]

# Filters of versions need the prompts themselves, and to count them all of these.
MAX_EXAMINED = 2_000


def list_named_prompts(call: Call) -> Response[PromptList]:
    """List the project's prompts by name.

    A filter of versions narrows each entry to the versions that match. Prompts without a version
    that this dialect knows of count, but have no entry.
    """
    query = parse_list_query(call.request)
    team = call.open_own_team().open_raw()  # no entry has a text
    first = (query.page - 1) * query.limit
    if query.selects_versions or query.name is not None:
        matches = list(_find_matches(call, team, query))
        total, page = len(matches), matches[first : first + query.limit]
    else:
        ids = team.list_ids_by_name(query.keyword)
        prompts = team.find_prompts(ids[first : first + query.limit])
        total, page = len(ids), list(_select_all(team, prompts, query))
    entries = list(_dump(call, team, page))
    return call.respond(dump_list(entries, page=query.page, limit=query.limit, total=total))


def _find_matches(call: Call, team: TeamStore, query: ListQuery) -> Iterator[Match]:
    """Find the prompts with versions that match.

    Raises:
        LimitReached: There are more prompts than one request may look into.
    """
    if query.name is not None:
        prompts = _find_by_name(call, team, query)
    else:
        ids = team.list_ids_by_name(query.keyword)
        if len(ids) > MAX_EXAMINED:
            raise LimitReached(
                f"label, version and times are filters for at most {MAX_EXAMINED} prompts; filter "
                "by tag or name too, or list all"
            )
        prompts = (prompt for prompt in team.find_prompts(ids) if _may_match(prompt, query))
    return _select_all(team, prompts, query)


def _find_by_name(call: Call, team: TeamStore, query: ListQuery) -> Iterable[Prompt]:
    try:
        name = query.name or ""
        store = call.open_prompt_by_name_or_slug(name, has_slug=has_slug)
    except PromptNotFound:
        return []
    prompt = store.prompt
    is_wanted = query.keyword is None or query.keyword in prompt.keywords
    return [prompt] if prompt.team_id == team.id and is_wanted else []


def _may_match(prompt: Prompt, query: ListQuery) -> bool:
    """Tell whether versions of a prompt may match, without reading them."""
    if query.version is not None and not 0 < query.version <= prompt.last_version:
        return False
    if query.start is not None and prompt.changed_at < query.start:
        return False
    if query.end is not None and prompt.created_at >= query.end:
        return False
    selector = None if query.label is None else find_selector(query.label)
    return query.label in (None, "latest") or (
        isinstance(selector, str) and prompt.resolve_selector(selector) is not None
    )


def _select_all(team: TeamStore, prompts: Iterable[Prompt], query: ListQuery) -> Iterator[Match]:
    for prompt in prompts:
        versions = list(team.open_prompt(prompt).list_version_summaries())
        if versions and (matches := _select(prompt, versions, query)):
            yield prompt, matches, versions[-1].number


def _select(
    prompt: Prompt, versions: Sequence[VersionSummary], query: ListQuery
) -> list[VersionSummary]:
    matches = [*versions]
    if query.version is not None:
        matches = [each for each in matches if each.number == query.version]
    if query.label is not None:
        selector = find_selector(query.label)
        number = (
            versions[-1].number
            if query.label == "latest"
            else prompt.resolve_selector(selector)
            if isinstance(selector, str)
            else None
        )
        matches = [each for each in matches if each.number == number]
    if query.has_time:
        matches = [
            each
            for each in matches
            for at in [prompt.get_touched_at(each.number, each.updated_at)]
            if (query.start is None or at >= query.start) and (query.end is None or at < query.end)
        ]
    return matches


def _dump(call: Call, team: TeamStore, page: Sequence[Match]) -> Iterator[PromptEntry]:
    lasts = team.find_versions((prompt, versions[-1].number) for prompt, versions, _ in page)
    for (prompt, versions, newest), last in zip(page, lasts, strict=True):
        version = last.load() if last else None
        yield dump_entry(prompt, versions, newest, version, call.settings)


lambda_handler = serve(list_named_prompts)
