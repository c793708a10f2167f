"""Serve `POST /v1/prompts/{id}/releases/{release_id}/approve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.release_models import Decision
from shared.dialects.registry.release_responses import dump_release
from shared.dialects.registry.requests import parse_flag, parse_uuid
from shared.domain import reviews
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.release_models import ReleaseResponse
    from shared.domain.changes import Change, Origin
    from shared.domain.release_requests import ReleaseRequest
    from shared.responses import Response
    from shared.store.team import PromptStore


def approve_release(call: Call, id: str, release_id: str) -> Response[ReleaseResponse]:
    """Approve a release request, and move the pointer, in one step.

    Whoever may move the pointer approves it, but not its author. Each version must be what it was
    when it was requested.
    """
    store = call.open_prompt(call.resolve_prompt_id(id))
    release_id = parse_uuid(release_id, problem="invalid release id")
    comment = call.load_body(Decision).comment
    person_id = call.find_person_id()

    def decide(store: PromptStore, origin: Origin) -> Change[ReleaseRequest]:
        release = store.get_release(release_id)
        store.team.require_mover(release.pointer)
        targets = [store.get_version(target.version) for target in release.targets]
        return reviews.approve(
            store.prompt, release, targets, origin, person_id=person_id, comment=comment
        )

    return commit(
        call,
        store,
        decide,
        lambda change: {"release": dump_release(change.subject, change.after)},
        read=lambda store: {"release": dump_release(store.get_release(release_id), store.prompt)},
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(approve_release)
