"""Prompts of px0, whose API is the native one: its responses, from files or from the API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from .apis import Api, fetch_each
from .contents import join_model, require_text, take, take_name, take_texts
from .items import (
    ImportedPrompt,
    ImportedVersion,
    Item,
    convert_each,
    convert_rows,
    sort_rows,
)
from .records import Record, join_files
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .files import File
    from .items import Document


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from files with responses: prompts, and the versions of each."""
    yield from convert_each(join_files(files, "prompt_id"), _convert)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts of a team from the API."""
    headers = {"Authorization": f"Bearer {environment['PX0_API_KEY']}"}
    team = quote(environment["PX0_TEAM_ID"], safe="")
    with Api("px0", environment["PX0_URL"], headers) as api:

        def fetch_prompt(prompt: Document) -> Iterator[Item]:
            path = f"/v1/prompts/{quote(take_name(prompt, 'id'), safe='')}/versions"
            record = prompt, [*_list(api, path, "versions")]
            yield from convert_each([(api.describe(path), record)], _convert)

        yield from fetch_each(_list(api, f"/v1/teams/{team}/prompts", "prompts"), fetch_prompt)


def _list(api: Api, path: str, field: str) -> Iterator[tuple[str, Document]]:
    """List what the pages of a list have."""
    query: dict[str, str] = {}
    while True:
        page = api.get(path, **query)
        yield from api.list_objects(path, page, field)
        cursor = page.get("next_cursor")
        if not (isinstance(cursor, str) and cursor):
            return
        query = {"cursor": cursor}


def _convert(origin: str, record: Record) -> ImportedPrompt:
    prompt, versions = record
    return ImportedPrompt(
        origin=origin,
        name=take_name(prompt),
        slug=take_name(prompt, "slug"),
        description=take(prompt, "description", str, ""),
        versions=convert_rows(sort_rows(versions, _get_number), _convert_version),
        is_archived=prompt.get("status") == "archived",
    )


def _get_number(version: Document) -> int:
    return take(version, "version", int, 0)


def _convert_version(version: Document) -> ImportedVersion:
    status = take(version, "status", str, "stable")
    content = {
        "engine": "go",
        "template": require_text(take(version, "template", str, "")),
        "model": join_model(None, take(version, "model", str, "")),
        "model_params": take(version, "model_params", dict, {}) or None,
    }
    return ImportedVersion(
        label=str(_get_number(version)),
        content={name: value for name, value in content.items() if value is not None},
        tags=take_texts(version, "tags"),
        is_live=status == "live",
        is_draft=status == "draft",
        is_archived=status == "archived",
    )


SOURCE = Source(
    suffixes=(".json",),
    read=read,
    fetch=fetch,
    variables=("PX0_URL", "PX0_API_KEY", "PX0_TEAM_ID"),
    needs=3,
)
