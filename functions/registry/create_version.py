"""Serve `POST /v1/prompts/{id}/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.languages import check_texts, list_warnings
from shared.dialects.registry.contents import load_content
from shared.dialects.registry.models import NewVersion
from shared.dialects.registry.requests import parse_prompt_id
from shared.dialects.registry.responses import dump_prompt_and_version, dump_written_version
from shared.domain import versions
from shared.domain.checks import check_message
from shared.serve import serve
from shared.templates import find_variables, load_engines
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import WrittenVersion
    from shared.responses import Response


def create_version(call: Call, id: str) -> Response[WrittenVersion]:
    """Create the next version of a prompt, as a draft.

    While the prompt has no version, `If-Match` is compared with the ETag of the prompt alone.
    """
    store = call.open_prompt(parse_prompt_id(id))
    new = call.load_body(NewVersion)
    content = load_content(new)
    message = check_message(new.message)
    check_texts(content, call.settings)
    warnings = list_warnings(content, find_variables(content, call.settings))
    return commit(
        call,
        store,
        lambda store, origin: versions.create(
            store.prompt, content, origin, base=None, message=message
        ),
        lambda change: dump_written_version(change.subject, change.after, warnings),
        read=lambda store: dump_prompt_and_version(store.prompt, store.find_version("latest")),
    )


lambda_handler = serve(create_version, prepare=load_engines)
