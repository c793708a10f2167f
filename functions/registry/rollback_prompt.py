"""Serve `POST /v1/prompts/{id}/rollback`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.dialects.registry.models import Rollback
from shared.dialects.registry.requests import parse_flag
from shared.dialects.registry.responses import dump_version
from shared.domain import versions
from shared.domain.checks import check_message
from shared.domain.history import find_previous_live
from shared.problems import InvalidRequest, NotRollable
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionResponse
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore

END = datetime.max.replace(tzinfo=UTC)  # of the history


def rollback_prompt(call: Call, id: str) -> Response[VersionResponse]:
    """Make a stable version live, and record the reason in the prompt's history.

    Without a `target_version` it is the one that was live before.
    """
    prompt_id = call.resolve_prompt_id(id)
    rollback = call.load_body(Rollback, before_permission=True)  # as in px0
    target = rollback.target_version
    if target is not None and target <= 0:
        raise InvalidRequest("target_version must be greater than 0")
    if not rollback.rollback_reason:
        raise InvalidRequest("rollback_reason is required")
    reason = check_message(rollback.rollback_reason)

    def roll_back(store: PromptStore, origin: Origin) -> Change[Version]:
        number = target
        if number is None:
            number = find_previous_live(store.list_events_until(END), store.prompt.live_version)
        if number is None:
            raise NotRollable("no other version has been live before: conflict")
        return versions.roll_back(store.prompt, store.get_version(number), origin, reason=reason)

    def read_live(store: PromptStore) -> VersionResponse | None:
        live = store.find_version("live")
        return {"version": dump_version(live, store.prompt)} if live else None

    return commit(
        call,
        call.open_prompt(prompt_id, Beside(selectors=(target or 0,))),
        roll_back,
        lambda change: {"version": dump_version(change.subject, change.after)},
        read=read_live,
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(rollback_prompt)
