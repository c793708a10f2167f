"""Serve `GET /v2/prompts/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.maxim.get_prompt_versions import get_prompt_versions
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import PublishedVersionsData
    from shared.responses import Response


def get_prompt_versions_with_tools(call: Call) -> Response[PublishedVersionsData]:
    """Get or list versions as under `/v1`, but with ids of tools."""
    return get_prompt_versions(call, with_tool_ids=True)


lambda_handler = serve(get_prompt_versions_with_tools)
