"""POST /v1/prompts/{id}/rollback"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.models import Rollback
from shared.domain import versions
from shared.domain.prompts import checked_message
from shared.errors import InvalidRequest
from shared.serve import serve


def rollback_prompt(call: Call, id: str) -> Reply:
    """Make a stable version live again, and keep the reason in the prompt's history."""
    prompt_id = px0.prompt_id(id)
    rollback = call.body(Rollback)
    if rollback.target_version <= 0:
        raise InvalidRequest("target_version must be greater than 0")
    if not rollback.rollback_reason:
        raise InvalidRequest("rollback_reason is required")
    reason = checked_message(rollback.rollback_reason)
    prompt = call.prompt(prompt_id)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: versions.roll_back(
            prompt, call.version(prompt, rollback.target_version), act, reason=reason
        ),
        lambda change: call.reply({"version": px0.version(change.about, change.after)}),
    )


lambda_handler = serve(rollback_prompt)
