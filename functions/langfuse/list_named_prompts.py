"""Serve `GET /api/public/v2/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langfuse.labels import LATEST, find_selector
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

    # A prompt, and those of its versions that the list is about, lowest number first.
    Match = tuple[Prompt, list[VersionSummary]]

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
        prompts = team.find_prompts(ids)
    prompts = (prompt for prompt in prompts if _may_match(prompt, query))
    if query.label is None and query.version is None:
        return _select_all(team, prompts, query)
    return _select_one_each(team, prompts, query)


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
    """Tell whether versions of a prompt may be of the times, without reading them."""
    return (query.start is None or prompt.changed_at >= query.start) and (
        query.end is None or prompt.created_at < query.end
    )


def _select_one_each(
    team: TeamStore, prompts: Iterable[Prompt], query: ListQuery
) -> Iterator[Match]:
    """Select of each prompt the version that the label, or else the number, is about."""
    pairs = [(prompt, number) for prompt in prompts if (number := _find_number(prompt, query))]
    for (prompt, _), version in zip(pairs, team.find_versions(pairs), strict=True):
        summary = version.summarize() if version else None
        if summary is None and query.label == LATEST:  # the newest has been archived
            summary = next(reversed(_list_summaries(team, prompt)), None)
        if summary is not None and _is_of(prompt, summary, query):
            yield prompt, [summary]


def _find_number(prompt: Prompt, query: ListQuery) -> int | None:
    if query.label is None:
        return query.version
    if query.label == LATEST:
        # Heads of an earlier release do not know it.
        return prompt.last_version if prompt.newest_stable is None else prompt.newest_stable
    selector = find_selector(query.label)
    return prompt.resolve_selector(selector) if isinstance(selector, str) else None


def _select_all(team: TeamStore, prompts: Iterable[Prompt], query: ListQuery) -> Iterator[Match]:
    for prompt in prompts:
        versions = _list_summaries(team, prompt)
        if matches := [version for version in versions if _is_of(prompt, version, query)]:
            yield prompt, matches


def _list_summaries(team: TeamStore, prompt: Prompt) -> list[VersionSummary]:
    """List the versions of a prompt, lowest number first."""
    return [*team.open_prompt(prompt).list_version_summaries()][::-1]


def _is_of(prompt: Prompt, version: VersionSummary, query: ListQuery) -> bool:
    """Tell whether a version has the number, and last changed at the times."""
    if query.version not in (None, version.number):
        return False
    at = prompt.get_touched_at(version.number, version.updated_at)
    return (query.start is None or at >= query.start) and (query.end is None or at < query.end)


def _dump(call: Call, team: TeamStore, page: Sequence[Match]) -> Iterator[PromptEntry]:
    lasts = team.find_versions((prompt, versions[-1].number) for prompt, versions in page)
    for (prompt, versions), last in zip(page, lasts, strict=True):
        is_newest = team.open_prompt(prompt).is_newest(versions[-1].number)
        version = last.load() if last else None
        yield dump_entry(prompt, versions, version, call.settings, has_newest=is_newest)


lambda_handler = serve(list_named_prompts)
