"""Serve `POST /api/prompts/{id}/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.bodies import load_message, load_whole_content, revise_content
from shared.dialects.langwatch.contents import LENSES
from shared.dialects.langwatch.models import FlatVersion, NewConfigVersion
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import check_name_length, is_flat
from shared.dialects.langwatch.responses import dump_config_version
from shared.domain import versions
from shared.domain.content import Content
from shared.problems import PromptNotFound
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import ConfigVersion
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def create_config_version(call: Call, id: str) -> Response[ConfigVersion]:
    """Create the next version of a prompt, from a whole configuration or from changes.

    The whole configuration is that of LangWatch's first API. The changes are flat, as in
    LangWatch's guide to version control, and apply to the newest version.
    """
    store = call.open_prompt_by_name(check_name_length(id, problem=PromptNotFound))
    project = Project(call.request, call.settings, store.team.get_ledger)
    flat = is_flat(call.request)
    new = call.load_body(FlatVersion) if flat else call.load_body(NewConfigVersion)
    message = load_message(new)

    def create(store: PromptStore, origin: Origin) -> Change[Version]:
        newest = store.find_base()
        base = newest.content if newest else Content(template="", engine="liquid")
        sources = store.list_sources()
        if isinstance(new, NewConfigVersion):
            content = load_whole_content(new, call.settings, base=base, sources=sources)
        else:
            content = revise_content(base, new, call.settings, sources=sources)
        return versions.create(
            store.prompt, content, origin, base=newest, message=message, status="stable"
        )

    return commit(
        call,
        store,
        create,
        lambda change: dump_config_version(change.after, change.subject, call.settings),
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        read=lambda store: project.dump_newest(store.prompt, store.find_version("latest")),
    )


lambda_handler = serve(create_config_version)
