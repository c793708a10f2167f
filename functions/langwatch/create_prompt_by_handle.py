"""Serve `POST /api/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from shared.dialects.langwatch.bodies import load_first_content, load_message, load_stock_content
from shared.dialects.langwatch.contents import LENSES
from shared.dialects.langwatch.models import NamedPrompt, NewHandle
from shared.dialects.langwatch.problems import HandleTaken
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import SCOPES, check_handle, is_of_first_api
from shared.dialects.langwatch.responses import dump_config_version
from shared.dialects.langwatch.tags import assign_all, select_tags
from shared.domain import prompts, versions
from shared.domain.prompts import make_slug
from shared.problems import NameTaken
from shared.serve import serve
from shared.writing import create

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import CreatedPrompt
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import TeamStore


def create_prompt_by_handle(call: Call) -> Response[CreatedPrompt]:
    """Create a prompt with its first version, and assign tags to it.

    With a `name` alone, as in LangWatch's first API, the version is a stock prompt.
    """
    team = call.open_own_team()
    if is_of_first_api(call.request):
        return _create_by_name(call, team)
    project = Project(call.request, call.settings, team.get_ledger)
    new = call.load_body(NewHandle)
    handle = check_handle(new.handle)
    content = load_first_content(new, call.settings)
    message = load_message(new, default="Initial version")
    tags = select_tags(project.tags, new.tags) if new.tags else []

    def create_first(origin: Origin) -> Change[Version]:
        prompt = prompts.create(
            team_id=team.id, name=handle, slug=handle, scope=SCOPES[new.scope], origin=origin
        )
        version = prompt.then(
            lambda prompt: versions.create(
                prompt, content, origin, base=None, message=message, status="stable"
            )
        )
        return assign_all(version, tags, origin)

    try:
        return create(
            call,
            team,
            create_first,
            lambda change: cast("CreatedPrompt", project.dump_prompt(change.after, change.subject)),
            headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        )
    except NameTaken as error:
        raise HandleTaken(f"Prompt handle already exists for scope {new.scope}") from error


def _create_by_name(call: Call, team: TeamStore) -> Response[CreatedPrompt]:
    project = Project(call.request, call.settings, team.get_ledger)
    name = call.load_body(NamedPrompt).name
    content = load_stock_content(call.settings)

    def create_first(origin: Origin) -> Change[Version]:
        prompt = prompts.create(team_id=team.id, name=name, slug=make_slug(name), origin=origin)
        return prompt.then(
            lambda prompt: versions.create(prompt, content, origin, base=None, status="stable")
        )

    def dump(change: Change[Version]) -> CreatedPrompt:
        version = dump_config_version(change.after, change.subject, call.settings)
        return {**project.dump_prompt(change.after, change.subject), "latestVersion": version}

    def build_headers(change: Change[Version]) -> dict[str, str]:
        return LENSES.build_headers(call.settings, change.subject.content)

    try:
        return create(call, team, create_first, dump, headers=build_headers)
    except NameTaken as error:
        raise HandleTaken("A prompt with this name already exists.") from error


lambda_handler = serve(create_prompt_by_handle)
