"""GET /v1/prompts/{id}/versions/diff"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import versions
from shared.serve import serve


def diff_versions(call: Call, id: str) -> Reply:
    """Compare the templates of two versions."""
    prompt_id = px0.prompt_id(id)
    first, second = px0.diff_range(call.request.query)
    prompt = call.prompt(prompt_id)
    before = call.shown_version(prompt, first, otherwise="from version not found")
    after = call.shown_version(prompt, second, otherwise="to version not found")
    return call.reply(
        {
            "diff": versions.diff(before, after),
            "from_template": before.content.text,
            "from_version": before.number,
            "to_template": after.content.text,
            "to_version": after.number,
        }
    )


lambda_handler = serve(diff_versions)
