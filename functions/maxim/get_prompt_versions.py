"""GET /v1/prompts/versions"""

from shared import paging
from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.errors import InvalidRequest, VersionNotFound
from shared.serve import serve


def get_prompt_versions(call: Call, *, tool_ids: bool = False) -> Reply:
    """Get the version of an `id`, or list those of a `promptId`, highest number first.

    The list is full as far as one answer can carry it; when `pagination.hasMore` is true it goes
    on with `pagination.cursor` as `cursor`. `limit` is optional.
    """
    query, model = call.request.query, call.settings.default_model
    version_id, prompt_id = query.get("id"), query.get("promptId")
    if version_id:
        prompt, version = call.version_by_id(maxim.version_id(version_id))
        if prompt_id not in (None, "", prompt.id):
            raise VersionNotFound
        shown = maxim.version_in_full(version, default_model=model, tool_ids=tool_ids)
        return call.reply({"data": shown})
    if not prompt_id:
        raise InvalidRequest("id or promptId is required")
    window = maxim.window(call.request, place=paging.number)
    prompt = call.prompt(maxim.prompt_id(prompt_id))
    rows = (
        (
            str(version.number),
            maxim.version_in_full(version, default_model=model, tool_ids=tool_ids),
        )
        for version in call.store.versions(prompt.id, before=window.after)
    )
    return call.reply(maxim.listed(*call.page(rows, window)))


lambda_handler = serve(get_prompt_versions)
