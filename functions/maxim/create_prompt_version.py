"""Serve `POST /v1/prompts/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.contents import load_content
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
    from shared.responses import Response


def create_prompt_version(call: Call) -> Response[PublishedVersionData]:
    """Publish the next version of a prompt, which cannot be changed afterwards."""
    new = call.load_body(NewPromptVersion)
    description = check_message(new.description, "description")
    content = load_content(new, call.settings)
    return commit(
        call,
        call.open_prompt(parse_prompt_id(new.promptId)),
        lambda store, origin: versions.create(
            store.prompt, content, origin, message=description, status="stable"
        ),
        lambda change: {"data": dump_version(change.subject, call.settings)},
    )


lambda_handler = serve(create_prompt_version)
