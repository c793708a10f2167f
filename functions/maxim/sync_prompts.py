"""GET /api/sdk/v4/prompts"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import runtime
from shared.errors import InvalidRequest
from shared.serve import serve


def sync_prompts(call: Call) -> Reply:
    """Give an SDK the prompts that there is something to serve of, or the one of a `promptId`.

    An SDK takes no second page: what would not fit in one answer is left out, of the prompts that
    were not changed for longest, and the header `X-Omitted-Prompts` tells how many. They are still
    served, for the SDKs ask singly for what no list brought them.
    """
    query = call.request.query
    if prompt_id := query.get("promptId"):
        return _one(call, prompt_id, query.get("promptVersionNumber"))
    if query.get("promptVersionNumber"):
        raise InvalidRequest("promptVersionNumber needs a promptId")
    return _all(call)


def _one(call: Call, prompt_id: str, text: str | None) -> Reply:
    number = maxim.version_number(text) if text else None
    prompt, model = call.prompt(maxim.prompt_id(prompt_id)), call.settings.default_model
    if number is None:
        found = call.store.numbered([(prompt.id, one) for one in runtime.numbers(prompt)])
        return call.reply({"data": runtime.bundle(prompt, found, default_model=model)})
    version = call.shown_version(prompt, number)
    return call.reply({"data": runtime.bundle_of(prompt, version, default_model=model)})


def _all(call: Call) -> Reply:
    call.permit(call.team_id)
    now = call.act().now
    heads = [p for _, p in call.store.prompts(call.team_id) if runtime.listed(p, now)]
    heads.sort(key=lambda prompt: prompt.changed_at, reverse=True)
    bundles = runtime.bundles(heads, call.store.numbered, default_model=call.settings.default_model)
    shown = runtime.fitting(bundles, call.settings.answer_bytes)
    omitted = len(heads) - len(shown)
    headers = {"X-Omitted-Prompts": str(omitted)} if omitted else {}
    return Reply(body={"data": shown}, headers=headers)


lambda_handler = serve(sync_prompts)
