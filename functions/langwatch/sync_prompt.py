"""Serve `POST /api/prompts/{id}/sync`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from shared.dialects.langwatch.contents import LENSES, dump_config, get_runtime_parameters
from shared.dialects.langwatch.models import LocalPrompt
from shared.dialects.langwatch.problems import HandleTaken
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import check_handle, check_name_length
from shared.dialects.langwatch.responses import dump_synced_prompt
from shared.dialects.langwatch.syncing import Local, Outcome, compare, write_message
from shared.dialects.langwatch.tags import LEDGER
from shared.domain import prompts, versions
from shared.domain.changes import Change
from shared.problems import NameTaken, PromptNotFound
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit, create

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import SyncResult
    from shared.dialects.langwatch.syncing import Action
    from shared.domain.changes import Origin
    from shared.domain.model import Prompt, Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def sync_prompt(call: Call, id: str) -> Response[SyncResult]:
    """Update a prompt from a local file, or report how the two conflict."""
    team = call.open_own_team()
    local = Local.load(call.load_body(LocalPrompt))
    first_message = "Synced from local file" if local.message is None else local.message

    def create_first(prompt: Prompt, origin: Origin) -> Change[Outcome]:
        content = local.load_first_content(call.settings)
        version = versions.create(
            prompt, content, origin, base=None, message=first_message, status="stable"
        )
        return _conclude("created", version)

    def create_prompt(origin: Origin) -> Change[Outcome]:
        call.require_match(lambda: None)  # there is nothing yet
        handle = check_handle(id)
        prompt = prompts.create(team_id=team.id, name=handle, slug=handle, origin=origin)
        return prompt.then(lambda prompt: create_first(prompt, origin))

    def sync(store: PromptStore, origin: Origin) -> Change[Outcome]:
        remote = store.find_newest()
        if remote is None:
            return create_first(store.prompt, origin)
        base = store.find_version(local.version)
        outcome = compare(local, remote, base, call.settings)
        if outcome.action != "updated":
            return Change.none(store.prompt, subject=outcome)
        content = local.revise_content(remote.content, call.settings)
        message = write_message(local, outcome.differences)
        version = versions.create(
            store.prompt, content, origin, base=remote, message=message, status="stable"
        )
        return _conclude("updated", version)

    def dump(project: Project, change: Change[Outcome]) -> SyncResult:
        outcome = change.subject
        if outcome.action != "conflict":
            body = project.dump_prompt(change.after, outcome.version, is_newest=True)
            prompt = dump_synced_prompt(body, outcome.version, call.settings)
            return {"action": outcome.action, "prompt": prompt}
        content = outcome.version.content
        return {
            "action": outcome.action,
            "conflictInfo": {
                "localVersion": local.version,
                "remoteVersion": outcome.version.number,
                "differences": outcome.differences,
                "remoteConfigData": dump_config(content, call.settings),
                "remoteParameters": get_runtime_parameters(content, call.settings),
            },
        }

    def build_headers(change: Change[Outcome]) -> dict[str, str]:
        return LENSES.build_headers(call.settings, change.subject.version.content)

    def sync_existing() -> Response[SyncResult]:
        store = call.open_prompt_by_name(
            check_name_length(id, problem=PromptNotFound),
            Beside(selectors=(local.version,), ledger=LEDGER),
        )
        project = Project(call.request, call.settings, store.get_ledger)
        return commit(
            call,
            store,
            sync,
            partial(dump, project),
            headers=build_headers,
            read=lambda store: project.dump_newest(store.prompt, store.find_version("latest")),
        )

    with suppress(PromptNotFound):
        return sync_existing()
    try:
        project = Project(call.request, call.settings, team.get_ledger)
        return create(call, team, create_prompt, partial(dump, project), headers=build_headers)
    except NameTaken as error:
        # Another caller has created the prompt in the meantime, or one has only the same name.
        with suppress(PromptNotFound):
            return sync_existing()
        raise HandleTaken("Prompt handle already exists for scope PROJECT") from error


def _conclude(action: Action, change: Change[Version]) -> Change[Outcome]:
    outcome = Outcome(action=action, version=change.subject)
    return change.then(lambda prompt: Change.none(prompt, subject=outcome))


lambda_handler = serve(sync_prompt)
