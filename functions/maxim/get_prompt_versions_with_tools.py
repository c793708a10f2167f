"""GET /v2/prompts/versions"""

from functions.maxim.get_prompt_versions import get_prompt_versions
from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def get_prompt_versions_with_tools(call: Call) -> Reply:
    """The same as under `/v1`, where a version's tools have ids."""
    return get_prompt_versions(call, tool_ids=True)


lambda_handler = serve(get_prompt_versions_with_tools)
