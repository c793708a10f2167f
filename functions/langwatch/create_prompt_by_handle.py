"""Serve `POST /api/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.bodies import load_first_content, load_message
from shared.dialects.langwatch.models import NewHandle
from shared.dialects.langwatch.problems import HandleTaken
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import SCOPES, check_handle
from shared.dialects.langwatch.tags import assign_all, select_tags
from shared.domain import prompts, versions
from shared.problems import NameTaken
from shared.serve import serve
from shared.writing import create

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import PromptOfHandle
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response


def create_prompt_by_handle(call: Call) -> Response[PromptOfHandle]:
    """Create a prompt with its first version, and assign tags to it."""
    team = call.open_own_team()
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
                prompt, content, origin, message=message, status="stable"
            )
        )
        return assign_all(version, tags, origin)

    try:
        return create(
            call,
            team,
            create_first,
            lambda change: project.dump_prompt(change.after, change.subject),
        )
    except NameTaken as error:
        raise HandleTaken(f"Prompt handle already exists for scope {new.scope}") from error


lambda_handler = serve(create_prompt_by_handle)
