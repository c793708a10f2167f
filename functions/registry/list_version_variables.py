"""Serve `GET /v1/prompts/{id}/versions/{version}/variables`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_selector
from shared.serve import serve
from shared.templates import list_variables

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VariableList
    from shared.responses import Response


def list_version_variables(call: Call, id: str, version: str) -> Response[VariableList]:
    """List the variables that a version's template may use, with all that it includes."""
    store, current = call.open_version(call.resolve_prompt_id(id), parse_selector(version))
    content = store.resolve(current).content.whole
    return call.respond({"variables": list_variables(content, call.settings)})


lambda_handler = serve(list_version_variables)
