"""Serve `PATCH /v1/prompts/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import PromptPatch
from shared.dialects.registry.requests import load_patch, parse_version_query
from shared.dialects.registry.responses import dump_prompt, dump_prompt_and_version
from shared.domain import prompts
from shared.domain.checks import normalize_name
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptResponse
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Prompt
    from shared.responses import Response
    from shared.store.team import PromptStore


def patch_prompt(call: Call, id: str) -> Response[PromptResponse]:
    """Change the name, slug, description or keywords of a prompt; others stay as they are.

    A new name does not change the slug, by which applications find the prompt. With `version`,
    `If-Match` is about that version too; without such a version, about the prompt alone.
    """
    store = call.open_prompt(call.resolve_prompt_id(id))
    changes = load_patch(call.request, PromptPatch)
    fields = changes.model_fields_set
    selector = parse_version_query(call.request.query)

    def patch(store: PromptStore, origin: Origin) -> Change[None]:
        change = prompts.rename(
            store.prompt,
            origin,
            name=changes.name if "name" in fields else None,
            slug=_choose_slug(changes.slug, store.prompt) if "slug" in fields else None,
        )
        if "keywords" in fields:
            change = change.then(
                lambda prompt: prompts.set_keywords(prompt, changes.keywords, origin)
            )
        if "description" not in fields or changes.description == store.prompt.description:
            return change
        return change.then(lambda prompt: prompts.describe(prompt, changes.description, origin))

    return commit(
        call,
        store,
        patch,
        lambda change: {"prompt": dump_prompt(change.after)},
        read=lambda store: dump_prompt_and_version(
            store.prompt, None if selector is None else store.find_version(selector)
        ),
    )


def _choose_slug(text: str, prompt: Prompt) -> str:
    """Make a slug as for a new prompt, but keep one of another dialect that is sent back."""
    if normalize_name(text) == normalize_name(prompt.slug):
        return prompt.slug
    return prompts.make_slug(text)


lambda_handler = serve(patch_prompt)
