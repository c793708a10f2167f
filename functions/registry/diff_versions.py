"""Serve `GET /v1/prompts/{id}/versions/diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_diff_range, parse_prompt_id
from shared.domain.diffs import compare_templates
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Diff
    from shared.responses import Response


def diff_versions(call: Call, id: str) -> Response[Diff]:
    """Compare the templates of two versions."""
    prompt_id = parse_prompt_id(id)
    first, second = parse_diff_range(call.request.query)
    store = call.open_prompt(prompt_id)
    before = store.get_cached_version(first, missing="from version not found")
    after = store.get_cached_version(second, missing="to version not found")
    return call.respond(
        {
            "diff": compare_templates(before, after),
            "from_template": before.content.text,
            "from_version": before.number,
            "to_template": after.content.text,
            "to_version": after.number,
        }
    )


lambda_handler = serve(diff_versions)
