"""Prompts of px0, whose API is the native one: its responses, from files or from the API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from .apis import Api
from .contents import join_model, require_text, take, take_name, take_objects, take_texts
from .imports import ImportedPrompt, ImportedVersion, Item, Losses, convert_each
from .records import Record, join_files
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .files import File
    from .imports import Document


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from files with responses: prompts, and the versions of each."""
    yield from convert_each(join_files(files, "prompt_id"), _convert)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts of a team from the API."""
    headers = {"Authorization": f"Bearer {environment['PX0_API_KEY']}"}
    team = quote(environment["PX0_TEAM_ID"], safe="")
    with Api(environment["PX0_URL"], headers) as api:
        for prompt in take_objects(api.get(f"/v1/teams/{team}/prompts"), "prompts"):
            path = f"/v1/prompts/{quote(take_name(prompt, 'id'), safe='')}/versions"
            versions = take_objects(api.get(path), "versions")
            yield from convert_each([(take_name(prompt), (prompt, versions))], _convert)


def _convert(origin: str, record: Record) -> ImportedPrompt:
    prompt, versions = record
    losses = Losses()
    if prompt.get("status") == "archived":
        losses.note("that it is archived")
    return ImportedPrompt(
        origin=origin,
        name=take_name(prompt),
        slug=take_name(prompt, "slug"),
        description=take(prompt, "description", str, ""),
        versions=tuple(
            _convert_version(version, losses)
            for version in sorted(versions, key=lambda each: take(each, "version", int, 0))
        ),
        losses=losses.names,
    )


def _convert_version(version: Document, losses: Losses) -> ImportedVersion:
    status = take(version, "status", str, "stable")
    if status == "archived":
        losses.note("archived versions")
    content = {
        "engine": "go",
        "template": require_text(take(version, "template", str, "")),
        "model": join_model(None, take(version, "model", str, "")),
        "model_params": take(version, "model_params", dict, {}) or None,
    }
    return ImportedVersion(
        label=str(take(version, "version", int, 0)),
        content={name: value for name, value in content.items() if value is not None},
        tags=take_texts(version, "tags"),
        is_live=status == "live",
        is_draft=status == "draft",
    )


SOURCE = Source(
    suffixes=(".json",),
    engines=("go",),
    read=read,
    fetch=fetch,
    variables=("PX0_URL", "PX0_API_KEY", "PX0_TEAM_ID"),
    needs=3,
)
