"""Serve `POST /v1/prompts/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.contents import LENSES, load_content
from shared.dialects.maxim.models import NewPromptVersion
from shared.dialects.maxim.requests import parse_prompt_id
from shared.dialects.maxim.responses import dump_version
from shared.domain import versions
from shared.domain.checks import check_message
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import PublishedVersionData
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def create_prompt_version(call: Call) -> Response[PublishedVersionData]:
    """Publish the next version of a prompt, which cannot be changed afterwards."""
    new = call.load_body(NewPromptVersion)
    description = check_message(new.description, "description")

    def create(store: PromptStore, origin: Origin) -> Change[Version]:
        newest = store.find_base()
        base = newest.content if newest else None
        content = load_content(new, call.settings, base=base, sources=store.list_sources())
        return versions.create(
            store.prompt, content, origin, base=newest, message=description, status="stable"
        )

    return commit(
        call,
        call.open_prompt(parse_prompt_id(new.promptId)),
        create,
        lambda change: {"data": dump_version(change.subject, call.settings)},
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
    )


lambda_handler = serve(create_prompt_version)
