"""Serve `POST /api/prompts/{id}/versions/{version_id}/restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.contents import LENSES, sign_content
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import check_name_length
from shared.dialects.langwatch.tags import LEDGER
from shared.domain import versions
from shared.problems import PromptNotFound
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import PromptOfHandle
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def restore_config_version(call: Call, id: str, version_id: str) -> Response[PromptOfHandle]:
    """Create the next version of a prompt with the content of an earlier one."""
    store = call.open_prompt_by_name(
        check_name_length(id, problem=PromptNotFound),
        Beside(version_id=version_id, ledger=LEDGER),
    )
    number = call.find_own_version(store, version_id).number
    project = Project(call.request, call.settings, store.get_ledger)
    message = f"Restore from version {number}"

    def restore(store: PromptStore, origin: Origin) -> Change[Version]:
        source = store.get_version(number)
        content = sign_content(source.content, None, call.settings)
        return versions.create(
            store.prompt, content, origin, base=source, message=message, status="stable"
        )

    return commit(
        call,
        store,
        restore,
        lambda change: project.dump_prompt(change.after, change.subject),
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        read=lambda store: project.dump_newest(store.prompt, store.find_version("latest")),
    )


lambda_handler = serve(restore_config_version)
