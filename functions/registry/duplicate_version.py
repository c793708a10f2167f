"""Serve `POST /v1/prompts/{id}/versions/{version}/duplicate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_selector
from shared.dialects.registry.responses import dump_version
from shared.domain import versions
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionResponse
    from shared.responses import Response


def duplicate_version(call: Call, id: str, version: str) -> Response[VersionResponse]:
    """Create a draft with the content of any version, without its tags."""
    selector = parse_selector(version)
    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id)),
        lambda store, origin: versions.create(
            store.prompt, store.get_version(selector).content, origin
        ),
        lambda change: {"version": dump_version(change.subject, change.after)},
    )


lambda_handler = serve(duplicate_version)
