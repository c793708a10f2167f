"""Serve `GET /v1/prompts/{id}/versions/diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_diff_range
from shared.dialects.registry.responses import compare_settings
from shared.domain.diffs import compare_templates
from shared.domain.prompts import RESERVED_TAGS
from shared.problems import InvalidRequest, PromptNotFound
from shared.serve import serve
from shared.store.reading import Beside

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Diff
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def diff_versions(call: Call, id: str) -> Response[Diff]:
    """Compare the templates of two versions, and their settings."""
    prompt_id = call.resolve_prompt_id(id)
    first, second = parse_diff_range(call.request.query)
    try:
        store = call.open_prompt(prompt_id, Beside(selectors=(first, second)))
    except PromptNotFound:
        # As in px0, where only numbers select a version, the query comes before the prompt.
        for selector, name in ((first, "from"), (second, "to")):
            if isinstance(selector, str):
                raise InvalidRequest(f"invalid {name} version") from None
        raise
    before, after = _get_version(store, first, "from"), _get_version(store, second, "to")
    return call.respond(
        {
            "diff": compare_templates(before, after),
            "from_template": before.content.text,
            "from_version": before.number,
            "settings": compare_settings(before.content, after.content),
            "to_template": after.content.text,
            "to_version": after.number,
        }
    )


def _get_version(store: PromptStore, selector: int | str, name: str) -> Version:
    """Get a version to compare.

    Raises:
        InvalidRequest: The selector is a tag that the prompt does not have. Source: px0, where only
            numbers select a version.
        VersionNotFound: The prompt has no such version.
    """
    if isinstance(selector, str) and selector not in {*RESERVED_TAGS, *store.prompt.tags}:
        raise InvalidRequest(f"invalid {name} version")
    return store.get_cached_version(selector, missing=f"{name} version not found")


lambda_handler = serve(diff_versions)
