"""GET /v1/prompts/{id}/tags"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def list_version_tags(call: Call, id: str) -> Reply:
    """List a prompt's tags in alphabetical order, each with the version that it points at."""
    prompt = call.prompt(px0.prompt_id(id))
    window = call.window(str)
    rows = (
        (tag, {"tag": tag, "version": number})
        for tag, number in sorted(prompt.tags.items())
        if window.after is None or tag > window.after
    )
    return call.reply_page("tags", rows, window)


lambda_handler = serve(list_version_tags)
