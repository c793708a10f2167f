"""Serve `GET /v1/prompts/{id}/usage`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_days
from shared.dialects.registry.usage_responses import dump_usage
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.usage_models import PromptUsage
    from shared.responses import Response


def get_prompt_usage(call: Call, id: str) -> Response[PromptUsage]:
    """Get how a prompt was used, by day and version, and by whom.

    Calls are counted from the log, at most 15 minutes later. `counted_to` says up to which time.
    """
    since = datetime.now(UTC).date() - timedelta(days=parse_days(call.request.query) - 1)
    store = call.open_prompt(call.resolve_prompt_id(id))
    uses = call.open_uses(store)
    counted_to = uses.find_end()  # before the counts, so that it promises no more than they have
    return call.respond(
        dump_usage(
            store.prompt.id,
            uses.list_days(since),
            uses.list_syncs(since),
            counted_to=counted_to,
            find_names=uses.find_names,
        )
    )


lambda_handler = serve(get_prompt_usage)
