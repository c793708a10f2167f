"""Serve `PUT /api/prompts/{id}/tags/{tag}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.formats import dump_js_time
from shared.dialects.langwatch.models import Assignment
from shared.dialects.langwatch.problems import RuleBroken
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import add_name, check_name_length
from shared.dialects.langwatch.tags import LEDGER, assign, select_tags
from shared.problems import PromptNotFound, VersionNotFound
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import PromptOfHandle, TagAssignment
    from shared.responses import Response
    from shared.store.team import PromptStore


def assign_tag(call: Call, id: str, tag: str) -> Response[TagAssignment]:
    """Assign a tag to a version; `production` makes the version live."""
    name = check_name_length(id, problem=PromptNotFound)
    expected = call.find_body(Assignment)
    beside = Beside(version_id=expected.versionId if expected else None, ledger=LEDGER)
    store = call.open_prompt_by_name(name, beside, missing=add_name("Prompt not found", id))
    assignment = call.load_body(Assignment)
    project = Project(call.request, call.settings, store.get_ledger)
    (definition,) = select_tags(project.tags, [tag])
    try:
        number = call.find_own_version(store, assignment.versionId).number
    except VersionNotFound as error:
        raise RuleBroken("Version does not belong to this prompt config") from error

    def read_target(store: PromptStore) -> PromptOfHandle | None:
        version = store.find_version(definition.pointer)
        return project.dump_prompt(store.prompt, version) if version else None

    return commit(
        call,
        store,
        lambda store, origin: assign(store.prompt, definition, store.get_version(number), origin),
        lambda change: {
            "configId": store.prompt.id,
            "versionId": change.subject.id,
            "tag": tag,
            "updatedAt": dump_js_time(change.after.changed_at),
        },
        read=read_target,
    )


lambda_handler = serve(assign_tag)
