"""Serve `POST /v1/batch`."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from shared.dialects.registry.refresh_requests import load_copies
from shared.dialects.registry.refresh_responses import Refresh
from shared.problems import Problem
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.refresh_models import RefreshedPrompts
    from shared.responses import Response


def refresh_prompts(call: Call) -> Response[RefreshedPrompts]:
    """Get what has moved of up to 100 prompts that a client holds, each by the pointer it follows.

    Each entry comes with an `etag`, which the client sends the next time. Each prompt is in one of
    the lists of the response. Nothing is written.
    """
    batch = call.open_prompt_batch()
    copies = load_copies(call.request)
    refresh = Refresh(copies, max_bytes=call.settings.response_bytes)
    others = []
    heads = batch.find_prompts([(copy.name, copy.selector) for copy in copies])
    for copy, head in zip(copies, heads, strict=True):
        if isinstance(head, Problem):
            refresh.add_problem(copy, head)
        elif not refresh.add_current(copy, head, batch.list_numbers(head, copy.selector)):
            others.append((copy, head))
    selections = batch.read_versions((head, copy.selector) for copy, head in others)
    for (copy, _), selection in zip(others, selections, strict=False):
        if isinstance(selection, Problem):
            refresh.add_problem(copy, selection)
        else:
            numbers = batch.list_numbers(selection.prompt, copy.selector)
            refresh.add_versions(copy, selection.prompt, numbers, selection.versions)
        if refresh.is_full:
            break
    call.annotate_uses(refresh.uses)
    return call.respond(refresh.finish())


load_batches = partial(import_module, "shared.store.prompt_batch")
lambda_handler = serve(refresh_prompts, prepare=load_batches)
