"""Serve `GET /api/public/v2/prompts/{name}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langfuse.contents import LENSES
from shared.dialects.langfuse.requests import (
    check_name,
    has_slug,
    parse_resolve,
    parse_selection,
)
from shared.dialects.langfuse.responses import dump_prompt
from shared.problems import VersionNotFound
from shared.serve import serve
from shared.store.reading import Beside
from shared.texts import excerpt

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import ResolvedPrompt
    from shared.domain.model import Selector
    from shared.responses import Response


def get_named_prompt(call: Call, name: str) -> Response[ResolvedPrompt]:
    """Get a version of a prompt: the one that is labelled `production`, or that the query selects.

    A name may contain slashes, percent-encoded or not. A prompt of another dialect is also found by
    its slug.
    """
    name = check_name(call.request, name)
    selection = parse_selection(call.request)
    is_whole = parse_resolve(call.request)
    missing = f"Prompt not found: '{excerpt(name)}' with {selection.description}"
    return respond(call, name, selection.selector, missing, is_whole=is_whole)


def respond(
    call: Call, name: str, selector: Selector | None, missing: str, *, is_whole: bool = True
) -> Response[ResolvedPrompt]:
    """Respond with a version of a prompt.

    Args:
        call: The call.
        name: The name, or the slug, of the prompt.
        selector: The selector of the version; None for one that no version has.
        missing: The message if there is no such version.
        is_whole: Whether to put in what the version includes.

    Raises:
        PromptNotFound: There is no such prompt.
        VersionNotFound: It has no such version.
    """
    beside = Beside(selectors=() if selector is None else (selector,))
    store = call.open_prompt_by_name_or_slug(name, beside, has_slug=has_slug, missing=missing)
    if selector is None:
        raise VersionNotFound(missing)
    source = store if is_whole else store.open_raw()
    version = source.get_cached_version(selector, missing=missing)
    is_newest = source.is_newest(version.number)
    body = dump_prompt(source.prompt, version, call.settings, is_newest=is_newest)
    return call.respond(body, headers=LENSES.build_headers(call.settings, version.content))


lambda_handler = serve(get_named_prompt)
