"""Serve `PUT /api/prompts/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.bodies import load_message, load_names, revise_content
from shared.dialects.langwatch.contents import LENSES
from shared.dialects.langwatch.models import HandleChanges, NamedPrompt
from shared.dialects.langwatch.problems import HandleTaken, StaleBase
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import SCOPES, check_name_length, is_of_first_api
from shared.dialects.langwatch.responses import SCOPE_NAMES
from shared.dialects.langwatch.tags import LEDGER, assign_all, select_tags
from shared.domain import prompts, versions
from shared.domain.changes import Change
from shared.domain.content import Content
from shared.problems import NameTaken, PromptNotFound
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import PromptOfHandle
    from shared.domain.changes import Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def update_prompt_by_handle(call: Call, id: str) -> Response[PromptOfHandle]:
    """Create a prompt's next version from its newest, and change the prompt's handle and scope.

    To avoid overwriting an update of somebody else, send the number of the version that was read
    as `baseVersion`, or its ETag as `If-Match`. A `name` alone, as in LangWatch's first API,
    renames the prompt and creates no version.
    """
    store = call.open_prompt_by_name(
        check_name_length(id, problem=PromptNotFound), Beside(ledger=LEDGER)
    )
    project = Project(call.request, call.settings, store.get_ledger)
    if is_of_first_api(call.request):
        return _rename(call, store, project)
    changes = call.load_body(HandleChanges)
    message = load_message(changes)
    tags = select_tags(project.tags, changes.tags) if changes.tags else []
    fields = changes.fields

    def update(store: PromptStore, origin: Origin) -> Change[Version]:
        prompt, newest = store.prompt, store.find_base()
        if "baseVersion" in fields and changes.baseVersion != (newest and newest.number):
            raise StaleBase
        base = newest.content if newest else Content(template="", engine="liquid")
        sources = store.list_sources()
        content = revise_content(base, changes, call.settings, sources=sources)
        name, handle = load_names(changes, prompt)
        scope = SCOPES[changes.scope] if "scope" in fields else None
        names = prompts.rename(prompt, origin, name=name, slug=handle, scope=scope)
        version = names.then(
            lambda prompt: versions.create(
                prompt, content, origin, base=newest, message=message, status="stable"
            )
        )
        return assign_all(version, tags, origin)

    try:
        return commit(
            call,
            store,
            update,
            lambda change: project.dump_prompt(change.after, change.subject),
            headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
            read=lambda store: project.dump_newest(store.prompt, store.find_version("latest")),
        )
    except NameTaken as error:
        scope = changes.scope if "scope" in fields else SCOPE_NAMES[store.prompt.scope]
        raise HandleTaken(f"Prompt handle already exists for scope {scope}") from error


def _rename(call: Call, store: PromptStore, project: Project) -> Response[PromptOfHandle]:
    name = call.load_body(NamedPrompt).name

    def rename(store: PromptStore, origin: Origin) -> Change[Version]:
        newest = store.require_version(store.find_newest())
        change = prompts.rename(store.prompt, origin, name=name)
        return change.then(lambda prompt: Change.none(prompt, subject=newest))

    try:
        return commit(
            call,
            store,
            rename,
            lambda change: project.dump_prompt(change.after, change.subject, is_newest=True),
            headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
            read=lambda store: project.dump_newest(store.prompt, store.find_version("latest")),
        )
    except NameTaken as error:
        raise HandleTaken("A prompt with this name already exists.") from error


lambda_handler = serve(update_prompt_by_handle)
