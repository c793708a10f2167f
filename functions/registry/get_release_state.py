"""Serve `GET /v1/prompts/{id}/release`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from shared.dialects.registry.release_responses import dump_pointer
from shared.domain.history import find_last_moves
from shared.domain.model import LIVE
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.release_models import ReleaseState
    from shared.responses import Response

END = datetime.max.replace(tzinfo=UTC)  # of the history
MAX_EVENTS = 1_000  # in which the last moves are looked for
FIRST_EVENTS = 20  # most pointers have moved lately


def get_release_state(call: Call, id: str) -> Response[ReleaseState]:
    """Get where each pointer of a prompt is, since when and by whom, and what waits for it.

    `live` is always there, and a protected pointer also where it is at no version.
    """
    store = call.open_prompt(call.resolve_prompt_id(id))
    protection = store.team.get_protection()
    waiting = store.list_waiting_releases()
    newest_stable = store.find_newest_stable()
    prompt = store.prompt
    names = sorted({*prompt.tags, *protection.pointers, *prompt.waiting.values()} - {LIVE})
    pointers = [*filter(store.team.restrictions.allows_pointer, [LIVE, *names])]
    # The head was read first, and what has moved since is not of this state.
    events = (
        event
        for event in store.list_events_until(END, size=FIRST_EVENTS)
        if event.sequence <= prompt.revision
    )
    moves = find_last_moves(prompt, islice(events, MAX_EVENTS), pointers)
    return call.respond(
        {
            "newest_stable": newest_stable,
            "pointers": [
                dump_pointer(
                    prompt,
                    pointer,
                    protection=protection,
                    moves=moves,
                    waiting=waiting,
                    newest_stable=newest_stable,
                )
                for pointer in pointers
            ],
        }
    )


lambda_handler = serve(get_release_state)
