"""Serve `PUT /v1/prompts/{id}/splits/{pointer}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import NewSplit
from shared.dialects.registry.requests import parse_flag
from shared.dialects.registry.responses import dump_split
from shared.domain import pointers
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import SplitResponse
    from shared.domain.changes import Change, Origin
    from shared.responses import Response
    from shared.store.team import PromptStore


def set_split(call: Call, id: str, pointer: str) -> Response[SplitResponse]:
    """Split `live` or a tag between versions by weight; a single version ends the split.

    The pointer is at the first version then, which callers without a `split_key` get.
    """
    store = call.open_prompt(call.resolve_prompt_id(id))
    shares = call.load_body(NewSplit).split

    def split(store: PromptStore, origin: Origin) -> Change[None]:
        weights = [(store.get_version(share.version), share.weight) for share in shares]
        return pointers.set_split(store.prompt, pointer, weights, origin)

    return commit(
        call,
        store,
        split,
        lambda change: dump_split(change.after, pointer),
        read=lambda store: dump_split(store.prompt, pointer),
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(set_split)
