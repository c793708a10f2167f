"""POST /api/prompts/{id}/sync"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import langwatch
from shared.dialects.langwatch import contents
from shared.dialects.langwatch.models import LocalPrompt
from shared.dialects.langwatch.problems import HandleTaken
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.syncing import Action, Local, Outcome, compared, message_of
from shared.domain import prompts, versions
from shared.domain.changes import Change, nothing
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.errors import NameTaken, PromptNotFound
from shared.serve import serve


def sync_prompt(call: Call, id: str) -> Reply:
    """Bring a local file and its prompt together, or tell in what the two conflict."""
    call.permit(call.team_id)
    project, local, act = Project(call), Local.of(call.body(LocalPrompt)), call.act()
    first_message = "Synced from local file" if local.message is None else local.message

    def create(prompt: Prompt) -> Change[Outcome]:
        made = versions.create(prompt, local.first, act, message=first_message, status="stable")
        return _told("created", made)

    def sync(prompt: Prompt) -> Change[Outcome]:
        remote = call.store.version(prompt, "latest")
        if remote is None:
            return create(prompt)
        base = call.store.version(prompt, int(local.version))
        outcome = compared(local, remote, base, call.settings)
        if outcome.action != "updated":
            return nothing(prompt, about=outcome)
        content = local.over(remote.content, call.settings)
        message = message_of(local, outcome.differences)
        made = versions.create(prompt, content, act, message=message, status="stable")
        return _told("updated", made)

    def answer(change: Change[Outcome]) -> Reply:
        outcome, settings = change.about, call.settings
        if outcome.action != "conflict":
            shown = project.shown(change.after, outcome.version, newest=True)
            prompt = langwatch.synced(shown, outcome.version, settings)
            return call.reply({"action": outcome.action, "prompt": prompt})
        info = {
            "localVersion": local.version,
            "remoteVersion": outcome.version.number,
            "differences": outcome.differences,
            "remoteConfigData": contents.config(outcome.version.content, settings),
            "remoteParameters": contents.runtime_parameters(outcome.version.content),
        }
        return call.reply({"action": outcome.action, "conflictInfo": info})

    try:
        prompt = project.prompt(id)
    except PromptNotFound:
        handle = langwatch.checked_name(id)
        made = prompts.create(team_id=call.team_id, name=handle, slug=handle, act=call.act())
    else:
        return call.commit(prompt, sync, answer)
    try:
        return call.create(made.then(create), answer)
    except NameTaken as error:
        raise HandleTaken("Prompt handle already exists for scope PROJECT") from error


def _told(action: Action, change: Change[Version]) -> Change[Outcome]:
    outcome = Outcome(action=action, version=change.about)
    return change.then(lambda prompt: nothing(prompt, about=outcome))


lambda_handler = serve(sync_prompt)
