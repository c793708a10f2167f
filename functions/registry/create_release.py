"""Serve `POST /v1/prompts/{id}/releases`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.buckets import TOTAL_WEIGHT
from shared.dialects.registry.release_models import NewRelease
from shared.dialects.registry.release_responses import dump_release
from shared.domain import reviews
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.release_models import ReleaseResponse
    from shared.domain.changes import Change, Origin
    from shared.domain.release_requests import ReleaseRequest
    from shared.responses import Response
    from shared.store.team import PromptStore


def create_release(call: Call, id: str) -> Response[ReleaseResponse]:
    """Request that a pointer is moved to a version or split.

    Somebody else approves it, who may move the pointer. The same request of one person waits once.
    """
    store = call.open_prompt(call.resolve_prompt_id(id))
    body = call.load_body(NewRelease)
    if (body.version is None) == (body.split is None):
        raise InvalidRequest("send either version or split")
    store.team.restrictions.check_pointer(body.pointer)
    shares = [(share.version, share.weight) for share in body.split or ()]
    if body.version is not None:
        shares = [(body.version, TOTAL_WEIGHT)]
    person_id = call.find_person_id()

    def request(store: PromptStore, origin: Origin) -> Change[ReleaseRequest]:
        return reviews.create(
            store.prompt,
            body.pointer,
            [(store.get_version(number), weight) for number, weight in shares],
            origin,
            person_id=person_id,
            message=body.message,
            waiting=store.list_waiting_releases(body.pointer),
        )

    return commit(
        call,
        store,
        request,
        lambda change: {"release": dump_release(change.subject, change.after)},
    )


lambda_handler = serve(create_release)
