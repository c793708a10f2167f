"""GET /v1/prompts/{id}/versions"""

from shared import paging
from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain.versions import status_of
from shared.serve import serve


def list_versions(call: Call, id: str) -> Reply:
    """List a prompt's versions, highest number first."""
    prompt = call.prompt(px0.prompt_id(id))
    status = call.request.query.get("status")
    tags = px0.tags_filter(call.request.query)
    window = call.window(paging.number)
    rows = (
        (str(version.number), px0.version(version, prompt))
        for version in call.store.versions(prompt.id, before=window.after)
        if not status or status == status_of(version, prompt)
        if not tags or tags & set(prompt.tags_of(version.number))
    )
    return call.reply_page("versions", rows, window)


lambda_handler = serve(list_versions)
