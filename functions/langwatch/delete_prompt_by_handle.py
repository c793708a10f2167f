"""DELETE /api/prompts/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch.project import Project
from shared.domain import prompts
from shared.serve import serve


def delete_prompt_by_handle(call: Call, id: str) -> Reply:
    """Take a prompt away with all its versions; its handle is free again."""
    prompt = Project(call).prompt(id)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: prompts.delete(prompt, act),
        lambda _: call.reply({"success": True}),
    )


lambda_handler = serve(delete_prompt_by_handle)
